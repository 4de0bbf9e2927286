"""Two-page spreads: which openings may be ones, and how their pictures meet at the fold."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from storybook.press import compose
from storybook.press.compose import Facing, composed_opening
from storybook.press.faces import GRID
from storybook.press.fonts import load_fonts
from storybook.press.formats import load_format
from storybook.press.layout import lay_out
from storybook.press.spread import SHARE, joined, spreads_in

TEXT = "Biscuit ran to the pond."


@pytest.mark.parametrize(
    ("settings", "pages"),
    [
        ("aaaa", {1: 2, 2: 1}),
        ("abba", {}),
        ("abcc", {3: 4, 4: 3}),
        ("a" * 9, {1: 2, 2: 1, 5: 6, 6: 5}),
        ("a", {}),
        ("", {}),
    ],
)
def test_spreads_in_takes_facing_pages_of_one_place_and_not_too_many(settings, pages):
    assert spreads_in(settings) == pages


def picture(sky: tuple[int, int, int], ground: tuple[int, int, int]) -> Image.Image:
    whole = Image.new("RGB", (200, 200), sky)
    whole.paste(ground, (0, 100, 200, 200))
    return whole


@pytest.mark.parametrize("aspect", [1.0, 0.8, 1.29])
def test_joined_meets_at_the_fold_and_leaves_the_rest(aspect):
    one, other = picture((90, 160, 220), (200, 180, 90)), picture((120, 140, 200), (90, 160, 80))
    left, right = (np.asarray(each, int) for each in joined(one, other, aspect))
    assert left.shape == right.shape and left.shape[1] / left.shape[0] == pytest.approx(
        aspect, 0.02
    )
    assert np.abs(left[:, -1] - right[:, 0]).max() <= 1
    rest = left.shape[1] - round(SHARE * left.shape[1]) - 1
    assert (left[20, :rest] == (90, 160, 220)).all() and (
        right[20, -rest:] == (120, 140, 200)
    ).all()


@pytest.fixture
def opening(monkeypatch):
    """Pages 1 and 2, and where faces are found on their pictures."""
    form, faces = load_format("square-8.5"), [np.zeros((GRID, GRID)), np.zeros((GRID, GRID))]
    pages = lay_out([TEXT, TEXT], form, load_fonts().story, "3-5")
    pictures = [picture((90, 160, 220), (200, 180, 90)), picture((120, 140, 200), (90, 160, 80))]
    # `look_at` makes pictures smaller, and tells them apart by their skies.
    monkeypatch.setattr(
        compose, "faces_in", lambda small: faces[small.getpixel((128, 10))[0] > 100]
    )
    both = [Facing(*each) for each in zip(pages, pictures, strict=True)]
    return form, both, faces


def test_composed_opening_sets_both_pages_on_their_pictures(opening):
    form, (left, right), _ = opening
    halves = [
        composed_opening(left, right, form),
        composed_opening(right, left, form),
    ]
    assert all(half and half[0].kind in ("panel", "open") for half in halves)
    ends = np.asarray(halves[0][1], int)[:, -1], np.asarray(halves[1][1], int)[:, 0]
    assert np.abs(ends[0] - ends[1]).max() <= 1


@pytest.mark.parametrize("column", [GRID - 3, 0])
def test_composed_opening_is_none_for_a_face_at_the_fold_alone(opening, column):
    form, (left, right), faces = opening
    faces[0][15:18, column : column + 3] = 1.0
    is_none = composed_opening(left, right, form) is None
    assert is_none is (column > 0) and is_none is (composed_opening(right, left, form) is None)


def test_composed_opening_is_none_where_the_author_wants_words_below(opening):
    form, (left, right), _ = opening
    below = replace(left.laid, kind="above", others=())
    assert composed_opening(replace(left, laid=below), right, form) is None
