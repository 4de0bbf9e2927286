"""A veil: a picture fades to paper where words stand on it.

It is painted into the picture, since some printers take no transparency.
"""

import numpy as np
from PIL import Image

from storybook.press.colour import Srgb

DENSEST = 0.88
"""The share of paper behind the words: on it ink has a contrast of 4.5:1 even over black."""
CLEAR_PT = 16.0
"""How far beyond the words the veil is at its densest."""
SOFT_PT = 96.0
"""Over how much more it ends."""


def veiled(
    picture: Image.Image, page_pt: float, edge_pt: float, paper: Srgb, *, low: bool
) -> Image.Image:
    """A picture that fills a page `page_pt` high, fading to paper from `edge_pt` on to its foot, or
    to its head if not `low`. `edge_pt` is counted from the lower edge.
    """
    rows = page_pt * (1 - (np.arange(picture.height) + 0.5) / picture.height)
    beyond = (rows - edge_pt if low else edge_pt - rows) - CLEAR_PT
    share = np.clip(beyond / SOFT_PT, 0.0, 1.0)
    veil = DENSEST * (1 - share * share * (3 - 2 * share))
    column = Image.fromarray(np.round(255 * veil).astype(np.uint8)[:, None])
    mask = column.resize(picture.size, Image.Resampling.NEAREST)
    colour = tuple(round(255 * part) for part in (paper.red, paper.green, paper.blue))
    return Image.composite(Image.new("RGB", picture.size, colour), picture, mask)
