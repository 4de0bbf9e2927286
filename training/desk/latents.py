"""Latents of a whole folder, beside its pictures, as kohya's scripts train from them.

Each is a sample of the autoencoder's posterior that is not scaled yet, in float32. `prepared` is
what `prepare_buckets_latents.py` of today writes, and what training from metadata reads; `cache` is
what a trainer of theirs leaves on the disk; `oldest` is a lone array in each file, with the
mirrored one in another. The metadata learns each picture's `train_resolution`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from diffusers import AutoencoderKL

from storybook.errors import OutOfMemory, TrainingError
from storybook.files import replacing
from storybook.models.devices import memory_of
from storybook.models.training_loss import encode_pictures
from storybook.records import Event, digest
from training.data.buckets import (
    BucketRow,
    Order,
    bucket_table,
    covering_size,
    fit,
    nearest_bucket,
)
from training.data.kohya import read_latents, stored_size
from training.data.pictures import open_picture
from training.data.records import LATENT_PX, Finding, Size
from training.desk.metadata import Entries

Form = Literal["prepared", "cache", "oldest"]
FORMS: tuple[Form, ...] = ("prepared", "cache", "oldest")


@dataclass(slots=True)
class LatentsMade:
    """What came of a folder."""

    entries: Entries
    """The metadata, each picture's bucket in it."""
    sizes: list[Size] = field(default_factory=list)
    buckets: list[Size] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    kept: int = 0
    """How many were there already, and fit."""

    def table(self) -> list[BucketRow]:
        """What each bucket holds, and how far its pictures' aspects are from its own."""
        repeats = (1.0,) * len(self.buckets)
        return bucket_table(self.sizes, Order(tuple(self.buckets), repeats, batch=1, seed=0))


@dataclass(frozen=True, slots=True)
class Encoder:
    """An autoencoder, and how pictures are brought to it."""

    vae: AutoencoderKL
    name: str
    """A digest of its weights, which is kept beside the latents."""
    buckets: Sequence[Size]
    form: Form = "prepared"
    flip: bool = False
    """Whether the mirrored picture has latents, too."""


@dataclass(frozen=True, slots=True)
class _Due:
    path: Path
    bucket: Size
    stored: Size
    """Of its file, not turned, which is how the scripts name it."""


def make_latents(
    pictures: dict[str, Path], encoder: Encoder, made: LatentsMade, *, batch: int = 1
) -> Iterator[Event]:
    """Write the latents of `pictures`, by their keys in the metadata, into `made` and the disk.

    Latents that are there and were made of this size, in this bucket, by this autoencoder, are not
    made again. A batch that does not fit into memory is halved. Raises TrainingError if no picture
    can be read.
    """
    waiting: dict[Size, list[_Due]] = {}
    done = 0
    for key, path in pictures.items():
        due = _assigned(key, path, encoder, made)
        if due is None or _is_made(due, encoder):
            made.kept += due is not None
            done += 1
            continue
        group = waiting.setdefault(due.bucket, [])
        group.append(due)
        if len(group) >= batch:
            batch = _encode(group, encoder, batch)
            done += len(group)
            group.clear()
            yield Event(stage="latents", done=done, total=len(pictures), note=path.name)
    for group in filter(None, waiting.values()):
        batch = _encode(group, encoder, batch)
        done += len(group)
        yield Event(stage="latents", done=done, total=len(pictures), note=group[-1].path.name)
    if not made.buckets:
        found = f" {made.findings[0].path}: {made.findings[0].found}." if made.findings else ""
        raise TrainingError(f"No picture could be read.{found}")
    kept = f"{made.kept} were there already" if made.kept else ""
    yield Event(stage="latents", done=len(pictures), total=len(pictures), note=kept)


def latents_file(picture: Path, stored: Size, form: Form) -> Path:
    """Where the latents of a picture lie; `stored` is its size as its file has it."""
    if form == "cache":
        return picture.with_name(f"{picture.stem}_{stored[0]:04d}x{stored[1]:04d}_sd.npz")
    return picture.with_suffix(".npz")


def _assigned(key: str, path: Path, encoder: Encoder, made: LatentsMade) -> _Due | None:
    """A picture with its bucket, which its entry learns; None if it cannot be read or taught."""
    if key not in made.entries:
        found = "not in the metadata"
        made.findings.append(Finding(path=path, found=found, done="left out"))
        return None
    image, findings = open_picture(path, min(map(min, encoder.buckets)))
    made.findings += findings
    stored = stored_size(path)
    if image is None or stored is None:
        return None
    bucket = nearest_bucket(image.size, encoder.buckets)
    made.entries[key]["train_resolution"] = list(bucket)
    made.sizes.append(image.size)
    made.buckets.append(bucket)
    return _Due(path, bucket, stored)


