"""Which family a checkpoint is of, and what is said of those of none."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from storybook.errors import ModelError
from storybook.models.checkpoint import Checkpoint
from storybook.models.painting import open_painter
from tiny_sd import change_json, tiny_painter


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_painter(tmp_path_factory.mktemp("models") / "tiny")


def test_family_of_a_diffusers_folder(folder: Path) -> None:
    assert Checkpoint(folder).family.name == "sd1"
    assert open_painter(folder, device="cpu").name == Checkpoint(folder).name()


def test_family_names_another_pipeline(tmp_path: Path) -> None:
    folder = tiny_painter(tmp_path / "other")
    change_json(folder / "model_index.json", _class_name="FluxPipeline")
    with pytest.raises(ModelError, match=r"FluxPipeline.*Known are: Stable Diffusion 1"):
        _ = Checkpoint(folder).family
    (folder / "model_index.json").unlink()
    with pytest.raises(ModelError, match=r"model_index\.json is missing"):
        _ = Checkpoint(folder).family


def test_family_of_a_single_file(tmp_path: Path) -> None:
    for family, start in (
        ("sd1", "cond_stage_model.transformer.text_model."),
        ("sd2", "cond_stage_model.model."),
        ("sdxl", "conditioner.embedders.1.model."),
    ):
        key = f"{start}final_layer_norm.weight"
        save_file({key: torch.ones(1)}, tmp_path / "sd.safetensors")
        torch.save({"state_dict": {key: torch.ones(1)}}, tmp_path / "sd.ckpt")
        for ending in ("safetensors", "ckpt"):
            assert Checkpoint(tmp_path / f"sd.{ending}").family.name == family


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("x.weight", r"no painter that is known: it has 1 tensors such as x\.weight\. Known"),
        ("conditioner.embedders.0.x", "looks like the refiner of Stable Diffusion XL"),
        ("lora_unet_down_x.lora_up.weight", "looks like a LoRA"),
        ("double_blocks.0.x", "looks like a Flux"),
        ("lora_te_x.hada_w1_a", "looks like a LoHa adapter"),
        ("lora_te_x.lokr_w1", "looks like a LoKr adapter"),
        ("base_model.model.x.lora_A.weight", "looks like a LoRA as peft writes it"),
        ("first_stage_model.x", r"looks like an autoencoder \(draw\.vae\)"),
    ],
)
def test_family_says_what_another_file_looks_like(tmp_path: Path, key, said) -> None:
    save_file({key: torch.ones(1)}, tmp_path / "x.safetensors")
    with pytest.raises(ModelError, match=said):
        _ = Checkpoint(tmp_path / "x.safetensors").family


def test_family_refuses_what_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("hello")
    with pytest.raises(ModelError, match="no checkpoint"):
        _ = Checkpoint(tmp_path / "notes.md").family
    with pytest.raises(ModelError, match="does not exist"):
        _ = Checkpoint(tmp_path / "nowhere").family
