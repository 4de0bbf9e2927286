"""The photo coach: which photos of a pet are fit to teach or to look at, and what is amiss.

It measures; it does not know a cat from a cushion. Its thresholds were chosen on the 15 photos of
three pets that the DreamBooth paper (Ruiz et al., 2023) shows, all of them good to train on: each
figure lies between theirs and those of copies that were blurred, darkened, bleached or shrunk.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from storybook.images.photos import DARK, border_of, foreground, looked_at, read_photo
from storybook.readability import common_words
from storybook.records import Record

Fitness = Literal["good", "usable", "leave out"]

SHARPNESS_PX = 512
"""Photos are judged at this long side: what is soft there is soft for Stable Diffusion 1.5 too."""
TILES = 8
"""Sharpness is judged in so many tiles a side, since the background may well be blurred."""
BLURRED, SOFT = 0.12, 0.25
"""Sharpness of a blurred and a soft photo. The 15 photos have 0.41 to 3.4, and copies blurred by a
Gaussian of 2 px at 512 px 0.02 to 0.07."""
SMALL_PX, SMALLISH_PX = 256, 512
"""Short sides: a quarter of the pixels, and all of them, that Stable Diffusion 1.5 learns from."""
BLACK = 60
"""Grey level of 255 that the lightest twentieth of a photo reaches at least: the 15 photos have 107
and more, at a fifth of their light 47 and less."""
CLIPPED = 250
BLEACHED, BRIGHT = 0.25, 0.05
"""Shares of clipped highlights. The 15 photos have none; at three times their light 0.1 to 0.9."""
FLAT = 8.0
"""CIELAB distance of pet and background: the 15 photos have 12 and more."""
SAME = 5.0
"""Mean CIELAB distance of two photos, in SAME_CELLS x SAME_CELLS cells, that show the same moment.
The 15 photos are 6.6 apart and more, and 1.7 to 3.7 from their own crops by 2 % of a side."""
SAME_CELLS = 16
TOKEN = re.compile(r"[a-z][a-z0-9]{1,19}")
FEWEST, MOST = 5, 30
"""How many photos DreamBooth asks for."""
SAME_BACKGROUND, SAME_POSE, SAME_LIGHT = 15.0, 0.45, 5.0
"""Spreads under which a set shows too little. A corgi in four places has 46, 0.59 and 14; a cat
under one tree 13, 0.64 and 7; a puppy in one studio 10, 0.54 and 2. Crops of one photo have a pose
of 0.36 to 0.45."""


class PhotoVerdict(Record):
    """What the coach says of one photo."""

    file: str
    fitness: Fitness
    reasons: tuple[str, ...] = ()
    """What is amiss and what to do about it, a line each."""


class SetVerdict(Record):
    """What the coach says of all photos of a pet."""

    photos: tuple[PhotoVerdict, ...]
    findings: tuple[str, ...] = ()
    """What is amiss with the set as a whole and what to do about it, a line each."""

    @property
    def fit(self) -> int:
        """How many photos are good or usable."""
        return sum(each.fitness != "leave out" for each in self.photos)


class Spread(Record):
    """How different photos are from each other: medians over all pairs of them."""

    background: float
    """CIELAB distance of the borders."""
    pose: float
    """Distance of the outlines within the pet, 0 to 1."""
    light: float
    """Difference in mean L*."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is kept of a photo while the others are looked at."""

    pixels: np.ndarray
    """A small copy in CIELAB, [h, w, 3]."""
    short_px: int
    sharpness: float


def judge_photos(paths: Sequence[Path]) -> SetVerdict:
    """The coach's verdict on photos of one pet; raises HeroError if one cannot be read."""
    return judge_set([judge_photo(path.name, read_photo(path)) for path in paths])


def judge_set(judged: Sequence[tuple[PhotoVerdict, Seen]]) -> SetVerdict:
    """The verdict on photos that were looked at one by one, by `judge_photo`."""
    twins = _twins([seen for _, seen in judged])
    verdicts, fit = [], []
    for place, (verdict, seen) in enumerate(judged):
        if place in twins:
            reason = f"nearly the same as {judged[twins[place]][0].file}: one of them is enough"
            verdict = verdict.but(fitness="leave out", reasons=(*verdict.reasons, reason))
        verdicts.append(verdict)
        if verdict.fitness != "leave out":
            fit.append(seen.pixels)
    return SetVerdict(photos=tuple(verdicts), findings=tuple(_findings(fit)))


