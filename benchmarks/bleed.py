"""Ways to go on beyond a picture's edge, on bands that are known: python -m benchmarks.bleed BOOK

Of each plate of a book a band of 1/8 in of an 8.5 in page is taken away and painted again. What is
counted is the mean distance in Oklab to the band as it was, and at the seam alone, in hundredths.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from storybook.press.bleed import painted_on
from storybook.press.colour import oklab
from storybook.press.picture import open_picture, without_rim

SIDE_PX, SHARE, SEAM_PX = 1024, 0.125 / 8.75, 2

Way = Callable[[Image.Image, int], Image.Image]


def padded(mode: str) -> Way:
    def way(inner: Image.Image, band: int) -> Image.Image:
        return Image.fromarray(
            np.pad(np.asarray(inner), ((band, band), (band, band), (0, 0)), mode=mode)
        )

    return way


def stretched(inner: Image.Image, band: int) -> Image.Image:
    side = inner.width + 2 * band
    return inner.resize((side, side), Image.Resampling.LANCZOS)


WAYS: dict[str, Way] = {
    "drawn out and softened": lambda inner, band: painted_on(inner, (band,) * 4),
    "drawn out": padded("edge"),
    "mirrored": padded("symmetric"),
    "stretched": stretched,
}


def compared(pictures: list[Image.Image]) -> dict[str, tuple[float, float]]:
    """Mean distance in the band and at its seam, of each way, over all pictures."""
    band = round(SHARE * SIDE_PX)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    for picture in pictures:
        whole = picture.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
        inner = whole.crop((band, band, SIDE_PX - band, SIDE_PX - band))
        truth = oklab(whole)
        for name, way in WAYS.items():
            away = np.sqrt(((oklab(way(inner, band)) - truth) ** 2).sum(axis=-1))
            outside, seam = _rings(band)
            found[name].append((float(away[outside].mean()), float(away[seam].mean())))
    return {name: tuple(np.mean(rows, axis=0)) for name, rows in found.items()}


def _rings(band: int) -> tuple[np.ndarray, np.ndarray]:
    """The whole band, and its innermost rows."""
    outside = np.ones((SIDE_PX, SIDE_PX), bool)
    outside[band:-band, band:-band] = False
    seam = np.zeros_like(outside)
    near = band - SEAM_PX
    seam[near:-near, near:-near] = True
    return outside, seam & outside


if __name__ == "__main__":
    plates = sorted(Path(sys.argv[1]).glob("pages/*/plate.png"))
    opened = [without_rim(open_picture(plate.read_bytes(), str(plate))) for plate in plates]
    for way_name, (in_band, at_seam) in compared(opened).items():
        print(f"{way_name:24} {100 * in_band:5.2f} {100 * at_seam:5.2f}")  # noqa: T201
