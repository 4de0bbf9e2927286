import pytest

from books import BISCUIT, FOX, doubles, made, new_book
from storybook.prompts import style
from storybook.records import Scene, Scenes
from storybook.stages import describe as stage
from storybook.stages import draw
from storybook.stages.describe import describe

SCENE = Scene(
    page=3,
    text="...",
    moment="running",
    place="garden",
    things=("red ball", "kite"),
    cast=("Biscuit", "Fern"),
    shot="wide",
    mood="sad",
    light="night",
)
CAST = (BISCUIT, FOX)


def test_the_drawn_world_is_asked_in_its_captions_words():
    prompt = describe(SCENE, CAST, style("watercolour"), plainly=True)
    assert prompt.positive == (
        "watercolour of an orange striped cat running with a red ball, beside an orange fox, "
        "in the garden, night, sad, wide view"
    )
    assert (prompt.page, prompt.negative) == (3, "")


def test_other_painters_get_the_style_in_full_and_negative_words():
    prompt = describe(SCENE, CAST, style("watercolour"), plainly=False)
    assert prompt.positive.startswith(style("watercolour").words)
    assert "orange striped cat running" in prompt.positive
    assert prompt.negative == style("watercolour").avoid != ""


def test_a_taught_hero_is_called_by_its_token():
    taught = BISCUIT.but(token="bhna", adapter="bhna.safetensors")
    prompt = describe(SCENE, (taught, FOX), style("gouache"), plainly=True)
    assert "a bhna cat running" in prompt.positive
    assert BISCUIT.but(token="bhna").words == BISCUIT.words, "nobody has taught it yet"
    assert BISCUIT.but(token="bhna", look="").words == "bhna cat"


def test_relation_and_two_companions_are_asked_for():
    third, fourth = FOX.but(name="Anna", species="girl", look=""), FOX.but(name="Rex")
    scene = SCENE.but(
        moment="sitting", things=("sled",), relation="on", cast=("Biscuit", "Fern", "Anna", "Rex")
    )
    prompt = describe(scene, (*CAST, third, fourth), style("crayon"), plainly=True)
    assert "orange striped cat sitting on a sled, beside an orange fox and a girl, in" in (
        prompt.positive
    )


def test_every_field_that_matters_makes_a_prompt_due():
    """Changing one of them in scenes.json redoes this page's prompt and no other."""
    book = new_book()
    made(book, until="describe")
    plain = book.path(book.SCENES).read_text(encoding="utf-8")
    changes = {
        "moment": "jumping",
        "mood": "surprised",
        "place": "pond",
        "light": "sunset",
        "things": ("umbrella",),
        "shot": "close",
        "relation": "under",
    }
    for field, value in changes.items():
        scenes = book.scenes
        changed = [s.but(**{field: value}) if s.page == 2 else s for s in scenes]
        book.path(book.SCENES).write_text(
            Scenes(scenes=tuple(changed)).model_dump_json(), encoding="utf-8"
        )
        assert [event.page for event in made(book, until="describe")] == [2], field
        book.path(book.SCENES).write_text(plain, encoding="utf-8")
        made(book, until="describe")


def test_a_new_style_describes_every_page_again():
    book = new_book()
    made(book, until="describe")
    brief = book.path(book.BRIEF)
    brief.write_text(brief.read_text().replace("watercolour", "crayon"))
    assert {event.stage for event in made(book, until="describe")} == {"describe"}
    assert book.prompt(1).positive.startswith("crayon of")


def test_describe_joins_the_studios_negative_words_to_the_styles():
    other = describe(SCENE, CAST, style("watercolour"), plainly=False, negative="frames, hats")
    assert other.negative == f"{style('watercolour').avoid}, frames, hats"
    plain = describe(SCENE, CAST, style("watercolour"), plainly=True, negative="frames, hats")
    assert plain.negative == "frames, hats"
    bare = style("watercolour").but(avoid="")
    assert describe(SCENE, CAST, bare, plainly=False, negative="hats").negative == "hats"


def test_describe_negative_makes_prompts_and_pictures_due():
    book = new_book()
    made(book, until="draw")
    first = set(book.pictures(1))
    hatless = doubles("describe.negative= hats,\n  frames ")
    assert len(stage.due(book, hatless)) == len(book.scenes), "every prompt is told of it"
    made(book, hatless, until="draw")
    assert {book.prompt(scene.page).negative for scene in book.scenes} == {"hats, frames"}
    drawn = set(book.pictures(1)) - first
    assert len(drawn) == len(first)
    assert stage.due(book, hatless) == draw.due(book, hatless) == []
    assert stage.due(book, doubles("describe.negative=hats, frames")) == [], "the same words"
    assert len(stage.due(book, doubles("describe.negative=hats"))) == len(book.scenes)


@pytest.mark.parametrize("change", ["describe.negative=", "describe.negative=  "])
def test_no_negative_words_make_nothing_due(change: str):
    """Books from before the setting was read stay as they are."""
    book = new_book()
    made(book, until="describe")
    assert stage.due(book, doubles(change)) == []


def test_a_prompt_of_its_authors_keeps_its_negative_words():
    book = new_book()
    made(book, until="describe")
    prompt = book.prompt(2).but(negative="rain")
    book.save(book.prompt_of(2), prompt, None)
    made(book, doubles("describe.negative=hats"), until="describe")
    assert book.prompt(2).negative == "rain" and book.prompt(1).negative == "hats"
