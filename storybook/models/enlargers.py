"""Enlargers of the ESRGAN family: Real-ESRGAN, its compact kin, and the many made after them."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from spandrel import ImageModelDescriptor, ModelLoader, UnsupportedModelError

from storybook.config import PrecisionWish
from storybook.errors import ConfigError, ModelError, OutOfMemory
from storybook.images.broad_colours import with_broad_colours
from storybook.images.rgb import plain_rgb
from storybook.models.auto_precision import AutoPrecision, num_params, param_shapes
from storybook.models.devices import device_of, dtype_of, explain_oom
from storybook.models.precision import Precision
from storybook.models.weights import model_name, read_tensors
from storybook.records import Prompt

KNOWN = ("ESRGAN", "Compact")
"""The architectures of the family, by spandrel's names."""

PRECISIONS = (Precision(channels_last=True), Precision(dtype="bf16", channels_last=True))
"""Maps lie so that a network takes half the time on a CPU, in either number format."""

SMALLEST_TILE_PX = 64
NEARLY = 1.25
"""A picture that has to be made wider by less than this is not worth a network."""

Levels = np.ndarray
"""A picture: [h, w, 3] of uint8, sRGB."""


@dataclass(frozen=True, slots=True)
class TiledEnlarger:
    """A network that enlarges tile by tile: memory grows with the tile, not with the network."""

    name: str
    network: ImageModelDescriptor
    tile_px: int
    overlap_px: int
    amp: AutoPrecision = field(default_factory=lambda: AutoPrecision(precisions=PRECISIONS))

    def enlarge(
        self, image: Image.Image, prompt: Prompt, *, width_px: int, seed: int
    ) -> Image.Image:
        """The picture `width_px` wide, RGB; the network is applied until that is reached.

        What goes beyond is taken back by Lanczos. Neither `prompt` nor `seed` matters here.
        Any mode is taken: transparency lies on white, 16 bits become 8. Tiles that are too large
        for the device are halved; raises OutOfMemory if the smallest are.
        """
        try:
            return brought_to(width_px, image, self.once)
        except OutOfMemory:
            smaller = self.tile_px // 2
            if smaller < max(SMALLEST_TILE_PX, 2 * self.overlap_px):
                raise
        gentler = replace(self, tile_px=smaller)
        return gentler.enlarge(image, prompt, width_px=width_px, seed=seed)

    def once(self, levels: Levels) -> Levels:
        """[h, w, 3] -> [h * scale, w * scale, 3], one pass of the network.

        Neighbouring tiles share at least `overlap_px`. Its outer 3/8, whose surroundings a tile
        does not know, are thrown away; in the quarter between one tile fades into the other.
        """
        height, width, _ = levels.shape
        scale = self.network.scale
        corner = levels[:SMALLEST_TILE_PX, :SMALLEST_TILE_PX]
        macs = num_params(self.network.model) * corner.shape[0] * corner.shape[1]
        self.amp.choose(lambda: self._network_on(corner), macs=macs)
        enlarged = np.empty((height * scale, width * scale, 3), np.uint8)
        done = 0
        for top, bottom in cuts(height, self.tile_px, self.overlap_px):
            band = np.empty(((bottom - top) * scale, width * scale, 3), np.uint8)
            filled = 0
            for left, right in cuts(width, self.tile_px, self.overlap_px):
                tile = self._network_on(levels[top:bottom, left:right])
                part = band[:, left * scale : right * scale].swapaxes(0, 1)
                _lay_over(part, tile.swapaxes(0, 1), (filled - left) * scale)
                filled = right
            _lay_over(enlarged[top * scale : bottom * scale], band, (done - top) * scale)
            done = bottom
        return enlarged

    @torch.inference_mode()
    def _network_on(self, levels: Levels) -> Levels:
        device, dtype = self.network.device, self.network.dtype
        work = f"Enlarging {levels.shape[1]} x {levels.shape[0]} px at once"
        remedy = f"Try --set enlarge.tile_px={max(self.tile_px // 2, 32)}."
        with explain_oom(device, work, remedy), self.amp.autocast():
            pixels = torch.tensor(levels, device=device)
            pixels = pixels.permute(2, 0, 1)[None].to(dtype) / 255  # [1, 3, h, w] in [0, 1]
            enlarged = self.network(pixels)[0].float().permute(1, 2, 0)
            if not torch.isfinite(enlarged).all():
                raise ModelError(f"{self.name} yields no numbers (NaN): its weights are broken.")
            return (enlarged * 255).round().byte().cpu().numpy()


