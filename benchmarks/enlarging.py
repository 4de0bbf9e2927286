"""Enlarging x4 tile by tile, against the same network on the whole picture at once.

`python -m benchmarks.enlarging tiled|whole SIDE_PX OUT` does it once with the starter's network, on
a picture of its own making, and writes seconds and the enlarged picture to OUT.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from rich.console import Console
from spandrel import ModelLoader

from benchmarks.measure import run
from storybook.config import shipped
from storybook.models.enlargers import open_enlarger
from storybook.records import Prompt

SIDES_PX = (512, 1024)
FILE = ("assets", "starter", "enlarger", "x4.safetensors")


def enlarging(console: Console, folder: Path) -> None:
    """Print seconds and peak memory of both, and how far their pictures differ."""
    for side_px in SIDES_PX:
        found = {}
        for way in ("tiled", "whole"):
            out = folder / f"{way}-{side_px}"
            out.mkdir()
            measured = run(["benchmarks.enlarging", way, str(side_px), str(out)], folder)
            seconds = json.loads((out / "seconds.json").read_text())
            levels = np.asarray(Image.open(out / "plate.png"), int)
            found[way] = (seconds, measured.peak_mb, levels)
        (ours, peak, one), (theirs, untiled_peak, other) = found["tiled"], found["whole"]
        console.print(
            f"{side_px} px x4: {ours:.1f} s with {peak:.0f} MB; at once: {theirs:.1f} s with "
            f"{untiled_peak:.0f} MB: [bold]{theirs / ours:.2f} times as fast[/], largest "
            f"difference {np.abs(one - other).max()} of 255"
        )


def main(way: str, side: str, out: str) -> None:
    side_px = int(side)
    rng = np.random.default_rng(1)
    small = Image.fromarray(rng.integers(0, 255, (side_px // 16, side_px // 16, 3), np.uint8))
    image = small.resize((side_px, side_px), Image.Resampling.BICUBIC)
    if way == "tiled":
        enlarger = open_enlarger(shipped(*FILE), device="cpu")
        prompt = Prompt(page=0, positive="")
        begin = time.perf_counter()
        plate = enlarger.enlarge(image, prompt, width_px=4 * side_px, seed=0)
    else:
        network = ModelLoader().load_from_file(shipped(*FILE)).eval()
        begin = time.perf_counter()
        with torch.inference_mode():
            pixels = torch.tensor(np.asarray(image)).permute(2, 0, 1)[None] / 255
            levels = (network(pixels)[0].clamp(0, 1) * 255).round().byte()
        plate = Image.fromarray(levels.permute(1, 2, 0).numpy())
    seconds = time.perf_counter() - begin
    Path(out, "seconds.json").write_text(json.dumps(seconds))
    plate.save(Path(out, "plate.png"), compress_level=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
