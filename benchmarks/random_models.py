"""Models of the true shapes of Stable Diffusion 1.5 and RealESRGAN_x4plus, with random weights.

They cost what real ones cost, and are written as real ones are published.
"""

import re
from pathlib import Path

import torch
from diffusers import AutoencoderKL, ControlNetModel, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from spandrel.architectures.ESRGAN import ESRGAN
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from storybook.models.checkpoint import CONFIGS
from training.formats.checkpoint import save_checkpoint
from training.formats.header import Origin

SD1 = CONFIGS / "stable-diffusion-1"
LAYERS = {
    "model.0": "conv_first",
    "model.1.sub.23": "conv_body",
    "model.3": "conv_up1",
    "model.6": "conv_up2",
    "model.8": "conv_hr",
    "model.10": "conv_last",
}
PAINTER, CONTROL, ENLARGER = "sd15.safetensors", "softedge.safetensors", "RealESRGAN_x4plus.pth"


def write_models(home: Path, origin: Origin) -> StableDiffusionPipeline:
    """Write painter, ControlNet (both in half precision) and enlarger; returns the painter."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(SD1 / "unet"))
    pipe = StableDiffusionPipeline(
        vae=AutoencoderKL.from_config(AutoencoderKL.load_config(SD1 / "vae")),
        text_encoder=CLIPTextModel(CLIPTextConfig.from_pretrained(SD1 / "text_encoder")),
        tokenizer=CLIPTokenizer.from_pretrained(SD1 / "tokenizer"),
        unet=unet,
        scheduler=None,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    save_checkpoint(pipe, home / PAINTER, precision="fp16", origin=origin)
    save_file(ControlNetModel.from_unet(unet).half().state_dict(), home / CONTROL)
    write_enlarger(home / ENLARGER)
    return pipe


def write_enlarger(file: Path) -> None:
    """Write a RealESRGAN_x4plus, by the names that it is published with."""
    tensors = ESRGAN().state_dict()
    torch.save({"params_ema": {_published(name): each for name, each in tensors.items()}}, file)


def _published(name: str) -> str:
    """What RRDBNet of today calls a tensor of the first ESRGAN."""
    for old, new in LAYERS.items():
        if name.startswith(f"{old}."):
            return new + name.removeprefix(old)
    block = re.fullmatch(r"model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\.(\w+)", name)
    number, dense, conv, kind = block.groups()
    return f"body.{number}.rdb{dense}.conv{conv}.{kind}"
