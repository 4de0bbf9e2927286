"""Compositions: a word changes the picture it names and nothing else; old worlds have none."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from storybook.records import COVER
from storybook.story.composition import composed, view_of
from storybook.story.prompt_to_caption import prompt_to_caption
from storybook.world import Composition, load_world, picture_words
from training.starter.artist import draw, figures_in
from training.starter.pictures import Picture, caption

ASSETS = Path(__file__).parents[1] / "assets"
WORLD = load_world(ASSETS)
OLD = WORLD.but(views={}, poses={}, sides={})
"""The world of a painter that was taught before compositions had words."""
PLAIN = Picture(
    species="cat",
    coat="orange",
    action="walking",
    mood="happy",
    place="beach",
    light="day",
    shot="wide",
    style="gouache",
)
SCENE = picture_words(
    style="crayon", star="grey cat", action="running", place="forest", light="day", shot="wide"
)
IN_COMPANY = SCENE.replace(", in the forest", ", beside a brown dog, in the forest")


def pixels(**changes):
    return np.asarray(draw(PLAIN.but(**changes), WORLD, 96), float)


def changed(one, other):
    """The share of pixels that differ visibly."""
    return (np.abs(one - other).max(axis=-1) > 24).mean()


@pytest.mark.parametrize("place", WORLD.places)
def test_draw_shows_each_place_from_every_view(place):
    seen = [pixels(place=place, view=view) for view in WORLD.views]
    assert all(changed(one, other) > 0.2 for one, other in pairwise([*seen, seen[0]]))
    assert all(image.min(axis=-1).max() > 60 for image in seen)
    black = [(image.max(axis=-1) < 12).mean() for image in seen]
    assert max(black) < 0.01, "a place fills the whole canvas"


@pytest.mark.parametrize("action", WORLD.actions)
def test_draw_has_two_poses_for_each_action(action):
    thing = "red ball" if action in ("holding", "chasing") else None
    calm, eager = (pixels(action=action, thing=thing, pose=pose) for pose in WORLD.poses)
    assert changed(calm, eager) > 0.008


@pytest.mark.parametrize("view", WORLD.views)
def test_a_view_changes_the_place_and_no_figure(view):
    other = PLAIN.but(view=view)
    assert (figures_in(other, WORLD, 96) == figures_in(PLAIN, WORLD, 96)).all()


@pytest.mark.parametrize("change", [{"side": "right"}, {"facing": "left"}, {"pose": "eager"}])
def test_side_facing_and_pose_change_the_figures_and_no_place(change):
    other = PLAIN.but(**change)
    figures = figures_in(PLAIN, WORLD, 96), figures_in(other, WORLD, 96)
    assert (figures[0] != figures[1]).any()
    # Outside of both, and of the paper's soft rim around them, nothing has moved.
    outside = np.maximum(*figures).astype(float)
    outside = np.stack([np.roll(outside, (y, x), (0, 1)) for y in (-2, 0, 2) for x in (-2, 0, 2)])
    still = outside.max(axis=0) == 0
    apart = np.abs(pixels() - pixels(**change)).max(axis=-1)
    assert still.mean() > 0.4 and apart[still].max() < 6


def test_facing_left_is_the_mirrored_figure():
    right = figures_in(PLAIN.but(side="left"), WORLD, 96)
    left = figures_in(PLAIN.but(side="right", facing="left"), WORLD, 96)
    # Edges fall between other pixels once mirrored: a level or two of their coverage.
    assert np.abs(right.astype(int) - left[:, ::-1].astype(int)).mean() < 2


def test_caption_says_the_whole_composition():
    picture = PLAIN.but(view="edge", pose="eager", side="right", facing="left")
    assert caption(picture, WORLD).endswith(
        "walking, at the edge of the beach, day, wide view, eager, on the right, looking left"
    )
    assert caption(picture, OLD).endswith("walking, in the beach, day, wide view")


def test_view_of_never_repeats_on_facing_pages():
    seen = [view_of(page, WORLD) for page in range(1, 33)]
    assert all(one != other for one, other in pairwise(seen))
    assert set(seen) == set(WORLD.views)
    assert view_of(COVER, WORLD) == "front"
    assert view_of(4, OLD) == ""


def test_composed_is_another_composition_for_each_candidate():
    asked = [composed(SCENE, attempt, WORLD) for attempt in range(8)]
    assert len(set(asked)) == 8 and all(words.startswith(f"{SCENE}, ") for words in asked)
    assert composed(SCENE, 8, WORLD) == asked[0]
    first = [set(words.removeprefix(SCENE).split(", ")) for words in asked[:4]]
    assert all(len(one & other) <= 2 for one, other in pairwise(first))


def test_composed_in_company_looks_at_it():
    asked = [composed(IN_COMPANY, attempt, WORLD) for attempt in range(4)]
    assert all(words.endswith("looking right") for words in asked)


@pytest.mark.parametrize(
    "words", ["a cat", f"{SCENE}, looking left", "(grey:1.2) cat, wide view of"]
)
def test_composed_leaves_an_author_s_own_words_alone(words):
    assert composed(words, 1, WORLD) == words


def test_composed_says_nothing_to_a_painter_without_words_for_it():
    assert composed(SCENE, 1, OLD) == SCENE


def test_as_caption_leaves_a_composed_caption_alone():
    words = composed(SCENE, 3, WORLD)
    assert prompt_to_caption(words, [], WORLD, "crayon") == words
    asked = prompt_to_caption("a grey cat runs at the edge of the forest", [], WORLD, "crayon")
    assert "at the edge of the forest" in asked


def test_composition_words_are_those_of_the_table():
    whole = Composition(view="corner", pose="calm", side="left", facing="right")
    assert whole.words == ("calm", "on the left", "looking right")
    assert Composition().words == ()
