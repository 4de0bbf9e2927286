"""The files of latents beside pictures: whether they are there, and how they are written.

Each is a sample of the autoencoder's posterior that is not scaled yet, in float32. `prepared` is
what `prepare_buckets_latents.py` of today writes, and what training from metadata reads; `cache` is
what a trainer of theirs leaves on the disk; `oldest` is a lone array in each file, with the
mirrored one in another.
"""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np

from storybook.errors import TrainingError
from storybook.files import replacing
from training.data.kohya import CROP, latents_crop, read_latents
from training.data.records import LATENT_PX, Size
from training.desk.bucketed import Placed

Form = Literal["prepared", "cache", "oldest"]
FORMS: tuple[Form, ...] = ("prepared", "cache", "oldest")
BEHIND = 16
"""Pictures whose latents may wait to be written: waiting for the disk is most of it."""


def latents_file(picture: Path, stored: Size, form: Form) -> Path:
    """Where the latents of a picture lie; `stored` is its size as its file has it."""
    if form == "cache":
        return picture.with_name(f"{picture.stem}_{stored[0]:04d}x{stored[1]:04d}_sd.npz")
    return picture.with_suffix(".npz")


def is_made(placed: Placed, form: Form, by: str, *, flip: bool) -> bool:
    """Whether the latents of a picture are there, of this crop and bucket, by the autoencoder `by`.

    Of the oldest form, which says none of that, those of the bucket's shape are taken.
    """
    file = latents_file(placed.path, placed.stored, form)
    if not file.is_file():
        return False
    try:
        found = read_latents(file)
        with np.load(file, allow_pickle=False) as parts:
            name = str(parts["vae"]) if "vae" in parts.files else ""
        cropped = latents_crop(file)
    except (TrainingError, OSError, ValueError, KeyError):
        return False
    shape = (placed.bucket[1] // LATENT_PX, placed.bucket[0] // LATENT_PX)
    fits = found.values.shape[1:] == shape and found.original_size in (None, placed.stored)
    flipped = found.flipped is not None or not flip
    same = name == by or (not name and form == "oldest")
    same &= cropped == placed.drawn
    return fits and flipped and same and placed.path.stat().st_mtime <= file.stat().st_mtime


class Saver:
    """Writes latents by a thread of its own; all of them are on the disk when the `with` ends.

    Raises OSError, of a full disk, say, with the next one that is to be saved.
    """

    def __init__(self, form: Form, by: str) -> None:
        self._form, self._by = form, by
        self._pool = ThreadPoolExecutor(1)
        self._behind: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown()
        if fault is None:
            for each in self._behind:
                each.result()

    def save(self, placed: Placed, values: np.ndarray, flipped: np.ndarray | None) -> None:
        """Have the latents of a picture, [c, h / 8, w / 8], and of its mirrored self written."""
        self._behind.append(self._pool.submit(self._write, placed, values, flipped))
        if len(self._behind) > BEHIND:
            self._behind.popleft().result()

    def _write(self, placed: Placed, values: np.ndarray, flipped: np.ndarray | None) -> None:
        file = latents_file(placed.path, placed.stored, self._form)
        more = {} if placed.drawn is None else {CROP: np.array(placed.drawn)}
        if self._form == "oldest":
            _write_arrays(file, values, **more)
            if flipped is not None:
                _write_arrays(file.with_name(f"{file.stem}_flip.npz"), flipped)
            return
        if flipped is not None:
            more["latents_flipped"] = flipped
        more |= {"original_size": np.array(placed.stored), "crop_ltrb": np.array(placed.crop)}
        _write_arrays(file, latents=values, vae=np.array(self._by), **more)


def _write_arrays(file: Path, *unnamed: np.ndarray, **named: np.ndarray) -> None:
    with replacing(file) as draft, draft.open("wb") as opened:
        np.savez(opened, *unnamed, **named)
