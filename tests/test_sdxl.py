"""The Stable Diffusion XL family, on real classes at toy size."""

import shutil
from pathlib import Path

import pytest
import torch
from diffusers import (
    AutoencoderKL,
    DPMSolverMultistepScheduler,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from storybook.errors import ModelError
from storybook.models import checkpoint, sdxl
from storybook.models.checkpoint import CONFIGS, Checkpoint
from storybook.models.control import RefineSettings, open_controlled_enlarger
from storybook.models.doubles import NearestEnlarger
from storybook.models.memory import MemoryBudget
from storybook.models.painting import DiffusionPainter, open_painter
from storybook.models.weights import Adapter, ComponentOverrides
from tiny_sd import WIDTH, alike, asked, change_json, difference, tiny_painter, tiny_xl_painter
from training.formats.keys import text_keys, unet_keys, vae_keys
from training.pet.recipe import Concept, Recipe
from training.pet.setup import open_trainable

BLOCK = "down_blocks.1.attentions.0.transformer_blocks.0.attn2"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_xl_painter(tmp_path_factory.mktemp("models") / "xl")


@pytest.fixture(scope="module")
def painter(folder: Path) -> DiffusionPainter:
    return open_painter(folder, device="cpu", batch=3)


def plain(folder: Path) -> StableDiffusionXLPipeline:
    pipe = StableDiffusionXLPipeline.from_pretrained(folder, add_watermarker=False)
    pipe.scheduler = DPMSolverMultistepScheduler.from_config(
        pipe.scheduler.config, use_karras_sigmas=True
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def theirs(pipe: StableDiffusionXLPipeline, negative: str | None, side: int = 32) -> Image.Image:
    return pipe(
        "a cat",
        negative_prompt=negative,
        num_inference_steps=4,
        guidance_scale=3.0,
        width=side,
        height=32,
        generator=torch.Generator().manual_seed(1),
    ).images[0]


def drawn(painter: DiffusionPainter, *prompts: str) -> list[Image.Image]:
    return list(painter.paint([asked(each) for each in prompts]))


def test_the_checkpoint_says_which_family_it_is(folder: Path, tmp_path: Path) -> None:
    assert Checkpoint(folder).family.name == "sdxl"
    assert Checkpoint(tiny_painter(tmp_path / "one")).family.name == "sd1"


@pytest.mark.parametrize(
    ("negative", "side"), [("ugly", 32), ("", 32), pytest.param("ugly", 64, marks=pytest.mark.slow)]
)
def test_a_picture_is_what_plain_diffusers_draws(
    folder: Path, painter: DiffusionPainter, negative: str, side: int
) -> None:
    """To A1111 an empty negative prompt is nothing, to diffusers one that is not given is."""
    wanted = theirs(plain(folder), negative or None, side)
    ours = next(painter.paint([asked("a cat", negative, width_px=side)]))
    assert difference(ours, wanted) <= 1


def test_encode_keeps_an_empty_text_where_the_checkpoint_says_so(tmp_path: Path) -> None:
    folder = tiny_xl_painter(tmp_path / "turbo", zeros=False)
    own = open_painter(folder, device="cpu")
    assert difference(next(own.paint([asked("a cat")])), theirs(plain(folder), "")) <= 1
    assert own.encode("", negative=True).prompt_embeds.any()


def test_encode_gives_what_diffusers_does(folder: Path, painter: DiffusionPainter) -> None:
    states, _, whole, _ = plain(folder).encode_prompt("a cat", do_classifier_free_guidance=False)
    found = painter.encode("a cat")
    assert found.prompt_embeds.shape == (77, 3 * WIDTH) and found.pooled.shape == (8,)
    assert alike(found.prompt_embeds, states[0]) and alike(found.pooled, whole[0])


def test_encode_takes_long_prompts_and_emphasis(painter: DiffusionPainter) -> None:
    one, two = (painter.encode(f"a dog {more}") for more in ("", "BREAK in the snow"))
    assert (len(one.prompt_embeds), len(two.prompt_embeds)) == (77, 154)
    assert alike(one.pooled, two.pooled), "of the first chunk"
    strong = painter.encode("a (dog:1.5) ")
    assert alike(strong.pooled, one.pooled) and not alike(
        strong.prompt_embeds, one.prompt_embeds, 100
    )
    for part in (slice(None, WIDTH), slice(WIDTH, None)):  # each encoder's mean by itself
        means = [float(each.prompt_embeds[:, part].mean()) for each in (strong, one)]
        assert means[0] == pytest.approx(means[1], rel=1e-3)


def test_a_picture_depends_on_its_own_request_only(painter: DiffusionPainter) -> None:
    requests = [
        asked("a cat"),
        asked("a ((dog:1.3)) [running]", "ugly, (blurred:1.5)", seed=2),
        asked("long " * 30, seed=3),
        asked("a fox", "long " * 40, seed=4),
        asked("a fox", seed=4, height_px=16),
        asked("a bear", seed=5, guidance=1.0),
        asked("a cat", seed=6),
    ]
    together = list(painter.paint(requests))
    assert [(each.width_px, each.height_px) for each in requests] == [x.size for x in together]
    for request, picture in zip(requests, together, strict=True):
        assert difference(picture, next(painter.paint([request]))) <= 1


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 2},
        {"steps": 6},
        {"guidance": 6.0},
        {"positive": "a dog"},
        {"negative": "no"},
        {"positive": "a (cat:2.5)"},
    ],
)
def test_every_part_of_a_request_matters(
    painter: DiffusionPainter, changes: dict[str, object]
) -> None:
    words = {key: changes[key] for key in ("positive", "negative") if key in changes}
    rest = {key: each for key, each in changes.items() if key not in words}
    other = asked(**{"positive": "a cat"} | words, **rest)
    assert difference(*painter.paint([asked("a cat"), other])) > 1


