"""Real classes at toy size, built from config with a seed: a painter, a critic, two enlargers."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path

import numpy as np
import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    PNDMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from PIL import Image
from safetensors.torch import save_file
from spandrel.architectures.Compact import Compact
from spandrel.architectures.ESRGAN import ESRGAN
from transformers import (
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
)

from storybook.records import Candidate, Prompt

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789,.'-()[]:!?"
WIDTH = 16
ROUNDING = 3 * 3 * 2 * WIDTH * 2**-24
"""So much of its size a sum may be off if it is taken in another order: each of its products, 288
in a tiny painter's largest convolution, is rounded to 24 bits. Another processor, another number of
threads, even the same weights read to another place in memory may choose another order."""


_BUILT: dict[tuple, Path] = {}
"""Folders of models by what they were built from."""


def built_once(build: Callable[..., Path]) -> Callable[..., Path]:
    """Build each kind of folder once in a process; further ones become copies of it."""

    @wraps(build)
    def copied(folder: Path, **options: object) -> Path:
        key = (build.__name__, *sorted(options.items()))
        if key not in _BUILT:
            home = Path(tempfile.mkdtemp(prefix="storybook-tiny-"))
            atexit.register(shutil.rmtree, home, ignore_errors=True)
            _BUILT[key] = build(home / "model", **options)
        torch.manual_seed(0)  # as after building, chance does not depend on what ran before
        return Path(shutil.copytree(_BUILT[key], folder, dirs_exist_ok=True))

    return copied


def tiny_tokenizer() -> CLIPTokenizer:
    """A tokenizer that spells every word, in CLIP's format; 77 tokens at most."""
    pieces = ["<|startoftext|>", "<|endoftext|>", *LETTERS, *(f"{each}</w>" for each in LETTERS)]
    vocab = {piece: number for number, piece in enumerate(pieces)}
    return CLIPTokenizer(vocab=vocab, merges=[], model_max_length=77)


@built_once
def tiny_painter(
    folder: Path, *, seed: int = 0, prediction: str = "epsilon", levels: int = 2
) -> Path:
    """A whole `StableDiffusionPipeline` folder: 8 times smaller latents of 4 channels.

    With one level its U-Net has half the layers, and steps take half as long.
    """
    torch.manual_seed(seed)
    tokenizer = tiny_tokenizer()
    text_encoder = CLIPTextModel(text_config(tokenizer)).eval()
    last = text_encoder.text_model.final_layer_norm
    torch.nn.init.constant_(last.weight, 5)  # so that a prompt shows in a picture
    torch.nn.init.constant_(last.bias, 0.5)
    pipe = StableDiffusionPipeline(
        vae=tiny_vae(),
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=UNet2DConditionModel(
            sample_size=8,
            block_out_channels=(WIDTH, 2 * WIDTH)[-levels:],
            layers_per_block=1,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D")[-levels:],
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D")[:levels],
            cross_attention_dim=WIDTH,
            attention_head_dim=8,
            norm_num_groups=8,
        ).eval(),
        scheduler=PNDMScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            prediction_type=prediction,
            steps_offset=1,
            skip_prk_steps=True,
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.save_pretrained(folder)
    return folder


@built_once
def tiny_xl_painter(
    folder: Path, *, seed: int = 0, zeros: bool = True, act: str = "quick_gelu"
) -> Path:
    """A whole `StableDiffusionXLPipeline` folder: two text encoders of two widths.

    `act` is the second one's activation; OpenCLIP's is `gelu`.
    """
    torch.manual_seed(seed)
    tokenizer, other = tiny_tokenizer(), tiny_tokenizer()
    other.pad_token = "!</w>"
    first, second = (
        {**text_config(tokenizer).to_dict(), "num_hidden_layers": 3, "hidden_size": width}
        for width in (WIDTH, 2 * WIDTH)
    )
    encoders = (
        CLIPTextModel(CLIPTextConfig(**first)),
        CLIPTextModelWithProjection(CLIPTextConfig(**second | {"hidden_act": act})),
    )
    for encoder in encoders:
        for weight in encoder.parameters():
            torch.nn.init.normal_(weight, std=0.3)
    unet = UNet2DConditionModel(
        sample_size=8,
        block_out_channels=(WIDTH, 2 * WIDTH),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=3 * WIDTH,
        attention_head_dim=(2, 4),
        transformer_layers_per_block=(1, 2),
        norm_num_groups=8,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=8 + 6 * 8,
    )
    StableDiffusionXLPipeline(
        vae=tiny_vae(),
        text_encoder=encoders[0].eval(),
        text_encoder_2=encoders[1].eval(),
        tokenizer=tokenizer,
        tokenizer_2=other,
        unet=unet.eval(),
        scheduler=EulerDiscreteScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            steps_offset=1,
            timestep_spacing="leading",
        ),
        force_zeros_for_empty_prompt=zeros,
        add_watermarker=False,
    ).save_pretrained(folder)
    return folder


