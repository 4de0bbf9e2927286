"""LoRA adapters go out and come back in every form, and other libraries draw the same with them."""

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from peft import LoraConfig, get_peft_model_state_dict
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel

from storybook.errors import TrainingError
from storybook.models.fuse_lora import fuse_lora
from storybook.models.painting import open_painter
from storybook.models.weights import Adapter
from tiny_sd import tiny_painter
from tiny_taught import ORIGIN, drawn, opened, origin_in, same_picture, teach
from training.formats.header import Training
from training.formats.lora import (
    ATTENTION,
    TEXT,
    TRANSFORMER,
    Lora,
    kohya_name,
    put_on,
    save_diffusers_lora,
    save_kohya_lora,
    taught_lora,
)
from training.formats.lora_reader import read_lora


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_painter(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def taught(folder: Path) -> StableDiffusionPipeline:
    pipe = opened(folder)
    teach(pipe)
    return pipe


@pytest.fixture(scope="module")
def picture(taught: StableDiffusionPipeline) -> np.ndarray:
    return drawn(taught)


@pytest.fixture(scope="module")
def files(taught: StableDiffusionPipeline, tmp_path_factory) -> tuple[Path, Path]:
    """The same adapter as kohya and as diffusers keep it."""
    out = tmp_path_factory.mktemp("adapters")
    lora = taught_lora(taught.unet, taught.text_encoder)
    training = Training(unet_lr=1e-4, tag_frequency={"10_ohwx dog": {"sitting": 4}}, seed=7)
    return (
        save_kohya_lora(
            lora, out / "rex.safetensors", precision="fp32", origin=ORIGIN, training=training
        ),
        save_diffusers_lora(lora, out / "rex", precision="fp32", origin=ORIGIN),
    )


@pytest.mark.parametrize("form", [0, 1], ids=["kohya", "diffusers"])
def test_diffusers_draws_the_same_from_the_file(picture, files, folder: Path, form: int) -> None:
    plain = opened(folder)
    plain.load_lora_weights(str(files[form].parent), weight_name=files[form].name)
    assert np.abs(drawn(plain) - picture).max() < 1e-5
    plain.disable_lora()
    assert np.abs(drawn(plain) - picture).max() > 0.02, "the adapter changes the picture"


@pytest.mark.parametrize("form", [0, 1], ids=["kohya", "diffusers"])
def test_our_reader_gives_back_every_layer(taught, picture, files, folder, form) -> None:
    plain = opened(folder)
    lora = read_lora(files[form], plain.unet, plain.text_encoder)
    wanted = taught_lora(taught.unet, taught.text_encoder)
    for read, part in ((lora.unet, wanted.unet), (lora.text_encoder, wanted.text_encoder)):
        assert read.keys() == part.keys()
        for name, layer in part.items():
            assert (read[name].alpha, read[name].rank) == (layer.alpha, layer.rank), name
            assert torch.equal(read[name].up, layer.up)
            assert torch.equal(read[name].down, layer.down)
    put_on(lora, plain.unet, plain.text_encoder)
    assert np.abs(drawn(plain) - picture).max() < 1e-5


@pytest.mark.parametrize(
    ("form", "root"),
    [
        pytest.param("diffusers", True, id="rslora-diffusers"),
        pytest.param("kohya", False, id="plain-kohya"),
        pytest.param("diffusers", False, id="plain-diffusers", marks=pytest.mark.slow),
        pytest.param("kohya", True, id="rslora-kohya", marks=pytest.mark.slow),
    ],
)
def test_layers_of_different_rank_and_alpha(folder: Path, tmp_path: Path, form, root) -> None:
    """diffusers reads them in its own form; of kohya's it takes one alpha for all attention."""
    pipe, plain, reader = opened(folder), opened(folder), opened(folder)
    teach(pipe, rank_pattern={"attn2.to_v": 2}, alpha_pattern={"attn1.to_q": 5}, use_rslora=root)
    lora, picture = taught_lora(pipe.unet, pipe.text_encoder), drawn(pipe)
    block = lora.unet["mid_block.attentions.0.transformer_blocks.0.attn1.to_q"]
    assert block.alpha == pytest.approx(5 * (3**0.5 if root else 1))
    if form == "diffusers":
        file = save_diffusers_lora(lora, tmp_path, precision="fp32", origin=ORIGIN)
        reader.load_lora_weights(str(tmp_path))
        assert np.abs(drawn(reader) - picture).max() < 1e-5
    else:
        file = tmp_path / "uneven.safetensors"
        save_kohya_lora(lora, file, precision="fp32", origin=ORIGIN)
    put_on(read_lora(file, plain.unet, plain.text_encoder), plain.unet, plain.text_encoder)
    assert np.abs(drawn(plain) - picture).max() < 1e-5


def test_peft_names_are_the_names_in_diffusers_form(taught, files) -> None:
    held = get_peft_model_state_dict(taught.unet)
    saved = load_file(files[1])
    assert {f"unet.{name}" for name in held} == {name for name in saved if name[:5] == "unet."}
    text = [name for name in saved if name.startswith("text_encoder.")]
    assert text and all(name.startswith("text_encoder.text_model.") for name in text)


def test_kohya_names_shapes_and_alpha(taught, files) -> None:
    tensors = load_file(files[0])
    block = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0"
    assert tensors[f"{block}_attn1_to_k.alpha"] == 7, "not the rank"
    assert tensors[f"{block}_attn1_to_k.alpha"].shape == ()
    assert tensors[f"{block}_attn1_to_k.alpha"].is_floating_point()
    assert tensors[f"{block}_attn2_to_v.lora_down.weight"].shape == (3, 16)
    assert f"{block}_attn1_to_out_0.lora_up.weight" in tensors
    proj_in = tensors["lora_unet_down_blocks_1_attentions_0_proj_in.lora_down.weight"]
    assert proj_in.shape == (3, 32, 1, 1), "a 1 x 1 convolution stays one"
    conv = tensors["lora_unet_down_blocks_0_resnets_0_conv1.lora_up.weight"]
    assert conv.shape == (16, 3, 1, 1)
    assert tensors["lora_te_text_model_encoder_layers_0_mlp_fc1.alpha"] == 3


def test_the_header_says_what_others_and_we_look_for(files) -> None:
    with safe_open(files[0], "pt") as file:
        header = file.metadata()
    assert header["ss_network_module"] == "networks.lora"
    assert (header["ss_network_dim"], header["ss_network_alpha"]) == ("3", "7.0")
    assert (header["ss_base_model_version"], header["ss_v2"]) == ("sd_v1", "False")
    assert (header["ss_unet_lr"], header["ss_seed"]) == ("0.0001", "7")
    assert json.loads(header["ss_tag_frequency"]) == {"10_ohwx dog": {"sitting": 4}}
    assert header["modelspec.architecture"] == "stable-diffusion-v1/lora"
    assert header["modelspec.trigger_phrase"] == "ohwx dog"
    for file in files:
        assert origin_in(file) == ORIGIN.but(rank=3)


def test_the_hash_is_of_the_tensors_alone(taught, files, tmp_path: Path) -> None:
    data = files[0].read_bytes()
    with safe_open(files[0], "pt") as file:
        header = file.metadata()
    tensors_from = 8 + int.from_bytes(data[:8], "little")
    assert header["sshs_model_hash"] == hashlib.sha256(data[tensors_from:]).hexdigest()
    assert re.fullmatch("[0-9a-f]{8}", header["sshs_legacy_hash"])
    lora = taught_lora(taught.unet, taught.text_encoder)
    other = ORIGIN.but(token="bhna", class_word="cat")
    again = save_kohya_lora(
        lora,
        tmp_path / "a.safetensors",
        precision="fp32",
        origin=other,
        training=Training(unet_lr=1e-4, seed=7),
    )
    with safe_open(again, "pt") as file:
        assert file.metadata()["sshs_model_hash"] == header["sshs_model_hash"]


@pytest.fixture(scope="module")
def dora(folder: Path) -> tuple[Lora, np.ndarray]:
    """One of both parts, with lengths of its own, and what is drawn with it."""
    pipe = opened(folder)
    teach(pipe, use_dora=True)
    lora = taught_lora(pipe.unet, pipe.text_encoder)
    assert all(
        layer.magnitude is not None for part in lora.parts.values() for layer in part.values()
    )
    return lora, drawn(pipe)


@pytest.mark.parametrize("form", ["diffusers", "kohya"])
def test_dora_of_both_parts_is_drawn_as_it_was_taught(dora, folder, tmp_path, form: str) -> None:
    """Saved and melted in by us, put on again, and, in its own form, loaded by diffusers."""
    lora, picture = dora
    melted, plain = opened(folder), opened(folder)
    if form == "diffusers":
        file = save_diffusers_lora(lora, tmp_path, precision="fp32", origin=ORIGIN)
        reader = opened(folder)
        reader.load_lora_weights(str(tmp_path))
        assert np.abs(drawn(reader) - picture).max() < 1e-5
    else:
        file = tmp_path / "dora.safetensors"
        save_kohya_lora(lora, file, precision="fp32", origin=ORIGIN)
        scales = {n: t for n, t in load_file(file).items() if n.endswith("dora_scale")}
        assert all(each.shape[1:].numel() == 1 and each.ndim > 1 for each in scales.values())
        assert len(scales) == len(lora.unet) + len(lora.text_encoder)
    fuse_lora(melted, Adapter(file))
    assert same_picture(drawn(melted), picture), "merged, so rounded otherwise"
    put_on(read_lora(file, plain.unet, plain.text_encoder), plain.unet, plain.text_encoder)
    assert np.abs(drawn(plain) - picture).max() < 1e-5
    without = {
        name: each
        for name, each in load_file(file).items()
        if not name.endswith(("dora_scale", "lora_magnitude_vector.weight"))
    }
    save_file(without, tmp_path / "plain.safetensors")
    other = opened(folder)
    fuse_lora(other, Adapter(tmp_path / "plain.safetensors"))
    assert np.abs(drawn(other) - picture).max() > 0.02, "it is no plain LoRA"


@pytest.mark.parametrize("precision", ["fp16", "bf16"])
def test_half_precision_on_disk(taught, picture, folder, tmp_path, precision) -> None:
    lora = taught_lora(taught.unet, taught.text_encoder)
    file = save_kohya_lora(lora, tmp_path / "h.safetensors", precision=precision, origin=ORIGIN)
    wanted = {"fp16": torch.float16, "bf16": torch.bfloat16}[precision]
    assert {tensor.dtype for tensor in load_file(file).values()} == {wanted}
    plain = opened(folder)
    plain.load_lora_weights(str(tmp_path), weight_name=file.name)
    assert np.abs(drawn(plain) - picture).max() < 0.1


def test_our_painter_opens_it(taught, files, folder: Path) -> None:
    painter = open_painter(folder, [Adapter(files[0])], device="cpu")
    layer = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
    bent = painter.pipe.unet.get_submodule(layer).weight
    learnt = taught.unet.get_submodule(layer)
    wanted = learnt.base_layer.weight + learnt.get_delta_weight("default")
    assert torch.allclose(bent, wanted, atol=1e-5)


def test_nothing_and_no_numbers_are_not_saved(folder: Path) -> None:
    pipe = opened(folder)
    with pytest.raises(TrainingError, match="nothing to save"):
        taught_lora(pipe.unet, pipe.text_encoder)
    teach(pipe)
    with torch.no_grad():
        next(w for n, w in pipe.unet.named_parameters() if "lora_B" in n).fill_(torch.nan)
    with pytest.raises(TrainingError, match="is no number"):
        taught_lora(pipe.unet, pipe.text_encoder)


def test_kohya_s_modules_at_true_size() -> None:
    with torch.device("meta"):
        unet = UNet2DConditionModel(cross_attention_dim=768)
        text_encoder = CLIPTextModel(
            CLIPTextConfig(
                hidden_size=768,
                intermediate_size=3072,
                num_hidden_layers=12,
                num_attention_heads=12,
            )
        )
    unet.add_adapter(LoraConfig(r=4, target_modules=list(TRANSFORMER)), "kohya")
    text_encoder.add_adapter(LoraConfig(r=4, target_modules=list(TEXT)), "kohya")
    names = {}
    for part, model in (("unet", unet), ("text_encoder", text_encoder)):
        paths = [path for path, _ in model.named_modules() if path.endswith(".lora_A.kohya")]
        names[part] = {kohya_name(part, path.removesuffix(".lora_A.kohya")) for path in paths}
    assert (len(names["unet"]), len(names["text_encoder"])) == (192, 72)
    block = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0"
    named = {
        f"{block}_{layer}"
        for layer in ("attn1_to_q", "attn1_to_out_0", "ff_net_0_proj", "ff_net_2")
    }
    assert named < names["unet"]
    assert "lora_te_text_model_encoder_layers_11_mlp_fc2" in names["text_encoder"]


def test_diffusers_usual_targets_at_true_size() -> None:
    with torch.device("meta"):
        unet = UNet2DConditionModel(cross_attention_dim=768)
    unet.add_adapter(LoraConfig(r=4, target_modules=list(ATTENTION)), "attention")
    weights = [w for n, w in unet.named_parameters() if "lora_" in n and ".attention." in n]
    assert len(weights) == 2 * 128
    assert sum(weight.numel() for weight in weights) == 797_184
