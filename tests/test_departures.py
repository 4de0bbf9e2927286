"""What a book could not keep: found, kept with the book, accepted, and mended."""

import json
from pathlib import Path

import pytest

from books import doubles, made, new_book
from storybook.authoring import edits
from storybook.authoring.status import status
from storybook.book.folder import Book
from storybook.cli import main
from storybook.config import shipped
from storybook.errors import BookError
from storybook.records import Departure, Hero, Story
from storybook.story.casting import Cast, cast
from storybook.story.delexicalize import RoleWords
from storybook.studio.departures import accept, carried, departures, keep_lost, listed, of_telling
from storybook.world import load_world

WORLD = load_world(shipped("assets"))
LION = "Leo the lion finds a ball. A purple fox sees it."
REPLACED = "No lion can be drawn: a cat stands for it."
RECOLOURED = "No fox can be drawn purple: no coat is."


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A finished book of doubles, of which the painter could not draw two animals."""
    made(new_book(tmp_path / "lion", summary=LION, heroes=()))
    return Book(tmp_path / "lion")


def said(book: Book) -> list[str]:
    return [each.text for each in listed(book, doubles()) if not each.fine]


def due(book: Book) -> list[str]:
    return [verb.verb for verb in status(book, doubles()).verbs if verb.state != "done"]


def left_out(book: Book, *found: Departure) -> None:
    """Let a telling have left something out, which the double's never does."""
    story = book.story
    book.annotate(book.STORY, story.but(departures=(*story.departures, *found)))


BATHTUB = Departure(kind="thing", text="Left out: a bathtub.", words=("bathtub",))


def test_write_keeps_in_the_story_what_its_painter_cannot_draw(book: Book) -> None:
    kept = json.loads((book.folder / "story.json").read_text())["departures"]
    assert [(each["kind"], each["text"], each["page"], each["fine"]) for each in kept] == [
        ("animal", REPLACED, None, False),
        ("animal", RECOLOURED, None, False),
    ]
    assert said(book) == [REPLACED, RECOLOURED]


def test_a_book_from_before_has_no_departures_and_nothing_due(book: Book) -> None:
    story = json.loads((book.folder / "story.json").read_text())
    del story["departures"]
    book.annotate(book.STORY, Story.model_validate(story))
    assert "departures" not in (book.folder / "story.json").read_text()
    assert not due(book) and not said(book)


def test_of_telling_looks_for_what_is_left_out_in_english_only() -> None:
    who = Cast(cast("Leo the cat finds a bathtub.", (), WORLD, seed=1).heroes, "Ein Bad in Berlin.")
    brief = new_brief(language="en")
    for language in ("en", "en-GB"):
        told = of_telling(brief.but(language=language), who, ["Leo slept."], WORLD, limited=True)
        assert [each.text for each in told] == ["Left out: “Ein Bad in Berlin”."]
    assert not of_telling(brief.but(language="de"), who, ["Leo slept."], WORLD, limited=True)


def new_brief(**changes: object):
    from books import brief

    return brief(**changes)


def test_accept_keeps_it_with_the_book_and_makes_nothing_due(book: Book) -> None:
    assert [each.text for each in accept(book, doubles(), [1])] == [REPLACED]
    assert said(book) == [RECOLOURED]
    assert not due(book)
    assert not made(book), "there is nothing to make"
    assert [each.fine for each in book.story.departures] == [True, False]


def test_accept_is_no_edit_of_the_story(book: Book) -> None:
    accept(book, doubles())
    edits.set_brief(book, book.brief.but(seed=2), edits.version(book.brief))
    assert "write" in due(book), "had it been an edit, its author would be asked"


def test_accept_leaves_an_edited_story_edited(book: Book) -> None:
    file = book.folder / "story.json"
    file.write_text(file.read_text().replace('"title": "', '"title": "My '))
    accept(book, doubles())
    assert book.story.title.startswith("My ") and all(d.fine for d in book.story.departures)
    edits.set_brief(book, book.brief.but(seed=2), edits.version(book.brief))
    assert edits.clash(book, doubles()) == file


def test_accept_of_all_and_not_after_all(book: Book) -> None:
    assert len(accept(book, doubles())) == 2 and not said(book)
    assert not accept(book, doubles()), "all of it was accepted"
    assert len(accept(book, doubles(), [2], fine=False)) == 1
    assert said(book) == [RECOLOURED]


def test_accept_refuses_a_number_that_there_is_not(book: Book) -> None:
    with pytest.raises(BookError, match=r"no line 3 to accept\. .* numbered from 1 to 2"):
        accept(book, doubles(), [1, 3])
    assert said(book) == [REPLACED, RECOLOURED], "nor is anything else accepted"


def test_a_story_told_again_keeps_what_was_accepted_and_drops_what_is_gone(book: Book) -> None:
    accept(book, doubles(), [1])
    changed = book.brief.but(summary="Leo the lion finds a ball. A brown fox sees it.")
    edits.set_brief(book, changed, edits.version(book.brief))
    made(book)
    assert [(each.text, each.fine) for each in book.story.departures] == [(REPLACED, True)]


def test_carried_keeps_each_once_and_accepted_by_its_page() -> None:
    on = [BATHTUB.but(page=page) for page in (1, 2, 2)]
    assert carried(on, [on[0].but(fine=True)]) == (on[0].but(fine=True), on[1])


