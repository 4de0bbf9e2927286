"""Latents of a whole folder, beside its pictures, as kohya's scripts train from them.

Each is a sample of the autoencoder's posterior that is not scaled yet, in float32. `prepared` is
what `prepare_buckets_latents.py` of today writes, and what training from metadata reads; `cache` is
what a trainer of theirs leaves on the disk; `oldest` is a lone array in each file, with the
mirrored one in another. The metadata learns each picture's `train_resolution`.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from diffusers import AutoencoderKL

from storybook.config import PrecisionWish
from storybook.errors import OutOfMemory, TrainingError
from storybook.files import replacing
from storybook.models.checkpoint import Checkpoint
from storybook.models.components import open_parts
from storybook.models.devices import device_of, memory_of, quiet
from storybook.models.hub import on_disk
from storybook.models.pace import Pace, shape_of, weights_in
from storybook.models.training_loss import encode_pictures
from storybook.models.weights import weights_digest
from storybook.records import Event, digest
from training.data.buckets import (
    BucketRow,
    covering_size,
    fit,
    nearest_bucket,
    rows_of,
)
from training.data.crops import Crops
from training.data.kohya import CROP, latents_crop, read_latents, stored_size
from training.data.pictures import open_picture
from training.data.records import LATENT_PX, Box, Finding, Size
from training.desk.metadata import Entries

Form = Literal["prepared", "cache", "oldest"]
FORMS: tuple[Form, ...] = ("prepared", "cache", "oldest")
OPENERS, AHEAD = 2, 8
"""Threads that open pictures, and how many may be open before they are encoded."""


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
        return rows_of(self.sizes, self.buckets)


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
    pace: Pace = field(default_factory=Pace)
    """In which precision the autoencoder works here; latents are float32 in any case."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """A picture that is opened and cut to its bucket."""

    path: Path
    size: Size
    """Of what is learnt of it, upright."""
    stored: Size
    """Of its file, not turned, which is how the scripts name it."""
    bucket: Size
    levels: np.ndarray
    """uint8 [h, w, 3]."""
    crop: tuple[int, int, int, int]
    """Which part of the scaled picture it is: left, top, right, bottom."""
    drawn: Box | None = None
    """The crop that its owner drew, of the picture."""


def open_encoder(
    painter: Path,
    buckets: Sequence[Size],
    *,
    form: Form = "prepared",
    flip: bool = False,
    device: str = "auto",
    precision: PrecisionWish = "auto",
) -> Encoder:
    """The autoencoder of a painter's folder, single file or hub's name, in float32.

    Raises ModelError if it is missing or broken.
    """
    painter, place = on_disk(painter), device_of(device)
    part = painter / "vae"
    with quiet(), memory_of(place, f"Opening {part}", "Try --device cpu."):
        vae = open_parts(Checkpoint(painter), {"vae": AutoencoderKL}, None)["vae"]
        vae = vae.float().to(place).eval()
    name = weights_digest(part if part.is_dir() else painter)
    pace = Pace(precision, (vae,), shape_of(vae.encoder), device=place)
    return Encoder(vae, name, buckets, form, flip, pace)


def make_latents(
    pictures: dict[str, Path], encoder: Encoder, made: LatentsMade, *, batch: int = 1
) -> Iterator[Event]:
    """Write the latents of `pictures`, by their keys in the metadata, into `made` and the disk.

    Latents that are there and were made of this size, in this bucket, by this autoencoder, are not
    made again; of the oldest form, which says none of that, those of the bucket's shape. A batch
    that does not fit into memory is halved; pictures are opened ahead of it. Raises TrainingError
    if no picture can be read.
    """
    waiting: dict[Size, list[_Cut]] = {}
    done = 0
    steps = len(pictures) / batch
    for cut in _opened(pictures, encoder, made):
        if cut is None or _is_made(cut, encoder):
            made.kept += cut is not None
            done += 1
            continue
        group = waiting.setdefault(cut.bucket, [])
        group.append(cut)
        if len(group) >= batch:
            batch = _encode(group, encoder, batch, steps)
            done += len(group)
            group.clear()
            yield Event(stage="latents", done=done, total=len(pictures), note=cut.path.name)
    for group in filter(None, waiting.values()):
        batch = _encode(group, encoder, batch, steps)
        done += len(group)
        yield Event(stage="latents", done=done, total=len(pictures), note=group[-1].path.name)
    if not made.buckets and not pictures.keys() & made.entries.keys():
        theirs, own = next(iter(made.entries), ""), next(iter(pictures))
        raise TrainingError(
            f"The metadata speaks of none of the {len(pictures)} pictures: its first key is "
            f"{theirs!r}, where theirs is {own!r}. Have they moved since, or was --full-path given "
            "only here or only there? Merge them anew."
        )
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


def _opened(
    pictures: dict[str, Path], encoder: Encoder, made: LatentsMade
) -> Iterator[_Cut | None]:
    """Each picture cut to its bucket, which its entry learns; None for one that is left out.

    A few are opened ahead, while others are encoded.
    """
    crops = Crops()
    with ThreadPoolExecutor(OPENERS) as pool:
        ahead: deque[tuple[str, Future]] = deque()
        for key, path in pictures.items():
            if key in made.entries:
                ahead.append((key, pool.submit(_cut, path, encoder, crops.of(path))))
            else:
                found = "not in the metadata"
                made.findings.append(Finding(path=path, found=found, done="left out"))
                yield None
            if len(ahead) > AHEAD:
                yield _noted(*ahead.popleft(), made)
        while ahead:
            yield _noted(*ahead.popleft(), made)


def _noted(key: str, opened: Future, made: LatentsMade) -> _Cut | None:
    cut, findings = opened.result()
    made.findings += findings
    if cut is not None:
        made.entries[key]["train_resolution"] = list(cut.bucket)
        made.sizes.append(cut.size)
        made.buckets.append(cut.bucket)
    return cut


def _cut(path: Path, encoder: Encoder, drawn: Box | None) -> tuple[_Cut | None, list[Finding]]:
    image, findings = open_picture(path, min(map(min, encoder.buckets)), crop=drawn)
    stored = stored_size(path)
    if image is None or stored is None:
        return None, findings
    bucket = nearest_bucket(image.size, encoder.buckets)
    whole = covering_size(image.size, bucket)
    left, top = ((side - kept) // 2 for side, kept in zip(whole, bucket, strict=True))
    if drawn is not None:  # in the whole picture, as it would be scaled
        left += round(whole[0] * drawn[0] / (drawn[2] - drawn[0]))
        top += round(whole[1] * drawn[1] / (drawn[3] - drawn[1]))
    crop = (left, top, left + bucket[0], top + bucket[1])
    levels = np.asarray(fit(image, bucket))
    return _Cut(path, image.size, stored, bucket, levels, crop, drawn), findings


def _is_made(cut: _Cut, encoder: Encoder) -> bool:
    file = latents_file(cut.path, cut.stored, encoder.form)
    if not file.is_file():
        return False
    try:
        found = read_latents(file)
        with np.load(file, allow_pickle=False) as parts:
            by = str(parts["vae"]) if "vae" in parts.files else ""
    except (TrainingError, OSError, ValueError, KeyError):
        return False
    shape = (cut.bucket[1] // LATENT_PX, cut.bucket[0] // LATENT_PX)
    fits = found.values.shape[1:] == shape and found.original_size in (None, cut.stored)
    flipped = found.flipped is not None or not encoder.flip
    same = by == encoder.name or (not by and encoder.form == "oldest")
    same &= latents_crop(file) == cut.drawn
    return fits and flipped and same and cut.path.stat().st_mtime <= file.stat().st_mtime


def _settle(encoder: Encoder, group: Sequence[_Cut], steps: float) -> None:
    """Find the precision that this machine is quickest in, if `steps` like this are worth it."""
    pixels = _pixels(group, encoder)
    positions = pixels.numel() // 3 // LATENT_PX**2
    encoder.pace.settle(
        lambda: encode_pictures(encoder.vae, pixels),
        products=weights_in(encoder.vae.encoder) * positions,
        steps=steps,
    )


def _encode(group: Sequence[_Cut], encoder: Encoder, batch: int, steps: float) -> int:
    """Write the latents of a group; how many at once did fit."""
    _settle(encoder, group[:batch], steps)
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


def _write(part: Sequence[_Cut], encoder: Encoder) -> None:
    pixels = _pixels(part, encoder)
    values = _sampled(pixels, part, encoder)
    flipped = _sampled(pixels.flip(3), part, encoder, ".flip") if encoder.flip else None
    for place, cut in enumerate(part):
        _save(cut, values[place], None if flipped is None else flipped[place], encoder)


def _pixels(part: Sequence[_Cut], encoder: Encoder) -> torch.Tensor:
    """[b, 3, h, w] in [-1, 1]."""
    levels = torch.from_numpy(np.stack([cut.levels for cut in part])).to(encoder.vae.device)
    return levels.permute(0, 3, 1, 2).float() / 127.5 - 1


def _sampled(
    pixels: torch.Tensor, part: Sequence[_Cut], encoder: Encoder, more: str = ""
) -> np.ndarray:
    """Samples of the posterior, unscaled; each picture's chance depends on its name alone."""
    vae = encoder.vae
    remedy = "Try --batch 1."
    with memory_of(vae.device, f"Encoding {len(part)} pictures", remedy), encoder.pace.kept():
        mean, deviation = encode_pictures(vae, pixels)
    chance = [
        torch.Generator().manual_seed(int(digest(cut.path.name + more)[:12], 16)) for cut in part
    ]
    noise = torch.stack(
        [torch.randn(mean.shape[1:], generator=each) for each in chance]
    )  # on the CPU, so that every device gets the same
    scaled = mean + deviation * noise.to(mean.device)
    return (scaled / vae.config.scaling_factor).float().cpu().numpy()


def _save(cut: _Cut, values: np.ndarray, flipped: np.ndarray | None, encoder: Encoder) -> None:
    file = latents_file(cut.path, cut.stored, encoder.form)
    more = {} if cut.drawn is None else {CROP: np.array(cut.drawn)}
    if encoder.form == "oldest":
        _write_arrays(file, values, **more)
        if flipped is not None:
            _write_arrays(file.with_name(f"{file.stem}_flip.npz"), flipped)
        return
    if flipped is not None:
        more["latents_flipped"] = flipped
    more |= {"original_size": np.array(cut.stored), "crop_ltrb": np.array(cut.crop)}
    _write_arrays(file, latents=values, vae=np.array(encoder.name), **more)


def _write_arrays(file: Path, *unnamed: np.ndarray, **named: np.ndarray) -> None:
    with replacing(file) as draft, draft.open("wb") as opened:
        np.savez(opened, *unnamed, **named)
