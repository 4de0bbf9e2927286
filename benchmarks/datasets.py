"""The dataset desk: latents against a plain loop as kohya's script has it, looks, and captions.

By itself: `python -m benchmarks.datasets [latents | desk]`. The plain loop opens, scales by area,
encodes and saves one batch after another; both have the same pictures, sizes, batches and
autoencoder, in turns. With one thread the processor's time is counted, else that on the wall.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image
from rich.console import Console
from rich.table import Table

from storybook.config import shipped
from storybook.models.auto_precision import AutoPrecision, param_shapes
from storybook.models.precision import FP32, clock_here, to_memory_format
from training.data.buckets import bucket_sizes, covering_size, nearest_bucket
from training.desk.annotate import annotate
from training.desk.captioners import Generation, open_captioner
from training.desk.latents import Encoder, LatentsMade, make_latents
from training.desk.look import look
from training.desk.metadata import pictures_at
from training.desk.words import words_at

LOOKED_AT, CAPTIONED = 2000, 32
PHOTOS = {"1.1 megapixels": (200, (1200, 900)), "12 megapixels": (24, (4032, 3024))}
"""How many of each size: of the first enough that a precision is worth measuring for."""
RESOLUTION_PX = 256
BATCH = 4
ROUNDS = 2


def datasets(console: Console, folder: Path) -> None:
    """Print pictures a second of each, and ratios."""
    latents(console, folder)
    desk(console, folder)


def latents(console: Console, folder: Path) -> None:
    """Latents by the plain loop and by the desk, of small photos and of a telephone's."""
    vae = AutoencoderKL.from_pretrained(shipped("assets", "starter", "painter", "vae")).eval()
    buckets = bucket_sizes(RESOLUTION_PX, RESOLUTION_PX, 128, 512)
    amp = AutoPrecision("auto", (vae,), param_shapes(vae.encoder))
    clock = clock_here()
    table = Table("latents", "a plain loop, pictures/s", "the desk", "against plain")
    for number, (name, (count, size)) in enumerate(PHOTOS.items()):
        photos = _photos(folder / f"photos-{number}", count, size)
        best = {"plain": float("inf"), "ours": float("inf")}
        for again in range(ROUNDS):
            for way in best:
                to = folder / f"{way}-{number}-{again}"
                to.mkdir()
                begun = clock()
                if way == "plain":
                    _plain_latents(photos, to, to_memory_format(vae, FP32), buckets)
                else:
                    to_memory_format(vae, amp.precision)
                    _latents(photos, Encoder(vae, to.name, buckets, amp=amp))
                best[way] = min(best[way], clock() - begun)
        plain, ours = (count / best[way] for way in ("plain", "ours"))
        table.add_row(name, f"{plain:.1f}", f"{ours:.1f}", f"{ours / plain:.2f}")
    console.print(table)
    console.print(f"the desk's precision here: {amp.precision}; threads: {torch.get_num_threads()}")


def desk(console: Console, folder: Path) -> None:
    """Looks, and captions by the starter's critic."""
    clock = clock_here()
    table = Table("work", "pictures/s")
    small = _photos(folder / "small", LOOKED_AT, (192, 160))
    for name in ("for the first time", "again"):
        begun = clock()
        for _ in look(small, resolution=(256, 256)):
            pass
        table.add_row(
            f"look, {LOOKED_AT} small pictures, {name}", _pace(LOOKED_AT, clock() - begun)
        )
    captioner = open_captioner("starter", Generation(), device="cpu")
    paths = list(pictures_at([small], full_path=False).values())[:CAPTIONED]
    for batch in (1, 8):
        words = words_at("sidecar", [small], "caption")
        begun = clock()
        for _ in annotate(paths, captioner, words, [], batch=batch, again=True):
            pass
        table.add_row(f"captions by the critic, {batch} at once", _pace(CAPTIONED, clock() - begun))
    console.print(table)


def _pace(count: int, seconds: float) -> str:
    return f"{count / seconds:.1f}"


def _photos(folder: Path, count: int, size: tuple[int, int]) -> Path:
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(count):
        levels = rng.integers(0, 256, (9, 12, 3)).astype(np.uint8)
        shape = size if number % 3 else size[::-1]
        image = Image.fromarray(levels).resize(shape, Image.Resampling.BICUBIC)
        image.save(folder / f"{number:05}.jpg", quality=90)
    return folder


def _latents(photos: Path, encoder: Encoder) -> None:
    pictures = pictures_at([photos], full_path=False)
    entries = {key: {"caption": key} for key in pictures}
    for _ in make_latents(pictures, encoder, LatentsMade(entries), batch=BATCH):
        pass


@torch.no_grad()
def _plain_latents(photos: Path, to: Path, vae: AutoencoderKL, buckets: tuple) -> None:
    waiting: dict[tuple[int, int], list] = {}

    def encode(group: list) -> None:
        pixels = torch.stack([torch.from_numpy(levels) for _, levels in group])
        latents = vae.encode(pixels.permute(0, 3, 1, 2) / 127.5 - 1).latent_dist.sample()
        for (name, _), values in zip(group, latents, strict=True):
            np.savez(to / f"{name}.npz", latents=values.numpy())
        group.clear()

    for path in sorted(photos.glob("*.jpg")):
        image = Image.open(path).convert("RGB")
        bucket = nearest_bucket(image.size, buckets)
        whole = covering_size(image.size, bucket)
        image = image.resize(whole, Image.Resampling.BOX)
        left, top = (whole[0] - bucket[0]) // 2, (whole[1] - bucket[1]) // 2
        image = image.crop((left, top, left + bucket[0], top + bucket[1]))
        group = waiting.setdefault(bucket, [])
        group.append((path.stem, np.asarray(image, np.float32)))
        if len(group) == BATCH:
            encode(group)
    for group in filter(None, waiting.values()):
        encode(group)


def main() -> None:
    part = {"latents": latents, "desk": desk}.get(" ".join(sys.argv[1:]), datasets)
    with tempfile.TemporaryDirectory() as name:
        part(Console(file=sys.stdout), Path(name))


if __name__ == "__main__":
    main()
