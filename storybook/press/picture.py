"""Pictures for the page: what may be covered, what may be cut, and how they are kept."""

from io import BytesIO
from math import ceil, floor
from typing import Literal

import numpy as np
from PIL import Image, UnidentifiedImageError

from storybook.errors import PressError
from storybook.press.colour import oklab
from storybook.press.faces import GRID, Part, faces_in
from storybook.press.formats import POINTS_PER_INCH
from storybook.press.inks import Inks

JUST_NOTICED = 0.03
"""Smaller differences in Oklab are shading and grain."""

EDGE_PX, EDGELESS = 4, 0.25
"""Pixels a side of a cell in which edges are looked for, and what a cell without any counts."""

FAINT = 0.02
"""What draws the eye counts as little beside a face."""

FACES_FIRST = 3.0
"""How much all faces of a picture weigh beside all else that draws the eye, where it is cut."""

CLEARLY = 0.75
"""So much of what the top costs the bottom may cost: who acts stands below more often than not."""

RIM_GRID, RIM_MOST = 256, 8
"""In how many rows a rim is looked for, and the widest one."""
RIM_PALER, RIM_ENDS = 12.0, 0.15
"""How much paler than what is behind it, in levels of 255, a rim is, and at which share of that it
has ended."""

Side = Literal["top", "bottom"]


def open_picture(png: bytes, where: str) -> Image.Image:
    """An RGB picture; raises PressError if the bytes hold none."""
    try:
        return Image.open(BytesIO(png)).convert("RGB")
    except (UnidentifiedImageError, OSError):
        raise PressError(
            f"{where}: the plate is no picture that can be read. Delete it and enlarge again."
        ) from None


def calm_side(picture: Image.Image, share: float) -> Side:
    """Where `share` of the height is covered at less loss; the top unless the bottom is calmer."""
    return calmer_of(picture, (0.0, 1.0 - share, 1.0, 1.0), (0.0, 0.0, 1.0, share))


def calmer_of(picture: Image.Image, low: Part, high: Part) -> Side:
    """Under which of two parts less is lost of what there is to be seen.

    Of what a part covers counts how like a face it is, and, where nothing is, how much it draws the
    eye, by itself and with fine edges; the bottom is taken only if it is clearly calmer.
    """
    seen = losses_in(picture)
    below, above = (seen[cells_of(part)].sum() for part in (low, high))
    return "bottom" if below < CLEARLY * above else "top"


def losses_in(picture: Image.Image) -> np.ndarray:
    """What is lost by covering each place of a picture, [GRID, GRID]."""
    # Squares, since one face that is covered is worse than many leaves.
    eye = _interest(picture) * (EDGELESS + _edges(picture))
    return faces_in(picture) ** 2 + FAINT * eye**2


def cells_of(part: Part) -> tuple[slice, slice]:
    """The rows and columns of the grid that a part touches."""
    left, upper, right, lower = (edge * GRID for edge in part)
    return (
        slice(max(0, floor(upper + 1e-6)), max(1, ceil(lower - 1e-6))),
        slice(max(0, floor(left + 1e-6)), max(1, ceil(right - 1e-6))),
    )


def cut_to(picture: Image.Image, aspect: float) -> Image.Image:
    """The part of a picture with this width over height that holds most of what is to be seen.

    Of equal parts the middle one is taken.
    """
    return picture.crop(cut_box(picture, aspect))


def cut_box(
    picture: Image.Image, aspect: float, kept: np.ndarray | None = None
) -> tuple[int, int, int, int]:
    """Where that part lies: left, upper, right and lower edge in pixels.

    `kept` is what `worth_keeping` says of the picture, where that is known.
    """
    width, height = picture.size
    across = width / height > aspect
    wanted = round(height * aspect) if across else round(width / aspect)
    whole = width if across else height
    if wanted == whole:
        return (0, 0, width, height)
    kept = worth_keeping(picture) if kept is None else kept
    start = _best_start(kept.sum(axis=0 if across else 1), wanted / whole, whole - wanted)
    return (start, 0, start + wanted, height) if across else (0, start, width, start + wanted)


