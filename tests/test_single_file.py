"""Painters in a single file: opened without a hub, drawing what their folder draws."""

import shutil
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from storybook.config import load_settings
from storybook.errors import ModelError
from storybook.models import checkpoint
from storybook.models.checkpoint import CONFIGS, Checkpoint
from storybook.models.painting import open_painter
from storybook.models.weights import Adapter, ComponentOverrides
from storybook.records import Candidate, Prompt
from storybook.studio.studio import Studio
from tiny_sd import difference, tiny_lora, tiny_painter
from tiny_taught import ORIGIN, opened
from training.desk.latents import open_encoder
from training.formats.checkpoint import save_checkpoint
from training.pet.recipe import recipe_of
from training.pet.train import train
from training.runs.run import Run

FAMILIES = ("stable-diffusion-1", "stable-diffusion-2")
FORMS = ("safetensors", "ckpt")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny painter whose configs stand for those of Stable Diffusion 1."""
    folder = tiny_painter(tmp_path / "tiny")
    configs = tmp_path / "configs" / FAMILIES[0]
    shutil.copytree(folder, configs)
    for weights in configs.rglob("*.safetensors"):
        weights.unlink()
    monkeypatch.setattr(checkpoint, "CONFIGS", configs.parent)
    return folder


def as_file(folder: Path, file: Path) -> Path:
    save_checkpoint(opened(folder), file, precision="fp32", origin=ORIGIN)
    return file


def drawn(
    checkpoint: Path,
    adapters: tuple[Adapter, ...] = (),
    overrides: ComponentOverrides | None = None,
) -> Image.Image:
    painter = open_painter(checkpoint, adapters, device="cpu", overrides=overrides)
    asked = Candidate(
        prompt=Prompt(page=1, positive="a cat, (day:1.2)", negative="dark"),
        painter="p",
        seed=7,
        width_px=64,
        height_px=64,
        steps=3,
        guidance=4,
    )
    (picture,) = painter.paint([asked])
    return picture


@pytest.mark.parametrize("form", FORMS)
def test_read_parts_draws_what_its_folder_draws(folder: Path, tmp_path: Path, form: str) -> None:
    file = as_file(folder, tmp_path / f"rex.{form}")
    assert difference(drawn(file), drawn(folder)) <= 1


def test_fuse_lora_into_a_single_file(folder: Path, tmp_path: Path) -> None:
    file, adapter = as_file(folder, tmp_path / "rex.ckpt"), Adapter(tiny_lora(tmp_path / "lora"))
    taught = drawn(file, (adapter,))
    assert difference(taught, drawn(folder, (adapter,))) <= 1
    assert difference(taught, drawn(file)) > 1


@pytest.mark.parametrize("left", ["nothing", "half", "a folder"])
def test_open_painter_takes_another_autoencoder_for_one_that_is_missing(
    folder: Path, tmp_path: Path, left: str
) -> None:
    """Files without `first_stage_model.*` are common, and come with an autoencoder beside them."""
    shutil.copytree(folder / "vae", tmp_path / "vae")
    overrides = ComponentOverrides(vae=tmp_path / "vae")
    wanted = drawn(folder, overrides=overrides)
    if left == "a folder":
        shutil.rmtree(folder / "vae")
        checkpoint, says = folder, "vae"
    else:
        checkpoint = as_file(folder, tmp_path / "rex.safetensors")
        state = load_file(checkpoint)
        own = [name for name in state if name.startswith("first_stage_model.")]
        gone = set(own if left == "nothing" else own[1::2])
        save_file({n: each for n, each in state.items() if n not in gone}, checkpoint)
        says = r"no autoencoder .*draw\.vae" if left == "nothing" else "no AutoencoderKL like that"
    assert difference(drawn(checkpoint, overrides=overrides), wanted) <= 1
    with pytest.raises(ModelError, match=says):
        drawn(checkpoint)


def test_it_stands_in_a_studio(folder: Path, tmp_path: Path) -> None:
    file = as_file(folder, tmp_path / "rex.safetensors")
    studio = Studio(load_settings("doubles", [f"draw.painter={file}"]))
    with studio.painter() as painter:
        assert painter.name == studio.painter_name() and painter.name.startswith("rex-")
    assert not studio.draws_the_world


def test_prediction_type_is_said_in_the_header_or_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "rex.safetensors"
    save_file({"x": torch.ones(1)}, file, {"modelspec.prediction_type": "v"})
    assert Checkpoint(file).prediction_type == "v_prediction"
    save_file({"x": torch.ones(1)}, file)
    assert Checkpoint(file).prediction_type == "epsilon"
    beside = tmp_path / "rex.yaml"
    beside.write_text('model:\n  params:\n    parameterization: "v"\n')
    torch.save({"x": torch.ones(1)}, tmp_path / "rex.ckpt")
    for each in (file, tmp_path / "rex.ckpt"):
        assert Checkpoint(each).prediction_type == "v_prediction"
    beside.write_text("model:\n  params:\n    linear_start: 0.00085\n")
    assert Checkpoint(file).prediction_type == "epsilon"


def test_v_prediction_reaches_the_sampler(folder: Path, tmp_path: Path) -> None:
    file = as_file(folder, tmp_path / "rex.ckpt")
    epsilon = drawn(file)
    (tmp_path / "rex.yaml").write_text('parameterization: "v"\n')
    assert difference(drawn(file), epsilon) > 1


def test_train_takes_a_single_file_as_its_folder(folder: Path, tmp_path: Path) -> None:
    photos = Path(__file__).parents[1] / "assets" / "pets" / "bhna-cat"
    taught = []
    for model in (folder, as_file(folder, tmp_path / "rex.ckpt")):
        chosen, _ = recipe_of(
            {
                "preset": "none",
                "model": str(model),
                "lr": 1e-2,
                "batch": 2,
                "max_steps": 2,
                "resolution_px": 64,
                "sample_steps": 2,
                "sample_prompts": [],
                "concept": [{"photos": str(photos), "token": "bhna", "class_word": "cat"}],
            }
        )
        run = Run(tmp_path / f"run-{model.name}")
        list(train(chosen, run, torch.device("cpu"), "none"))
        taught.append(load_file(run.result / "pytorch_lora_weights.safetensors"))
    one, other = taught
    assert one.keys() == other.keys() and one
    # Adam's steps are as long as the learning rate, whatever a gradient's length: where a gradient
    # is no more than rounding, its whole step is. So the mean difference counts, not the largest.
    away = torch.cat([(one[name] - other[name]).abs().flatten() for name in one])
    assert float(away.mean()) < 0.01 * 1e-2


@pytest.mark.parametrize("family", FAMILIES)
def test_the_configs_are_of_the_true_size(family: str) -> None:
    """Formats 3.1: 859.5, 83.65 and 123.06 million numbers in SD 1; 865.9 and 340.4 in SD 2."""
    folder = CONFIGS / family
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(folder / "unet"))
        vae = AutoencoderKL.from_config(AutoencoderKL.load_config(folder / "vae"))
        encoder = CLIPTextModel(CLIPTextConfig.from_pretrained(folder / "text_encoder"))
    sizes = [sum(w.numel() for w in part.parameters()) / 1e6 for part in (unet, vae, encoder)]
    wanted = {FAMILIES[0]: [859.5, 83.65, 123.06], FAMILIES[1]: [865.9, 83.65, 340.4]}[family]
    assert sizes == pytest.approx(wanted, abs=0.05)
    assert vae.config.scaling_factor == 0.18215


@pytest.mark.parametrize(("family", "pad"), [(FAMILIES[0], 49407), (FAMILIES[1], 0)])
def test_the_vocabulary_is_clips(family: str, pad: int) -> None:
    tokenizer = CLIPTokenizer.from_pretrained(CONFIGS / family / "tokenizer")
    ids = tokenizer("A photo of an astronaut riding a horse, ohwx").input_ids
    assert ids == [49406, 320, 1125, 539, 550, 18376, 6765, 320, 4558, 267, 47993, 49407]
    assert (tokenizer.pad_token_id, tokenizer.model_max_length, len(tokenizer)) == (pad, 77, 49408)


def test_open_encoder_reads_the_autoencoder_alone(folder: Path, tmp_path: Path) -> None:
    file = as_file(folder, tmp_path / "rex.safetensors")
    state = load_file(file)
    save_file({n: each for n, each in state.items() if not n.startswith("model.")}, file)
    with pytest.raises(ModelError, match="no UNet2DConditionModel like that"):
        drawn(file)
    alone, own = (
        open_encoder(path, (), device="cpu", precision="fp32").vae.state_dict()
        for path in (file, folder)
    )
    assert alone.keys() == own.keys() and all(torch.equal(alone[name], own[name]) for name in own)
