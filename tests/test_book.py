import multiprocessing
import os
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from books import BISCUIT, brief, new_book, story
from storybook.book.folder import Book, slug
from storybook.errors import BookError, ConfigError, EditedByHand
from storybook.files import write_whole
from storybook.records import Brief, Pick
from waiting import END_S


def test_a_new_book_holds_its_brief(tmp_path):
    book = Book.create(tmp_path / "a", brief(title="Lost & Found", ages="5-7"))
    assert Book(tmp_path / "a").brief == book.brief == brief(title="Lost & Found", ages="5-7")


def test_a_book_is_not_begun_twice():
    new_book()
    with pytest.raises(BookError, match="is a book already"):
        new_book()


def test_a_folder_without_brief_is_no_book(tmp_path):
    with pytest.raises(BookError, match="storybook new"):
        Book(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("summary = 'x y'\npagse = 3", "unknown key pagse. Did you mean pages"),
        ("summary = 'x y'\npages = 0", "greater than or equal to 4, not 0"),
        ("summary = 'x y'\npages = 400", "less than or equal to 40, not 400"),
        ("summary = '🐈🐈'", "no words"),
        ("title = 'x'", "summary: field required"),
    ],
)
def test_a_bad_brief_is_one_clear_line(text, says):
    book = new_book()
    (book.folder / "brief.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=says) as caught:
        _ = book.brief
    assert str(book.folder / "brief.toml") in str(caught.value)


def test_due_follows_its_table():
    book = new_book()
    assert book.due(Book.STORY, "a"), "missing"
    book.save(Book.STORY, story(), "a")
    assert not book.due(Book.STORY, "a"), "fresh"
    assert book.due(Book.STORY, "b"), "made from other sources"
    path = book.path(Book.STORY)
    path.write_text(path.read_text().replace("red ball", "kite"), encoding="utf-8")
    assert not book.due(Book.STORY, "a"), "edited by hand, sources the same"
    with pytest.raises(EditedByHand, match="edited by hand"):
        book.due(Book.STORY, "b")
    path.unlink()
    assert book.due(Book.STORY, "b"), "deleted, so that it is made again"


def test_what_the_author_brings_is_left_alone():
    book = new_book()
    book.save(Book.STORY, story(), None)
    assert not book.due(Book.STORY, "anything")


def test_a_kill_before_the_rename_is_finished_later():
    """Draft and stamp are on the disk, the artifact is not: the next maker completes it."""
    book = new_book()
    book.save(Book.STORY, story(4), "a")
    new = story(5).model_dump_json().encode()
    draft = book.folder / ".story.json.abc.draft"
    book.save_bytes("other.json", new, "b")
    draft.write_bytes(new)
    stamp = book.folder / ".made" / "other.json.json"
    (book.folder / ".made" / "story.json.json").write_bytes(stamp.read_bytes())
    with book.lock():
        pass
    assert len(book.story.paragraphs) == 5
    assert not draft.exists()
    assert not book.due(Book.STORY, "b")


def test_a_kill_before_the_stamp_is_thrown_away():
    book = new_book()
    book.save(Book.STORY, story(4), "a")
    draft = book.folder / ".story.json.abc.draft"
    draft.write_bytes(b"half a sto")
    with book.lock():
        pass
    assert len(book.story.paragraphs) == 4
    assert not draft.exists()


def _hold(folder, ready, leave):
    with Book(folder).lock():
        ready.set()
        leave.wait(END_S)


def test_two_processes_do_not_make_one_book():
    book = new_book()
    ready, leave = multiprocessing.Event(), multiprocessing.Event()
    other = multiprocessing.Process(target=_hold, args=(book.folder, ready, leave))
    other.start()
    assert ready.wait(END_S)
    with pytest.raises(BookError, match=f"another process .{other.pid}."), book.lock():
        pass
    os.kill(other.pid, signal.SIGKILL)
    other.join()
    with book.lock():
        pass


def test_shares_hold_a_book_together():
    book = new_book()
    alone = pytest.raises(BookError, match="being made")
    with book.lock(shared=True), book.lock(shared=True), alone, book.lock():
        pass


def test_pages_must_be_numbered_in_order():
    book = new_book()
    (book.folder / "scenes.json").write_text(
        '{"scenes": [{"page": 1, "text": "a", "moment": "sitting", "place": "garden",'
        ' "cast": ["Biscuit"]}]}'
    )
    with pytest.raises(BookError, match="pages must be numbered 0"):
        _ = book.scenes


def test_a_malformed_artifact_is_one_clear_line():
    book = new_book()
    book.path(Book.STORY).write_text('{"title": "x"', encoding="utf-8")
    with pytest.raises(BookError, match=r"story.json.*Mend it, or delete it"):
        _ = book.story


def test_a_missing_artifact_says_what_to_run():
    with pytest.raises(BookError, match="storybook make"):
        _ = new_book().story


def test_a_broken_picture_names_its_file():
    book = new_book()
    write_whole(book.picture(1, "abc"), b"no picture")
    with pytest.raises(BookError, match=r"abc.png cannot be read"):
        book.image(1, "abc")


def test_a_hero_looks_as_its_folder_says_today(tmp_path):
    book = new_book()
    book.save(Book.STORY, story(), "a")
    folder = tmp_path / "heroes" / "biscuit"
    folder.mkdir(parents=True)
    (folder / "hero.toml").write_text('name = "Biscuit"\nspecies = "cat"\nlook = "white"\n')
    assert [hero.look for hero in book.cast] == ["white", "orange"]
    assert book.story.cast[0] == BISCUIT


def test_picks_and_pictures():
    book = new_book()
    assert book.pick(1) is None
    for name in ("bbb", "aaa"):
        book.keep(1, name, b"png")
    write_whole(book.plate_of(1), b"png")
    assert book.pictures(1) == ["bbb", "aaa"]
    book.save(book.pick_of(1), Pick(page=1, candidate="aaa", by="author"), None)
    assert book.picked(1) == "aaa"


def test_left_over_pages_are_moved_away_not_lost():
    book = new_book()
    for page in (4, 5):
        book.keep(page, "abc", b"png")
    book.forget_pages_after(4)
    assert book.pictures(4) == ["abc"] and book.pictures(5) == []
    assert (book.folder / ".made" / "left-over" / "05" / "abc.png").is_file()


@given(st.text(max_size=80))
def test_a_slug_is_a_safe_file_name(title):
    name = slug(title)
    assert name and len(name.encode()) <= 240
    assert not set(name) & set("/\\.\n\0 ")


@pytest.mark.parametrize("unseen", ["\x00", "\x07", "\x1b", "\u200b", "\u00ad", "\ufeff", "\u202e"])
def test_a_brief_has_nothing_that_is_never_seen(unseen: str) -> None:
    asked = Brief(summary=f"Pep{unseen} the\ndog{unseen} plays.", title=f"A Day{unseen}")
    assert unseen not in asked.summary and unseen not in (asked.title or "")
    assert "the\ndog" in asked.summary
    joined = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0628\u062f"
    assert Brief(summary=joined).summary == joined
