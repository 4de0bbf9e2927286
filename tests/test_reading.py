import pytest

from books import BISCUIT, FOX
from storybook.config import shipped
from storybook.story.scene_from_text import read_cover, read_page
from storybook.world import load_world

WORLD = load_world(shipped("assets"))
CAST = (BISCUIT, FOX)


def read(text, before=None, page=1):
    return read_page(text, page, CAST, WORLD, before)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Biscuit raced along the shore.", "moment", "running"),
        ("Biscuit raced along the shore.", "place", "beach"),
        ("Biscuit looked around. Then she leapt over the hedge.", "moment", "jumping"),
        ("She could not sleep, so she danced.", "moment", "cheering"),
        ("She found a glove in the snow.", "moment", "holding"),
        ("She found a glove in the snow.", "things", ("blue mitten",)),
        ("“We will go to the beach,” she said in the kitchen.", "place", "kitchen"),
        ("The moon was out.", "light", "night"),
        ("Biscuit sobbed. “My kite!”", "mood", "sad"),
        ("Biscuit sobbed. “My kite!”", "things", ("kite",)),
        ("Biscuit sat on top of the big orange pumpkin.", "relation", "on"),
        ("Biscuit sat under her striped umbrella.", "relation", "under"),
        ("Biscuit ran under her striped umbrella.", "relation", "with"),
        ("Biscuit sat under the cake.", "relation", "with"),
        ("Biscuit chased a moth.", "moment", "chasing"),
        ("The dog hid behind the barn.", "moment", "hiding"),
        ("It rained on the farm.", "light", "rain"),
        ("Fern the fox sat down.", "cast", ("Fern",)),
        ("The fox sat down. Biscuit ran.", "cast", ("Biscuit", "Fern")),
        ("She sat down.", "cast", ("Biscuit",)),
    ],
)
def test_a_page_is_read(text, field, value):
    assert getattr(read(text), field) == value


def test_place_light_and_company_stay_until_the_text_changes_them():
    first = read("At night Biscuit and the fox sat in the forest.")
    second = read("They heard a noise.", first, 2)
    assert (second.place, second.light, second.cast) == ("forest", "night", ("Biscuit", "Fern"))
    third = read("In the morning Biscuit went to the town alone.", second, 3)
    assert (third.place, third.light, third.cast) == ("town street", "day", ("Biscuit",))


def test_a_cat_named_biscuit_is_nothing_to_eat():
    assert read("Biscuit sat in the garden.").things == ()


def test_holding_needs_a_thing():
    assert read("She held still.").moment == "sitting"
    found = read("She found a kite.")
    assert read("She carried it home.", found, 2).things == ("kite",)


def test_shots_vary():
    scenes, before = [], None
    for page in range(1, 13):
        before = read("Biscuit walked on.", before, page)
        scenes.append(before)
    shots = {scene.shot for scene in scenes}
    assert scenes[0].shot == "wide" and len(shots) > 1


def test_a_cover_shows_the_star_with_what_the_book_turns_on():
    scenes = [read("Biscuit found a kite on the beach."), read("The kite flew.", None, 2)]
    cover = read_cover("The Kite", scenes, CAST)
    assert (cover.page, cover.things, cover.cast) == (0, ("kite",), ("Biscuit",))


def test_a_place_that_is_asked_for_is_not_where_they_are():
    before = read("Biscuit ran in the snow.")
    page = read("She saw a nest. Is this your home? No, no, no.", before, 2)
    assert page.place == before.place == "snow"


def test_read_page_tells_whom_he_and_she_mean():
    bruno = BISCUIT.but(name="Bruno", species="dog", pronoun="he")
    kitten = FOX.but(name="Kitten", species="cat", pronoun="she")
    cast = (bruno, kitten)
    first = read_page("Bruno saw a kitten.", 1, cast, WORLD, None)
    alone = read_page("She was cold.", 2, cast, WORLD, first.but(cast=("Bruno", "Kitten")))
    assert alone.cast == ("Kitten",)
    assert read_page("He was cold.", 2, cast, WORLD, first).cast == ("Bruno",)
    both = read_page("He held her close.", 2, cast, WORLD, alone)
    assert both.cast == ("Bruno", "Kitten")


def test_read_page_finds_names_that_end_in_a_stop():
    star = BISCUIT.but(name="J.R.")
    assert read_page("J.R. and the fox ran.", 1, (star, FOX), WORLD, None).cast == ("J.R.", "Fern")
