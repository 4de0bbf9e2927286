"""Pictures painted over with their forms held: real classes at toy size."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import ControlNetModel, StableDiffusionControlNetImg2ImgPipeline
from PIL import Image
from safetensors.torch import save_file

from books import made, new_book
from storybook.config import load_settings, shipped
from storybook.errors import ModelError
from storybook.models import control
from storybook.models.control import RefineSettings, open_controlled_enlarger
from storybook.models.doubles import FlatPainter, NearestEnlarger
from storybook.models.painting import open_painter
from storybook.models.soft_edges import Hed, open_hed, steep_edges
from storybook.models.weights import ComponentOverrides
from storybook.records import Prompt
from storybook.stages import enlarge
from storybook.studio.studio import Studio
from tiny_sd import WIDTH, alike, change_json, tiny_lora, tiny_painter

PICTURE = Image.open(shipped("assets", "pets", "ohwx-dog", "05.jpg")).resize((64, 64))
PROMPT = Prompt(page=1, positive="a (cat:1.2)", negative="dark")
GENTLE = RefineSettings(strength=0.5, weight=1.0, steps=6, guidance=3)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    painter = open_painter(tiny_painter(folder / "painter"), device="cpu")
    torch.manual_seed(1)
    net = ControlNetModel.from_unet(
        painter.pipe.unet,
        conditioning_embedding_out_channels=(8, 8, 8, 16),
        load_weights_from_unet=True,
    )
    for weight in net.parameters():  # a new one's are nothing, so that it changes nothing
        torch.nn.init.normal_(weight, std=0.1)
    net.save_pretrained(folder / "control")
    return folder


def enlarger(home: Path, settings: RefineSettings = GENTLE):
    painter = open_painter(home / "painter", device="cpu")
    return open_controlled_enlarger(
        "held", painter, home / "control", None, settings, NearestEnlarger()
    )


def painted(home: Path, picture: Image.Image = PICTURE, **changes: float) -> np.ndarray:
    settings = {name: getattr(GENTLE, name) for name in ("strength", "weight", "steps", "guidance")}
    one = enlarger(home, RefineSettings(**settings | changes))
    over = one.refine(picture, PROMPT, strength=one.settings.strength, seed=3)
    return np.asarray(over, int)


def test_it_paints_what_diffusers_own_pipeline_paints(home):
    """Without emphasis, and from the same noise."""
    one = enlarger(home)
    pipe = one.painter.pipe
    edges = Image.fromarray((steep_edges(PICTURE) * 255).round().astype(np.uint8))
    theirs = StableDiffusionControlNetImg2ImgPipeline(
        vae=pipe.vae,
        text_encoder=pipe.text_encoder,
        tokenizer=pipe.tokenizer,
        unet=pipe.unet,
        controlnet=one.controlnet,
        scheduler=one.painter.sampler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    theirs.set_progress_bar_config(disable=True)
    # It draws a likely latent by chance; ours takes the likeliest.
    pipe.vae.encode = lambda pixels, encode=pipe.vae.encode: _sure(encode(pixels))
    (wanted,) = theirs(
        prompt="a cat",
        negative_prompt="dark",
        image=PICTURE.resize((128, 128), Image.LANCZOS),
        control_image=edges.convert("RGB").resize((128, 128), Image.BILINEAR),
        strength=0.5,
        num_inference_steps=6,
        guidance_scale=3.0,
        generator=torch.Generator().manual_seed(3),
    ).images
    plain = Prompt(page=1, positive="a cat", negative="dark")
    ours = one.refine(PICTURE, plain, strength=0.5, seed=3)
    assert ours.size == (128, 128)
    assert np.abs(np.asarray(ours, int) - np.asarray(wanted, int)).mean() < 2


def _sure(found):
    found.latent_dist.sample = lambda generator=None: found.latent_dist.mode()
    return found


def test_strength_weight_and_edges_count(home):
    half = painted(home)
    assert np.array_equal(half, painted(home))
    assert np.abs(half - painted(home, weight=0.0)).mean() > 0.5
    wide = np.asarray(PICTURE.resize((128, 128), Image.LANCZOS), int)
    away = [np.abs(painted(home, strength=share) - wide).mean() for share in (0.2, 1.0)]
    assert away[0] < away[1]
    blank = painted(home, Image.new("RGB", PICTURE.size, "white"))
    assert np.abs(half - blank).mean() > 0.5


def test_it_hears_as_its_painter_does(home):
    def over(skip: int) -> np.ndarray:
        fitted = ComponentOverrides(clip_skip=skip)
        painter = open_painter(home / "painter", device="cpu", overrides=fitted)
        one = open_controlled_enlarger(
            "held", painter, home / "control", None, GENTLE, NearestEnlarger()
        )
        return np.asarray(one.refine(PICTURE, PROMPT, strength=1.0, seed=3), int)

    assert np.abs(over(2) - over(1)).max() > 1


def test_a_prompt_s_loras_are_melted_in(home, tmp_path):
    loras = {"rex": tiny_lora(tmp_path)}
    painter = open_painter(home / "painter", device="cpu", loras=loras)
    one = open_controlled_enlarger(
        "held", painter, home / "control", None, GENTLE, NearestEnlarger()
    )

    def over(marks: str) -> np.ndarray:
        prompt = PROMPT.but(positive=f"a cat{marks}")
        return np.asarray(one.enlarge(PICTURE, prompt, width_px=128, seed=3), int)

    plain = over("")
    assert np.abs(over("<lora:rex:1>") - plain).max() > 1
    assert np.abs(over("") - plain).max() <= 1


def test_an_offloaded_painter_paints_over_the_same(home):
    painter = open_painter(home / "painter", device="cpu", memory="parts")
    one = open_controlled_enlarger(
        "held", painter, home / "control", None, GENTLE, NearestEnlarger()
    )
    over = np.asarray(one.refine(PICTURE, PROMPT, strength=0.5, seed=3), int)
    assert np.abs(over - painted(home)).max() <= 1


def test_what_is_painted_is_laid_on_and_nothing_of_the_autoencoder(home, monkeypatch):
    one = enlarger(home)
    wide = np.asarray(PICTURE.resize((128, 128), Image.NEAREST), int)

    def came_out() -> np.ndarray:
        return np.asarray(one.detailed(PICTURE, PROMPT, strength=0.5, seed=3), int)

    assert np.abs(came_out() - wide).mean() > 0.5
    untouched = one._untouched(PICTURE)
    assert np.abs(np.asarray(untouched, int) - wide).mean() > 5, "a toy's autoencoder"
    monkeypatch.setattr(control.ControlledEnlarger, "refine", lambda *_, **__: untouched)
    assert np.array_equal(came_out(), wide)


@pytest.mark.parametrize("size", [(128, 96), (40, 20)])
def test_fine_changes_are_laid_on_and_broad_ones_are_not(size):
    grey = Image.new("RGB", size, (100, 120, 140))
    checks = np.indices(size[::-1]).sum(0) % 2 * 20 - 10  # [h, w]
    fine = Image.fromarray((np.asarray(grey) + checks[..., None]).astype(np.uint8))
    warm = Image.new("RGB", size, (160, 120, 90))
    assert np.array_equal(control.with_change(warm, grey, grey), warm)
    assert np.array_equal(control.with_change(grey, grey, warm), grey)
    if min(size) > 2 * control.AREAS:
        laid = np.asarray(control.with_change(warm, grey, fine), int)
        assert np.abs(laid - np.asarray(warm, int) - checks[..., None]).max() <= 1


def test_another_picture_is_painted_again_more_gently(home, monkeypatch):
    one, tried = enlarger(home), []
    strange = [Image.new("RGB", (128, 128), colour) for colour in ("black", "white")]
    true = PICTURE.resize((128, 128), Image.LANCZOS)

    def detailed(self, image, prompt, *, strength, seed):
        tried.append(strength)
        return (*strange, true)[len(tried) - 1]

    monkeypatch.setattr(control.ControlledEnlarger, "detailed", detailed)
    plate = one.enlarge(PICTURE, PROMPT, width_px=256, seed=1)
    assert tried == [0.5, 0.25, 0.125]
    assert np.array_equal(np.asarray(plate), np.asarray(true.resize((256, 256), Image.NEAREST)))


def test_a_folder_and_a_file_as_diffusers_writes_them(home, tmp_path, monkeypatch):
    folder = home / "control"
    painter = open_painter(home / "painter", device="cpu")
    net = ControlNetModel.from_pretrained(folder)
    assert _same(control.open_control(folder, painter), net)
    configs = tmp_path / "stable-diffusion-1" / "controlnet"
    configs.mkdir(parents=True)
    (configs / "config.json").write_bytes((folder / "config.json").read_bytes())
    monkeypatch.setattr(control, "CONFIGS", tmp_path)
    file = tmp_path / "net.safetensors"
    save_file({name: each.clone() for name, each in net.state_dict().items()}, file)
    assert _same(control.open_control(file, painter), net)
    save_file({"x": torch.ones(1)}, file)
    with pytest.raises(ModelError, match="no ControlNet of stable-diffusion-1"):
        control.open_control(file, painter)


RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
LAYERS = 2


def original_name(name: str) -> str:
    """What ControlNet's own code (`cldm`) calls a tensor of diffusers' ControlNetModel."""
    kind, _, rest = name.partition(".")
    number, _, inner = rest.partition(".")
    match kind:
        case "time_embedding":
            return f"time_embed.{0 if number == 'linear_1' else 2}.{inner}"
        case "conv_in":
            return f"input_blocks.0.0.{rest}"
        case "controlnet_down_blocks":
            return f"zero_convs.{number}.0.{inner}"
        case "controlnet_mid_block":
            return f"middle_block_out.0.{rest}"
        case "controlnet_cond_embedding":
            if number == "blocks":
                block, _, inner = inner.partition(".")
                return f"input_hint_block.{2 * int(block) + 2}.{inner}"
            return f"input_hint_block.{0 if number == 'conv_in' else 14}.{inner}"
        case "mid_block":
            part, at, inner = rest.split(".", 2)
            place = "middle_block.1" if part == "attentions" else f"middle_block.{2 * int(at)}"
        case "down_blocks":
            part, at, inner = inner.split(".", 2)
            first = (LAYERS + 1) * int(number)
            if part == "downsamplers":
                return f"input_blocks.{first + LAYERS + 1}.0.{inner.replace('conv', 'op')}"
            place = f"input_blocks.{first + int(at) + 1}.{int(part == 'attentions')}"
    if part == "resnets":
        layer, _, inner = inner.partition(".")
        inner = f"{RESNET[layer]}.{inner}"
    return f"{place}.{inner}"


@pytest.mark.parametrize(
    ("prefix", "ending"),
    [
        ("control_model.", "pth"),
        ("", "safetensors"),
        pytest.param("control_model.", "safetensors", marks=pytest.mark.slow),
        pytest.param("", "pth", marks=pytest.mark.slow),
    ],
)
def test_a_file_in_the_original_layout(tmp_path, monkeypatch, prefix, ending):
    """Four blocks of two layers, as all ControlNets of SD 1.x have, and a hint of eight."""
    torch.manual_seed(2)
    net = ControlNetModel(
        block_out_channels=(8, 16, 16, 16),
        layers_per_block=LAYERS,
        norm_num_groups=8,
        cross_attention_dim=WIDTH,
        attention_head_dim=2,
        conditioning_embedding_out_channels=(8, 8, 8, 16),
    ).eval()
    for weight in net.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    net.save_config(tmp_path / "stable-diffusion-1" / "controlnet")
    monkeypatch.setattr(control, "CONFIGS", tmp_path)
    own = {original_name(name): each.clone() for name, each in net.state_dict().items()}
    assert len(own) == len(net.state_dict())
    for known in (
        "time_embed.0.weight",
        "input_hint_block.14.bias",
        "zero_convs.11.0.weight",
        "input_blocks.3.0.op.weight",
        "input_blocks.11.0.out_layers.3.weight",
        "input_blocks.8.1.transformer_blocks.0.attn2.to_k.weight",
        "middle_block.1.proj_in.weight",
        "middle_block_out.0.bias",
    ):
        assert known in own, known
    named = {prefix + name: each for name, each in own.items()}
    file = tmp_path / f"control_v11p_sd15_softedge.{ending}"
    if ending == "pth":  # lllyasviel's hold the whole painter beside it
        named["model.diffusion_model.time_embed.0.weight"] = torch.ones(3)
        torch.save({"state_dict": named} if prefix else named, file)
    else:
        save_file(named, file)
    painter = open_painter(tiny_painter(tmp_path / "painter"), device="cpu")
    opened = control.open_control(file, painter)
    latents, states = torch.randn(2, 4, 8, 8), torch.randn(2, 77, WIDTH)
    shown = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        one, other = (
            [*down, middle]
            for down, middle in (
                each(latents, torch.tensor(7), states, shown, return_dict=False)
                for each in (opened, net)
            )
        )
    assert len(one) == 13 and all(alike(a, b) for a, b in zip(one, other, strict=True))
    assert max(float(each.abs().max()) for each in one) > 0.1
    del named[prefix + "zero_convs.3.0.weight"], named[prefix + "input_blocks.4.0.in_layers.2.bias"]
    torch.save(named, tmp_path / "half.pth")
    with pytest.raises(ModelError, match="no ControlNet of stable-diffusion-1"):
        control.open_control(tmp_path / "half.pth", painter)


def _same(one, other) -> bool:
    return all(
        torch.equal(a, b)
        for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    )


def test_one_of_another_family_and_painters_without(home, tmp_path):
    painter = open_painter(home / "painter", device="cpu")
    other = tmp_path / "wide"
    small = {
        "block_out_channels": (WIDTH, WIDTH),
        "norm_num_groups": 8,
        "layers_per_block": 1,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
    }
    ControlNetModel(cross_attention_dim=2 * WIDTH, **small).save_pretrained(other)
    with pytest.raises(ModelError, match="hear 32 numbers a word; this one hears 16"):
        control.open_control(other, painter)
    change_json(other / "config.json", down_block_types=["DownBlock2D", "DownBlock2D"])
    with pytest.raises(ModelError):
        control.open_control(other, painter)
    grown = small | {"block_out_channels": (WIDTH, WIDTH, WIDTH)}
    grown["down_block_types"] = ("DownBlock2D", *small["down_block_types"])
    ControlNetModel(cross_attention_dim=WIDTH, **grown).save_pretrained(tmp_path / "grown")
    with pytest.raises(
        ModelError, match=r"for U-Nets of \(16, 16, 16\) channels; this painter's has"
    ):
        control.open_control(tmp_path / "grown", painter)
    with pytest.raises(ModelError, match="takes no ControlNet"):
        open_controlled_enlarger("x", FlatPainter(), other, None, GENTLE, NearestEnlarger())


def test_edges_lie_where_colours_change():
    half = Image.new("RGB", (100, 60), "white")
    half.paste("teal", (50, 0, 100, 60))
    edges = steep_edges(half)
    assert edges.shape == (60, 100) and edges.max() <= 1
    assert set(np.flatnonzero(edges.mean(0) > 0.2)) <= set(range(46, 54))
    assert edges[:, 49:51].min() > 0.5
    assert not steep_edges(Image.new("RGB", (40, 40), "grey")).any()
    assert steep_edges(Image.new("RGB", (1, 40), "grey")).shape == (40, 1)


def test_hed_takes_its_own_weights_and_no_others(tmp_path):
    torch.manual_seed(0)
    net = Hed()
    state = {name: each.clone() for name, each in net.state_dict().items()}
    assert len(state) == 37 and state["block5.convs.2.weight"].shape == (512, 512, 3, 3)
    torch.save(state, tmp_path / "hed.pth")
    edges = open_hed(tmp_path / "hed.pth", "cpu")(PICTURE)
    assert edges.shape == (64, 64) and 0 <= edges.min() <= edges.max() <= 1
    pixels = torch.tensor(np.asarray(PICTURE)).permute(2, 0, 1)[None].float()
    assert np.allclose(edges, net(pixels)[0].detach().numpy(), atol=1e-5)
    del state["norm"]
    torch.save(state, tmp_path / "hed.pth")
    with pytest.raises(ModelError, match="no HED"):
        open_hed(tmp_path / "hed.pth", "cpu")


def test_a_studio_with_control_paints_plates_over(home):
    changes = [
        f"draw.painter={home / 'painter'}",
        "draw.candidates=1",
        "draw.width_px=64",
        "draw.height_px=64",
        "draw.steps=2",
        "enlarge.steps=2",
        "enlarge.width_px=256",
    ]
    book, plain = new_book(pages=4), Studio(load_settings("doubles", changes))
    made(book, plain, "enlarge")
    before = book.plate_of(1).read_bytes()
    held = Studio(load_settings("doubles", [*changes, f"enlarge.control={home / 'control'}"]))
    assert enlarge.due(book, held) == list(range(5))
    events = made(book, held, "enlarge")
    assert any("painted over" in event.note for event in events)
    assert Image.open(book.plate_of(1)).size == (256, 256)
    assert book.plate_of(1).read_bytes() != before
    assert enlarge.due(book, held) == []
    gentler = Studio(
        load_settings(
            "doubles", [*changes, "enlarge.strength=0.2", f"enlarge.control={home / 'control'}"]
        )
    )
    off = Studio(load_settings("doubles", [*changes, "enlarge.control=off"]))
    assert enlarge.due(book, gentler) == enlarge.due(book, off) == list(range(5))
