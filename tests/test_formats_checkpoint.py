"""Whole models go out as A1111 reads them, and come back drawing the same."""

import pickle
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel

from storybook.errors import ModelError, TrainingError
from storybook.models.hypernetwork import read_hypernetwork
from storybook.models.sd1 import KINDS
from storybook.models.single_file import read_parts
from storybook.models.weights import header_text
from tiny_sd import WIDTH, change_json, tiny_lora, tiny_painter
from tiny_taught import ORIGIN, another_picture, drawn, opened, origin_in, same_picture
from training.formats.checkpoint import checkpoint_keys, save_checkpoint, save_folder
from training.formats.keys import text_keys, unet_keys, vae_keys

FORMS = ("safetensors", "ckpt")
ONE_FAMILY = pytest.mark.parametrize(
    "folder", ["sd1", pytest.param("sd2", marks=pytest.mark.slow)], indirect=True
)
"""For what no family has code of its own for: both are read and written by the other tests."""
FORM_OF_FAMILY = pytest.mark.parametrize(
    ("folder", "form"),
    [  # each family and each form once, the rest slow: a form is written by the same code for both
        pytest.param(family, form, marks=() if number == place else pytest.mark.slow)
        for number, family in enumerate(("sd1", "sd2"))
        for place, form in enumerate(FORMS)
    ],
    indirect=["folder"],
)
CLIP = "cond_stage_model.transformer."


