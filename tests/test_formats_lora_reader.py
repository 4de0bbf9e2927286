"""Adapters of other writers are read, and what fits nowhere is named."""

from pathlib import Path

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file

from storybook.errors import ModelError
from tiny_sd import tiny_lora, tiny_painter
from tiny_taught import drawn, opened, teach
from training.formats.lora import kohya_tensors, put_on, taught_lora
from training.formats.lora_reader import read_lora


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_painter(tmp_path_factory.mktemp("models") / "tiny")


def test_the_old_pickle_of_attention_processors_is_read(folder: Path, tmp_path: Path) -> None:
    """D10: `attn_procs/pytorch_lora_weights.bin`, whose names lack `unet.` (T4)."""
    block = "down_blocks.1.attentions.0.transformer_blocks.0.attn2"
    today = load_file(tiny_lora(tmp_path))
    old = {
        name.removeprefix("unet.")
        .replace(f"{block}.", f"{block}.processor.")
        .replace(".lora_A.", "_lora.down.")
        .replace(".lora_B.", "_lora.up."): tensor
        for name, tensor in today.items()
    }
    assert f"{block}.processor.to_q_lora.down.weight" in old
    (tmp_path / "attn_procs").mkdir()
    torch.save(old, tmp_path / "attn_procs" / "pytorch_lora_weights.bin")
    pipe, reference = opened(folder), opened(folder)
    lora = read_lora(tmp_path / "attn_procs", pipe.unet, pipe.text_encoder)
    assert set(lora.unet) == {f"{block}.{layer}" for layer in ("to_q", "to_k", "to_v")}
    assert lora.alpha == lora.rank == 2
    put_on(lora, pipe.unet)
    reference.load_lora_weights(str(tmp_path))
    assert np.abs(drawn(pipe) - drawn(reference)).max() < 1e-5


def test_what_peft_itself_saves_is_read(folder: Path, tmp_path: Path) -> None:
    """Names with `base_model.model.`, and alpha in the config beside the tensors."""
    config = LoraConfig(r=2, lora_alpha=6, target_modules=["to_q"], alpha_pattern={"attn2.to_q": 5})
    wrapped = get_peft_model(opened(folder).unet, config)
    wrapped.save_pretrained(tmp_path)
    lora = read_lora(tmp_path, opened(folder).unet)
    block = "mid_block.attentions.0.transformer_blocks.0"
    assert lora.unet[f"{block}.attn1.to_q"].alpha == 6
    assert lora.unet[f"{block}.attn2.to_q"].alpha == 5
    assert lora.unet.keys() == taught_lora(wrapped).unet.keys()


def test_old_names_of_the_text_encoder_and_of_kohya_are_read(folder, tmp_path) -> None:
    plain, taught = opened(folder), opened(folder)
    teach(taught)
    lora = taught_lora(taught.unet, taught.text_encoder)
    te1 = {n.replace("lora_te_", "lora_te1_"): t for n, t in kohya_tensors(lora).items()}
    save_file(te1, tmp_path / "te1.safetensors")
    assert read_lora(tmp_path / "te1.safetensors", plain.unet, plain.text_encoder).parts
    layer = "text_encoder.text_model.encoder.layers.0"
    bare = layer.replace("text_model.", "")
    names = {
        f"{layer}.self_attn.to_out_lora.down.weight": (2, 16),
        f"{layer}.self_attn.to_out_lora.up.weight": (16, 2),
        f"{layer}.self_attn.q_proj.lora_linear_layer.down.weight": (2, 16),
        f"{layer}.self_attn.q_proj.lora_linear_layer.up.weight": (16, 2),
        f"{bare}.self_attn.k_proj.lora_A.weight": (2, 16),
        f"{bare}.self_attn.k_proj.lora_B.weight": (16, 2),
    }
    old = {name: torch.ones(shape) for name, shape in names.items()}
    save_file(old, tmp_path / "old.safetensors")
    read = read_lora(tmp_path / "old.safetensors", plain.unet, plain.text_encoder)
    assert {name.split(".")[-1] for name in read.text_encoder} == {"out_proj", "q_proj", "k_proj"}


