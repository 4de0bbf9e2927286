"""Enlarging with the form held: image-to-image with a ControlNet on the picture's own soft edges.

The picture is painted over at twice its size, as Zhang et al. (2023) show: the painter adds detail,
and the edges keep it from adding anything else, such as a second head. Only that detail is laid
onto the picture as the ordinary enlarger brings it to that size; which then enlarges it further.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from diffusers.loaders.single_file_utils import convert_controlnet_checkpoint
from PIL import Image
from torch import Tensor

from storybook.errors import ModelError, last_line
from storybook.images.broad_colours import broad
from storybook.images.fidelity import Fidelity, fidelity
from storybook.models import Enlarger, Painter
from storybook.models.checkpoint import CONFIGS
from storybook.models.components import open_part
from storybook.models.devices import explain_oom, quiet
from storybook.models.fuse_lora import fused
from storybook.models.memory import execution_device
from storybook.models.painting import DiffusionPainter
from storybook.models.sampling import (
    ControlNetFn,
    Img2ImgInit,
    Residuals,
    decode_latents,
    encode_image,
)
from storybook.models.soft_edges import EdgeFinder, Edges, open_hed, steep_edges
from storybook.models.weights import check_weights, read_json, read_tensors
from storybook.records import Candidate, Prompt

FACTOR = 2
"""How many times as wide the picture is painted over."""
GENTLER = 0.5
"""A plate that is not its picture any more is painted over again with this much of the strength."""
TRIES = 3
AREAS = 32
"""Colours of areas of this part of a side stay as they were: detail has no business with them."""
REMEDY = "Try --set enlarge.control=off, or smaller pictures."


@dataclass(frozen=True, slots=True)
class RefineSettings:
    """The hi-res fix: image-to-image with a ControlNet at `FACTOR` times the size."""

    strength: float
    """In (0, 1], of image-to-image: the share of the steps taken."""
    weight: float
    """The ControlNet's conditioning scale; 1 is as it was trained."""
    steps: int
    """Of the sampler, before `strength` takes its share."""
    guidance: float
    """The scale of classifier-free guidance; at most 1 is none."""


@dataclass(frozen=True, slots=True)
class ControlledEnlarger:
    """A painter with a ControlNet that refines a picture, and the enlarger that comes after it."""

    name: str
    painter: DiffusionPainter
    controlnet: ControlNetModel
    edges: EdgeFinder
    settings: RefineSettings
    then: Enlarger

    def enlarge(
        self, image: Image.Image, prompt: Prompt, *, width_px: int, seed: int
    ) -> Image.Image:
        """The picture `width_px` wide; painted over more gently if it comes out as another one.

        If the gentlest try is still another picture, the truest of all is taken.
        """
        tries: list[tuple[Fidelity, Image.Image]] = []
        strength = self.settings.strength
        with fused(self.painter.pipe, self.painter.loras_of(prompt)):
            for _ in range(TRIES):
                detailed = self.detailed(image, prompt, strength=strength, seed=seed)
                tries.append((fidelity(detailed, image), detailed))
                if not tries[-1][0].faults:
                    break
                strength *= GENTLER
        _, best = max(tries, key=lambda each: (not each[0].faults, each[0].psnr_db))
        return self.then.enlarge(best, prompt, width_px=width_px, seed=seed)

    def detailed(
        self, image: Image.Image, prompt: Prompt, *, strength: float, seed: int
    ) -> Image.Image:
        """The picture at `FACTOR` times its size with the detail that the painter adds, RGB.

        What the autoencoder alone makes of it is no detail: that is measured, and left out.
        """
        wide = self.then.enlarge(image, prompt, width_px=image.width * FACTOR, seed=seed)
        painted = self.refine(image, prompt, strength=strength, seed=seed)
        return with_change(wide, self._untouched(image), painted)

    @torch.inference_mode()
    def _untouched(self, image: Image.Image) -> Image.Image:
        """The init image of `refine` through the autoencoder and back, with no step taken."""
        pipe, work = self.painter.pipe, f"Looking at {image.width} x {image.height} px"
        with explain_oom(execution_device(pipe), work, REMEDY), self.painter.amp.autocast():
            return decode_latents(pipe, encode_image(pipe, _wide(image)))[0]

    @torch.inference_mode()
    def refine(
        self, image: Image.Image, prompt: Prompt, *, strength: float, seed: int
    ) -> Image.Image:
        """The picture at `FACTOR` times its size, by image-to-image with the ControlNet, RGB.

        Raises OutOfMemory if it does not fit on the device, ModelError if latents are NaN.
        """
        pipe = self.painter.pipe
        init_image = _wide(image)
        size = init_image.size
        request = Candidate(
            prompt=prompt,
            painter=self.painter.name,
            seed=seed,
            width_px=size[0],
            height_px=size[1],
            steps=self.settings.steps,
            guidance=self.settings.guidance,
        )
        embeds = self.painter.encode_texts([request])
        predict = self._controlnet_fn(self.edges(image), size)
        work = f"Painting over {size[0]} x {size[1]} px"
        with explain_oom(execution_device(pipe), work, REMEDY), self.painter.amp.autocast():
            init = Img2ImgInit(encode_image(pipe, init_image), strength)
            latents = self.painter.denoise([request], embeds, init=init, controlnet=predict)
            return decode_latents(pipe, latents)[0]

    def _controlnet_fn(self, edges: Edges, size: tuple[int, int]) -> ControlNetFn:
        pipe = self.painter.pipe
        edge_maps = torch.from_numpy(edges)[None].to(execution_device(pipe))
        cond = controlnet_cond(edge_maps, size).to(pipe.unet.dtype)

        def predict(latents: Tensor, timestep: Tensor, prompt_embeds: Tensor) -> Residuals:
            down, middle = self.controlnet(
                latents,
                timestep,
                encoder_hidden_states=prompt_embeds,
                controlnet_cond=cond.expand(len(latents), -1, -1, -1),
                conditioning_scale=self.settings.weight,
                return_dict=False,
            )
            return down, middle

        return predict


