from books import BISCUIT, FOX, made, new_book
from storybook.prompts import style
from storybook.records import Scene, Scenes
from storybook.stages.describe import describe

SCENE = Scene(
    page=3, text="...", moment="running", place="garden", things=("red ball", "kite"),
    cast=("Biscuit", "Fern"), shot="wide", mood="sad", light="night",
)  # fmt: skip
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
        "moment": "jumping", "mood": "surprised", "place": "pond", "light": "sunset",
        "things": ("umbrella",), "shot": "close", "relation": "under",
    }  # fmt: skip
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
