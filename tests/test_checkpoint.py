"""A checkpoint is read once, and a new family is one file and one entry in a table."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny_flow
import torch
from safetensors.torch import load_file, save_file

from storybook.errors import ModelError
from storybook.models import families, painting, weights
from storybook.models.checkpoint import Checkpoint
from storybook.models.memory import MemoryBudget
from storybook.models.painting import family_of, open_painter
from tiny_sd import asked, change_json, difference, tiny_painter, tiny_xl_painter


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_painter(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each header and JSON file is read."""
    counted: Counter[str] = Counter()

    def counting(real: Callable[[Path], object]) -> Callable[[Path], object]:
        def read(path: Path) -> object:
            counted[f"{path.parent.name}/{path.name}"] += 1
            return real(path)

        return read

    for name in ("_check_safetensors", "_parsed"):
        monkeypatch.setattr(weights, name, counting(getattr(weights, name)))
    return counted


def test_checkpoint_reads_each_file_once(folder: Path, reads: Counter[str]) -> None:
    checkpoint = Checkpoint(folder)
    painter = open_painter(checkpoint, device="cpu")
    list(painter.paint([asked("a cat")]))
    facts = (checkpoint.family.name, checkpoint.prediction_type, checkpoint.name())
    assert facts == ("sd1", "epsilon", painter.name)
    assert checkpoint.stored_bytes(4)["unet"] > 0 and checkpoint.sampling.steps == 30
    assert checkpoint.settings("unet/config.json")["in_channels"] == 4
    assert painter.checkpoint is checkpoint
    assert set(reads.values()) == {1} and len(reads) >= 8, reads


def test_checkpoint_names_without_reading_a_header(folder: Path, reads: Counter[str]) -> None:
    assert Checkpoint(folder).name() == Checkpoint(folder).name() and not reads


def test_configs_of_a_folder_are_its_own_and_ask_for_nothing(tmp_path: Path) -> None:
    assert Checkpoint(tmp_path).configs == tmp_path
    with pytest.raises(ModelError, match="does not exist"):
        _ = Checkpoint(tmp_path / "nowhere").configs


@pytest.mark.parametrize("hidden_act", ["gelu", "quick_gelu", None])
def test_family_is_told_by_the_text_encoder(tmp_path: Path, hidden_act: str | None) -> None:
    """SD 2.x has OpenCLIP's, with the exact GELU; what does not say it is SD 1.x."""
    folder = tiny_painter(tmp_path / "tiny")
    change_json(folder / "text_encoder" / "config.json", hidden_act=hidden_act)
    assert Checkpoint(folder).family.name == ("sd2" if hidden_act == "gelu" else "sd1")


def test_family_is_no_question_of_the_activation_for_xl(tmp_path: Path) -> None:
    for act in ("gelu", "quick_gelu"):
        folder = tiny_xl_painter(tmp_path / act, act=act)
        assert Checkpoint(folder).family.name == "sdxl"


def test_settings_say_what_is_missing_or_no_settings(tmp_path: Path) -> None:
    folder = tiny_painter(tmp_path / "tiny")
    with pytest.raises(ModelError, match=r"nothing\.json is missing"):
        Checkpoint(folder).settings("unet/nothing.json")
    (folder / "scheduler" / "scheduler_config.json").write_text("[1]")
    with pytest.raises(ModelError, match=r"scheduler_config\.json lists no settings"):
        _ = Checkpoint(folder).scheduler_config
    (folder / "text_encoder" / "config.json").write_text("[1]")
    assert Checkpoint(folder).family.name == "sd1", "opening it says what is wrong"
    (folder / "text_encoder" / "config.json").write_text("{")
    with pytest.raises(ModelError, match=r"config\.json is no JSON"):
        _ = Checkpoint(folder).family


def test_a_checkpoint_that_was_cut_off_is_of_no_family(tmp_path: Path) -> None:
    folder = tiny_painter(tmp_path / "tiny")
    file = folder / "vae" / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(ModelError, match=r"diffusion_pytorch_model\.safetensors is cut off"):
        _ = Checkpoint(folder).family


@pytest.fixture
def flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a family that this project does not have, with its entry and its file."""
    monkeypatch.setattr(families, "FAMILIES", (*families.FAMILIES, tiny_flow.SPEC))
    real = painting.import_module
    own = {"storybook.models.flow": tiny_flow}
    monkeypatch.setattr(painting, "import_module", lambda name: own.get(name) or real(name))
    return tiny_flow.tiny_flow(tmp_path / "flow")


def test_open_painter_takes_a_new_family_by_one_entry(flow: Path) -> None:
    painter = open_painter(flow, device="cpu", batch=2)
    assert painter.family is family_of(Checkpoint(flow)) is tiny_flow.FAMILY
    assert painter.name == Checkpoint(flow).name() and painter.precision == "fp32"
    requests = [asked("a cat"), asked("a dog", "ugly", seed=2), asked("a fox", guidance=1.0)]
    together = list(painter.paint(requests))
    for request, picture in zip(requests, together, strict=True):
        assert difference(picture, next(painter.paint([request]))) <= 1
    assert difference(together[0], next(painter.paint([asked("a cat", seed=3)]))) > 1
    assert difference(together[0], next(painter.paint([asked("a bear")]))) > 1
    with pytest.raises(ModelError, match="multiples of 8"):
        list(painter.paint([asked("a cat", width_px=30)]))


def test_memory_counts_the_denoiser_of_a_new_family(flow: Path) -> None:
    painter = open_painter(flow, device="cpu", memory="parts")
    assert hasattr(painter.pipe.transformer, "_hf_hook")
    assert MemoryBudget("parts").plan(painter.pipe, torch.device("cpu")).offload == "parts"
    calm = open_painter(flow, device="cpu")
    one, other = (next(each.paint([asked("a cat")])) for each in (painter, calm))
    assert difference(one, other) <= 1


def test_a_new_family_says_what_is_broken(flow: Path) -> None:
    file = flow / "transformer" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(file)
    save_file(
        tensors | {"proj_out.bias": tensors["proj_out.bias"] * float("nan")},
        file,
        metadata={"format": "pt"},
    )
    with pytest.raises(ModelError, match="draws no numbers"):
        list(open_painter(flow, device="cpu").paint([asked("a cat")]))
    (flow / "transformer" / "config.json").unlink()
    with pytest.raises(ModelError, match=r"config\.json is missing"):
        open_painter(flow, device="cpu")


def test_a_family_that_is_not_in_the_table_is_named(tmp_path: Path) -> None:
    folder = tiny_flow.tiny_flow(tmp_path / "flow")
    assert json.loads((folder / "model_index.json").read_text())
    with pytest.raises(ModelError, match=r"StableDiffusion3Pipeline.*Known are"):
        open_painter(folder, device="cpu")
