"""Drawing, painting over and enlarging at the true size of the `classic` studio, on a GPU.

    python -m benchmarks.gpu_drawing            prints a table for docs/models.md
    python -m benchmarks.gpu_drawing --device cpu --side 128 --steps 2 --batches 1       to try it

Weights are random: they cost what real ones do, and draw noise.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from PIL import Image

from benchmarks.random_models import CONTROL, ENLARGER, PAINTER, write_models
from storybook.models.control import FACTOR, RefineSettings, open_controlled_enlarger
from storybook.models.devices import device_of
from storybook.models.enlargers import open_enlarger
from storybook.models.painting import DiffusionPainter, open_painter
from storybook.records import Candidate, Prompt
from training.formats.header import Origin

PROMPT = Prompt(page=1, positive="a cat in the garden, watercolour", negative="blurry, dark")
ORIGIN = Origin(
    title="random",
    base="random",
    base_digest="0" * 12,
    token="",
    class_word="",
    family="sd1",
    prediction="epsilon",
    resolution_px=512,
    step=0,
    epoch=0,
    recipe="random",
    run="random",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--side", type=int, default=512, help="of a picture, in pixels")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--batches", default="1,4,8")
    parser.add_argument("--compile", action="store_true", help="the U-Net by torch.compile as well")
    options = parser.parse_args()
    device = device_of(options.device)
    cuda = device.type == "cuda"
    print(f"{torch.cuda.get_device_name(device) if cuda else 'CPU'}, torch {torch.__version__}\n")
    print("| what | seconds | peak GB |\n|---|---|---|")
    with TemporaryDirectory() as name:
        home = Path(name)
        write_models(home, ORIGIN)
        side, steps = options.side, options.steps
        painter = open_painter(home / PAINTER, device=str(device), batch=64)
        batches = [int(batch) for batch in options.batches.split(",")]
        for compiled in (False, True) if options.compile else (False,):
            if compiled:
                painter.pipe.unet = torch.compile(painter.pipe.unet)
            for batch in batches:
                what = f"{batch} pictures of {side} px{', compiled' if compiled else ''}"
                report(what, device, partial(draw, painter, requests(batch, side, steps)))
        paint_over(painter, home, side, steps, device)


def paint_over(
    painter: DiffusionPainter, home: Path, side: int, steps: int, device: torch.device
) -> None:
    """The second half of a plate: the ControlNet pass, and the enlargement of what it gives."""
    enlarger = open_enlarger(home / ENLARGER, device=str(device), tile_px=512)
    settings = RefineSettings(strength=0.4, weight=1.0, steps=steps, guidance=7.0)
    held = open_controlled_enlarger("held", painter, home / CONTROL, None, settings, enlarger)
    image = Image.fromarray(np.random.default_rng(1).integers(0, 255, (side, side, 3), np.uint8))
    large = FACTOR * side
    report(
        f"painting over at {large} px, strength 0.4",
        device,
        lambda: held.refine(image, PROMPT, strength=settings.strength, seed=1),
    )
    wide = image.resize((large, large))
    report(
        f"x4 of {large} px in tiles of 512",
        device,
        lambda: enlarger.enlarge(wide, PROMPT, width_px=4 * large, seed=1),
    )


def draw(painter: DiffusionPainter, requests: list[Candidate]) -> None:
    for _ in painter.paint(requests):
        pass


def requests(count: int, side: int, steps: int) -> list[Candidate]:
    return [
        Candidate(
            prompt=PROMPT,
            painter="p",
            seed=seed,
            width_px=side,
            height_px=side,
            steps=steps,
            guidance=7.0,
        )
        for seed in range(count)
    ]


def report(what: str, device: torch.device, work: Callable[[], object]) -> None:
    """Do it once to warm up (a GPU only) and once for the table."""
    cuda = device.type == "cuda"
    if cuda:
        work()
        torch.cuda.synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
    begin = time.perf_counter()
    work()
    if cuda:
        torch.cuda.synchronize(device)
    seconds = time.perf_counter() - begin
    peak = f"{torch.cuda.max_memory_allocated(device) / 1e9:.1f}" if cuda else ""
    print(f"| {what} | {seconds:.1f} | {peak} |", flush=True)


if __name__ == "__main__":
    main()
