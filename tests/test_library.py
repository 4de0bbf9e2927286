import os
import re
import time
from pathlib import Path

import pytest
from PIL import Image

from books import doubles, made, new_book
from storybook.authoring.edits import pick
from storybook.authoring.status import status
from storybook.book import index
from storybook.book.folder import Book
from storybook.book.index import INDEX, search_shelf
from storybook.book.library import duplicate, put_back, throw_away, thumbnail
from storybook.errors import BookError
from storybook.files import write_whole
from storybook.studio.departures import accept
from storybook.trash import empty_trash, trash_in
from waiting import END_S

ROOT = Path("books")


def one(name="b"):
    return next(book for book in search_shelf(ROOT).books if book.name == name)


def names(words="", **asked):
    return [book.name for book in search_shelf(ROOT, words, **asked).books]


def test_a_book_without_a_title_is_called_by_what_it_is_about():
    new_book("books/biscuit-the-cat-finds-a-bl-0a1b2c")
    assert search_shelf(ROOT).books[0].title == "Biscuit the cat finds a blue mitten in the…"


def test_the_shelf_says_how_far_each_book_is():
    assert search_shelf(ROOT).books == []
    book = new_book("books/b", title="The Mitten")
    seen = one()
    assert (seen.title, seen.pages, seen.picked, seen.finished) == ("The Mitten", 4, 0, False)
    assert (seen.heroes, seen.cover, seen.pdf, seen.fault) == (("biscuit",), None, None, "")
    made(book, until="choose")
    seen = one()
    assert (seen.picked, seen.finished, seen.painted) == (5, False, None)
    assert seen.cover == f"pages/00/{book.picked(0)}.png"
    made(book)
    seen = one()
    assert seen.finished and (book.folder / seen.pdf).is_file()
    assert seen.cover == "pages/00/plate.png", "as the book has it, finished"
    assert seen.painted == f"pages/00/{book.picked(0)}.png"
    write_whole(book.path(Book.SCENES), book.path(Book.SCENES).read_bytes())
    assert not one().finished, "something is younger than the PDF"
    made(book)
    assert one().finished, "which made no difference, and so nothing was made"


def test_a_cover_that_was_picked_after_its_plate_is_shown_as_it_was_painted():
    book = new_book("books/b")
    made(book)
    other = next(each for each in book.pictures(0) if each != book.picked(0))
    pick(book, 0, other)
    os.utime(book.pick_of(0), (2e9, 2e9))
    os.utime(book.page(0))
    assert (one().cover, one().painted) == (f"pages/00/{other}.png", None)
    made(book)
    os.utime(book.plate_of(0), (2e9, 2e9))
    os.utime(book.page(0))
    assert (one().cover, one().painted) == ("pages/00/plate.png", f"pages/00/{other}.png")


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
    books = search_shelf(ROOT).books
    assert [book.name for book in books] == ["a", "c", "b"]
    assert (
        names("KITE biscuit") == ["a"] and names() == ["a", "c", "b"] and names("boat kite") == []
    )


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
    (ROOT / INDEX).write_text("no index" * 100)
    assert {each.name for each in search_shelf(ROOT).books} == {"good", "bad"}
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
    assert len(search_shelf(ROOT).books) == 1000
    cold = time.process_time()
    assert len(search_shelf(ROOT).books) == 1000
    warm = time.process_time()
    assert cold - started < 5 and warm - cold < 0.5, (cold - started, warm - cold)


def test_a_copy_is_as_fresh_as_the_book():
    book = new_book("books/b")
    made(book)
    copy = duplicate(book)
    assert copy.folder == ROOT / "b-2" and duplicate(book).folder == ROOT / "b-3"
    assert copy.pictures(2) == book.pictures(2) and not (copy.folder / "log").exists()
    assert search_shelf(ROOT).books[0].name == "b-3"
    assert status(copy, doubles()).finished and made(copy) == []
    with book.lock(), pytest.raises(BookError, match="being made"):
        duplicate(book)


