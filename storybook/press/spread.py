"""A two-page spread: the pictures of two facing pages run into one another over the fold.

They do so where both show the same place in the same light, and both pages have their words on the
picture. Which pages those may be says `spreads_in`; whether they are, `compose`, by what they show.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from storybook.press.picture import cut_to, without_rim

APART = 2
"""One of so many openings is a spread, at most."""
SHARE = 0.13
"""Of each page's width, from the fold on, what is painted anew."""
SOFT = 0.05
"""The blur of what is painted, in widths of a page."""


def spreads_in(settings: Sequence[object]) -> dict[int, int]:
    """Pages that may run into one another, each with the one that it faces.

    `settings` are where each page plays, page 1 first; pages 1 and 2 face each other, 3 and 4.

    >>> spreads_in(["sea", "sea", "sea", "sea", "sea", "sea", "hill", "hill"])
    {1: 2, 2: 1, 5: 6, 6: 5}
    >>> spreads_in(["sea", "hill", "sea"])
    {}
    """
    found: dict[int, int] = {}
    for page in range(1, len(settings), 2):
        last = max(found, default=-2 * APART)
        if settings[page - 1] == settings[page] and page - last > 2 * APART - 2:
            found |= {page: page + 1, page + 1: page}
    return found


def joined(left: Image.Image, right: Image.Image, aspect: float) -> tuple[Image.Image, Image.Image]:
    """Two pages' pictures, cut to the pages' width over height, so that they meet at the fold.

    Towards the fold each gives way to its own soft echo, and these to their mean, so that no figure
    of one page shows on the other.
    """
    left, right = (cut_to(without_rim(each), aspect) for each in (left, right))
    right = right.resize(left.size, Image.Resampling.LANCZOS)
    flipped = right.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    band = max(1, round(SHARE * left.width))
    inner = (left.width - band, 0, left.width, left.height)
    one, other = left.crop(inner), flipped.crop(inner)
    soft = SOFT * left.width
    echoes = [each.filter(ImageFilter.GaussianBlur(soft)) for each in (one, other)]
    middle = Image.blend(*echoes, 0.5)
    nearness = np.linspace(0.0, 1.0, band) ** 1.5
    row = np.round(255 * nearness * nearness * (3 - 2 * nearness)).astype(np.uint8)
    mask = Image.fromarray(np.broadcast_to(row, (left.height, band)).copy())
    made = []
    for whole, part in ((left, one), (flipped, other)):
        whole = whole.copy()
        whole.paste(Image.composite(middle, part, mask), inner[:2])
        made.append(whole)
    return made[0], made[1].transpose(Image.Transpose.FLIP_LEFT_RIGHT)