def tiny_lora(folder: Path, *, seed: int = 1, prefix: str = "unet.") -> Path:
    """An adapter file for the tiny painter's cross attention, in the PEFT layout."""
    rng = torch.Generator().manual_seed(seed)
    block = f"{prefix}down_blocks.1.attentions.0.transformer_blocks.0.attn2"
    tensors = {}
    for layer, width in (("to_q", 2 * WIDTH), ("to_k", WIDTH), ("to_v", WIDTH)):
        tensors[f"{block}.{layer}.lora_A.weight"] = torch.randn(2, width, generator=rng)
        tensors[f"{block}.{layer}.lora_B.weight"] = torch.randn(2 * WIDTH, 2, generator=rng)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "pytorch_lora_weights.safetensors"
    save_file(tensors, file)
    return file


@built_once
def tiny_critic(folder: Path, *, seed: int = 0) -> Path:
    """A whole `CLIPModel` folder that looks at pictures of 32 px."""
    torch.manual_seed(seed)
    tokenizer = tiny_tokenizer()
    vision = {
        "hidden_size": WIDTH,
        "intermediate_size": WIDTH,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "image_size": 32,
        "patch_size": 8,
    }
    text = text_config(tokenizer).to_dict()
    CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)).save_pretrained(
        folder
    )
    tokenizer.save_pretrained(folder)
    CLIPImageProcessorPil(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}
    ).save_pretrained(folder)
    return folder


def tiny_compact(file: Path, *, seed: int = 0, convolutions: int = 2) -> Path:
    """A Real-ESRGAN Compact (SRVGGNetCompact) x4; it sees `convolutions` + 2 px around a pixel."""
    torch.manual_seed(seed)
    net = Compact(num_in_ch=3, num_out_ch=3, num_feat=8, num_conv=convolutions, upscale=4)
    save_file(net.state_dict(), file)
    return file


def tiny_rrdb(file: Path, *, seed: int = 0) -> Path:
    """A Real-ESRGAN x4 with one block, as the pickle that its authors publish."""
    torch.manual_seed(seed)
    net = ESRGAN(num_filters=8, num_blocks=1, scale=4)
    torch.save({"params_ema": net.state_dict()}, file)
    return file


def asked(positive: str, negative: str = "", **changes: object) -> Candidate:
    """A request for a small picture."""
    return Candidate(
        prompt=Prompt(page=1, positive=positive, negative=negative),
        painter="tiny",
        seed=1,
        width_px=32,
        height_px=32,
        steps=4,
        guidance=3.0,
    ).but(**changes)


def difference(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of a level, 0 to 255."""
    assert one.size == other.size
    return int(np.abs(np.asarray(one, int) - np.asarray(other, int)).max())


def alike(one: torch.Tensor, other: torch.Tensor, times: float = 1.0) -> bool:
    """Whether they are the same but for rounding, which later steps enlarged so many `times`."""
    assert one.shape == other.shape
    with torch.no_grad():
        off, size = float((one - other).abs().max()), float(other.abs().max())
    return off <= times * ROUNDING * size


def change_json(file: Path, **changes: object) -> None:
    """Rewrite some keys of a JSON file of a model."""
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def tiny_vae() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 8, WIDTH, WIDTH),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=1,
        norm_num_groups=4,
        sample_size=64,
        mid_block_add_attention=False,
    ).eval()


def text_config(tokenizer: CLIPTokenizer) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        num_hidden_layers=1,
        num_attention_heads=2,
        projection_dim=8,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