def judge_photo(name: str, photo: Image.Image) -> tuple[PhotoVerdict, Seen]:
    """The verdict on one RGB photo, and what was seen of it."""
    seen = Seen(looked_at(photo), min(photo.size), sharpness(photo))
    bad: list[str] = []
    weak: list[str] = []
    if seen.short_px < SMALLISH_PX:
        reason = f"only {seen.short_px} px on its short side: take the original from the camera"
        (bad if seen.short_px < SMALL_PX else weak).append(reason)
    if seen.sharpness < BLURRED:
        bad.append("blurred: hold still or use more light")
    elif seen.sharpness < SOFT:
        weak.append("a little soft: come closer or use more light")
    grey = np.asarray(photo.convert("L"))
    if np.percentile(grey, 95) < BLACK:
        bad.append("too dark to see the pet: take it in daylight")
    elif seen.pixels[..., 0].mean() < DARK:
        weak.append("dark: colours mislead; brighten it or take one in daylight")
    if (clipped := float((grey >= CLIPPED).mean())) > BRIGHT:
        reason = f"{clipped:.0%} is bleached to white: take it in the shade"
        (bad if clipped > BLEACHED else weak).append(reason)
    if contrast(seen.pixels) < FLAT:
        weak.append("the pet hardly stands out: choose another background")
    fitness: Fitness = "leave out" if bad else "usable" if weak else "good"
    return PhotoVerdict(file=name, fitness=fitness, reasons=(*bad, *weak)), seen


def token_fault(token: str) -> str:
    """What is wrong with a token that a pet is to be taught by; nothing if it is a rare word."""
    if not TOKEN.fullmatch(token):
        return "use one word of 2 to 20 small letters and digits, such as ohwx."
    if token in common_words():
        return "painters know this word already; choose one that means nothing, such as ohwx."
    return ""


def sharpness(photo: Image.Image) -> float:
    """How much of a photo's detail is fine: the ninth decile over tiles of var(Laplacian) / var.

    The variance of the Laplacian (Pech-Pacheco et al., 2000) by the variance of the tile itself, so
    that a dark photo is not taken for a blurred one.
    """
    small = photo.convert("L")
    small.thumbnail((SHARPNESS_PX, SHARPNESS_PX), Image.Resampling.BOX)
    grey = np.asarray(small, float)
    if min(grey.shape) < TILES + 2:
        return 0.0
    middle = grey[1:-1, 1:-1]
    laplacian = grey[1:-1, :-2] + grey[1:-1, 2:] + grey[:-2, 1:-1] + grey[2:, 1:-1] - 4 * middle
    shares = [
        fine.var() / (whole.var() + 10)  # 10: the noise of a plain wall is no detail
        for fine, whole in zip(_tiles(laplacian), _tiles(middle), strict=True)
    ]
    return float(np.percentile(shares, 90))


def contrast(pixels: np.ndarray) -> float:
    """CIELAB distance of the median pet from the median border in [h, w, 3]; 0 without a pet."""
    pet = foreground(pixels)
    behind = border_of(*pet.shape) & ~pet
    if not pet.any() or not behind.any():
        return 0.0
    gap = np.median(pixels[pet], axis=0) - np.median(pixels[behind], axis=0)
    return float(np.linalg.norm(gap))


def spread_of(seen: Sequence[np.ndarray]) -> Spread:
    """How different small photos in CIELAB, each [h, w, 3], are; raises ValueError under two."""
    if len(seen) < 2:
        raise ValueError("one photo alone has no spread")
    borders = [_border_colours(pixels) for pixels in seen]
    outlines = [_outlines(pixels) for pixels in seen]
    lights = [pixels[..., 0].mean() for pixels in seen]
    pairs = list(combinations(range(len(seen)), 2))
    return Spread(
        background=_median(
            np.linalg.norm(borders[a] - borders[b], axis=1).mean() for a, b in pairs
        ),
        pose=_median(np.linalg.norm(outlines[a] - outlines[b]) / 2**0.5 for a, b in pairs),
        light=_median(abs(lights[a] - lights[b]) for a, b in pairs),
    )


