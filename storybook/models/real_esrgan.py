"""Enlarging with the `realesrgan` package's own class, for those who want exactly what it makes.

The package is an extra: `pip install 'storybook[realesrgan]'`. Ours (`enlargers.py`) makes the same
of the same weights, reads more kinds of files, and melts the seams of tiles into each other.
"""

import io
import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from storybook.config import PrecisionWish
from storybook.errors import ConfigError, ModelError, OutOfMemory, last_line
from storybook.models.devices import device_of, dtype_of, explain_oom
from storybook.models.enlargers import Levels, brought_to
from storybook.models.weights import model_name, read_tensors
from storybook.records import Prompt

if TYPE_CHECKING:
    from realesrgan import RealESRGANer

GONE = "torchvision.transforms.functional_tensor"
"""A module that basicsr imports and torchvision has had no more since 0.17."""
SCALES = {3: 4, 12: 2}
"""How much an RRDBNet enlarges, by the channels that go in: x2 takes four pixels as one."""


@dataclass(frozen=True, slots=True)
class PackageEnlarger:
    """A `RealESRGANer` with its network in memory."""

    name: str
    upsampler: "RealESRGANer"

    def enlarge(
        self, image: Image.Image, prompt: Prompt, *, width_px: int, seed: int
    ) -> Image.Image:
        """The picture `width_px` wide, RGB; the network is applied until that is reached.

        Raises OutOfMemory if a tile is too large for the device, ModelError if the package fails.
        """
        return brought_to(width_px, image, self.once)

    def once(self, levels: Levels) -> Levels:
        """[h, w, 3] -> [h * scale, w * scale, 3], one pass of the network."""
        work = f"Enlarging {levels.shape[1]} x {levels.shape[0]} px with realesrgan"
        output = io.StringIO()
        try:
            remedy = "Try --set enlarge.tile_px=128."
            with explain_oom(self.upsampler.device, work, remedy), redirect_stdout(output):
                enlarged, _ = self.upsampler.enhance(np.ascontiguousarray(levels[..., ::-1]))
        except OutOfMemory:
            raise
        except (RuntimeError, ValueError, UnboundLocalError) as fault:
            raise self._failed(work, output.getvalue() or str(fault)) from fault
        if "Error" in output.getvalue():  # of a tile it only prints that it failed, and goes on
            raise self._failed(work, output.getvalue())
        return np.ascontiguousarray(enlarged[..., ::-1])

    def _failed(self, work: str, output: str) -> ModelError:
        reason = next((line for line in output.splitlines() if "Error" in line), output)[
            :160
        ].strip()
        kind = OutOfMemory if "memory" in reason else ModelError
        return kind(
            f"{work} failed ({reason}). Try --set enlarge.tile_px=128, or --set enlarge.engine=own."
        )


def open_package_enlarger(
    file: Path,
    *,
    device: str = "auto",
    tile_px: int = 256,
    overlap_px: int = 32,
    precision: PrecisionWish = "fp32",
) -> PackageEnlarger:
    """The enlarger in a file of Real-ESRGAN's two kinds, RRDBNet (x2, x4) and SRVGGNetCompact.

    The class decides about its `precision` by itself: half on a GPU, single on a CPU.
    Raises ConfigError if the package is not installed, ModelError if the file is of another kind.
    """
    if find_spec("realesrgan") is None:
        raise ConfigError(
            "enlarge.engine is realesrgan, and that package is not installed. Run: "
            "pip install 'storybook[realesrgan]', or set enlarge.engine=own."
        )
    place = device_of(device)
    tensors = read_tensors(file)
    with imports_mended():
        from realesrgan import RealESRGANer

        network, scale = _network_of(tensors, file)
    with (
        TemporaryDirectory() as folder,
        explain_oom(place, f"Opening {file}", "Try --set device=cpu."),
    ):
        pickle = Path(folder) / "network.pth"  # the only form that the class reads
        torch.save({"params": tensors}, pickle)
        try:
            upsampler = RealESRGANer(
                scale,
                str(pickle),
                model=network,
                tile=tile_px,
                tile_pad=overlap_px // 4 * 2,
                pre_pad=0,
                half=dtype_of(place) == torch.float16,
                device=place,
            )
        except RuntimeError as fault:
            raise ModelError(
                f"{file} is no network that realesrgan knows: {last_line(fault)}"
            ) from fault
    return PackageEnlarger(f"realesrgan-{model_name(file)}", upsampler)


@contextmanager
def imports_mended() -> Iterator[None]:
    """basicsr finds the one function that it wants in the module that torchvision has today."""
    from torchvision.transforms import functional

    mended = GONE not in sys.modules and find_spec(GONE) is None
    if mended:
        sys.modules[GONE] = functional
    try:
        yield
    finally:
        if mended:
            del sys.modules[GONE]


def _network_of(tensors: Mapping[str, Tensor], file: Path) -> tuple[nn.Module, int]:
    """An empty network of the shape of `tensors`, and how many times it enlarges."""
    first, compact = tensors.get("conv_first.weight"), tensors.get("body.0.weight")
    if first is not None and first.ndim == 4 and first.shape[1] in SCALES:
        from basicsr.archs.rrdbnet_arch import RRDBNet

        scale = SCALES[first.shape[1]]
        blocks = {int(name.split(".")[1]) for name in tensors if name.startswith("body.")}
        growth = tensors["body.0.rdb1.conv1.weight"].shape[0]
        return RRDBNet(3, 3, scale, first.shape[0], len(blocks), growth), scale
    if compact is not None and compact.ndim == 4:
        from realesrgan.archs.srvgg_arch import SRVGGNetCompact

        convs = {int(name.split(".")[1]): each for name, each in tensors.items() if each.ndim == 4}
        scale = math.isqrt(convs[max(convs)].shape[0] // 3)
        return SRVGGNetCompact(3, 3, compact.shape[0], len(convs) - 2, scale, "prelu"), scale
    raise ModelError(
        f"{file} is no network that realesrgan knows: neither RRDBNet nor "
        "SRVGGNetCompact. Set enlarge.engine=own."
    )
