"""Component overrides: another autoencoder, hypernetworks, textual inversion, clip skip."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL
from safetensors.torch import load_file, save_file

from storybook.config import load_settings
from storybook.errors import ConfigError, ModelError
from storybook.models.checkpoint import Checkpoint
from storybook.models.hypernetwork import HypernetworkConfig
from storybook.models.painting import open_painter
from storybook.models.weights import Adapter, ComponentOverrides
from storybook.records import Candidate, Prompt
from storybook.studio.studio import Studio
from tiny_sd import WIDTH, tiny_painter
from tiny_taught import ORIGIN, opened
from training.formats.hypernetwork import new_hypernetwork, save_hypernetwork
from training.formats.keys import vae_keys

VAE = "first_stage_model."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_painter(tmp_path_factory.mktemp("models") / "tiny")


def drawn(folder: Path, prompt: str = "a cat", **overrides: object) -> np.ndarray:
    overrides = ComponentOverrides(**overrides)
    painter = open_painter(folder, overrides=overrides, device="cpu")
    assert painter.name == Checkpoint(folder).name((), overrides)
    asked = Candidate(
        prompt=Prompt(page=1, positive=prompt),
        painter="p",
        seed=7,
        width_px=32,
        height_px=32,
        steps=3,
        guidance=4,
    )
    (picture,) = painter.paint([asked])
    return np.asarray(picture, int)


def far(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.abs(one - other).max())


def test_apply_overrides_takes_an_autoencoder_in_every_form(folder: Path, tmp_path: Path) -> None:
    other = opened(tiny_painter(tmp_path / "other", seed=3)).vae
    other.save_pretrained(tmp_path / "vae")
    keys = {name: each.clone() for name, each in vae_keys(other).items()}
    save_file(keys, tmp_path / "whole.safetensors")
    bare = {name.removeprefix(VAE): each for name, each in keys.items()}
    torch.save({"state_dict": bare}, tmp_path / "bare.pt")
    save_file(
        load_file(tmp_path / "vae" / "diffusion_pytorch_model.safetensors"),
        tmp_path / "new.safetensors",
    )
    forms = ("vae", "whole.safetensors", "bare.pt", "new.safetensors")
    pictures = [drawn(folder, vae=tmp_path / form) for form in forms]
    assert far(pictures[0], drawn(folder)) > 5
    assert all(far(picture, pictures[0]) <= 1 for picture in pictures)
    narrow = AutoencoderKL(block_out_channels=(8, 8), norm_num_groups=8)
    save_file(narrow.state_dict(), tmp_path / "narrow.safetensors")
    with pytest.raises(ModelError, match=r"narrow\.safetensors is no autoencoder for this"):
        drawn(folder, vae=tmp_path / "narrow.safetensors")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"no \.safetensors file lies in it"):
        open_painter(folder, overrides=ComponentOverrides(vae=tmp_path / "empty"), device="cpu")


def test_attach_hypernetwork_with_a_strength(folder: Path, tmp_path: Path) -> None:
    unet = opened(folder).unet
    files = []
    for seed in (1, 2):
        chance = torch.Generator().manual_seed(seed)
        network = new_hypernetwork(
            unet, HypernetworkConfig(weight_initialization="XavierNormal"), chance
        )
        files.append(tmp_path / f"{seed}.pt")
        save_hypernetwork(network, files[-1], origin=ORIGIN)
    plain = drawn(folder)
    pictures = [plain] + [
        drawn(folder, hypernetworks=given)
        for given in (
            (Adapter(files[0]),),
            (Adapter(files[0], 0.5),),
            (Adapter(files[0]), Adapter(files[1])),
        )
    ]
    assert all(far(a, b) > 1 for n, a in enumerate(pictures) for b in pictures[:n])
    assert far(drawn(folder, hypernetworks=(Adapter(files[0], 0.0),)), plain) <= 1
    wide = tiny_painter(tmp_path / "wide")
    other = new_hypernetwork(
        opened(wide).unet, HypernetworkConfig(), torch.Generator().manual_seed(1)
    )
    other.networks["999"] = other.networks.pop(next(iter(other.networks)))
    for width in list(other.networks)[:-1]:
        del other.networks[width]
    save_hypernetwork(other, tmp_path / "other.pt", origin=ORIGIN)
    with pytest.raises(ModelError):
        drawn(folder, hypernetworks=(Adapter(tmp_path / "other.pt"),))


def test_apply_overrides_takes_words_of_textual_inversion(folder: Path, tmp_path: Path) -> None:
    """In A1111's form and in diffusers'; a word may be several vectors."""
    torch.manual_seed(0)
    vectors = torch.randn(2, WIDTH) * 3
    torch.save({"string_to_param": {"*": vectors}, "name": "rexy"}, tmp_path / "rexy.pt")
    save_file({"emb_params": vectors}, tmp_path / "rexyst.safetensors")
    torch.save({"<rex>": vectors[0]}, tmp_path / "rexone.bin")
    plain = drawn(folder, "a rexy cat")
    taught = drawn(folder, "a rexy cat", embeddings=(tmp_path / "rexy.pt",))
    assert far(plain, taught) > 1
    same = drawn(folder, "a rexyst cat", embeddings=(tmp_path / "rexyst.safetensors",))
    assert far(same, taught) <= 1, "another name and another form, the same vectors"
    one = drawn(folder, "a rexone cat", embeddings=(tmp_path / "rexone.bin",))
    assert far(one, taught) > 1
    assert far(drawn(folder, "a cat", embeddings=(tmp_path / "rexy.pt",)), drawn(folder)) <= 1
    strong = drawn(folder, "a (rexy:1.3) cat", embeddings=(tmp_path / "rexy.pt",))
    assert far(strong, taught) > 1
    wide = torch.randn(1, 3 * WIDTH)
    torch.save({"string_to_param": {"*": wide}, "name": "x"}, tmp_path / "wide.pt")
    torch.save({"string_to_param": {"*": vectors}}, tmp_path / "odd.pt")  # it has no name
    for name in ("wide", "odd"):
        with pytest.raises(ModelError, match=rf"{name}\.pt is no embedding for this painter"):
            drawn(folder, embeddings=(tmp_path / f"{name}.pt",))


def test_clip_skip_makes_another_painter(folder: Path) -> None:
    assert far(drawn(folder, clip_skip=2), drawn(folder)) > 1
    names = {Checkpoint(folder).name((), ComponentOverrides(clip_skip=skip)) for skip in (1, 2)}
    assert len(names) == 2 and Checkpoint(folder).name() in names


def test_apply_overrides_in_a_studio(folder: Path, tmp_path: Path) -> None:
    torch.save({"string_to_param": {"*": torch.randn(1, WIDTH)}, "name": "x"}, tmp_path / "rexy.pt")
    plain = Studio(load_settings("doubles", [f"draw.painter={folder}"]))
    overrides = Studio(
        load_settings(
            "doubles",
            [
                f"draw.painter={folder}",
                "draw.clip_skip=2",
                f'draw.embeddings=["{tmp_path}/rexy.pt"]',
            ],
        )
    )
    with overrides.painter() as painter:
        assert painter.name == overrides.painter_name() != plain.painter_name()
        assert painter.clip_skip == 2 and "rexy" in painter.pipe.tokenizer.get_vocab()
    for key, value in (("vae", "no.pt"), ("hypernetworks", '["no.pt"]'), ("embeddings", '["no"]')):
        broken = Studio(load_settings("doubles", [f"draw.painter={folder}", f"draw.{key}={value}"]))
        with pytest.raises(ConfigError, match=rf"draw\.{key}: there is no no"):
            broken.painter_name()
