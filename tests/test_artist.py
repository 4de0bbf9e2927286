import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from storybook.world import load_world
from training.starter import plan
from training.starter.artist import WHOLE, Window, builds, draw, figures_in, parts_in, parts_of
from training.starter.artist.builds import BUILDS
from training.starter.artist.coats import dress
from training.starter.artist.colour import rgb
from training.starter.artist.portraits import PORTRAITS
from training.starter.artist.poses import POSES, Limb, Pose
from training.starter.artist.things import THINGS
from training.starter.pictures import Picture, random_picture
from training.starter.tables import read_table

WORLD = load_world(Path(__file__).parents[1] / "assets")
PLAIN = Picture(
    species="cat",
    coat="orange",
    action="sitting",
    mood="happy",
    place="meadow",
    light="day",
    shot="middle",
    style="watercolour",
)


def pixels(size_px: int = 64, **changes: object) -> np.ndarray:
    """[height, width, 3] in 0..255."""
    image = draw(PLAIN.but(**changes), WORLD, size_px)
    assert image.mode == "RGB" and image.size == (size_px, size_px)
    return np.asarray(image, float)


def difference(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.abs(first - second).mean())


def test_equal_pictures_give_equal_images():
    assert (pixels() == pixels()).all()
    assert difference(pixels(side="left"), pixels(side="right")) > 2


def test_every_combination_of_the_table_is_drawn():
    rng = random.Random(5)
    for _ in range(150):
        picture = random_picture(WORLD, rng)
        drawn = np.asarray(draw(picture, WORLD, 32), float)
        alone = np.asarray(draw(picture.but(companions=()), WORLD, 32), float)
        assert drawn.std() > 12
        assert bool(picture.companions) == (difference(drawn, alone) > 0.5)


def test_draw_shows_a_window_as_if_it_were_cut_out_of_a_larger_drawing():
    window = Window(25, 50, 50)
    near = np.asarray(draw(PLAIN, WORLD, 96, window), float)
    whole = np.asarray(draw(PLAIN, WORLD, 192), float)
    assert (near == np.asarray(draw(PLAIN, WORLD, 96, window), float)).all()
    # Grain and faded edges belong to the sheet of paper: only what is drawn on it is the same.
    middle = np.s_[16:80, 16:80]
    same, other = (whole[top : top + 96, 48:144][middle] for top in (96, 0))
    assert difference(near[middle], same) < 6 < difference(near[middle], other)


def test_parts_in_names_who_and_what_is_where():
    names = parts_of(WORLD)
    picture = PLAIN.but(thing="red ball", companions=(("dog", "brown"),))
    parts = parts_in(picture, WORLD, 96)
    seen = {names[label] for label in np.unique(parts)}
    assert seen == {"ground", "thing", "cat", "cat head", "dog", "dog head"}
    head, body = (np.argwhere(parts == names.index(name)) for name in ("cat head", "cat"))
    assert head[:, 0].mean() < body[:, 0].mean()


def test_parts_in_covers_what_figures_in_covers():
    for picture in (PLAIN, PLAIN.but(action="holding", thing="umbrella", pose="eager")):
        figures = figures_in(picture, WORLD, 96) > 128  # soft edges and shadows are below
        assert (figures & (parts_in(picture, WORLD, 96) > 0)).sum() > 0.95 * figures.sum()


def test_parts_in_sees_the_same_through_a_window():
    parts, near = parts_in(PLAIN, WORLD, 192), parts_in(PLAIN, WORLD, 96, Window(25, 50, 50))
    assert (parts[96:192, 48:144] == near).mean() > 0.99
    assert (parts_in(PLAIN, WORLD, 192, WHOLE) == parts).all()


def test_read_table_gives_what_the_world_names_in_tuples_of_numbers():
    assert set(BUILDS) == set(WORLD.species) and set(PORTRAITS) == set(WORLD.people)
    assert set(POSES) == set(WORLD.actions)
    assert BUILDS["bear"].outline[0] == (-1.0, 0.12) and BUILDS["cat"].snout == ()
    assert POSES["cheering"].near == () and isinstance(POSES["eating"].over[0], Limb)
    assert POSES["sitting"].bowl is None and POSES["eating"].bowl == 29
    assert plan.FULL.picture_px == 4 * plan.TOY.picture_px == 256


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("head = [7, -63]", ""), "head"),
        (("head = [7, -63]", "head = [7]"), "head"),
        (("head = [7, -63]", "head = [7, -63]\nhaed = 3"), "sitting has no haed"),
        (("paw = [18, -3.5]", 'paw = "below"'), "paw"),
    ],
)
def test_read_table_refuses_keys_that_are_missing_strange_or_wrong(tmp_path, change, says):
    text = Path(builds.__file__).with_name("poses.toml").read_text(encoding="utf-8")
    assert text.count(change[0])
    (tmp_path / "t.toml").write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        read_table(tmp_path / "t.toml", Pose)