def test_adapters_of_all_parts(folder: Path, painter: DiffusionPainter, tmp_path: Path) -> None:
    """As kohya names the second text encoder, asked for by name and melted in for good."""
    torch.manual_seed(1)
    spoken = "text_model_encoder_layers_0_self_attn"
    tensors = {}
    for name, takes, gives in (
        (f"lora_unet_{BLOCK.replace('.', '_')}_to_k", 3 * WIDTH, 2 * WIDTH),
        (f"lora_te1_{spoken}_q_proj", WIDTH, WIDTH),
        (f"lora_te1_{spoken}_out_proj", WIDTH, WIDTH),
        (f"lora_te2_{spoken}_q_proj", 2 * WIDTH, 2 * WIDTH),
        (f"lora_te2_{spoken}_out_proj", 2 * WIDTH, 2 * WIDTH),
    ):
        tensors |= {
            f"{name}.lora_down.weight": torch.randn(2, takes),
            f"{name}.lora_up.weight": torch.randn(gives, 2),
            f"{name}.alpha": torch.tensor(2.0),
        }
    save_file(tensors, tmp_path / "rex.safetensors")
    own = open_painter(folder, device="cpu", loras={"rex": tmp_path / "rex.safetensors"})
    always = open_painter(folder, [Adapter(tmp_path / "rex.safetensors", 0.8)], device="cpu")
    assert always.name == Checkpoint(folder).name([Adapter(tmp_path / "rex.safetensors", 0.8)])
    assert always.name != painter.name
    (bare,), (calm, taught, again) = (
        drawn(always, "a cat"),
        drawn(own, "a cat", "a cat<lora:rex:0.8>", "a cat"),
    )
    assert difference(taught, bare) <= 1 and difference(taught, calm) > 1
    assert difference(again, calm) <= 1
    parts = (always.pipe.text_encoder, always.pipe.text_encoder_2)
    before = (painter.pipe.text_encoder, painter.pipe.text_encoder_2)
    for changed, part in zip(parts, before, strict=True):
        one, other = (
            each.text_model.encoder.layers[0].self_attn.q_proj.weight for each in (changed, part)
        )
        assert not alike(one, other, 100)


def test_offloaded_it_draws_the_same(folder: Path, painter: DiffusionPainter) -> None:
    moved = open_painter(folder, device="cpu", memory="parts")
    assert hasattr(moved.pipe.text_encoder_2, "_hf_hook")
    assert difference(drawn(moved, "a dog")[0], drawn(painter, "a dog")[0]) <= 1
    assert MemoryBudget(pixels=1024**2).plan(painter.pipe, torch.device("cpu")).offload == "whole"


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder", "text_encoder_2", "tokenizer_2"])
def test_a_missing_part_is_named(folder: Path, tmp_path: Path, part: str) -> None:
    broken = tmp_path / "xl"
    shutil.copytree(folder, broken)
    shutil.rmtree(broken / part)
    with pytest.raises(ModelError, match=part):
        open_painter(broken, device="cpu")


def test_check_refuses_what_the_family_has_no_place_for(
    folder: Path, painter: DiffusionPainter, tmp_path: Path
) -> None:
    file = tmp_path / "x.pt"
    torch.save({}, file)
    for overrides, says in (
        (ComponentOverrides(hypernetworks=(Adapter(file),)), r"draw\.hypernetworks"),
        (ComponentOverrides(embeddings=(file,)), r"draw\.embeddings"),
        (ComponentOverrides(clip_skip=3), r"clip_skip is 3"),
    ):
        with pytest.raises(ModelError, match=says):
            open_painter(folder, device="cpu", overrides=overrides)
    recipe = Recipe(model=folder, concept=(Concept(photos=tmp_path),))
    with pytest.raises(ModelError, match="cannot be taught here"):
        open_trainable(recipe, torch.device("cpu"))
    with pytest.raises(ModelError, match="takes no ControlNet"):
        open_controlled_enlarger(
            "x", painter, folder, None, RefineSettings(0.4, 1, 2, 3), NearestEnlarger()
        )
    save_file({"conditioner.embedders.0.x": torch.ones(1)}, tmp_path / "xl.safetensors")
    with pytest.raises(ModelError, match="looks like the refiner of Stable Diffusion XL"):
        _ = Checkpoint(tmp_path / "xl.safetensors").family
    with pytest.raises(ModelError, match="multiples of 8"):
        next(painter.paint([asked("a cat", width_px=30)]))


