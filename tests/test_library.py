import os
import re
import time
from pathlib import Path

import pytest
from PIL import Image

from books import doubles, made, new_book
from storybook.authoring.status import status
from storybook.book.folder import Book
from storybook.book.library import (
    duplicate,
    put_back,
    search,
    shelf,
    throw_away,
    thumbnail,
)
from storybook.errors import BookError
from storybook.files import write_whole
from storybook.studio.departures import accept
from storybook.trash import empty_trash, trash_in
from waiting import END_S

ROOT = Path("books")


def one(name="b"):
    return next(book for book in shelf() if book.name == name)


def test_the_shelf_says_how_far_each_book_is():
    assert shelf() == []
    book = new_book("books/b", title="The Mitten")
    seen = one()
    assert (seen.title, seen.pages, seen.picked, seen.finished) == ("The Mitten", 4, 0, False)
    assert (seen.heroes, seen.cover, seen.pdf, seen.fault) == (("biscuit",), None, None, "")
    made(book, until="choose")
    assert (one().picked, one().finished) == (5, False)
    made(book)
    seen = one()
    assert seen.finished and (book.folder / seen.pdf).is_file()
    assert seen.cover == f"pages/00/{book.picked(0)}.png"
    write_whole(book.path(Book.SCENES), book.path(Book.SCENES).read_bytes())
    assert not one().finished, "something is younger than the PDF"
    made(book)
    assert one().finished, "which made no difference, and so nothing was made"


def test_accepting_what_a_book_could_not_keep_leaves_it_finished():
    book = new_book("books/b", heroes=(), summary="Leo the lion sees a purple fox.")
    made(book)
    assert one().finished and accept(book, doubles())
    assert one().finished and status(book, doubles()).finished


def test_the_newest_book_stands_first_and_is_found_by_its_words():
    for name, title, when in (("a", "The Kite", 3), ("b", "The Mitten", 1), ("c", "The Boat", 2)):
        new_book(f"books/{name}", title=title)
        for path in (f"books/{name}/brief.toml", f"books/{name}"):
            os.utime(path, (when, when))
    books = shelf()
    assert [book.name for book in books] == ["a", "c", "b"]
    assert [book.name for book in search(books, "KITE biscuit")] == ["a"]
    assert len(search(books, "")) == 3 and search(books, "boat kite") == []


@pytest.mark.parametrize(
    "change",
    [
        lambda book: book.path(Book.BRIEF).write_text(
            book.path(Book.BRIEF).read_text().replace("watercolour", "gouache")
        ),
        lambda book: book.pick_of(1).unlink(),
        lambda book: book.pdf.unlink(),
        lambda book: book.path(Book.SCENES).unlink(),
    ],
)
def test_a_change_is_seen_at_once(change):
    book = new_book("books/b")
    made(book)
    before = one()
    assert one() == before
    change(book)
    assert one().but(modified=0) != before.but(modified=0)


def test_a_book_that_cannot_be_read_is_shown_with_what_is_wrong():
    new_book("books/good")
    book = new_book("books/bad")
    book.path(Book.BRIEF).write_text("summary = 3", encoding="utf-8")
    (ROOT / "no-book").mkdir()
    (ROOT / ".shelf.json").write_text("no shelf")
    assert {each.name for each in shelf()} == {"good", "bad"}
    assert "summary" in one("bad").fault and "\n" not in one("bad").fault


def test_a_thousand_books_are_listed_fast():
    """In seconds of the processor, so that a busy machine does not matter."""
    first = new_book("books/b0000")
    made(first, until="split")
    text = {
        name: first.path(name).read_bytes() for name in ("brief.toml", "story.json", "scenes.json")
    }
    for number in range(1, 1000):
        folder = ROOT / f"b{number:04d}"
        for page in range(5):
            (folder / f"pages/{page:02d}").mkdir(parents=True)
        for name, data in text.items():
            (folder / name).write_bytes(data)
    started = time.process_time()
    assert len(shelf()) == 1000
    cold = time.process_time()
    assert len(shelf()) == 1000
    warm = time.process_time()
    assert cold - started < 5 and warm - cold < 0.5, (cold - started, warm - cold)


def test_a_copy_is_as_fresh_as_the_book():
    book = new_book("books/b")
    made(book)
    copy = duplicate(book)
    assert copy.folder == ROOT / "b-2" and duplicate(book).folder == ROOT / "b-3"
    assert copy.pictures(2) == book.pictures(2) and not (copy.folder / "log").exists()
    assert shelf()[0].name == "b-3"
    assert status(copy, doubles()).finished and made(copy) == []
    with book.lock(), pytest.raises(BookError, match="being made"):
        duplicate(book)


def test_the_trash_gives_back_until_it_is_emptied():
    book = new_book("books/b", title="One")
    thrown = throw_away(book)
    assert shelf() == [] and not book.folder.exists()
    new_book("books/b", title="Two")
    [found] = trash_in(ROOT)
    assert (found.folder, found.name) == (thrown, "b") and time.time() - found.thrown < END_S
    (ROOT / ".trash" / "junk").mkdir()
    assert empty_trash(ROOT, older_than_days=1) == 0
    back = put_back(thrown)
    assert back.folder == ROOT / "b-2" and back.brief.title == "One"
    with pytest.raises(BookError, match="emptied, or put back"):
        put_back(thrown)
    with pytest.raises(BookError, match="trash"):
        put_back(back.folder)
    throw_away(back)
    assert empty_trash(ROOT, older_than_days=0) == 1 and trash_in(ROOT) == []
    assert one().title == "Two"


def test_a_thumbnail_is_made_once():
    book = new_book("books/b")
    made(book, until="draw")
    picture = book.picture(1, book.pictures(1)[0])
    small = thumbnail(picture, 64)
    assert small.parent == book.folder / ".made" / "thumbs"
    assert Image.open(small).size == (64, 64) and Image.open(small).format == "WEBP"
    made_at = small.stat().st_mtime_ns
    assert thumbnail(picture, 64) == small and small.stat().st_mtime_ns == made_at
    assert Image.open(thumbnail(picture, 4000)).size == (128, 128), "never larger than it is"
    os.utime(picture, (1, 1))
    assert thumbnail(picture, 64) != small


def test_a_thumbnail_stands_upright_and_of_a_photo_it_lies_beside_it(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 200), "red").save("a.jpg", exif=exif)
    small = thumbnail(tmp_path / "a.jpg", 50)
    assert small.parent == tmp_path / ".thumbs" and Image.open(small).size == (50, 100)
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    with pytest.raises(BookError, match=re.escape("b.jpg cannot be read")):
        thumbnail(tmp_path / "b.jpg", 50)
