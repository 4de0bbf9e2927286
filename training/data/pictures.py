"""Opens training pictures, and says what was odd about them and what was done.

Whatever is on the disk becomes an upright RGB picture of 8 bits in sRGB, or is left out; in both
cases a Finding says so. Nothing is changed in silence.
"""

import math
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from storybook.errors import in_one_line
from storybook.files import sha256_of
from storybook.images.photo_reading import DAMAGE, read_picture
from storybook.records import Event
from training.data.crops import cropped
from training.data.records import Box, DataIssue, Example, Size

HUGE_PX = 40_000_000
"""Pictures of more pixels are reduced when they are opened."""

MOST_ENLARGED = 4
"""Pictures that would be enlarged more times are left out."""

AHEAD = 64
"""Pictures that may wait for their turn: each costs two kilobytes before it is looked at."""

TOLD_EVERY = 64
"""After so many pictures there is an event."""

LIKENESS_BYTES = 32
NEAR = 20
"""Pictures whose hashes differ in at most so many of 256 bits are taken for nearly the same.

Another size, brightness or encoding changes 1 to 3 bits, a crop of 2 % about 20; two of the shipped
pets' pictures differ in 28 and more.
"""


@dataclass(frozen=True, slots=True)
class Checked:
    """The examples that can be learnt from."""

    examples: tuple[Example, ...]
    sizes: tuple[Size, ...]
    """Of each example's picture, upright."""
    findings: tuple[DataIssue, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What one picture is found to be."""

    size: Size | None
    content: str
    likeness: np.ndarray | None
    findings: list[DataIssue]


def open_picture(
    path: Path,
    resolution_px: int,
    *,
    huge_px: int = HUGE_PX,
    crop: Box | None = None,
    enough_px: int | None = None,
) -> tuple[Image.Image | None, list[DataIssue]]:
    """An upright RGB picture, or None for one that is left out, with what was found.

    With a `crop` it is that part of the picture. Memory is bounded: a picture of more than
    `huge_px` pixels comes back reduced, its shorter side still at least twice `resolution_px`, and
    one above Pillow's own limit (179 million) is left out. Where a shorter side of `enough_px` is
    enough, any picture may come back reduced to no less. One with less area than `resolution_px`
    squared is kept, unless it would be enlarged more than four times.
    """
    share = 1.0 if crop is None else min(crop[2] - crop[0], crop[3] - crop[1])
    least = math.ceil((enough_px or 2 * resolution_px) / share)

    def is_huge(size: Size) -> bool:
        return size[0] * size[1] > huge_px

    def enough(size: Size) -> Size | None:
        return (least, least) if enough_px or is_huge(size) else None

    image: Image.Image | None = None
    try:
        photo = read_picture(path, enough)
        notes = [(note.found, note.done) for note in photo.notes]
        image, stored = photo.image, photo.stored
        if is_huge(stored) and image.size not in (stored, stored[::-1]):
            done = f"reduced to {image.width} x {image.height}"
            notes.append((f"{stored[0]} x {stored[1]} px", done))
        image = cropped(image, crop)
    except Image.DecompressionBombError:
        notes = [("too many pixels to open", "left out; save it smaller")]
    except DAMAGE as fault:
        notes = [(f"no whole picture ({in_one_line(fault)})", "left out")]
    if image is not None:
        enlarged = resolution_px / math.sqrt(image.width * image.height)
        inside = " inside its crop" * (crop is not None)
        done = f"will be enlarged {enlarged:.1f} times, and soft; bring a larger one if you can"
        if enlarged > MOST_ENLARGED:
            done = f"left out: too small for {resolution_px} px"
        if enlarged > 1:
            notes.append((f"only {image.width} x {image.height} px{inside}", done))
        image = image if enlarged <= MOST_ENLARGED else None
    return image, [DataIssue(path=path, found=found, done=done) for found, done in notes]


def look_at(example: Example, resolution_px: int) -> Looked:
    """Open a picture, and say what it is."""
    path = example.path
    image, findings = open_picture(path, resolution_px, crop=example.crop)
    if image is None:
        return Looked(None, "", None, findings)
    content = sha256_of(path)
    if example.crop is not None:  # two parts of one picture are two pictures
        content += str(example.crop)
    return Looked(image.size, content, likeness(image), findings)


Look = Callable[[Example, int], Looked]


def look_through(
    examples: Sequence[Example], resolution_px: int, *, workers: int = 2, look: Look = look_at
) -> Checked:
    """As `looking_through`, without a word until the end."""
    events = looking_through(examples, resolution_px, workers=workers, look=look)
    while True:
        try:
            next(events)
        except StopIteration as end:
            return end.value


def looking_through(
    examples: Sequence[Example], resolution_px: int, *, workers: int = 2, look: Look = look_at
) -> Generator[Event, None, Checked]:
    """Open every picture once, and leave out those that cannot be learnt from.

    Files with the same content are taken once, the first of them. Nearly the same pictures, such
    as those of one burst, are kept and named. `workers` pictures at a time are in memory. `look`
    looks at one picture, and may remember it.
    """
    kept, sizes, findings = [], [], []
    first_with: dict[str, Path] = {}
    likenesses = Likenesses()
    with closing(_in_turn(examples, resolution_px, workers, look)) as turns:
        for place, (example, looked) in enumerate(turns, start=1):
            if place % TOLD_EVERY == 0 or place == len(examples):
                yield Event(stage="look", done=place, total=len(examples), note=example.path.name)
            findings += looked.findings
            if looked.size is None or looked.likeness is None:
                continue
            if looked.content in first_with:
                found = f"the same picture as {first_with[looked.content]}"
                findings.append(DataIssue(path=example.path, found=found, done="left out"))
                continue
            nearest = likenesses.nearest(looked.likeness)
            if nearest is not None:
                found = f"nearly the same as {kept[nearest].path}"
                done = "kept; leave one of them out if both are of one moment"
                findings.append(DataIssue(path=example.path, found=found, done=done))
            first_with[looked.content] = example.path
            kept.append(example)
            sizes.append(looked.size)
            likenesses.add(looked.likeness)
    return Checked(tuple(kept), tuple(sizes), tuple(findings))


def _in_turn(
    examples: Sequence[Example], resolution_px: int, workers: int, look: Look
) -> Iterator[tuple[Example, Looked]]:
    """Each example with what is found of it; only a few are looked at ahead."""
    with ThreadPoolExecutor(workers) as pool:
        ahead: deque[tuple[Example, Future[Looked]]] = deque()
        for example in examples:
            ahead.append((example, pool.submit(look, example, resolution_px)))
            if len(ahead) == AHEAD:
                first, found = ahead.popleft()
                yield first, found.result()
        for first, found in ahead:
            yield first, found.result()


class Likenesses:
    """Difference hashes, among which one that is nearly the same is found without a look at all.

    Two hashes that differ in at most `NEAR` of 256 bits share one of `NEAR + 1` bands of them, so
    that only those which share a band are compared: thousands of pictures cost no thousands of
    comparisons each.
    """

    def __init__(self) -> None:
        self._hashes = np.empty((1024, LIKENESS_BYTES), np.uint8)
        self._count = 0
        self._with_band: dict[tuple[int, bytes], list[int]] = {}
        self._known: set[bytes] = set()

    def add(self, own: np.ndarray) -> None:
        """Keep a hash, uint8 [32]; it is counted from 0."""
        if self._count == len(self._hashes):
            self._hashes = np.concatenate([self._hashes, np.empty_like(self._hashes)])
        self._hashes[self._count] = own
        if own.tobytes() not in self._known:  # of those that are the same the first is the nearest
            self._known.add(own.tobytes())
            for band in _bands(own):
                self._with_band.setdefault(band, []).append(self._count)
        self._count += 1

    def nearest(self, own: np.ndarray) -> int | None:
        """The place of the nearest one, the first of several; None if none is near enough."""
        found = {place for band in _bands(own) for place in self._with_band.get(band, ())}
        if not found:
            return None
        places = np.array(sorted(found))
        differing = np.bitwise_count(self._hashes[places] ^ own).sum(axis=1)
        best = int(differing.argmin())
        return int(places[best]) if differing[best] <= NEAR else None


def likeness(image: Image.Image) -> np.ndarray:
    """A difference hash, uint8 [32]: 256 bits, most of which survive other sizes and encodings.

    Each bit says whether a spot of a 16 x 16 grid is brighter than its left neighbour.
    """
    grid = np.asarray(image.convert("L").resize((17, 16), Image.Resampling.BOX))
    return np.packbits(grid[:, 1:] > grid[:, :-1])


def _bands(own: np.ndarray) -> Iterator[tuple[int, bytes]]:
    """The bits of a hash in `NEAR + 1` parts, each with its number."""
    bits = np.unpackbits(own)
    yield from (
        (number, part.tobytes()) for number, part in enumerate(np.array_split(bits, NEAR + 1))
    )
