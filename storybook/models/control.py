"""Enlarging with the form held: image-to-image with a ControlNet on the picture's own soft edges.

The picture is painted over at twice its size, as Zhang et al. (2023) show: the painter adds detail,
and the edges keep it from adding anything else, such as a second head. Only that detail is laid
onto the picture as the ordinary enlarger brings it to that size; which then enlarges it further.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import ControlNetModel
from diffusers.loaders.single_file_utils import convert_controlnet_checkpoint
from PIL import Image
from torch import Tensor

from storybook.errors import ModelError, last_line
from storybook.images.fidelity import Fidelity, fidelity
from storybook.models import Enlarger, Painter
from storybook.models.devices import memory_of, quiet
from storybook.models.fuse_lora import fused
from storybook.models.memory import execution_device
from storybook.models.sampling import (
    ControlNetFn,
    Img2ImgInit,
    Residuals,
    check_numbers,
    decode,
    denoise,
    encode,
)
from storybook.models.sd1 import Sd1Painter, encode_text, open_part
from storybook.models.single_file import CONFIGS
from storybook.models.soft_edges import EdgeFinder, Edges, open_hed, steep_edges
from storybook.models.weights import check_weights, read_json, read_tensors
from storybook.records import Candidate, Prompt

FACTOR = 2
"""How many times as wide the picture is painted over."""
GENTLER = 0.5
"""A plate that is not its picture any more is painted over again with this much of the strength."""
TRIES = 3
REMEDY = "Try --set enlarge.control=off, or smaller pictures."
AREAS = 32
"""Colours of areas of this part of a side stay as they were: detail has no business with them."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How freely a picture is painted over."""

    strength: float
    """In (0, 1]: the share of the steps taken."""
    weight: float
    """How strongly the edges hold; 1 is as the ControlNet was taught."""
    steps: int
    guidance: float


@dataclass(frozen=True, slots=True)
class ControlledEnlarger:
    """A painter held by a ControlNet, and the enlarger that comes after it."""

    name: str
    painter: Sd1Painter
    control: ControlNetModel
    edges: EdgeFinder
    manner: Manner
    then: Enlarger

    def enlarge(
        self, image: Image.Image, prompt: Prompt, *, width_px: int, seed: int
    ) -> Image.Image:
        """The picture `width_px` wide; painted over more gently if it comes out as another one.

        If the gentlest try is still another picture, the truest of all is taken.
        """
        tries: list[tuple[Fidelity, Image.Image]] = []
        strength = self.manner.strength
        with fused(self.painter.pipe, self.painter.asked_for(prompt)):
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
        painted = self.paint_over(image, prompt, strength=strength, seed=seed)
        return with_change(wide, self._untouched(image), painted)

    @torch.inference_mode()
    def _untouched(self, image: Image.Image) -> Image.Image:
        """What `paint_over` begins with, as it would come back if nothing were painted."""
        pipe, work = self.painter.pipe, f"Looking at {image.width} x {image.height} px"
        with memory_of(execution_device(pipe), work, REMEDY), self.painter.pace.kept():
            return decode(pipe, encode(pipe, _wide(image)))[0]

    @torch.inference_mode()
    def paint_over(
        self, image: Image.Image, prompt: Prompt, *, strength: float, seed: int
    ) -> Image.Image:
        """The picture at `FACTOR` times its size with its forms and new detail, RGB."""
        pipe = self.painter.pipe
        begun = _wide(image)
        size = begun.size
        request = Candidate(
            prompt=prompt, painter=self.painter.name, seed=seed, width_px=size[0],
            height_px=size[1], steps=self.manner.steps, guidance=self.manner.guidance,
        )  # fmt: skip
        embeds = {
            text: encode_text(pipe, text, self.painter.clip_skip)
            for text in (prompt.positive, prompt.negative)
        }
        work, hold = f"Painting over {size[0]} x {size[1]} px", self._hold(self.edges(image), size)
        with memory_of(execution_device(pipe), work, REMEDY), self.painter.pace.kept():
            init = Img2ImgInit(encode(pipe, begun), strength)
            latents = denoise(
                pipe,
                self.painter.sampler,
                [request],
                self.painter.prompt_embeds([request], embeds),
                init=init,
                controlnet=hold,
            )
            check_numbers(latents, self.painter.name, pipe.unet.dtype)
            return decode(pipe, latents)[0]

    def _hold(self, edges: Edges, size: tuple[int, int]) -> ControlNetFn:
        pipe = self.painter.pipe
        found = torch.from_numpy(edges)[None].to(execution_device(pipe))
        shown = as_shown(found, size).to(pipe.unet.dtype)

        def hold(latents: Tensor, time: Tensor, states: Tensor) -> Residuals:
            down, middle = self.control(
                latents,
                time,
                encoder_hidden_states=states,
                controlnet_cond=shown.expand(len(latents), -1, -1, -1),
                conditioning_scale=self.manner.weight,
                return_dict=False,
            )
            return down, middle

        return hold


