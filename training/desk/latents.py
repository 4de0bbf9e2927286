"""Latents of a whole folder, beside its pictures, as kohya's scripts train from them.

Pictures are opened and latents written by threads, while others are encoded. The metadata learns
each picture's `train_resolution`.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL

from storybook.config import PrecisionWish
from storybook.errors import OutOfMemory, TrainingError
from storybook.models.auto_precision import AutoPrecision, num_params, param_shapes
from storybook.models.checkpoint import Checkpoint
from storybook.models.components import open_parts
from storybook.models.devices import device_of, explain_oom, quiet
from storybook.models.hub import on_disk
from storybook.models.training_loss import posterior_moments
from storybook.models.weights import weights_digest
from storybook.records import Event, digest
from training.data.buckets import BucketRow, rows_of
from training.data.crops import Crops
from training.data.pictures import TOLD_EVERY
from training.data.records import LATENT_PX, Box, DataIssue, Size
from training.desk.bucketed import Cut, Placed, cut, place
from training.desk.latents_files import Form, Saver, is_made
from training.desk.metadata import Entries

OPENERS, AHEAD = 2, 8
"""Threads that open pictures, and how many may be open before they are encoded."""


@dataclass(slots=True)
class LatentsMade:
    """What came of a folder."""

    entries: Entries
    """The metadata, each picture's bucket in it."""
    sizes: list[Size] = field(default_factory=list)
    buckets: list[Size] = field(default_factory=list)
    findings: list[DataIssue] = field(default_factory=list)
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
    amp: AutoPrecision = field(default_factory=AutoPrecision)
    """In which precision the autoencoder works here; latents are float32 in any case."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A picture that was looked at."""

    findings: Sequence[DataIssue] = ()
    placed: Placed | None = None
    """None for one that is left out."""
    cut: Cut | None = None
    """None, too, for one whose latents are there."""


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
    with quiet(), explain_oom(place, f"Opening {part}", "Try --device cpu."):
        vae = open_parts(Checkpoint(painter), {"vae": AutoencoderKL}, None)["vae"]
        vae = vae.float().to(place).eval()
    name = weights_digest(part if part.is_dir() else painter)
    amp = AutoPrecision(precision, (vae,), param_shapes(vae.encoder), device=place)
    return Encoder(vae, name, buckets, form, flip, amp)


def make_latents(
    pictures: dict[str, Path], encoder: Encoder, made: LatentsMade, *, batch: int = 1
) -> Iterator[Event]:
    """Write the latents of `pictures`, by their keys in the metadata, into `made` and the disk.

    Latents that are there and were made of this size, in this bucket, by this autoencoder, are not
    made again; of the oldest form, which says none of that, those of the bucket's shape. A batch
    that does not fit into memory is halved; pictures are opened ahead of it. Raises TrainingError
    if no picture can be read.
    """
    waiting: dict[Size, list[Cut]] = {}
    done = 0
    total, steps = len(pictures), len(pictures) / batch
    with Saver(encoder.form, encoder.name) as saver:
        for ready in _looked_at(pictures, encoder, made):
            if ready.cut is None:
                made.kept += ready.placed is not None
                done += 1
                if done % TOLD_EVERY == 0:
                    yield Event(stage="latents", done=done, total=total, note="there already")
                continue
            group = waiting.setdefault(ready.cut.placed.bucket, [])
            group.append(ready.cut)
            if len(group) >= batch:
                batch = _encode(group, encoder, saver, batch, steps)
                done += len(group)
                note = group[-1].placed.path.name
                group.clear()
                yield Event(stage="latents", done=done, total=total, note=note)
        for group in filter(None, waiting.values()):
            batch = _encode(group, encoder, saver, batch, steps)
            done += len(group)
            note = group[-1].placed.path.name
            yield Event(stage="latents", done=done, total=total, note=note)
    _check_any(pictures, made)
    kept = f"{made.kept} were there already" if made.kept else ""
    yield Event(stage="latents", done=len(pictures), total=len(pictures), note=kept)


def _check_any(pictures: dict[str, Path], made: LatentsMade) -> None:
    """Raise TrainingError if there are no latents of any picture."""
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


