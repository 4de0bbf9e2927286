"""Which adapters belong to which painter, told by headers."""

import json

import pytest
import torch
from safetensors.torch import save_file

from storybook.errors import ModelError
from storybook.models.adapters import adapter_files, belongs, named_loras
from storybook.models.weights import weights_digest


@pytest.fixture
def painter(tmp_path):
    folder = tmp_path / "painter"
    (folder / "unet").mkdir(parents=True)
    (folder / "unet" / "config.json").write_text(json.dumps({"cross_attention_dim": 16}))
    save_file({"a": torch.zeros(1)}, folder / "unet" / "diffusion_pytorch_model.safetensors")
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "unet.down.0.attn2.to_k.lora_A.weight",
        "unet.down.0.attn2.to_k.lora.down.weight",
        "lora_unet_down_0_attn2_to_k.lora_down.weight",
    ],
)
def test_an_adapter_fits_what_it_hears(tmp_path, painter, name):
    file = tmp_path / "a.safetensors"
    save_file({name: torch.zeros(4, 16)}, file)
    assert belongs(file, painter, exactly=False) and belongs(file, painter, exactly=True)
    save_file({name: torch.zeros(4, 768)}, file)
    assert not belongs(file, painter, exactly=False) and not belongs(file, painter, exactly=True)


def test_a_digest_in_the_header_decides_where_it_has_to_be_this_very_painter(tmp_path, painter):
    file = tmp_path / "a.safetensors"
    weights = {"unet.attn2.to_k.lora_A.weight": torch.zeros(4, 16)}
    for base, own in ((weights_digest(painter), True), ("0123456789ab", False)):
        save_file(weights, file, {"storybook.base_digest": base})
        assert belongs(file, painter, exactly=True) == own
        assert belongs(file, painter, exactly=False), "many checkpoints share one shape"


def test_what_cannot_be_told_is_left_to_opening_it(tmp_path, painter):
    file = tmp_path / "a.safetensors"
    save_file({"something": torch.zeros(3)}, file)
    assert belongs(file, painter, exactly=True)
    file.write_bytes(b"not at all")
    with pytest.raises(ModelError, match="is broken"):
        belongs(file, painter, exactly=False)


def test_belongs_looks_into_folders_and_takes_pickles_as_they_are(tmp_path, painter):
    name = "base_model.model.down.0.attn2.to_k.lora_A.weight"
    for part in ("unet", "text_encoder"):
        (tmp_path / "pet" / part).mkdir(parents=True)
        save_file({name: torch.zeros(4, 16)}, tmp_path / "pet" / part / "adapter_model.safetensors")
    assert belongs(tmp_path / "pet", painter, exactly=False)
    save_file({name: torch.zeros(4, 24)}, tmp_path / "pet" / "unet" / "adapter_model.safetensors")
    assert not belongs(tmp_path / "pet", painter, exactly=False)
    torch.save({name: torch.zeros(4, 24)}, tmp_path / "a.bin")
    assert belongs(tmp_path / "a.bin", painter, exactly=True), "only opening it tells"


def test_adapter_files_says_what_a_folder_should_hold(tmp_path):
    (tmp_path / "unet").mkdir()
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"holds no adapter\..*adapter_model\.safetensors"):
        adapter_files(tmp_path)
    (tmp_path / "unet" / "adapter_model.bin").touch()
    assert adapter_files(tmp_path) == (tmp_path / "unet" / "adapter_model.bin",)


def test_loras_are_called_by_their_files(tmp_path):
    folder, other = tmp_path / "lora", tmp_path / "ink.safetensors"
    for name in (
        "rex.safetensors",
        "old/sub.v2.pt",
        "ink.safetensors",
        "pip/pytorch_lora_weights.safetensors",
        "notes.txt",
        "fox/adapter_model.safetensors",
        "fox/adapter_config.json",
        "both/unet/adapter_model.safetensors",
        "both/text_encoder/adapter_model.safetensors",
        "adapter_model.bin",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    other.write_bytes(b"y")
    (folder / "gone.pt").symlink_to(tmp_path / "nowhere.pt")
    assert named_loras(folder, [other]) == {
        "ink": other,
        "rex": folder / "rex.safetensors",
        "sub.v2": folder / "old" / "sub.v2.pt",
        "pip": folder / "pip",
        "fox": folder / "fox",
        "both": folder / "both",
        "adapter_model": folder / "adapter_model.bin",
    }
    assert named_loras(tmp_path / "none") == {}
