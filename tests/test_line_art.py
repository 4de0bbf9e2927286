"""Outlines to colour in: nothing but black and white, and nothing runs out."""

import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

pytest.importorskip("skimage")
from skimage.measure import label

from storybook.errors import ConfigError
from storybook.images.line_art import areas_of, enlarged, line_art

SKY, SAND, RED = (140, 190, 230), (230, 200, 150), (200, 60, 50)


def painted(size=(300, 300), *, blur=2.0):
    """Sky over sand, a red ball and a dark eye, with the soft edges of a painting."""
    picture = Image.new("RGB", size, SKY)
    draw = ImageDraw.Draw(picture)
    width, height = size
    draw.rectangle((0, height * 0.6, width, height), fill=SAND)
    draw.ellipse((width * 0.2, height * 0.3, width * 0.5, height * 0.8), fill=RED)
    draw.ellipse((width * 0.7, height * 0.2, width * 0.76, height * 0.26), fill=(20, 20, 25))
    noise = np.random.default_rng(1).normal(0, 4, (height, width, 1))
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(blur)), float) + noise
    return Image.fromarray(soft.clip(0, 255).astype(np.uint8))


def white_parts(drawn):
    return label(np.asarray(drawn) > 0, background=0, connectivity=1)


@pytest.fixture(scope="module")
def drawn():
    return line_art(painted(), 600)


def test_line_art_is_pure_black_on_white(drawn):
    for each in (drawn, line_art(painted((320, 200)), 480)):
        assert each.mode == "L" and {level for _, level in each.getcolors()} == {0, 255}
        ink = (np.asarray(each) == 0).mean()
        assert 0.01 < ink < 0.2, "lines, and no fields"
    assert (drawn.size, each.size) == ((600, 600), (480, 300))


def test_line_art_keeps_in_what_is_coloured_in(drawn):
    """Whoever fills the ball fills the ball, and neither sky nor sand."""
    parts = white_parts(drawn)
    ball, sky, sand = parts[330, 210], parts[60, 60], parts[570, 570]
    assert len({ball, sky, sand, 0}) == 4
    assert parts.max() == 3, "and there are no slivers where colours meet"


def test_line_art_never_joins_two_areas():
    rng = np.random.default_rng(7)
    levels = rng.integers(0, 256, (9, 9, 3), np.uint8)
    picture = Image.fromarray(levels).resize((270, 270), Image.Resampling.NEAREST)
    small = picture.resize((512, 512), Image.Resampling.BOX)
    areas = enlarged(areas_of(small), (560, 560))
    parts = white_parts(line_art(picture, 560))
    assert parts.max() > 20
    for part in range(1, parts.max() + 1):
        assert len(np.unique(areas[parts == part])) == 1, "a white part is of one area alone"


def test_line_art_is_framed(drawn):
    drawn = np.asarray(drawn)
    for edge in (drawn[0], drawn[-1], drawn[:, 0], drawn[:, -1]):
        assert not edge.any()


def test_line_art_draws_no_line_through_a_soft_sky():
    """A sky that grows lighter is one area, whatever its steps."""
    height = np.linspace(120, 230, 300)[:, None, None]
    sky = np.broadcast_to(height, (300, 300, 3)).astype(np.uint8)
    assert white_parts(line_art(Image.fromarray(sky), 400)).max() == 1


def test_line_art_blackens_an_eye(drawn):
    drawn = np.asarray(drawn)
    assert drawn[138, 438] == 0 and drawn[138, 380] == 255


@pytest.mark.parametrize("size", [(1, 1), (8, 3), (64, 64)])
def test_line_art_of_one_colour_is_a_frame(size):
    drawn = line_art(Image.new("RGB", size, SAND), 200)
    assert white_parts(drawn).max() == 1


def test_line_art_is_the_same_again(drawn):
    assert line_art(painted(), 600).tobytes() == drawn.tobytes()


def test_line_art_says_when_scikit_image_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "skimage.segmentation", None)
    with pytest.raises(ConfigError, match=r"pip install 'storybook\[keepsakes\]'"):
        line_art(painted(), 100)