def _is_made(due: _Due, encoder: Encoder) -> bool:
    file = latents_file(due.path, due.stored, encoder.form)
    if not file.is_file():
        return False
    try:
        found = read_latents(file)
        with np.load(file, allow_pickle=False) as parts:
            by = str(parts["vae"]) if "vae" in parts.files else ""
    except (TrainingError, OSError, ValueError, KeyError):
        return False
    shape = (due.bucket[1] // LATENT_PX, due.bucket[0] // LATENT_PX)
    fits = found.values.shape[1:] == shape and found.original_size in (None, due.stored)
    flipped = found.flipped is not None or not encoder.flip
    same = by == encoder.name or (not by and encoder.form == "oldest")
    return fits and flipped and same and due.path.stat().st_mtime <= file.stat().st_mtime


def _encode(group: Sequence[_Due], encoder: Encoder, batch: int) -> int:
    """Write the latents of a group; how many at once did fit."""
    start = 0
    while start < len(group):
        part = group[start : start + batch]
        try:
            _write(part, encoder)
        except OutOfMemory:
            if batch == 1:
                raise
            batch //= 2
            continue
        start += len(part)
    return batch


def _write(part: Sequence[_Due], encoder: Encoder) -> None:
    opened = [_pixels(due) for due in part]
    pixels = torch.stack([each for each, _ in opened]).to(encoder.vae.device)
    values = _sampled(pixels, part, encoder)
    flipped = _sampled(pixels.flip(3), part, encoder, ".flip") if encoder.flip else None
    for place, (due, (_, crop)) in enumerate(zip(part, opened, strict=True)):
        mirrored = None if flipped is None else flipped[place]
        _save(due, values[place], mirrored, crop, encoder)


def _pixels(due: _Due) -> tuple[torch.Tensor, tuple[int, int, int, int]]:
    """A picture cut to its bucket, [3, h, w] in [-1, 1], and which part of the scaled one it is."""
    image, _ = open_picture(due.path, max(due.bucket))
    if image is None:
        raise TrainingError(f"{due.path} cannot be read any more.")
    whole = covering_size(image.size, due.bucket)
    left, top = ((side - cut) // 2 for side, cut in zip(whole, due.bucket, strict=True))
    levels = np.asarray(fit(image, due.bucket), np.float32)
    pixels = torch.from_numpy(levels).permute(2, 0, 1) / 127.5 - 1
    return pixels, (left, top, left + due.bucket[0], top + due.bucket[1])


def _sampled(
    pixels: torch.Tensor, part: Sequence[_Due], encoder: Encoder, more: str = ""
) -> np.ndarray:
    """Samples of the posterior, unscaled; each picture's chance depends on its name alone."""
    vae = encoder.vae
    with memory_of(vae.device, f"Encoding {len(part)} pictures", "Try --batch 1."):
        mean, deviation = encode_pictures(vae, pixels)
    chance = [
        torch.Generator().manual_seed(int(digest(due.path.name + more)[:12], 16)) for due in part
    ]
    noise = torch.stack(
        [torch.randn(mean.shape[1:], generator=each) for each in chance]
    )  # on the CPU, so that every device gets the same
    scaled = mean + deviation * noise.to(mean.device)
    return (scaled / vae.config.scaling_factor).float().cpu().numpy()


def _save(
    due: _Due,
    values: np.ndarray,
    flipped: np.ndarray | None,
    crop: tuple[int, int, int, int],
    encoder: Encoder,
) -> None:
    file = latents_file(due.path, due.stored, encoder.form)
    if encoder.form == "oldest":
        with replacing(file) as draft, draft.open("wb") as opened:
            np.savez(opened, values)
        if flipped is not None:
            other = file.with_name(f"{file.stem}_flip.npz")
            with replacing(other) as draft, draft.open("wb") as opened:
                np.savez(opened, flipped)
        return
    mirrored = {} if flipped is None else {"latents_flipped": flipped}
    with replacing(file) as draft, draft.open("wb") as opened:
        np.savez(
            opened,
            latents=values,
            original_size=np.array(due.stored),
            crop_ltrb=np.array(crop),
            vae=np.array(encoder.name),
            **mirrored,
        )
