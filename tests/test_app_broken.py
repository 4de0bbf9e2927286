"""The studio's pages where a book or a hero is broken: a line on the page, and no traceback."""

import pytest
from app_states import opened, rex, said

from books import made, new_book
from storybook.book.folder import Book

BREAKS = {
    "half a brief": lambda book: book.path(Book.BRIEF).write_text("summary = "),
    "half a story": lambda book: book.path(Book.STORY).write_text('{"title": "A'),
    "half its scenes": lambda book: book.path(Book.SCENES).write_text('{"scenes": ['),
    "no scenes in it": lambda book: book.path(Book.SCENES).write_text('{"scenes": []}'),
    "half a pick": lambda book: book.pick_of(2).write_text("{"),
    "half a prompt": lambda book: book.prompt_of(2).write_text("{"),
    "no picture": lambda book: book.picture(2, book.picked(2)).unlink(),
    "half a picture": lambda book: _halve(book.picture(2, book.picked(2))),
    "no picture that it is": lambda book: book.picture(2, book.picked(2)).write_bytes(b"text"),
    "no plate": lambda book: book.plate_of(2).unlink(),
    "half a plate": lambda book: _halve(book.plate_of(2)),
    "half a PDF": lambda book: _halve(book.pdf),
    "bytes in its story": lambda book: book.path(Book.STORY).write_bytes(b"\xff\xfe\x00"),
}
ROOMS = {
    "library": {},
    "storyboard": {"book": "b"},
    "page": {"book": "b", "page": "2"},
    "reader": {"book": "b"},
    "press": {"book": "b"},
}


def _halve(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("broken", BREAKS)
def test_pages_of_a_broken_book_say_so_and_fall_over_nothing(broken, tmp_path):
    book = new_book("books/b")
    made(book)
    BREAKS[broken](book)
    for room, query in ROOMS.items():
        page = opened("storyboard" if room == "page" else room, **query)  # raises for a traceback
        assert said(page).strip(), f"{room} is empty"


HERO_BREAKS = {
    "half a photo": lambda folder: _halve(folder / "photos" / "02.jpg"),
    "no photo that it is": lambda folder: (folder / "photos" / "02.jpg").write_bytes(b"text"),
    "no photo at all": lambda folder: (folder / "photos" / "02.jpg").write_bytes(b""),
    "bytes in its name": lambda folder: (folder / "hero.toml").write_bytes(b"name = '\xff'"),
    "no species": lambda folder: (folder / "hero.toml").write_text('name = "Rex"\n'),
    "an adapter that is gone": lambda folder: (folder / "hero.toml").write_text(
        'name = "Rex"\nspecies = "dog"\nadapter = "gone.safetensors"\n'
    ),
    "half a change": lambda folder: _lay(folder / ".undo" / "000001" / "change.json", "{"),
}


def _lay(path, text):
    path.parent.mkdir(parents=True)
    path.write_text(text)


@pytest.mark.parametrize("broken", HERO_BREAKS)
def test_pages_of_a_broken_hero_say_so_and_fall_over_nothing(broken, tmp_path):
    HERO_BREAKS[broken](rex(tmp_path))
    for room, query in (("heroes", {}), ("heroes", {"hero": "rex"}), ("new_book", {})):
        assert said(opened(room, **query)).strip()
