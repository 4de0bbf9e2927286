"""The photo coach: which photos of a pet are fit to teach or to look at, and what is amiss.

It measures; whether there is a cat or a cushion, it knows where a network that sees pets was
fetched (`storybook models get efficientnet-lite0`), and judges the pet alone then. Its thresholds
were chosen on the 15 photos of three pets that the DreamBooth paper (Ruiz et al., 2023) shows, all
of them good to train on: each figure lies between theirs and those of copies that were blurred,
darkened, bleached or shrunk.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

from storybook.hero import pet_findings
from storybook.hero.photo_spread import Seen, cells, spread_of
from storybook.images.photos import DARK, border_of, looked_at, read_photo
from storybook.readability import common_words
from storybook.records import Record

if TYPE_CHECKING:
    from storybook.models.pet_seer import PetSeer

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
SAME_PET = 8.5
"""The same of two pets cut out and brought to one size: two photos that were taken after each other
have 7.4, all others of the 15 are 10 and more apart."""
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
    kind: str = ""
    """What most photos show, such as `dog`; empty if nobody who sees pets has looked."""
    word: str = ""
    """What it may be called more closely, such as `corgi`; empty if that is not sure."""

    @property
    def fit(self) -> int:
        """How many photos are good or usable."""
        return sum(each.fitness != "leave out" for each in self.photos)


def judge_photos(paths: Sequence[Path], seer: "PetSeer | None" = None) -> SetVerdict:
    """The coach's verdict on photos of one pet; raises HeroError if one cannot be read.

    With a `seer`, the pet is judged, and not what lies in the middle.
    """
    return judge_set([judge_photo(path.name, read_photo(path), seer) for path in paths])


def judge_set(judged: Sequence[tuple[PhotoVerdict, Seen]]) -> SetVerdict:
    """The verdict on photos that were looked at one by one, by `judge_photo`."""
    everything = [seen for _, seen in judged]
    near_duplicates = _near_duplicates(everything)
    pets = [seen.pet for seen in everything if seen.pet is not None]
    amiss = pet_findings.reasons_of(pets) if pets else [[] for _ in judged]
    verdicts, fit = [], []
    for place, ((verdict, seen), of_the_pet) in enumerate(zip(judged, amiss, strict=True)):
        if place in near_duplicates:
            other, whole = near_duplicates[place]
            name = judged[other][0].file
            same = f"nearly the same as {name}: one of them is enough"
            alike = f"shows the pet nearly as {name} does: another pose teaches more"
            verdict = _less(verdict, *(("leave out", same) if whole else ("usable", alike)))
        for reason in of_the_pet:
            verdict = _less(verdict, "usable", reason)
        verdicts.append(verdict)
        if verdict.fitness != "leave out":
            fit.append(seen)
    findings = (*_findings(fit), *(pet_findings.findings_of(pets) if pets else ()))
    kind, word = (pet_findings.kind_of(pets), pet_findings.word_of(pets)) if pets else ("", "")
    return SetVerdict(photos=tuple(verdicts), findings=findings, kind=kind, word=word)


def _less(verdict: PhotoVerdict, fitness: Fitness, reason: str) -> PhotoVerdict:
    """The verdict with a further reason, and no better than `fitness`."""
    worse = max(verdict.fitness, fitness, key=("good", "usable", "leave out").index)
    return verdict.but(fitness=worse, reasons=(*verdict.reasons, reason))


def judge_photo(
    name: str, photo: Image.Image, seer: "PetSeer | None" = None
) -> tuple[PhotoVerdict, Seen]:
    """The verdict on one RGB photo, and what was seen of it."""
    pet = seer.look(photo) if seer else None
    seen = Seen(looked_at(photo), min(photo.size), sharpness(photo), pet)
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
    if contrast(seen.pixels, seen.where) < FLAT:
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


def contrast(pixels: np.ndarray, pet: np.ndarray) -> float:
    """CIELAB distance of the median pet from the median border in [h, w, 3]; 0 without a pet.

    `pet` says where it is, booleans [h, w].
    """
    behind = border_of(*pet.shape) & ~pet
    if not pet.any() or not behind.any():
        return 0.0
    gap = np.median(pixels[pet], axis=0) - np.median(pixels[behind], axis=0)
    return float(np.linalg.norm(gap))


def _findings(fit: Sequence[Seen]) -> list[str]:
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


def _near_duplicates(photos: Sequence[Seen]) -> dict[int, tuple[int, bool]]:
    """Places of photos that are nearly the same as a larger or sharper one, with its place.

    And whether the whole photo is, or the pet alone.
    """
    best_first = sorted(
        range(len(photos)), key=lambda one: (-photos[one].short_px, -photos[one].sharpness)
    )
    cut = [_cut_out(each) for each in photos]
    near_duplicates: dict[int, tuple[int, bool]] = {}
    kept: list[int] = []
    for one in best_first:
        pixels = photos[one].pixels
        for other in kept:
            whole = _apart(pixels, photos[other].pixels) < SAME
            pets = cut[one], cut[other]
            if whole or (all(each is not None for each in pets) and _apart(*pets) < SAME_PET):
                near_duplicates[one] = other, whole
                break
        else:
            kept.append(one)
    return near_duplicates


def _cut_out(seen: Seen) -> np.ndarray | None:
    """The pet alone, on grey, in CIELAB; None if nobody has seen one."""
    if seen.pet is None or not seen.pet.mask.any():
        return None
    rows, columns = (np.nonzero(seen.where.any(axis=axis))[0] for axis in (1, 0))
    alone = np.where(seen.where[..., None], seen.pixels, (50.0, 0.0, 0.0))
    alone = alone[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    few = [Image.fromarray(alone[..., each].astype(np.float32)) for each in range(3)]
    size = (4 * SAME_CELLS, 4 * SAME_CELLS)
    return np.stack([np.asarray(each.resize(size, Image.Resampling.BOX)) for each in few], axis=-1)


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    """Mean CIELAB distance of two small photos, or of one and the other mirrored."""
    coarse = cells(one, SAME_CELLS)
    ways = (cells(other, SAME_CELLS), cells(other[:, ::-1], SAME_CELLS))
    return min(float(np.linalg.norm(coarse - each, axis=-1).mean()) for each in ways)


def _tiles(values: np.ndarray) -> list[np.ndarray]:
    rows = np.array_split(values, TILES)
    return [tile for row in rows for tile in np.array_split(row, TILES, axis=1)]
