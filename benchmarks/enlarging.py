"""Enlarging x4 tile by tile, against spandrel's network on the whole picture at once.

And against the `realesrgan` package's own class, where that is installed. The starter's network on
512 and 1,024 px, one of the true size of RealESRGAN_x4plus on 256 px, and, where they have been
fetched, the real animevideov3 and x4plus-anime on 256 px.
`python -m benchmarks.enlarging WAY WEIGHTS SIDE_PX OUT` does it once, on a picture of its own
making, and writes seconds and the enlarged picture to OUT.
"""

import json
import sys
import time
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
from storybook.models import packaged
from storybook.models.enlargers import open_enlarger
from storybook.models.real_esrgan import open_package_enlarger
from storybook.records import Prompt

STARTER = shipped("assets", "starter", "enlarger", "x4.safetensors")
REAL = ("realesr-animevideov3", "realesrgan-x4plus-anime")
WAYS = {
    "tiled": "ours",
    "whole": "spandrel at once",
    "package": "the realesrgan package",
}


def enlarging(console: Console, folder: Path) -> None:
    """Print seconds and peak memory of each way, and how far its picture is from ours."""
    large = folder / ENLARGER
    write_enlarger(large)
    ways = [way for way in WAYS if way != "package" or find_spec("realesrgan")]
    real = [
        (name, packaged.on_disk(name).absolute(), 256)
        for name in REAL
        if not packaged.is_missing(name)
    ]
    for name, weights, side_px in (
        ("starter", STARTER, 512),
        ("starter", STARTER, 1024),
        ("x4plus", large, 256),
        *real,
    ):
        console.print(f"{name}, {side_px} px x4")
        for way in ways:
            out = folder / f"{way}-{name}-{side_px}"
            out.mkdir()
            measured = run(
                ["benchmarks.enlarging", way, str(weights), str(side_px), str(out)], folder
            )
            seconds = json.loads((out / "seconds.json").read_text())
            levels = np.asarray(Image.open(out / "plate.png"), int)
            said = f"  {WAYS[way]}: {seconds:.1f} s with {measured.peak_mb:.0f} MB"
            if way == "tiled":
                ours, own = seconds, levels
            else:
                apart = np.abs(levels - own).max()
                said += (
                    f"; we are [bold]{seconds / ours:.2f} times as fast[/], largest "
                    f"difference {apart} of 255"
                )
            console.print(said)


def main(way: str, weights: str, side: str, out: str) -> None:
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
        opened = open_enlarger if way == "tiled" else open_package_enlarger
        enlarger = opened(Path(weights), device="cpu")
        prompt = Prompt(page=0, positive="")
        begin = time.perf_counter()
        plate = enlarger.enlarge(image, prompt, width_px=4 * side_px, seed=0)
    seconds = time.perf_counter() - begin
    Path(out, "seconds.json").write_text(json.dumps(seconds))
    plate.save(Path(out, "plate.png"), compress_level=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
