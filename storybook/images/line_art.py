"""A painted picture as outlines to colour in: closed, pure black on white.

The picture is parted into areas of like colour (Felzenszwalb and Huttenlocher 2004), small ones go
to their neighbours, and a line is drawn wherever two areas meet. So every line ends at another one
or at the frame: nothing that is coloured in runs out. Networks that find edges (HED) draw softer
lines than that, and leave gaps.
"""

import numpy as np
from PIL import Image, ImageFilter

from storybook.errors import ConfigError

WORKED_PX = 512
"""The longer side at which areas are found: what is finer is no area for a crayon."""
SCALE, SMALLEST = 150, 0.0005
"""How much areas must differ to be two, and the least share of the picture that one may take."""
THIN_PX = 4
"""What is thinner than twice this is the soft edge between two colours, and no area."""
SOFT, ACROSS_PX = 0.035, 4
"""Areas whose colours differ by less than the first, of 1, so many pixels apart along where they
meet, are one: a sky that grows lighter has no line in it."""
ALONE = 0.0017
"""The least share of the picture that what is left may take; but for what is dark, as eyes are."""
ROUNDED = 1 / 170
"""Corners are rounded over this share of the longer side."""
LINE = 1 / 260
"""How thick a line is, as a share of the longer side: 0.8 mm on a page of 8.5 inches."""
DARK, SPECK = 66, 0.004
"""An area so dark (of 255), and at most this share of the picture, is black: a nose, an eye."""


def line_art(picture: Image.Image, long_px: int) -> Image.Image:
    """The outlines of an RGB picture, mode L with nothing but 0 and 255, framed.

    Its longer side is `long_px`. Raises ConfigError where scikit-image is not there.
    """
    small = picture.resize(_size(picture, WORKED_PX), Image.Resampling.BOX)
    areas = areas_of(small)
    width, height = _size(picture, long_px)
    fine = enlarged(areas, (width, height))
    line_px = max(2, round(LINE * long_px))
    ink = _thick(_borders(fine), line_px)
    for label in _specks(areas, small):
        ink |= fine == label
    edge = line_px
    ink[:edge] = ink[-edge:] = True
    ink[:, :edge] = ink[:, -edge:] = True
    return Image.fromarray(np.where(ink, 0, 255).astype(np.uint8))


def areas_of(picture: Image.Image) -> np.ndarray:
    """Which area each pixel of an RGB picture belongs to, [h, w] of integers from 0 on."""
    try:
        from skimage.measure import label
        from skimage.segmentation import felzenszwalb
    except ImportError:
        raise ConfigError(
            "Outlines to colour in need scikit-image, which is not here. Run: "
            "pip install 'storybook[keepsakes]'"
        ) from None
    smooth = picture.filter(ImageFilter.MedianFilter(5)).filter(ImageFilter.MedianFilter(5))
    least = max(4, round(SMALLEST * picture.width * picture.height))
    levels = np.asarray(smooth, np.float64) / 255
    found = felzenszwalb(levels, scale=SCALE, sigma=0.8, min_size=least, channel_axis=-1)
    found = _joined(found, levels)
    kept = _broad(found)
    parts = label(np.where(kept, found, -1), background=-1, connectivity=1)
    sizes, means = _sizes_and_light(parts, smooth)
    alone = (sizes < ALONE * found.size) & ~((means < DARK) & (sizes >= least / 3))
    whole = _grown(found, kept & ~alone[parts])
    return label(whole, background=-1, connectivity=1) - 1


