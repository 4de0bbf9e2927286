"""Names of models, and what is said of broken ones."""

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from storybook.errors import ModelError
from storybook.models import pickles, weights
from storybook.models.checkpoint import Checkpoint
from storybook.models.weights import (
    Adapter,
    check_weights,
    lora_hash,
    model_name,
    numbers_in,
    read_json,
    read_tensors,
    tensor_names,
    weights_digest,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pip"
    folder.mkdir()
    save_file({"a": torch.arange(64.0)}, folder / "model.safetensors")
    (folder / "config.json").write_text('{"width": 3}')
    return folder


def test_a_name_follows_weights_and_config_and_adapters(folder: Path) -> None:
    name = model_name(folder)
    assert name.startswith("pip-") and len(name) == len("pip-") + 12
    (folder / "card.json").write_text('{"minutes": 3}')
    assert model_name(folder) == name, "a card about the model changes nothing"
    (folder / "config.json").write_text('{"width": 4}')
    renamed = model_name(folder)
    assert renamed != name
    named = Checkpoint(folder).name([Adapter(folder / "model.safetensors")])
    assert named != Checkpoint(folder).name() == renamed


def test_a_file_is_named_by_its_sha256(folder: Path) -> None:
    import hashlib

    file = folder / "model.safetensors"
    assert weights_digest(file) == hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def test_a1111_tells_an_adapter_by_its_tensors(tmp_path: Path) -> None:
    import hashlib

    file, said = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    save_file({"a": torch.arange(4.0)}, file, {"note": "any"})
    assert lora_hash(file) == hashlib.sha256(torch.arange(4.0).numpy().tobytes()).hexdigest()[:12]
    save_file({"a": torch.arange(4.0)}, said, {"sshs_model_hash": "fedcba9876543210"})
    assert lora_hash(said) == "fedcba987654"
    torch.save({"a": torch.ones(1)}, tmp_path / "c.pt")
    assert lora_hash(tmp_path / "c.pt") == weights_digest(tmp_path / "c.pt")


def test_a_folder_without_weights_has_no_name(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no model"):
        weights_digest(tmp_path)


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist"):
        check_weights(tmp_path / "nowhere")
    with pytest.raises(ModelError, match=r"nowhere does not exist.*storybook models get"):
        weights_digest(tmp_path / "nowhere")


@pytest.mark.parametrize("keep", [0, 1, 7, 8, 20, -1])
def test_a_cut_off_file_is_said(folder: Path, keep: int) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(ModelError, match=r"model\.safetensors .*[Ff]etch it again"):
        check_weights(folder)


def with_header(file: Path, header: str, body: bytes = b"") -> Path:
    text = header.encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return file


@pytest.mark.parametrize(
    "header",
    [
        "{",
        "{}x",
        '{"a": 3}',
        '{"a": {}}',
        '{"a": {"dtype": "F32", "shape": [1], "data_offsets": []}}',
        '{"a": {"dtype": "F32", "shape": [1], "data_offsets": ["0", "4"]}}',
        '{"a": {"dtype": "F32", "data_offsets": [0, 4]}}',
        '{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}',
        '{"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 4]}}',
        '{"a": {"dtype": "F9", "shape": [1], "data_offsets": [0, 4]}}',
        '{"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}}',
        '{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, -4]}}',
        '{"a": ' + "[" * 100_000,
        '{"a\x00": ',
    ],
)
def test_a_corrupted_header_is_one_line(tmp_path: Path, header: str) -> None:
    file = with_header(tmp_path / "a.safetensors", header, b"\0" * 4)
    for work in (read_tensors, lambda path: (numbers_in(path), read_tensors(path))):
        with pytest.raises(ModelError, match=r"a\.safetensors .*[Ff]etch it again") as fault:
            work(file)
        assert "\n" not in str(fault.value)


def test_a_header_longer_than_any_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes((2**62).to_bytes(8, "little") + b"{}")
    with pytest.raises(ModelError, match="cut off"):
        check_weights(tmp_path / "a.safetensors")


def test_links_are_what_they_point_to(folder: Path, tmp_path: Path) -> None:
    """As a hub's cache lays models out: the folder holds links, the weights lie elsewhere."""
    plain, away = weights_digest(folder), tmp_path / "blobs" / "0f3a"
    away.parent.mkdir()
    (folder / "model.safetensors").rename(away)
    (folder / "model.safetensors").symlink_to(away)
    assert weights_digest(folder) == plain
    save_file({"a": torch.ones(64)}, away)
    assert weights_digest(folder) != plain
    away.unlink()
    for work in (weights_digest, check_weights):
        with pytest.raises(ModelError, match=r"model\.safetensors.*(goes nowhere|no weight file)"):
            work(folder)
    (folder / "loop.pt").symlink_to(folder / "loop.pt")
    for work in (weights_digest, check_weights, read_tensors):
        with pytest.raises(ModelError, match="loop"):
            work(folder / "loop.pt")


@pytest.mark.parametrize("ending", ["safetensors", "pt"])
def test_a_file_that_goes_while_it_is_opened(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, real = tmp_path / f"a.{ending}", weights.check_weights
    if ending == "pt":
        torch.save({"a": torch.ones(1)}, file)
    else:
        save_file({"a": torch.ones(1)}, file)

    def checked(path: Path) -> weights.Contents:
        contents = real(path)
        path.unlink()
        return contents

    monkeypatch.setattr(weights, "check_weights", checked)
    with pytest.raises(ModelError, match=rf"a\.{ending} (has gone|is broken)"):
        read_tensors(file)


def test_a_header_whose_length_looks_like_a_pickle_is_read(tmp_path: Path) -> None:
    for size in range(1, 260):  # among these lengths one has 0x80 as its lowest byte
        file = tmp_path / f"{size}.safetensors"
        save_file({"a" * size: torch.zeros(1)}, file)
        check_weights(file)


@pytest.mark.parametrize("save", [pickle.dump, torch.save], ids=["bare", "torch"])
def test_a_pickle_in_disguise_is_refused(tmp_path: Path, save) -> None:
    file = tmp_path / "kind.safetensors"
    with file.open("wb") as stream:
        save({"a": torch.zeros(2)}, stream)
    with pytest.raises(ModelError, match="is a pickle named"):
        read_tensors(file)


def test_a_pickle_that_runs_programs_is_not_opened(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "sprung",))

    file = tmp_path / "trap.ckpt"
    torch.save({"a": Trap()}, file)
    with pytest.raises(ModelError, match="more than weights"):
        read_tensors(file)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("wrapper", ["state_dict", "params_ema", "params", None])
def test_wrapped_tensors_are_found(tmp_path: Path, wrapper: str | None) -> None:
    tensors = {"w": torch.ones(3)}
    file = tmp_path / "a.pth"
    torch.save({wrapper: tensors, "epoch": 3} if wrapper else tensors | {"epoch": 3}, file)
    assert list(read_tensors(file)) == tensor_names(file) == ["w"]


def test_broken_pickles_and_unknown_endings(tmp_path: Path) -> None:
    for name, data in (("a.pth", b""), ("b.pth", b"PK\x03\x04 not a zip"), ("c.onnx", b"x")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ModelError, match=name):
            read_tensors(tmp_path / name)


def test_broken_json_is_said(folder: Path) -> None:
    (folder / "config.json").write_text('{"width": ')
    with pytest.raises(ModelError, match=r"config\.json is no JSON"):
        check_weights(folder)
    (folder / "config.json").write_text("[1]")
    with pytest.raises(ModelError, match="lists no settings"):
        read_json(folder / "config.json")
    with pytest.raises(ModelError, match="is missing"):
        read_json(folder / "other.json")


@pytest.mark.parametrize(
    ("text", "path", "weight"),
    [
        ("ink.safetensors", "ink.safetensors", 1.0),
        ("models/ink.pt:0.8", "models/ink.pt", 0.8),
        ("a:b.bin", "a:b.bin", 1.0),
        ("a:b.bin:-1", "a:b.bin", -1.0),
    ],
)
def test_an_adapter_may_have_a_weight(text: str, path: str, weight: float) -> None:
    assert Adapter.parse(text) == Adapter(Path(path), weight)


def test_a_weight_that_is_no_number_is_said() -> None:
    with pytest.raises(ModelError, match=r"ink\.pt:nan: the weight"):
        Adapter.parse("ink.pt:nan")


def test_a_pickle_s_names_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, read = tmp_path / "x.ckpt", []
    torch.save({"state_dict": {"a": torch.ones(1)}}, file)
    real = pickles.unpickle
    monkeypatch.setattr(pickles, "unpickle", lambda path: read.append(path) or real(path))
    assert tensor_names(file) == tensor_names(file) == ["a"] and len(read) == 1
    torch.save({"state_dict": {"a": torch.ones(1), "b": torch.ones(9)}}, file)
    assert tensor_names(file) == ["a", "b"] and len(read) == 2
