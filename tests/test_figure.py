"""A figure cut out of a picture, what was behind it filled, and laid at another place and size."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from storybook.images.figure import box_of, figure_mask, filled, in_pixels, laid_anew

SIDE = 120
SKY, SAND, DOG = (120, 180, 240), (230, 200, 120), (90, 40, 30)
BOX = (0.15, 0.3, 0.6, 0.8)


def scene(size: tuple[int, int] = (SIDE, SIDE)) -> Image.Image:
    """Sky over sand, and a dark oval left of the middle."""
    wide, high = size
    image = Image.new("RGB", size, SKY)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, high // 2, wide, high), fill=SAND)
    pen.ellipse(oval(size), fill=DOG)
    return image


def oval(size: tuple[int, int]) -> tuple[int, int, int, int]:
    return in_pixels((0.2, 0.35, 0.55, 0.75), size)


def truth(size: tuple[int, int] = (SIDE, SIDE)) -> np.ndarray:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).ellipse(oval(size), fill=255)
    return np.asarray(mask) > 0


def share_of_both(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union."""
    return (one & other).sum() / (one | other).sum()


@pytest.mark.parametrize("size", [(SIDE, SIDE), (600, 300)])
@pytest.mark.parametrize("box", [BOX, (0.0, 0.1, 0.75, 0.95), (0.2, 0.35, 0.55, 0.75)])
def test_figure_mask_is_the_figure_and_not_its_box(size, box) -> None:
    mask = figure_mask(scene(size), box)
    assert mask.size == size and mask.mode == "L" and set(mask.tobytes()) == {0, 255}
    assert share_of_both(np.asarray(mask) > 0, truth(size)) > 0.85


def test_figure_mask_is_the_same_each_time() -> None:
    assert figure_mask(scene(), BOX).tobytes() == figure_mask(scene(), BOX).tobytes()


@pytest.mark.parametrize("box", [(0.0, 0.0, 1.0, 1.0), (0.7, 0.0, 1.0, 0.2), (0.98, 0.98, 1, 1)])
def test_figure_mask_is_something_within_its_box_where_there_is_no_figure(box) -> None:
    mask = figure_mask(Image.new("RGB", (SIDE, SIDE), SKY), box)
    left, top, right, bottom = in_pixels(box, mask.size)
    found = mask.getbbox()
    assert found and left <= found[0] and top <= found[1]
    assert found[2] <= right and found[3] <= bottom


def test_filled_runs_what_is_beside_a_mask_into_it_and_changes_nothing_else() -> None:
    image, mask = scene(), figure_mask(scene(), BOX)
    grown = Image.fromarray((truth() * 255).astype(np.uint8)).resize((SIDE, SIDE))
    whole = np.asarray(filled(image, grown)).astype(int)
    outside = ~truth()
    assert (whole[outside] == np.asarray(image)[outside]).all()
    ways = np.abs(whole[:, :, None] - np.array([SKY, SAND])).max(axis=-1).min(axis=-1)
    assert np.median(ways[truth()]) <= 6, "behind the figure are sky and sand again"
    assert mask.getbbox() is not None


def test_filled_takes_rows_of_which_nothing_is_known_from_their_neighbours() -> None:
    mask = Image.new("L", (40, 40))
    mask.paste(255, (0, 15, 40, 18))
    image = scene((40, 40))
    whole = np.asarray(filled(image, mask))
    assert (whole[15:18] == whole[15:18, :1]).all() or whole[16].std() < 80
    everything = Image.new("L", (40, 40), 255)
    assert filled(image, everything).tobytes() == image.tobytes()


@pytest.mark.parametrize(
    ("to", "size"), [((0.7, 0.55), 1.0), ((0.375, 0.55), 1.4), ((1.0, 0.0), 2)]
)
def test_laid_anew_stands_where_it_is_to_be_and_nowhere_else(to, size) -> None:
    image = scene()
    mask = figure_mask(image, BOX)
    laid = laid_anew(image, mask, to, size)
    assert laid.image.size == laid.mask.size == image.size
    dark = np.asarray(laid.image).astype(int).sum(axis=-1) < 250
    left, top, right, bottom = box_of(mask)
    wide, high = size * (right - left), size * (bottom - top)
    there = in_pixels(
        (
            max(0, to[0] - wide / 2),
            max(0, to[1] - high / 2),
            min(1, to[0] + wide / 2),
            min(1, to[1] + high / 2),
        ),
        image.size,
    )
    allowed = np.zeros_like(dark)
    allowed[max(0, there[1] - 2) : there[3] + 2, max(0, there[0] - 2) : there[2] + 2] = True
    assert dark.any() and not (dark & ~allowed).any()
    outside = np.asarray(laid.mask) == 0
    assert (np.asarray(laid.image)[outside] == np.asarray(image)[outside]).all()
    assert (np.asarray(laid.mask)[truth()] == 255).all(), "where it was is painted over, too"


def test_box_of_and_in_pixels_are_each_other_s_way_back() -> None:
    mask = Image.new("L", (200, 100))
    mask.paste(255, (20, 30, 90, 80))
    assert in_pixels(box_of(mask), mask.size) == (20, 30, 90, 80)
    assert in_pixels((1.0, 1.0, 1.0, 1.0), (10, 10)) == (9, 9, 10, 10)