def test_what_the_author_writes_in_is_left_out_no_more(book: Book) -> None:
    left_out(book, BATHTUB)
    assert said(book) == [REPLACED, RECOLOURED, BATHTUB.text]
    text = book.scenes[2].text
    edits.set_text(book, 2, f"{text} He sat in two bathtubs.", edits.version(text))
    assert said(book) == [REPLACED, RECOLOURED]
    edits.set_text(book, 2, text, edits.version(book.scenes[2].text))
    assert BATHTUB.text in said(book), "and left out again"


def test_keep_lost_adds_what_a_page_told_again_lost(book: Book) -> None:
    who = Cast(book.cast, "Leo finds a bathtub and a rocket.")
    before = ["Leo sat in a bathtub.", *(scene.text for scene in book.scenes[2:])]
    keep_lost(book, who, before, WORLD)
    assert said(book) == [REPLACED, RECOLOURED, "Left out: a bathtub."]


def scene_changed(book: Book, page: int, **changes: object) -> None:
    scene = next(each for each in book.scenes if each.page == page)
    edits.set_scene(book, scene.but(**changes), edits.version(scene))
    made(book)


def test_a_scene_of_things_that_the_painter_lacks_is_said_with_its_page(book: Book) -> None:
    scene_changed(book, 2, place="submarine", things=("telescope", "teapot"))
    scene_changed(book, 3, place="submarine")
    found = {each.text: each.pages for each in listed(book, doubles())[2:]}
    assert found == {
        "The painter has no picture of “submarine”.": (2, 3),
        "The painter has no picture of “telescope”.": (2,),
        "The teapot is not in the picture, which shows one thing: the telescope.": (2,),
    }
    kept = [each for each in book.story.departures if each.page]
    assert {(each.text, each.page) for each in kept} == {
        (text, page) for text, pages in found.items() for page in pages
    }
    numbers = [each.number for each in listed(book, doubles()) if each.pages == (2, 3)]
    accept(book, doubles(), numbers)
    assert not due(book) and "submarine" not in " ".join(said(book))
    scene_changed(book, 2, place="garden", things=())
    scene_changed(book, 3, place="garden")
    assert said(book) == [REPLACED, RECOLOURED], "and it is mended by another scene"


def test_a_prompt_in_free_words_says_what_is_lost_of_it(book: Book) -> None:
    prompt = book.prompt(1)
    edits.set_prompt(book, 1, "a lion with a trombone", "", edits.version(prompt))
    found = {each.text: each.pages for each in listed(book, doubles())}
    assert found["The painter has no picture of “trombone”."] == (1,)
    assert found[REPLACED] == (1,)


def test_more_companions_than_a_picture_holds_are_named(book: Book) -> None:
    names = ("Leo", "Ada", "Bo", "Cy")
    story = book.story.but(cast=[Hero(name=name, species="cat", look="grey") for name in names])
    book.save(book.STORY, story, None)
    scene = book.scenes[1]
    edits.set_scene(book, scene.but(cast=names), edits.version(scene))
    found = [each for each in departures(book, doubles()) if each.kind == "undrawn"]
    assert [(each.text, each.page) for each in found] == [
        ("Cy is not in the picture: it has room for 3.", scene.page)
    ]


def test_status_and_make_tell_of_them_until_they_are_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert not main(["new", "lion", "--summary", LION, "--pages", "4"])
    assert not main(["make", "lion", "--studio", "doubles"])
    told = capsys.readouterr().out
    assert f"1. {REPLACED}" in told and "storybook accept lion" in told
    assert not main(["make", "lion", "--studio", "doubles"])
    assert REPLACED not in capsys.readouterr().out, "once, when it was made"
    assert not main(["status", "lion", "--studio", "doubles", "--json"])
    now = json.loads(capsys.readouterr().out)
    assert now["departures"][0] == {
        "number": 1,
        "kind": "animal",
        "text": REPLACED,
        "pages": [],
        "fine": False,
    }
    assert not main(["accept", "lion", "1", "--studio", "doubles"])
    assert f"Fine: {REPLACED}" in capsys.readouterr().out
    assert not main(["status", "lion", "--studio", "doubles"])
    told = capsys.readouterr().out
    assert REPLACED not in told and f"2. {RECOLOURED}" in told
    assert main(["accept", "lion", "7", "--studio", "doubles"]) == 2


def test_what_is_told_of_but_cannot_be_drawn_is_said(book: Book) -> None:
    studio = doubles()
    studio.role_words = RoleWords(things=("magic spoon", "ball", "bathtub"), places=())
    wishes = book.brief.but(summary="Leo the cat finds a magic spoon, a ball and a bathtub.")
    edits.set_brief(book, wishes, edits.version(book.brief))
    text = book.scenes[1].text
    edits.set_text(book, 1, f"{text} He had a spoon and a ball.", edits.version(text))
    found = [each.text for each in departures(book, studio) if each.kind == "undrawn"]
    assert found == ["A magic spoon is told of but cannot be drawn."], "a bathtub is not told of"


@pytest.mark.parametrize("order", [("1", "--studio", "doubles"), ("--studio", "doubles", "1")])
def test_accept_takes_numbers_before_and_behind_options(
    book: Book, order: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert not main(["accept", str(book.folder), *order])
    assert said(book) == [RECOLOURED]
    assert not main(["accept", str(book.folder), *order])
    assert capsys.readouterr().out.endswith("Nothing was changed: it was accepted before.\n")
    with pytest.raises(SystemExit):
        main(["accept", str(book.folder), *order, "first"])


def test_accept_of_a_book_that_kept_everything_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = new_book(tmp_path / "kept")
    made(kept, until="write")
    assert not main(["accept", str(kept.folder), "--studio", "doubles"])
    assert "there is nothing that" in capsys.readouterr().out