def controlnet_cond(edges: Tensor, size: tuple[int, int]) -> Tensor:
    """A ControlNet's conditioning image [b, 3, height, width] of edge maps [b, h, w] in [0, 1]."""
    wide = torch.nn.functional.interpolate(edges[:, None], (size[1], size[0]), mode="bilinear")
    return wide.expand(-1, 3, -1, -1)


def with_change(wide: Image.Image, before: Image.Image, after: Image.Image) -> Image.Image:
    """`wide` with what is other in `after` than in `before`, all RGB of one size.

    But for broad areas' colours, which stay as they are.
    """
    change = np.asarray(after, np.float32) - np.asarray(before, np.float32)
    coarse = [broad(change[..., channel], AREAS) for channel in range(3)]
    levels = np.asarray(wide, np.float32) + change - np.stack(coarse, axis=-1)
    return Image.fromarray(levels.round().clip(0, 255).astype(np.uint8))


def _wide(image: Image.Image) -> Image.Image:
    size = (image.width * FACTOR, image.height * FACTOR)
    return image.resize(size, Image.Resampling.LANCZOS)


def open_controlled_enlarger(
    name: str,
    painter: Painter,
    control: Path,
    hed: Path | None,
    settings: RefineSettings,
    then: Enlarger,
) -> ControlledEnlarger:
    """An enlarger that refines before `then` enlarges; edges are found by `hed`, if given.

    Raises ModelError if the painter's family has no ControlNets here, or for a broken file.
    """
    if not isinstance(painter, DiffusionPainter) or not painter.family.takes_controlnet:
        raise ModelError(
            f"The painter {painter.name} takes no ControlNet. Set enlarge.control=off, or draw "
            "with a Stable Diffusion."
        )
    edges = steep_edges if hed is None else open_hed(hed, str(execution_device(painter.pipe)))
    controlnet = open_control(control, painter)
    painter.amp.modules = (*painter.amp.modules, controlnet)
    painter.amp.choose()  # as was measured while drawing: plates are too few to measure for
    return ControlledEnlarger(name, painter, controlnet, edges, settings, then)


def open_control(path: Path, painter: DiffusionPainter) -> ControlNetModel:
    """The ControlNet in a diffusers folder or a single file, on the painter's device.

    A file may have the original layout, with or without `control_model.`, or that of diffusers.
    Raises ModelError if it is broken, or was made for another family than the painter's.
    """
    check_weights(path)
    unet = painter.pipe.unet
    if path.is_dir():
        controlnet = open_part(ControlNetModel, path)
    else:
        controlnet = _from_file(path, painter.checkpoint.family.configs)
    _check_fits(path, controlnet, unet)
    with quiet():
        return controlnet.eval().to(execution_device(painter.pipe), unet.dtype)


def _check_fits(path: Path, controlnet: ControlNetModel, unet: UNet2DConditionModel) -> None:
    """Raise ModelError for a ControlNet of another family, or of a U-Net with other widths."""
    control_dim, unet_dim = (each.config.cross_attention_dim for each in (controlnet, unet))
    if control_dim != unet_dim:
        raise ModelError(
            f"{path} is a ControlNet for painters that hear {control_dim} numbers a word; this one "
            f"hears {unet_dim}. Take one of the painter's family."
        )
    control_widths, unet_widths = (
        tuple(each.config.block_out_channels) for each in (controlnet, unet)
    )
    # A single file is opened by its family's own widths.
    if path.is_dir() and control_widths != unet_widths:
        raise ModelError(
            f"{path} is a ControlNet for U-Nets of {control_widths} channels; this painter's has "
            f"{unet_widths}. Take one that was taught for this painter, or set enlarge.control=off."
        )


def _from_file(file: Path, family: str) -> ControlNetModel:
    tensors = read_tensors(file)
    config = read_json(CONFIGS / family / "controlnet" / "config.json")
    controlnet = ControlNetModel.from_config(config)
    try:
        named = convert_controlnet_checkpoint(tensors, config)
        controlnet.load_state_dict(named)
    except (KeyError, RuntimeError, TypeError) as fault:
        raise ModelError(f"{file} is no ControlNet of {family}: {last_line(fault)}") from fault
    return controlnet