def _looked_at(pictures: dict[str, Path], encoder: Encoder, made: LatentsMade) -> Iterator[_Ready]:
    """Each picture, cut to its bucket if latents of it are due; its entry learns the bucket.

    A few are opened ahead, while others are encoded.
    """
    crops = Crops()
    with ThreadPoolExecutor(OPENERS) as pool:
        ahead: deque[tuple[str, Future[_Ready]]] = deque()
        for key, path in pictures.items():
            if key in made.entries:
                ahead.append((key, pool.submit(_ready, path, encoder, crops.of(path))))
            else:
                found = "not in the metadata"
                made.findings.append(DataIssue(path=path, found=found, done="left out"))
                yield _Ready()
            if len(ahead) > AHEAD:
                yield _noted(*ahead.popleft(), made)
        while ahead:
            yield _noted(*ahead.popleft(), made)


def _noted(key: str, looked_at: Future[_Ready], made: LatentsMade) -> _Ready:
    ready = looked_at.result()
    made.findings += ready.findings
    if ready.placed is not None:
        made.entries[key]["train_resolution"] = list(ready.placed.bucket)
        made.sizes.append(ready.placed.size)
        made.buckets.append(ready.placed.bucket)
    return ready


def _ready(path: Path, encoder: Encoder, drawn: Box | None) -> _Ready:
    placed = place(path, encoder.buckets, drawn)
    if placed is not None and is_made(placed, encoder.form, encoder.name, flip=encoder.flip):
        return _Ready(placed=placed)
    cut_out, findings = cut(path, placed, encoder.buckets)
    return _Ready(findings, cut_out and cut_out.placed, cut_out)


def _settle(encoder: Encoder, part: Sequence[Cut], steps: float) -> None:
    """Find the precision that this machine is quickest in, if `steps` like this are worth it."""
    width, height = part[0].placed.bucket
    positions = len(part) * width * height // LATENT_PX**2
    encoder.amp.choose(
        lambda: posterior_moments(encoder.vae, _pixels(part, encoder)),
        macs=num_params(encoder.vae.encoder) * positions,
        steps=steps,
    )


def _encode(group: Sequence[Cut], encoder: Encoder, saver: Saver, batch: int, steps: float) -> int:
    """Encode a group, which is written meanwhile; how many at once did fit."""
    _settle(encoder, group[:batch], steps)
    start = 0
    while start < len(group):
        part = group[start : start + batch]
        try:
            pixels = _pixels(part, encoder)
            values = _sampled(pixels, part, encoder)
            flipped = _sampled(pixels.flip(3), part, encoder, ".flip") if encoder.flip else None
        except OutOfMemory:
            if batch == 1:
                raise
            batch //= 2
            continue
        for at, each in enumerate(part):
            saver.save(each.placed, values[at], None if flipped is None else flipped[at])
        start += len(part)
    return batch


def _pixels(part: Sequence[Cut], encoder: Encoder) -> torch.Tensor:
    """[b, 3, h, w] in [-1, 1]."""
    levels = torch.from_numpy(np.stack([each.levels for each in part])).to(encoder.vae.device)
    return levels.permute(0, 3, 1, 2).float() / 127.5 - 1


def _sampled(
    pixels: torch.Tensor, part: Sequence[Cut], encoder: Encoder, more: str = ""
) -> np.ndarray:
    """Samples of the posterior, unscaled; each picture's noise depends on its name alone."""
    vae = encoder.vae
    remedy = "Try --batch 1."
    with explain_oom(vae.device, f"Encoding {len(part)} pictures", remedy), encoder.amp.autocast():
        mean, deviation = posterior_moments(vae, pixels)
    names = [each.placed.path.name for each in part]
    generators = [
        torch.Generator().manual_seed(int(digest(name + more)[:12], 16)) for name in names
    ]
    noise = torch.stack(
        [torch.randn(mean.shape[1:], generator=each) for each in generators]
    )  # on the CPU, so that every device gets the same
    scaled = mean + deviation * noise.to(mean.device)
    return (scaled / vae.config.scaling_factor).float().cpu().numpy()