def test_read_table_over_others_says_what_is_other_than_in_them(tmp_path):
    (tmp_path / "t.toml").write_text("[sitting]\ntilt = 5\n", encoding="utf-8")
    (only,) = read_table(tmp_path / "t.toml", Pose, POSES).items()
    assert only == ("sitting", replace(POSES["sitting"], tilt=5))
    (tmp_path / "t.toml").write_text("[sitting]\nhaed = 5\n", encoding="utf-8")
    with pytest.raises(ValueError, match="sitting has no haed"):
        read_table(tmp_path / "t.toml", Pose, POSES)


@pytest.mark.parametrize("kind", WORLD.people)
def test_people_keep_company(kind):
    with_person = pixels(128, companions=((kind, ""),), style="gouache")
    assert difference(with_person, pixels(128, style="gouache")) > 3


@pytest.mark.parametrize("relation", ["on", "under"])
def test_the_table_and_the_artist_agree_on_where_things_may_be(relation):
    can = {
        name for name, thing in THINGS.items() if (thing.seat if relation == "on" else thing.hangs)
    }
    assert {thing for thing, each in WORLD.things.items() if relation in each.may} == can
    for thing in can:
        placed = pixels(thing=thing, relation=relation)
        assert difference(placed, pixels(thing=thing)) > 2


def test_nobody_leaves_the_picture():
    blank = pixels(128, style="gouache", species="cat")
    for action in WORLD.actions:
        for companions in ((), (("bear", "brown"), ("girl", ""))):
            crowded = pixels(128, action=action, companions=companions, style="gouache")
            changed = np.abs(crowded - blank).max(axis=2) > 40
            assert changed[:, :1].mean() < 0.25 and changed[:, -1:].mean() < 0.25


@pytest.mark.parametrize("species", WORLD.species)
def test_each_species_does_each_action_in_its_own_way(species):
    drawn = [pixels(species=species, action=action) for action in WORLD.actions]
    for i, first in enumerate(drawn):
        assert all(difference(first, other) > 1.5 for other in drawn[i + 1 :])


@pytest.mark.parametrize("place", WORLD.places)
def test_each_place_has_its_lights(place):
    day, sunset, night, rain = (pixels(place=place, light=light) for light in WORLD.lights)
    assert rain.mean() < day.mean() - 8
    assert night.mean() < day.mean() - 40
    warmth = [(image[..., 0] - image[..., 2]).mean() for image in (day, sunset, night)]
    assert warmth[1] > warmth[0] and warmth[1] > warmth[2]


@pytest.mark.parametrize("thing", WORLD.things)
def test_each_thing_is_large_enough_to_read(thing):
    for action, shot in (("sitting", "wide"), ("holding", "middle")):
        bare = pixels(128, action="sitting", shot=shot, thing=None, style="gouache")
        with_thing = pixels(128, action="sitting", shot=shot, thing=thing, style="gouache")
        assert (np.abs(with_thing - bare).max(axis=2) > 24).mean() > 0.005
        pixels(action=action, shot=shot, thing=thing)


@pytest.mark.parametrize("style", WORLD.styles)
def test_each_style_draws_each_mood_and_shot(style):
    for mood, shot in zip(WORLD.moods, WORLD.shots, strict=True):
        pixels(style=style, mood=mood, shot=shot, companions=(("mouse", "white"),), thing="book")


def test_styles_differ():
    first, second, third = (pixels(128, style=style) for style in WORLD.styles)
    assert min(difference(first, second), difference(second, third), difference(first, third)) > 1


@pytest.mark.parametrize("coat", WORLD.coats)
def test_the_star_wears_the_colour_of_the_table(coat):
    base = np.array(rgb(WORLD.coats[coat].base))
    image = pixels(128, coat=coat, shot="close", style="gouache")
    near = (np.abs(image - base).max(axis=2) < 16).mean()
    assert near > 0.08


def test_marks_of_a_coat_are_seen():
    for coat in ("orange striped", "grey striped", "brown spotted", "black and white"):
        mark = np.array(dress(WORLD.coats[coat], "cat").mark)
        image = pixels(128, coat=coat, shot="close", style="gouache")
        assert (np.abs(image - mark).max(axis=2) < 24).mean() > 0.01


def test_a_closer_shot_shows_a_larger_star():
    base = np.array(rgb(WORLD.coats["orange"].base))
    sizes = [
        (np.abs(pixels(128, shot=shot, style="gouache") - base).max(axis=2) < 16).mean()
        for shot in ("wide", "middle", "close")
    ]
    assert sizes[0] * 1.8 < sizes[1] and sizes[1] * 1.6 < sizes[2]


def test_a_black_cat_stands_out_at_night():
    image = pixels(128, coat="black", light="night", shot="close", style="gouache")
    assert image.max(axis=2).max() > 200
    assert image.std() > 20


def test_large_pictures_show_the_same_scene():
    small = pixels(64, style="gouache")
    large = pixels(256, style="gouache")
    shrunk = large.reshape(64, 4, 64, 4, 3).mean(axis=(1, 3))
    assert difference(small, shrunk) < 4