def worth_keeping(picture: Image.Image) -> np.ndarray:
    """What is to be kept of a picture that is cut, [GRID, GRID]: faces first."""
    interest, faces = _interest(picture), faces_in(picture) ** 2
    return interest / interest.sum() + FACES_FIRST * faces / max(1.0, float(faces.sum()))


def without_rim(picture: Image.Image) -> Image.Image:
    """A picture without the pale rim that paints leave on their paper, if it has one all around.

    Where a page is cut through such a rim, it is seen that no page is cut quite straight.
    """
    light = np.asarray(picture.convert("L").resize((RIM_GRID, RIM_GRID), Image.Resampling.BOX))
    sides = (light.mean(axis=0), light.mean(axis=1), light.mean(axis=0)[::-1])
    widths = [_rim(side) for side in (*sides, light.mean(axis=1)[::-1])]
    if not all(widths):
        return picture
    across, down = (ceil(max(widths) * side / RIM_GRID) for side in picture.size)
    return picture.crop((across, down, picture.width - across, picture.height - down))


def _rim(means: np.ndarray) -> int:
    """How many rows at the beginning are paler than those right behind them; 0 if it is no rim."""
    behind = float(means[RIM_MOST : 2 * RIM_MOST].mean())
    paler = float(means[0]) - behind
    if paler < RIM_PALER:
        return 0
    inner = np.flatnonzero(means[: 2 * RIM_MOST] < behind + RIM_ENDS * paler)
    return int(inner[0])


def jpeg(
    picture: Image.Image,
    width_pt: float,
    *,
    max_ppi: int,
    quality: int,
    least_ppi: int = 0,
    inks: Inks | None = None,
) -> bytes:
    """The picture for a printed width, at most `max_ppi` fine, its colour as fine as its light.

    One that is coarser than `least_ppi` is made as fine by interpolation; with `inks` it is in
    CMYK.
    """
    inches = width_pt / POINTS_PER_INCH
    most, least = max(1, round(inches * max_ppi)), ceil(inches * least_ppi)
    wanted = min(most, max(least, picture.width))
    if picture.width != wanted:
        height = ceil(picture.height * wanted / picture.width)
        picture = picture.resize((wanted, height), Image.Resampling.LANCZOS)
    if inks:
        picture = inks.separated(picture)
    file = BytesIO()
    picture.save(file, "JPEG", quality=quality, subsampling=0, optimize=True)
    return file.getvalue()


def _interest(picture: Image.Image) -> np.ndarray:
    """How much each cell draws the eye, [GRID, GRID].

    Sky, ground and walls run across a picture, who acts in it does not: so a cell counts by how far
    its colour is from the usual one of its row, hue more than lightness, and by how central it is.
    """
    cells = oklab(picture.resize((GRID, GRID), Image.Resampling.BOX))
    unusual = (cells - np.median(cells, axis=1, keepdims=True)) * (0.35, 1.0, 1.0)
    odd = np.clip(np.sqrt((unusual**2).sum(axis=-1)) - JUST_NOTICED, 0.0, None)
    place = (np.arange(GRID) + 0.5) / GRID
    across = np.cos((place - 0.5) * 0.85 * np.pi)
    down = np.cos((place - 0.58) * 0.8 * np.pi)
    return odd * across * down[:, None] + 1e-6


def _edges(picture: Image.Image) -> np.ndarray:
    """How fine-grained each cell is, [GRID, GRID]: the spread of lightness in it, 1 at the most."""
    side = GRID * EDGE_PX
    light = oklab(picture.resize((side, side), Image.Resampling.BOX))[..., 0]
    cells = light.reshape(GRID, EDGE_PX, GRID, EDGE_PX).std(axis=(1, 3))
    return cells / max(float(cells.max()), JUST_NOTICED)


def _best_start(profile: np.ndarray, share: float, slack: int) -> int:
    """Where a window of `share` of the profile holds most of it, as a pixel in [0, slack]."""
    fine = np.repeat(profile, 8)
    count = min(len(fine), max(1, round(share * len(fine))))
    held = np.convolve(fine, np.ones(count), mode="valid")
    starts = np.linspace(0.0, 1.0, len(held))
    held = held / held.max() - 0.02 * np.abs(starts - 0.5)
    return round(float(starts[int(held.argmax())]) * slack)
