"""Which family a checkpoint is of, and what is said of those of none."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from storybook.errors import ModelError
from storybook.models import sd1
from storybook.models.families import family_of, open_painter, painter_name
from tiny_sd import change_json, tiny_painter


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_painter(tmp_path_factory.mktemp("models") / "tiny")


def test_a_diffusers_folder_is_recognised(folder: Path) -> None:
    assert family_of(folder) is sd1
    assert open_painter(folder, device="cpu").name == painter_name(folder)


def test_another_pipeline_is_named(tmp_path: Path) -> None:
    folder = tiny_painter(tmp_path / "other")
    change_json(folder / "model_index.json", _class_name="FluxPipeline")
    with pytest.raises(ModelError, match=r"FluxPipeline.*Known are: Stable Diffusion 1\.x"):
        family_of(folder)
    (folder / "model_index.json").unlink()
    with pytest.raises(ModelError, match=r"model_index\.json is missing"):
        family_of(folder)


def test_single_files_say_what_they_are(tmp_path: Path) -> None:
    key = "cond_stage_model.transformer.text_model.final_layer_norm.weight"
    save_file({key: torch.ones(1)}, tmp_path / "sd.safetensors")
    torch.save({"state_dict": {key: torch.ones(1)}}, tmp_path / "sd.ckpt")
    for file in ("sd.safetensors", "sd.ckpt"):
        with pytest.raises(ModelError, match=r"Stable Diffusion 1\.x in a single file"):
            family_of(tmp_path / file)
    save_file({"x.weight": torch.ones(1)}, tmp_path / "x.safetensors")
    with pytest.raises(ModelError, match=r"no painter that is known.*x\.weight"):
        family_of(tmp_path / "x.safetensors")


def test_what_is_no_checkpoint_at_all(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("hello")
    with pytest.raises(ModelError, match="no checkpoint"):
        family_of(tmp_path / "notes.md")
    with pytest.raises(ModelError, match="does not exist"):
        family_of(tmp_path / "nowhere")