def test_read_lora_takes_every_name_of_a_layer_of_the_unet(folder, tmp_path) -> None:
    """As diffusers has it today and had it, kohya, ComfyUI, LyCORIS, and XL's original blocks."""
    block = "down_blocks.1.attentions.0.transformer_blocks.0.attn1"
    original = "input_blocks.3.1.transformer_blocks.0.attn1"
    names = (
        f"unet.{block}.to_out.0",
        f"{block}.to_out.0",
        f"unet.{block}.to_out",
        f"{block}.processor.to_out_lora",
        f"base_model.model.{block}.to_out.0",
        f"diffusion_model.{original}.to_out.0",
        *(f"lora_unet_{each.replace('.', '_')}_to_out_0" for each in (block, original)),
        f"lycoris_{block.replace('.', '_')}_to_out_0",
    )
    pipe, file = opened(folder), tmp_path / "a.safetensors"
    for name in names:
        end = "" if name.endswith("_lora") else ".lora"
        halves = {"down": torch.ones(2, 32), "up": torch.ones(32, 2)}
        save_file({f"{name}{end}.{half}.weight": t for half, t in halves.items()}, file)
        assert list(read_lora(file, pipe.unet).unet) == [f"{block}.to_out.0"], name


@pytest.mark.parametrize("kind", ["LoHa", "a length for each input"])
def test_read_lora_refuses_what_can_be_drawn_with_but_not_taught_further(
    folder, tmp_path, kind: str
) -> None:
    start, file = "lora_unet_mid_block_attentions_0_proj_in.", tmp_path / "a.safetensors"
    tensors = {
        f"hada_w{n}_{half}": torch.ones(size)
        for n in (1, 2)
        for half, size in (("a", (32, 2)), ("b", (2, 32)))
    }
    if kind != "LoHa":
        tensors = {
            "lora_down.weight": torch.ones(2, 32),
            "lora_up.weight": torch.ones(32, 2),
            "dora_scale": torch.ones(1, 32, 1, 1),
        }
    save_file({start + name: each for name, each in tensors.items()}, file)
    with pytest.raises(ModelError, match=rf"{kind}.*can be drawn with, and only a"):
        read_lora(file, opened(folder).unet)


def test_what_matches_nothing_is_an_error_that_says_what_it_looks_like(folder, tmp_path) -> None:
    pipe = opened(folder)
    for name, tensors, message in (
        ("none", {}, "is empty"),
        ("embedding", {"emb_params": torch.ones(1, 16)}, r"changes nothing.*emb_params"),
        ("xl", {"lora_unet_input_blocks_4_1_proj_in.alpha": torch.ones(())}, "input_blocks_4_1"),
    ):
        save_file(tensors, tmp_path / f"{name}.safetensors")
        with pytest.raises(ModelError, match=message):
            read_lora(tmp_path / f"{name}.safetensors", pipe.unet, pipe.text_encoder)
    part = load_file(tiny_lora(tmp_path / "part"))
    save_file(part | {"unet.none.lora_A.weight": torch.ones(2, 2)}, tmp_path / "p.safetensors")
    with pytest.raises(ModelError, match=r"fits only in part: 1 of its 7.*unet\.none"):
        read_lora(tmp_path / "p.safetensors", pipe.unet)
    wide = {
        name: torch.cat([each, each], 1) if "_A" in name else each for name, each in part.items()
    }
    save_file(wide, tmp_path / "wide.safetensors")
    with pytest.raises(ModelError, match=r"taught on another model: its unet.* from 16"):
        read_lora(tmp_path / "wide.safetensors", pipe.unet)
    half = {name: each for name, each in part.items() if "_A" in name}
    save_file(half, tmp_path / "half.safetensors")
    with pytest.raises(ModelError, match="only one half of unet"):
        read_lora(tmp_path / "half.safetensors", pipe.unet)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="holds no adapter"):
        read_lora(tmp_path / "empty", pipe.unet)
