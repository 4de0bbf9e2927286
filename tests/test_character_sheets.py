"""Character sheets: everybody of a book's cast, drawn and changed before the book is."""

from pathlib import Path

import pytest

from books import doubles, new_book
from storybook.authoring import character_sheets
from storybook.authoring.change_cast import cast_now, set_part
from storybook.authoring.character_sheets import (
    draw_sheets,
    drawn_of,
    sheet_of_hero,
    sheets_of_book,
)
from storybook.errors import BookError, ConfigError
from storybook.hero.character_sheet import NOTE, VIEWS, load_sheet, sheet_pictures
from storybook.make import make
from storybook.records import Part


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def drawn(book, studio):
    return list(draw_sheets(sheets_of_book(book, studio), studio))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_draw_sheets_draws_each_of_the_cast_once():
    book, studio = new_book("books/kite"), doubles()
    events = drawn(book, studio)
    cast = cast_now(book, studio)
    for hero in cast:
        assert list(sheet_pictures(book.sheet_of(hero.name))) == list(VIEWS)
    tries = character_sheets.TRIES * len(VIEWS) * len(cast)
    assert events[-1].done == events[-1].total == tries
    assert not drawn(book, studio), "what is there is not drawn again"


def test_draw_sheets_keeps_one_try_of_each_view():
    book, studio = new_book("books/kite"), doubles()
    drawn(book, studio)
    folder = book.sheet_of(cast_now(book, studio)[0].name)
    assert len(files(folder)) == len(VIEWS) + 1 and NOTE in files(folder)


def test_draw_sheets_shows_the_first_try_at_once_and_goes_on_after_a_kill():
    book, studio = new_book("books/kite"), doubles()
    events = draw_sheets(sheets_of_book(book, studio), studio)
    next(events), next(events)
    events.close()
    folder = book.sheet_of(cast_now(book, studio)[0].name)
    assert list(sheet_pictures(folder)) == ["front"] and not load_sheet(folder).made_from
    drawn(book, studio)
    assert list(sheet_pictures(folder)) == list(VIEWS)


def test_set_part_has_only_who_looks_otherwise_drawn_anew():
    book, studio = new_book("books/kite", summary="Pepper the dog and a fox fly a kite."), doubles()
    drawn(book, studio)
    star, other = (hero.name for hero in cast_now(book, studio)[:2])
    before = {name: files(book.sheet_of(name)) for name in (star, other)}
    coat = next(coat for coat in studio.world.coats if coat != cast_now(book, studio)[1].look)
    set_part(book, studio, Part(name=other, look=coat))
    assert cast_now(book, studio)[1].look == coat
    drawn(book, studio)
    assert files(book.sheet_of(star)) == before[star]
    assert files(book.sheet_of(other)).keys() != before[other].keys()


def test_set_part_reaches_the_pictures_of_the_book_and_is_undone():
    from storybook.authoring.history import undo

    book, studio = new_book("books/kite"), doubles()
    list(make(book, studio, until="describe"))
    star = book.cast[0]
    coat = next(coat for coat in studio.world.coats if coat != star.look)
    as_it_was = book.brief
    set_part(book, studio, Part(name=star.name, look=coat))
    list(make(book, studio, until="describe"))
    assert coat in book.prompt(1).positive and star.look not in book.prompt(1).positive
    undo(book)
    assert book.brief == as_it_was and book.cast[0].look == star.look


@pytest.mark.parametrize("pronoun", ["he", "she", "they"])
def test_set_part_of_a_pronoun_is_heard_by_the_writer(pronoun):
    book, studio = new_book("books/kite"), doubles()
    name = cast_now(book, studio)[0].name
    set_part(book, studio, Part(name=name, pronoun=pronoun))
    assert cast_now(book, studio)[0].pronoun == pronoun
    list(make(book, studio, until="write"))
    assert book.story.cast[0].pronoun == pronoun


def test_set_part_refuses_who_does_not_play_and_unknown_coats():
    book, studio = new_book("books/kite"), doubles()
    with pytest.raises(BookError, match="no 'Rex'"):
        set_part(book, studio, Part(name="Rex", look="grey"))
    name = cast_now(book, studio)[0].name
    with pytest.raises(ConfigError, match="No coat is 'gray-ish'"):
        set_part(book, studio, Part(name=name, look="gray-ish"))
    assert not book.brief.parts


def test_set_part_that_wishes_nothing_leaves_no_trace():
    book, studio = new_book("books/kite"), doubles()
    before, name = book.path(book.BRIEF).read_bytes(), cast_now(book, studio)[0].name
    set_part(book, studio, Part(name=name, pronoun="they"))
    set_part(book, studio, Part(name=name))
    assert book.path(book.BRIEF).read_bytes() == before


def test_sheet_of_hero_lies_beside_heroes_that_come_along():
    studio = doubles()
    order = sheet_of_hero("pepper", "crayon", studio)
    list(draw_sheets([order], studio))
    assert order.folder == drawn_of("pepper", "crayon") == Path("heroes/.drawn/pepper/crayon")
    assert order.is_drawn and load_sheet(order.folder).coat is None
    assert not sheet_of_hero("pepper", "gouache", studio).is_drawn