def as_file(folder: Path, file: Path) -> Path:
    """The painter in one file, as the original code names its tensors."""
    pipe = plain(folder)
    state = {
        name.replace("add_embedding.linear_1", "label_emb.0.0").replace(
            "add_embedding.linear_2", "label_emb.0.2"
        ): each
        for name, each in unet_keys(pipe.unet).items()
    }
    state |= vae_keys(pipe.vae)
    for name, each in pipe.text_encoder.state_dict().items():
        state[f"conditioner.embedders.0.transformer.{name}"] = each
    alone = CLIPTextModel(pipe.text_encoder_2.config)
    second = pipe.text_encoder_2.state_dict()
    state["conditioner.embedders.1.model.text_projection"] = second.pop("text_projection.weight").T
    alone.load_state_dict(second)
    for name, each in text_keys(alone).items():
        state[name.replace("cond_stage_model", "conditioner.embedders.1")] = each
    state["conditioner.embedders.1.model.logit_scale"] = torch.tensor(4.6)
    save_file({name: each.contiguous() for name, each in state.items()}, file)
    return file


@pytest.fixture
def own_configs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny painter whose configs stand for those of Stable Diffusion XL."""
    folder = tiny_xl_painter(tmp_path / "tiny", act="gelu")
    configs = tmp_path / "configs"
    shutil.copytree(folder, configs / "stable-diffusion-xl")
    shutil.copytree(folder / "tokenizer", configs / "stable-diffusion-1" / "tokenizer")
    shutil.copytree(folder / "tokenizer_2", configs / "stable-diffusion-2" / "tokenizer")
    for weights in configs.rglob("*.safetensors"):
        weights.unlink()
    for module in (checkpoint, sdxl):
        monkeypatch.setattr(module, "CONFIGS", configs)
    return folder


def test_a_single_file_draws_what_its_folder_draws(own_configs: Path, tmp_path: Path) -> None:
    file = as_file(own_configs, tmp_path / "xl.safetensors")
    assert Checkpoint(file).family.name == "sdxl"
    one, other = open_painter(file, device="cpu"), open_painter(own_configs, device="cpu")
    prompts = ("a cat, (day:1.2)", "a dog BREAK in the snow")
    for pair in zip(drawn(one, *prompts), drawn(other, *prompts), strict=True):
        assert difference(*pair) == 0
    lacking = load_file(file)
    del lacking["conditioner.embedders.1.model.text_projection"]
    save_file(lacking, file)
    with pytest.raises(ModelError, match=r"no CLIPTextModelWithProjection.*text_projection"):
        open_painter(file, device="cpu")


@pytest.mark.parametrize(
    ("part", "kind", "numbers"),
    [("unet", UNet2DConditionModel, 2_567_463_684), ("vae", AutoencoderKL, 83_653_863)],
)
def test_the_configs_that_come_along_are_xl_s(part: str, kind: type, numbers: int) -> None:
    """By the counts that are known of the published checkpoint."""
    with torch.device("meta"):
        model = kind.from_config(kind.load_config(CONFIGS / "stable-diffusion-xl" / part))
    assert sum(each.numel() for each in model.parameters()) == numbers


def test_the_second_encoder_of_the_configs_is_xl_s() -> None:
    config = CLIPTextConfig.from_pretrained(CONFIGS / "stable-diffusion-xl" / "text_encoder_2")
    with torch.device("meta"):
        model = CLIPTextModelWithProjection(config)
    assert sum(each.numel() for each in model.parameters()) == 694_659_840


def test_broken_weights(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "xl"
    shutil.copytree(folder, broken)
    path = broken / "unet" / "diffusion_pytorch_model.safetensors"
    weights = load_file(path)
    save_file(
        weights | {"conv_out.bias": weights["conv_out.bias"] * float("nan")},
        path,
        metadata={"format": "pt"},
    )
    with pytest.raises(ModelError, match="draws no numbers"):
        drawn(open_painter(broken, device="cpu"), "a cat")
    change_json(broken / "unet" / "config.json", cross_attention_dim=8)
    with pytest.raises(ModelError, match="unet cannot be opened"):
        open_painter(broken, device="cpu")