def open_enlarger(
    file: Path,
    *,
    device: str = "auto",
    tile_px: int = 256,
    overlap_px: int = 32,
    precision: PrecisionWish = "fp32",
) -> TiledEnlarger:
    """The enlarger in a `.safetensors` or `.pth` file; on a CPU it works in `precision`.

    Raises ModelError if the file is broken or of another family, ConfigError if tiles are smaller
    than twice their overlap.
    """
    if overlap_px < 0 or tile_px < max(2 * overlap_px, 1):
        raise ConfigError(
            f"enlarge.tile_px is {tile_px} and enlarge.overlap_px {overlap_px}: "
            f"a tile is at least twice its overlap. Try enlarge.tile_px={max(2 * overlap_px, 64)}."
        )
    place = device_of(device)
    network = _network_in(file)
    with explain_oom(place, f"Opening {file}", "Try --set device=cpu."):
        network.to(place, dtype_of(place)).eval()
        network.model.to(memory_format=torch.channels_last)
    amp = AutoPrecision(precision, (network.model,), param_shapes(network.model), PRECISIONS, place)
    return TiledEnlarger(model_name(file), network, tile_px, overlap_px, amp)


def _network_in(file: Path) -> ImageModelDescriptor:
    """A file's network, with what spandrel knows of it; raises ModelError if it enlarges none."""
    tensors = read_tensors(file)
    known = f"Known are: {', '.join(KNOWN)} (Real-ESRGAN and its kin), for colour pictures."
    try:
        network = ModelLoader().load_from_state_dict(tensors)
    except (UnsupportedModelError, RuntimeError, KeyError, ValueError) as fault:
        raise ModelError(f"{file} is no enlarger that is known. {known}") from fault
    if network.architecture.id not in KNOWN or network.scale < 2:
        raise ModelError(
            f"{file} is {network.architecture.name} x{network.scale}, no enlarger. {known}"
        )
    if (network.input_channels, network.output_channels) != (3, 3):
        raise ModelError(f"{file} enlarges {network.input_channels}-channel pictures. {known}")
    return network


def brought_to(width_px: int, image: Image.Image, once: Callable[[Levels], Levels]) -> Image.Image:
    """The picture `width_px` wide, RGB; `once` is applied until it is so wide, Lanczos mends it.

    Broad areas keep the picture's colours. What is nearly so wide is left to Lanczos alone: a
    picture of 8,000 px would be 32,000 px first. So is what the network has made itself, if it
    would have to throw half of each side away again; else that is halved before the next pass,
    since no network was taught to go on from its own soft edges.
    """
    picture = plain_rgb(image)
    height_px = max(1, round(picture.height * width_px / picture.width))
    nearly = NEARLY
    while picture.width * nearly < width_px:
        if nearly > NEARLY:
            picture = picture.reduce(2)
        wider = Image.fromarray(once(np.asarray(picture)))
        nearly = max(NEARLY, wider.width / picture.width / 2)
        picture = with_broad_colours(wider, picture)
    if picture.width != width_px:
        picture = picture.resize((width_px, height_px), Image.Resampling.LANCZOS)
    return picture


def cuts(length_px: int, tile_px: int, overlap_px: int) -> list[tuple[int, int]]:
    """Where tiles start and stop along a side: as few as can be, of one size, evenly spread.

    >>> cuts(512, 256, 32)
    [(0, 192), (160, 352), (320, 512)]
    """
    count = max(1, math.ceil((length_px - overlap_px) / (tile_px - overlap_px)))
    size = math.ceil((length_px + (count - 1) * overlap_px) / count)
    free = length_px - size
    starts = [round(number * free / max(count - 1, 1)) for number in range(count)]
    assert all(after - before <= size - overlap_px for before, after in pairwise(starts))
    return [(start, start + size) for start in starts]


def _lay_over(below: Levels, above: Levels, shared: int) -> None:
    """Write `above` onto `below`, both [n, ...], fading over the first `shared` rows."""
    if shared <= 0:
        below[:] = above
        return
    position = (np.arange(shared, dtype=np.float32) + 0.5) / shared
    weight = ((position - 3 / 8) * 4).clip(0, 1).reshape(-1, 1, 1)
    mixed = below[:shared] * (1 - weight) + above[:shared] * weight
    below[:shared] = mixed.round()
    below[shared:] = above[shared:]