def _joined(areas: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """The areas, those as one that pass softly into each other; `levels`: [h, w, 3] in [0, 1]."""
    count = int(areas.max()) + 1
    keys, steps = [], []
    for one, other in _pairs(areas.shape):
        meets = areas[one] != areas[other]
        pair = np.sort(np.stack((areas[one][meets], areas[other][meets])), axis=0)
        keys.append(pair[0] * count + pair[1])
        steps.append(np.abs(levels[one][meets] - levels[other][meets]).max(-1))
    found, where = np.unique(np.concatenate(keys), return_inverse=True)
    mean = np.bincount(where, np.concatenate(steps)) / np.bincount(where)
    root = np.arange(count)
    for first, second in zip(*np.divmod(found[mean < SOFT], count), strict=True):
        root[root == root[second]] = root[first]
    return np.unique(root[areas], return_inverse=True)[1].reshape(areas.shape)


def _pairs(shape: tuple[int, int]) -> list[tuple[tuple[slice, slice], tuple[slice, slice]]]:
    """Slices of an array and of what lies a few pixels to the right and below."""
    every, near, far = slice(None), slice(None, -ACROSS_PX), slice(ACROSS_PX, None)
    return [((every, near), (every, far)), ((near, every), (far, every))]


def _broad(areas: np.ndarray) -> np.ndarray:
    """Where an area is not thin, [h, w] of booleans."""
    from scipy import ndimage

    reach = np.arange(-THIN_PX, THIN_PX + 1)
    disk = reach[:, None] ** 2 + reach**2 <= THIN_PX**2
    kept = np.zeros(areas.shape, bool)
    for label, box in enumerate(ndimage.find_objects(areas + 1)):
        if box is not None:
            # Beyond the picture it goes on: what touches the edge is not thin for that.
            mask = np.pad(areas[box] == label, THIN_PX, mode="edge")
            opened = ndimage.binary_opening(mask, disk)
            kept[box] |= opened[THIN_PX:-THIN_PX, THIN_PX:-THIN_PX]
    return kept


def _grown(areas: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """The areas where they are `kept`, and elsewhere the nearest that is."""
    from scipy import ndimage

    if not kept.any():
        return np.zeros_like(areas)
    nearest = ndimage.distance_transform_edt(~kept, return_distances=False, return_indices=True)
    return areas[tuple(nearest)]


def enlarged(areas: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The same areas with rounded outlines, [size[1], size[0]].

    Each pixel goes to the area that, blurred, is the strongest there.
    """
    height, width = areas.shape
    scale = size[0] / width
    radius = max(1.0, ROUNDED * max(areas.shape))
    margin = int(4 * radius) + 2
    best = np.zeros((size[1], size[0]), np.float32)
    fine = np.zeros((size[1], size[0]), np.int32)
    for label in range(int(areas.max()) + 1):
        mask = areas == label
        rows, columns = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
        if not len(rows):
            continue
        top, left = max(0, rows[0] - margin), max(0, columns[0] - margin)
        bottom, right = min(height, rows[-1] + margin), min(width, columns[-1] + margin)
        y, x = round(top * scale), round(left * scale)
        down, across = min(size[1], round(bottom * scale)), min(size[0], round(right * scale))
        # Parts are cut out with their margin, so that a hundred areas are not a hundred pictures.
        padded = np.pad(mask, margin, mode="edge")[
            top : bottom + 2 * margin, left : right + 2 * margin
        ]
        soft = Image.fromarray((padded * 255).astype(np.uint8)).filter(
            ImageFilter.GaussianBlur(radius)
        )
        part = soft.resize(
            (across - x, down - y),
            Image.Resampling.BICUBIC,
            box=(margin, margin, margin + right - left, margin + bottom - top),
        )
        values = np.asarray(part, np.float32) + 1.0
        place = best[y:down, x:across], fine[y:down, x:across]
        wins = values > place[0]
        place[0][wins], place[1][wins] = values[wins], label
    return fine


def _size(picture: Image.Image, long_px: int) -> tuple[int, int]:
    scale = long_px / max(picture.size)
    width, height = (max(8, round(side * scale)) for side in picture.size)
    return width, height


def _borders(areas: np.ndarray) -> np.ndarray:
    """Where a pixel's right or lower neighbour belongs to another area, [h, w] of booleans."""
    ink = np.zeros(areas.shape, bool)
    ink[:, :-1] |= areas[:, :-1] != areas[:, 1:]
    ink[:-1] |= areas[:-1] != areas[1:]
    return ink


def _thick(ink: np.ndarray, line_px: int) -> np.ndarray:
    """Lines of one pixel as lines of `line_px` with round ends."""
    blurred = Image.fromarray((ink * 255).astype(np.uint8))
    radius = line_px / 2
    offsets = np.arange(-int(radius), int(radius) + 1)
    thick = np.zeros_like(ink)
    source = np.asarray(blurred) > 0
    for down in offsets:
        reach = int(np.sqrt(max(0.0, radius**2 - down**2)))
        row = np.zeros_like(ink)
        for across in range(-reach, reach + 1):
            row |= _shifted(source, 0, across)
        thick |= _shifted(row, down, 0)
    return thick


def _shifted(ink: np.ndarray, down: int, across: int) -> np.ndarray:
    out = np.zeros_like(ink)
    height, width = ink.shape
    out[max(0, down) : height + min(0, down), max(0, across) : width + min(0, across)] = ink[
        max(0, -down) : height - max(0, down), max(0, -across) : width - max(0, across)
    ]
    return out


def _specks(areas: np.ndarray, picture: Image.Image) -> list[int]:
    """The small dark areas, which are black in a drawing, too."""
    sizes, means = _sizes_and_light(areas, picture)
    small = (sizes <= SPECK * areas.size) & (sizes > 0)
    return [int(label) for label in np.nonzero(small & (means < DARK))[0]]


def _sizes_and_light(areas: np.ndarray, picture: Image.Image) -> tuple[np.ndarray, np.ndarray]:
    """How many pixels each area has, and how light it is on average, of 255."""
    light = np.asarray(picture.convert("L"), np.float64)
    sizes = np.bincount(areas.ravel())
    return sizes, np.bincount(areas.ravel(), light.ravel()) / np.maximum(sizes, 1)
