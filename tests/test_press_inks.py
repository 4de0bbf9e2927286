"""Inks and bleed: what four inks make of colours, and what is painted beyond a picture's edge."""

import numpy as np
import pytest
from PIL import Image

from storybook.errors import PressError
from storybook.press.bleed import extended, painted_on
from storybook.press.colour import Srgb, theme_of
from storybook.press.inks import JPEG_SLACK, limited, load_inks, most_ink
from storybook.press.picture import without_rim

INKS = load_inks("coated-tr006-ink240.icc", 2.4)


def every_colour() -> Image.Image:
    levels = np.linspace(0, 255, 12).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(36, 48, 3)
    return Image.fromarray(grid)


def test_separated_keeps_to_the_limit_of_ink_for_every_colour():
    assert most_ink(INKS.separated(every_colour())) <= 2.4 - JPEG_SLACK + 0.01


def test_limited_takes_from_colours_and_leaves_black():
    rich = Image.new("CMYK", (2, 2), (220, 200, 200, 180))
    less = limited(rich, 2.4)
    assert most_ink(less) <= 2.4 and less.getpixel((0, 0))[3] == 180
    poor = Image.new("CMYK", (2, 2), (20, 10, 10, 0))
    assert limited(poor, 2.4) is poor


def test_soft_proof_is_near_to_the_picture_where_ink_can_be():
    """Colours of paintings, which are none of a screen's loudest, shift little."""
    quiet = np.asarray(every_colour()).astype(int) // 2 + 64
    picture = Image.fromarray(quiet.astype(np.uint8))
    shift = np.abs(np.asarray(INKS.soft_proof(picture)).astype(int) - quiet)
    assert shift.mean() < 16, "perceptual rendering brings black and white nearer, too"


def test_dark_letters_are_printed_with_black_alone():
    ink = theme_of(Image.new("RGB", (64, 64), (60, 90, 160))).ink
    cyan, magenta, yellow, black = INKS.of(ink)
    assert (cyan, magenta, yellow) == (0, 0, 0) and 0.7 < black <= 1
    assert sum(INKS.of(Srgb(1, 1, 1))) < 0.02


def test_load_inks_says_where_a_profile_is_to_be_had():
    with pytest.raises(PressError, match=r"none\.icc is neither in .*icc-profiles"):
        load_inks("none.icc", 3.0)


def slope(width: int = 40, height: int = 30) -> Image.Image:
    across = np.linspace(40, 200, width)[None, :, None] * np.ones((height, 1, 3))
    return Image.fromarray(across.astype(np.uint8))


def test_extended_takes_what_was_cut_off_before_it_paints():
    picture = slope()
    whole = extended(picture, (5, 5, 35, 25), (3, 2, 4, 1))
    assert whole.size == (37, 23)
    assert np.array_equal(np.asarray(whole), np.asarray(picture.crop((2, 3, 39, 26))))


def test_painted_on_leaves_the_picture_and_goes_on_from_its_edge():
    picture = slope()
    whole = np.asarray(painted_on(picture, (6, 0, 8, 4))).astype(int)
    assert whole.shape == (34, 54, 3)
    assert np.array_equal(whole[:30, 6:46], np.asarray(picture))
    assert abs(whole[10, 5] - whole[10, 6]).max() <= 12, "no edge is seen"
    assert np.array_equal(np.asarray(painted_on(picture, (0, 0, 0, 0))), np.asarray(picture))


def test_painted_on_fills_bands_that_are_wider_than_the_picture():
    assert painted_on(slope(8, 8), (30, 30, 30, 30)).size == (68, 68)


def test_without_rim_takes_off_a_rim_all_around_and_nothing_else():
    picture = Image.new("RGB", (512, 512), (250, 245, 235))
    picture.paste((120, 160, 190), (10, 10, 502, 502))
    bare = without_rim(picture)
    assert bare.size == (492, 492) and bare.getpixel((0, 0)) == (120, 160, 190)
    sky = Image.new("RGB", (512, 512), (250, 245, 235))
    sky.paste((120, 160, 190), (0, 40, 512, 512))
    assert without_rim(sky).size == (512, 512)