def _findings(fit: Sequence[np.ndarray]) -> list[str]:
    """What is amiss with the photos that are good enough, as a set."""
    findings = []
    if len(fit) < FEWEST:
        findings.append(f"Photos fit to teach from: {len(fit)}. Bring at least {FEWEST}.")
    if len(fit) > MOST:
        findings.append(f"Photos fit to teach from: {len(fit)}. The best {MOST} are enough.")
    if len(fit) < 2:
        return findings
    spread = spread_of(fit)
    if spread.background < SAME_BACKGROUND:
        findings.append("Most backgrounds are alike: take some elsewhere, or the place is learnt.")
    if spread.pose < SAME_POSE:
        findings.append("Most poses are alike: take it from the other side, lying and walking.")
    if spread.light < SAME_LIGHT:
        findings.append("All photos have the same light: take some at another hour or indoors.")
    return findings


def _twins(photos: Sequence[Seen]) -> dict[int, int]:
    """Places of photos that are nearly the same as a larger or sharper one, with its place."""
    best_first = sorted(
        range(len(photos)), key=lambda one: (-photos[one].short_px, -photos[one].sharpness)
    )
    twins: dict[int, int] = {}
    kept: list[int] = []
    for one in best_first:
        pixels = photos[one].pixels
        same = (other for other in kept if _apart(pixels, photos[other].pixels) < SAME)
        if (other := next(same, None)) is None:
            kept.append(one)
        else:
            twins[one] = other
    return twins


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    """Mean CIELAB distance of two small photos, or of one and the other mirrored."""
    coarse = _cells(one, SAME_CELLS)
    ways = (_cells(other, SAME_CELLS), _cells(other[:, ::-1], SAME_CELLS))
    return min(float(np.linalg.norm(coarse - each, axis=-1).mean()) for each in ways)


def _tiles(values: np.ndarray) -> list[np.ndarray]:
    rows = np.array_split(values, TILES)
    return [tile for row in rows for tile in np.array_split(row, TILES, axis=1)]


def _border_colours(pixels: np.ndarray) -> np.ndarray:
    """The mean colours of the four corners and of the middles of the upper sides, [7, 3]."""
    return _cells(pixels, 5)[[0, 2, 4, 5, 9, 20, 24]]


def _cells(pixels: np.ndarray, side: int) -> np.ndarray:
    """The mean colours of side x side cells, [side * side, 3], row by row."""
    rows = np.array_split(pixels, side)
    cells = [cell for row in rows for cell in np.array_split(row, side, axis=1)]
    return np.stack([cell.reshape(-1, 3).mean(axis=0) for cell in cells])


def _outlines(pixels: np.ndarray) -> np.ndarray:
    """How edges lie in the pet's box: orientations in 4 x 4 cells, as a vector of length 1, [128].

    A histogram of oriented gradients (Dalal and Triggs, 2005), one block of signless angles.
    """
    pet = foreground(pixels)
    rows, columns = np.nonzero(pet.any(axis=1))[0], np.nonzero(pet.any(axis=0))[0]
    lightness = pixels[..., 0]
    if len(rows) > 8 and len(columns) > 8:
        lightness = lightness[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    down, across = np.gradient(lightness)
    strength = np.hypot(down, across)
    angle = (np.arctan2(down, across) % np.pi / np.pi * 8).astype(int) % 8
    cells = [
        np.bincount(a.ravel(), s.ravel(), 8)
        for ra, rs in zip(np.array_split(angle, 4), np.array_split(strength, 4), strict=True)
        for a, s in zip(np.array_split(ra, 4, 1), np.array_split(rs, 4, 1), strict=True)
    ]
    vector = np.concatenate(cells)
    return vector / (np.linalg.norm(vector) or 1)


def _median(values: Iterable[float]) -> float:
    return float(np.median(list(values)))