@pytest.fixture(scope="module", params=["sd1", "sd2"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny SD 1.x, and a tiny SD 2.x: OpenCLIP's text encoder, linear projections."""
    folder = tiny_painter(tmp_path_factory.mktemp("models") / request.param)
    return folder if request.param == "sd1" else as_sd2(folder)


def as_sd2(folder: Path) -> Path:
    pipe = opened(folder)
    torch.manual_seed(2)
    text = pipe.text_encoder.config.to_dict() | {"hidden_act": "gelu", "num_hidden_layers": 2}
    encoder = CLIPTextModel(CLIPTextConfig(**text)).eval()
    encoder.text_model.final_layer_norm = pipe.text_encoder.text_model.final_layer_norm
    unet = UNet2DConditionModel.from_config(pipe.unet.config, use_linear_projection=True).eval()
    vae = AutoencoderKL.from_config(pipe.vae.config, mid_block_add_attention=True).eval()
    pipe.register_modules(text_encoder=encoder, unet=unet, vae=vae)
    pipe.save_pretrained(folder)
    return folder


def open_checkpoint(file: Path, configs: Path) -> StableDiffusionPipeline:
    """The pipeline in a single file of the family of `configs`."""
    parts = read_parts(file, configs, KINDS)
    pipe = opened(configs)
    pipe.register_modules(**parts)
    return pipe


@FORM_OF_FAMILY
def test_a_single_file_draws_the_same(folder: Path, tmp_path: Path, form: str) -> None:
    """By diffusers' own reader, and by ours."""
    pipe, file = opened(folder), tmp_path / f"rex.{form}"
    save_checkpoint(pipe, file, precision="fp32", origin=ORIGIN)
    picture = drawn(pipe)
    theirs = StableDiffusionPipeline.from_single_file(
        str(file), config=str(folder), local_files_only=True
    )
    assert same_picture(drawn(theirs), picture)
    assert same_picture(drawn(open_checkpoint(file, folder)), picture)
    assert not list(tmp_path.glob(".*")), "no draft is left"


def test_an_adapter_is_melted_in_first(folder: Path, tmp_path: Path) -> None:
    pipe, file = opened(folder), tmp_path / "rex.safetensors"
    bare = drawn(pipe)
    pipe.load_lora_weights(str(tiny_lora(tmp_path / "lora").parent))
    with pytest.raises(TrainingError, match="with an adapter on"):
        save_checkpoint(pipe, file, precision="fp32", origin=ORIGIN)
    with pytest.raises(TrainingError, match="with an adapter on"):
        save_folder(pipe, tmp_path / "rex", precision="fp32")
    pipe.fuse_lora()
    pipe.unload_lora_weights()
    save_checkpoint(pipe, file, precision="fp32", origin=ORIGIN)
    melted = drawn(pipe)
    assert same_picture(drawn(open_checkpoint(file, folder)), melted)
    assert another_picture(melted, bare)


@pytest.mark.parametrize(
    ("form", "precision"),
    [  # each form and each precision once, the rest slow
        pytest.param(form, precision, marks=() if number == place else pytest.mark.slow)
        for number, form in enumerate(FORMS)
        for place, precision in enumerate(("fp16", "bf16"))
    ],
)
def test_half_precision_on_disk(folder: Path, tmp_path: Path, form: str, precision) -> None:
    file = tmp_path / f"rex.{form}"
    save_checkpoint(opened(folder), file, precision=precision, origin=ORIGIN)
    wanted = {"fp16": torch.float16, "bf16": torch.bfloat16}[precision]
    state = load_file(file) if form == "safetensors" else torch.load(file)["state_dict"]
    for name, tensor in state.items():
        if name.endswith("position_ids"):
            assert tensor.dtype == torch.int64
        else:
            assert tensor.dtype == (torch.float32 if name.startswith("first_") else wanted), name
    back = open_checkpoint(file, folder)
    assert back.unet.dtype == torch.float32
    weight = back.unet.conv_in.weight
    assert torch.equal(weight, opened(folder).unet.conv_in.weight.to(wanted).float())


def test_a_pickle_is_what_a1111_accepts(folder: Path, tmp_path: Path) -> None:
    """Its check allows few classes, and of a zip archive only the files of old torch releases."""
    file = tmp_path / "rex.ckpt"
    save_checkpoint(opened(folder), file, precision="fp16", origin=ORIGIN)
    values = torch.load(file, weights_only=True)
    assert (values["epoch"], values["global_step"]) == (3, 40)
    assert file.read_bytes()[:2] != b"PK"

    class Check(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> object:
            assert (module, name) in {
                ("collections", "OrderedDict"),
                ("torch._utils", "_rebuild_tensor_v2"),
                ("torch", "FloatStorage"),
                ("torch", "HalfStorage"),
                ("torch", "LongStorage"),
            }
            return super().find_class(module, name)

        def persistent_load(self, saved: tuple) -> object:
            assert saved[0] == "storage"
            return torch.storage.TypedStorage(_internal=True)

    with file.open("rb") as stream:
        check = Check(stream)
        for _ in range(5):
            check.load()


def test_the_text_encoder_s_names(tmp_path: Path) -> None:
    pipe = opened(tiny_painter(tmp_path / "tiny"))
    names = text_keys(pipe.text_encoder)
    assert all(name.startswith(f"{CLIP}text_model.") for name in names)
    assert names[f"{CLIP}text_model.embeddings.position_ids"].tolist() == [list(range(77))]
    save_folder(pipe, tmp_path / "out", precision="fp16")
    on_disk = load_file(tmp_path / "out" / "text_encoder" / "model.safetensors")
    assert all(name.startswith("text_model.") for name in on_disk)


@ONE_FAMILY
def test_a_folder_replaces_the_one_before(folder: Path, tmp_path: Path) -> None:
    pipe, out = opened(folder), tmp_path / "rex"
    for precision, dtype in (("fp16", torch.float16), ("fp32", torch.float32)):
        save_folder(pipe, out, precision=precision)
        weights = load_file(out / "unet" / "diffusion_pytorch_model.safetensors")
        assert {weight.dtype for weight in weights.values()} == {dtype}
        assert pipe.unet.dtype == torch.float32, "what is saved stays as it was"
    assert [path.name for path in tmp_path.iterdir()] == ["rex"]
    (tmp_path / "new.txt").touch()
    modes = {path.stat().st_mode for path in out.rglob("*") if path.is_file()}
    assert modes == {(tmp_path / "new.txt").stat().st_mode}, "as the umask says"
    assert same_picture(drawn(opened(out)), drawn(pipe))


def test_the_header_says_where_a_file_is_from(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "rex.safetensors"
    wide = ORIGIN.but(family="sd2", prediction="v_prediction", resolution_px=768)
    save_checkpoint(opened(folder), file, precision="fp16", origin=wide)
    assert origin_in(file) == wide
    header = header_text(file)
    assert header["modelspec.architecture"] == "stable-diffusion-v2-768-v"
    assert (header["modelspec.prediction_type"], header["modelspec.resolution"]) == ("v", "768x768")


def test_odd_files_are_read(folder: Path, tmp_path: Path) -> None:
    """Averaged weights beside the weights, other leftovers, and CLIP without `text_model.`."""
    pipe = opened(folder)
    state = {name: tensor.clone() for name, tensor in checkpoint_keys(pipe).items()}
    odd = {name.replace(f"{CLIP}text_model.", CLIP): tensor for name, tensor in state.items()}
    odd |= {f"model_ema.{number}": torch.ones(1) for number in range(120)}
    odd |= {
        "betas": torch.ones(4),
        "loss.logvar": torch.ones(1),
        "cond_stage_model.logit_scale": torch.ones(()),
    }
    torch.save({"state_dict": odd, "epoch": 1}, tmp_path / "odd.ckpt")  # today's archive
    assert same_picture(drawn(open_checkpoint(tmp_path / "odd.ckpt", folder)), drawn(pipe))


@ONE_FAMILY
def test_what_is_of_another_shape_is_said(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "rex.safetensors"
    save_checkpoint(opened(folder), file, precision="fp32", origin=ORIGIN)
    state = load_file(file)
    del state["model.diffusion_model.out.2.bias"]
    save_file(state, file)
    with pytest.raises(ModelError, match=r"1 of \d+ .*conv_out\.bias, which is missing in the f"):
        open_checkpoint(file, folder)
    save_checkpoint(opened(folder), file, precision="fp32", origin=ORIGIN)
    other = tmp_path / "other"
    opened(folder).save_pretrained(other)
    change_json(other / "unet" / "config.json", cross_attention_dim=2 * WIDTH)
    with pytest.raises(ModelError, match=r"no UNet2DConditionModel like that of .*32 x 16 in the"):
        open_checkpoint(file, other)
    with pytest.raises(TrainingError, match=r"\.ckpt, \.safetensors"):
        save_checkpoint(opened(folder), tmp_path / "rex.onnx", precision="fp32", origin=ORIGIN)


class Trap:
    def __init__(self, sprung: Path) -> None:
        self.sprung = sprung

    def __reduce__(self) -> tuple:
        return Path.touch, (self.sprung,)


def test_pickles_that_want_more_are_refused_by_name(folder: Path, tmp_path: Path) -> None:
    for name, read in (
        ("trap.ckpt", lambda file: open_checkpoint(file, folder)),
        ("trap.pt", read_hypernetwork),
    ):
        torch.save({"state_dict": {}, "a": Trap(tmp_path / "sprung")}, tmp_path / name)
        with pytest.raises(ModelError, match=rf"{name} holds more than weights"):
            read(tmp_path / name)
    assert not (tmp_path / "sprung").exists()


def test_sd_1_5_at_true_size() -> None:
    """Formats 3.1: 686 + 248 + 196 tensors, `position_ids`, and what they are called."""
    with torch.device("meta"):
        unet = UNet2DConditionModel(cross_attention_dim=768)
        vae = AutoencoderKL(
            block_out_channels=(128, 256, 512, 512),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=2,
        )
        encoder = CLIPTextModel(
            CLIPTextConfig(
                hidden_size=768,
                intermediate_size=3072,
                num_hidden_layers=12,
                num_attention_heads=12,
            )
        )
        parts = unet_keys(unet), vae_keys(vae), text_keys(encoder)
    assert [len(part) for part in parts] == [686, 248, 197]
    keys = {name: tensor for part in parts for name, tensor in part.items()}
    assert len(keys) == 1131
    model, first = "model.diffusion_model.", "first_stage_model."
    for name, shape in (  # from the list of v1-5-pruned-emaonly
        (f"{model}time_embed.2.weight", (1280, 1280)),
        (f"{model}input_blocks.0.0.weight", (320, 4, 3, 3)),
        (f"{model}input_blocks.3.0.op.weight", (320, 320, 3, 3)),
        (f"{model}input_blocks.4.0.skip_connection.weight", (640, 320, 1, 1)),
        (f"{model}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight", (320, 768)),
        (f"{model}input_blocks.11.0.emb_layers.1.weight", (1280, 1280)),
        (f"{model}middle_block.1.proj_in.weight", (1280, 1280, 1, 1)),
        (f"{model}output_blocks.2.1.conv.weight", (1280, 1280, 3, 3)),
        (f"{model}output_blocks.5.2.conv.weight", (1280, 1280, 3, 3)),
        (f"{model}output_blocks.11.1.transformer_blocks.0.ff.net.0.proj.bias", (2560,)),
        (f"{model}out.2.weight", (4, 320, 3, 3)),
        (f"{first}encoder.down.1.block.0.nin_shortcut.weight", (256, 128, 1, 1)),
        (f"{first}encoder.down.2.downsample.conv.weight", (512, 512, 3, 3)),
        (f"{first}encoder.mid.attn_1.q.weight", (512, 512, 1, 1)),
        (f"{first}decoder.mid.attn_1.norm.weight", (512,)),
        (f"{first}decoder.up.0.block.0.nin_shortcut.weight", (128, 256, 1, 1)),
        (f"{first}decoder.up.3.upsample.conv.bias", (512,)),
        (f"{first}post_quant_conv.weight", (4, 4, 1, 1)),
        (f"{CLIP}text_model.embeddings.position_ids", (1, 77)),
        (f"{CLIP}text_model.encoder.layers.11.self_attn.out_proj.bias", (768,)),
    ):
        assert tuple(keys[name].shape) == shape, name


def test_sd_2_s_text_encoder_at_true_size() -> None:
    with torch.device("meta"):
        encoder = CLIPTextModel(
            CLIPTextConfig(
                hidden_size=1024,
                intermediate_size=4096,
                num_hidden_layers=23,
                num_attention_heads=16,
                hidden_act="gelu",
            )
        )
        keys = text_keys(encoder)
    start = "cond_stage_model.model."
    assert len(keys) == 23 * 12 + 4
    for name, shape in (
        ("transformer.resblocks.22.attn.in_proj_weight", (3072, 1024)),
        ("transformer.resblocks.0.attn.in_proj_bias", (3072,)),
        ("transformer.resblocks.0.mlp.c_fc.weight", (4096, 1024)),
        ("transformer.resblocks.0.ln_2.bias", (1024,)),
        ("positional_embedding", (77, 1024)),
        ("token_embedding.weight", (49408, 1024)),
        ("ln_final.weight", (1024,)),
    ):
        assert tuple(keys[start + name].shape) == shape, name