def as_shown(edges: Tensor, size: tuple[int, int]) -> Tensor:
    """What a ControlNet sees of edges [b, h, w] at a (width, height): [b, 3, height, width]."""
    wide = torch.nn.functional.interpolate(edges[:, None], (size[1], size[0]), mode="bilinear")
    return wide.expand(-1, 3, -1, -1)


def with_change(wide: Image.Image, before: Image.Image, after: Image.Image) -> Image.Image:
    """`wide` with what is other in `after` than in `before`, all RGB of one size.

    But for broad areas' colours, which stay as they are.
    """
    change = np.asarray(after, np.float32) - np.asarray(before, np.float32)
    broad = [_blurred(change[..., channel]) for channel in range(3)]
    levels = np.asarray(wide, np.float32) + change - np.stack(broad, axis=-1)
    return Image.fromarray(levels.round().clip(0, 255).astype(np.uint8))


def _blurred(levels: np.ndarray) -> np.ndarray:
    """Levels [h, w] with nothing finer than the `AREAS`."""
    plane = Image.fromarray(levels)
    areas = tuple(min(AREAS, side) for side in plane.size)
    few = plane.resize(areas, Image.Resampling.BOX)
    return np.asarray(few.resize(plane.size, Image.Resampling.BICUBIC))


def _wide(image: Image.Image) -> Image.Image:
    size = (image.width * FACTOR, image.height * FACTOR)
    return image.resize(size, Image.Resampling.LANCZOS)


def hold_forms(
    name: str,
    painter: Painter,
    control: Path,
    hed: Path | None,
    manner: Manner,
    then: Enlarger,
) -> ControlledEnlarger:
    """An enlarger that paints over before `then` enlarges; edges are found by `hed`, if given.

    Raises ModelError if the painter's family has no ControlNets here, or for a broken file.
    """
    if not isinstance(painter, Sd1Painter):
        raise ModelError(
            f"The painter {painter.name} takes no ControlNet. Set enlarge.control=off, or draw "
            "with a Stable Diffusion."
        )
    edges = steep_edges if hed is None else open_hed(hed, str(execution_device(painter.pipe)))
    held = open_control(control, painter)
    painter.pace.modules = (*painter.pace.modules, held)
    painter.pace.settle()  # as was measured while drawing: plates are too few to measure for
    return ControlledEnlarger(name, painter, held, edges, manner, then)


def open_control(path: Path, painter: Sd1Painter) -> ControlNetModel:
    """The ControlNet in a diffusers folder or a single file, on the painter's device.

    A file may have the original layout, with or without `control_model.`, or that of diffusers.
    Raises ModelError if it is broken, or was made for another family than the painter's.
    """
    check_weights(path)
    unet = painter.pipe.unet
    control = open_part(ControlNetModel, path) if path.is_dir() else _from_file(path, unet.config)
    control_dim, unet_dim = (each.config.cross_attention_dim for each in (control, unet))
    if control_dim != unet_dim:
        raise ModelError(
            f"{path} is a ControlNet for painters that hear {control_dim} numbers a word; this one "
            f"hears {unet_dim}. Take one of the painter's family."
        )
    with quiet():
        return control.eval().to(execution_device(painter.pipe), unet.dtype)


def _from_file(file: Path, unet: Mapping[str, object]) -> ControlNetModel:
    tensors = read_tensors(file)
    family = "stable-diffusion-2" if unet["cross_attention_dim"] == 1024 else "stable-diffusion-1"
    config = read_json(CONFIGS / family / "controlnet" / "config.json")
    control = ControlNetModel.from_config(config)
    try:
        named = convert_controlnet_checkpoint(tensors, config)
        control.load_state_dict(named)
    except (KeyError, RuntimeError, TypeError) as fault:
        raise ModelError(f"{file} is no ControlNet of {family}: {last_line(fault)}") from fault
    return control