def test_the_trash_gives_back_until_it_is_emptied():
    book = new_book("books/b", title="One")
    thrown = throw_away(book)
    assert search_shelf(ROOT).books == [] and not book.folder.exists()
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


def test_search_shelf_goes_by_words_hero_and_style():
    new_book("books/a", title="The Kite", heroes=("biscuit", "bruno"), style="crayon")
    new_book("books/b", title="The Boat", heroes=("bruno",))
    new_book("books/c", title="Bruno's 100% Ärger", heroes=("miso",), style="crayon")
    assert set(names(hero="bruno")) == {"a", "b"} and names(hero="run") == []
    assert set(names(style="crayon")) == {"a", "c"} and names("kite", style="watercolour") == []
    assert names("ÄRGER 100%") == ["c"] and names("'; drop table books; --") == []
    found = search_shelf(ROOT, first=1, most=1)
    assert (len(found.books), found.count, found.unread) == (1, 3, 0)


def test_search_shelf_is_true_to_the_folders_without_its_index():
    made(new_book("books/a"))
    before = search_shelf(ROOT).books
    (ROOT / INDEX).unlink()
    assert search_shelf(ROOT).books == before and (ROOT / INDEX).is_file()
    os.utime("books/a/pages/03", (1, 1))
    assert search_shelf(ROOT).books[0].modified == before[0].modified


def test_search_shelf_sees_books_that_came_and_went():
    (ROOT / ".shelf.json").parent.mkdir()
    (ROOT / ".shelf.json").write_text("of an earlier edition")
    new_book("books/a")
    assert names() == ["a"] and not (ROOT / ".shelf.json").exists()
    Path("books/a").rename("books/z")
    new_book("books/b")
    assert names() == ["b", "z"]


def test_search_shelf_reads_as_many_as_there_is_time_for():
    for name in "abc":
        new_book(f"books/{name}")
    found = search_shelf(ROOT, patience_s=0)
    assert (found.count, found.unread) == (1, 2)
    assert search_shelf(ROOT, patience_s=0).unread == 1
    assert search_shelf(ROOT).count == 3


def test_search_shelf_sees_a_change_of_a_page_without_looking_into_all(monkeypatch):
    """What our own code writes in a page is seen by the time of the book's folder."""
    book, _ = new_book("books/a"), new_book("books/b")
    made(book, until="choose")
    assert names() == ["a", "b"] or names() == ["b", "a"]
    os.utime(book.folder, (1, 1))
    for path in (*book.folder.glob("*"), *book.folder.glob("pages/*")):
        os.utime(path, (1, 1))
    assert names() == ["b", "a"]
    monkeypatch.setattr(index, "_read_again", lambda *these: False)
    book.save(book.pick_of(2), book.pick(2).but(by="author"), None)
    assert names() == ["a", "b"]


def test_search_shelf_does_without_its_index_where_it_may_only_read(monkeypatch):
    new_book("books/a")
    real = index._connected

    def refused(path):
        if path is not None:
            raise index.sqlite3.OperationalError("attempt to write a readonly database")
        return real(path)

    monkeypatch.setattr(index, "_connected", refused)
    assert names() == ["a"] and not (ROOT / INDEX).exists()


def test_search_shelf_looks_less_often_at_a_shelf_that_takes_long(monkeypatch):
    new_book("books/a")
    assert names() == ["a"]
    monkeypatch.setitem(index._looked, ROOT.resolve(), (time.monotonic(), 100.0))
    new_book("books/b")
    Path("books/a/brief.toml").write_bytes(Path("books/a/brief.toml").read_bytes() + b"\n")
    assert names() == ["a"], "all are looked at later, and those that are shown at once"
    monkeypatch.setitem(index._looked, ROOT.resolve(), (time.monotonic() - 3000.0, 100.0))
    assert set(names()) == {"a", "b"}
