"""Contact sheets: many pictures on one page, for eyes."""

import numpy as np
from PIL import Image
from torch import Tensor


def sheet(images: Tensor, columns: int) -> Image.Image:
    """Pictures [n, 3, h, w] in [-1, 1], side by side in rows of `columns`."""
    count, _, height, width = images.shape
    page = np.full((-(-count // columns) * height, columns * width, 3), 255, np.uint8)
    for index, picture in enumerate(to_pixels(images)):
        top, left = index // columns * height, index % columns * width
        page[top : top + height, left : left + width] = picture
    return Image.fromarray(page)


def to_pixels(images: Tensor) -> np.ndarray:
    """float [b, 3, h, w] in [-1, 1] as uint8 [b, h, w, 3]."""
    levels = images.detach().cpu().clamp(-1, 1).add(1).mul(127.5).round()
    return levels.permute(0, 2, 3, 1).byte().numpy()
