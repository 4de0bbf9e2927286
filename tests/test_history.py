"""Undo and redo: every edit of an author is taken back to the byte, and done again."""

import os
from collections.abc import Callable
from itertools import count

import pytest

from books import doubles, made, new_book
from storybook.authoring import edits, history
from storybook.authoring.file_states import PASSED_OVER
from storybook.book.folder import Book
from storybook.errors import BookError
from storybook.make import follow, make
from storybook.records import Departure
from storybook.studio.departures import accept

Deed = Callable[[Book], object]


def held(book: Book) -> dict[str, tuple[bytes, int]]:
    """What a book holds, file by file, and how old each file is."""
    found = {}
    for path in sorted(book.folder.rglob("*")):
        name = path.relative_to(book.folder).as_posix()
        if path.is_file() and not name.startswith(PASSED_OVER):
            found[name] = (path.read_bytes(), path.stat().st_mtime_ns)
    return found


@pytest.fixture
def book() -> Book:
    book = new_book(pages=6)
    made(book)
    return book


def words(page: int, text: str) -> Deed:
    def deed(book: Book) -> None:
        scene = next(each for each in book.scenes if each.page == page)
        edits.set_text(book, page, text, edits.version(scene.text))

    return deed


def scene(page: int, **changes: object) -> Deed:
    def deed(book: Book) -> None:
        now = next(each for each in book.scenes if each.page == page)
        edits.set_scene(book, now.but(**changes), edits.version(now))

    return deed


def prompt(page: int, positive: str) -> Deed:
    def deed(book: Book) -> None:
        edits.set_prompt(book, page, positive, "", edits.version(book.prompt(page)))

    return deed


def another_picture(page: int) -> Deed:
    return lambda book: edits.pick(
        book, page, next(each for each in book.pictures(page) if each != book.picked(page))
    )


def wishes(**changes: object) -> Deed:
    return lambda book: edits.set_brief(book, book.brief.but(**changes), edits.version(book.brief))


EVERYTHING: tuple[Deed, ...] = (
    words(1, "Biscuit sat."),
    words(2, "Biscuit ran."),
    words(1, "Biscuit slept."),
    scene(2, place="beach"),
    scene(3, shot="close"),
    prompt(4, "a cat"),
    prompt(5, "a red cat"),
    another_picture(1),
    another_picture(2),
    lambda book: edits.unpick(book, 1),
    lambda book: edits.reroll(book, doubles(), 3, 2),
    lambda book: edits.read_again(book, doubles(), 2),
    lambda book: edits.move_page(book, 4, 1),
    lambda book: edits.move_page(book, 1, 6),
    lambda book: edits.insert_page(book, doubles(), 2, "Biscuit met a snail."),
    words(7, "Biscuit met a snail and a frog."),
    lambda book: edits.remove_page(book, 7),
    lambda book: edits.remove_page(book, 5),
    lambda book: edits.put_page_back(book, 7),
    lambda book: edits.put_page_back(book, 5),
    lambda book: edits.set_title(book, "The Snail"),
    lambda book: edits.set_style(book, "gouache"),
    wishes(ages="5-7"),
    wishes(format="portrait-8x10"),
    lambda book: edits.set_title(book, "The Frog"),
    lambda book: edits.set_style(book, "crayon"),
    lambda book: edits.keep_edited(book, book.path(book.SCENES)),
    lambda book: edits.make_anew(book, book.path(book.SCENES)),
)
"""Each kind of edit, in an order in which each changes something; the last takes the scenes out."""


def test_each_of_thirty_actions_is_undone_to_the_byte_and_done_again(book: Book) -> None:
    deeds = (words(6, "One."), words(6, "Two."), *EVERYTHING)
    assert len(deeds) == 30
    before = [held(book)]
    for number, deed in enumerate(deeds):
        deed(book)
        before.append(held(book))
        assert before[-1] != before[-2], number
        assert len(history.steps(book)) == number + 1, number
    for number in range(len(deeds), 0, -1):
        assert history.undo(book).number == number
        assert held(book) == before[number - 1], number
    with pytest.raises(BookError, match="nothing to undo"):
        history.undo(book)
    for number in range(1, len(deeds) + 1):
        assert history.redo(book).number == number
        assert held(book) == before[number], number
    with pytest.raises(BookError, match="nothing to do again"):
        history.redo(book)


def test_a_new_edit_leaves_nothing_to_do_again(book: Book) -> None:
    words(1, "One.")(book)
    words(1, "Two.")(book)
    history.undo(book)
    words(1, "Three.")(book)
    assert history.next_redone(book) is None
    assert [each.says for each in history.steps(book)] == ["Other words"] * 2
    history.undo(book)
    assert book.scenes[1].text == "One."


def test_what_fails_and_what_changes_nothing_are_no_steps(book: Book) -> None:
    with pytest.raises(BookError):
        words(1, " ")(book)
    edits.set_style(book, book.brief.style)
    assert history.steps(book) == []


def test_steps_within_a_step_are_one(book: Book) -> None:
    before = held(book)
    with history.step(book, "Told again", 2):
        words(2, "Biscuit ran.")(book)
        edits.read_again(book, doubles(), 2)
    (only,) = history.steps(book)
    assert (only.says, only.page) == ("Told again", 2)
    history.undo(book)
    assert held(book) == before


def test_what_a_making_put_where_an_edit_left_nothing_gives_way(book: Book) -> None:
    another_picture(1)(book)
    mine = book.pick(1)
    edits.unpick(book, 1)
    made(book)
    assert book.pick(1).by == "critic"
    history.undo(book)
    assert book.pick(1) == mine
    made(book)
    assert book.pick(1) == mine


def test_what_was_changed_since_by_hand_is_not_overwritten(book: Book) -> None:
    words(1, "One.")(book)
    scenes = book.path(book.SCENES)
    scenes.write_text(scenes.read_text().replace("One.", "By hand."))
    with pytest.raises(BookError, match=r"was changed since.*Nothing was changed"):
        history.undo(book)
    assert book.scenes[1].text == "By hand."


def test_words_are_undone_while_pictures_are_drawn_and_other_things_wait(book: Book) -> None:
    edits.set_style(book, "gouache")
    studio = doubles()
    events = follow(make(book, studio), book, studio)
    next(event for event in events if event.stage == "enlarge")
    before = book.scenes[1].text
    words(1, "Biscuit slept.")(book)
    history.undo(book)
    assert book.scenes[1].text == before
    with pytest.raises(BookError, match="being made"):
        history.undo(book)  # the style
    list(events)
    assert book.brief.style == "gouache" and history.undo(book).says == "Another style"


def test_an_undoing_that_was_killed_is_finished_by_whatever_comes_next(book: Book) -> None:
    before = held(book)
    edits.remove_page(book, 3)
    done = history.steps(book)[0]
    root = book.folder / history.FOLDER
    (root / "doing.json").write_bytes(done.but(undone=True).as_file())  # and not one file restored
    words(1, "One.")(book)
    history.undo(book)
    assert held(book) == before and [each.says for each in history.steps(book)] == ["Other words"]


def test_a_picture_that_a_program_wrote_into_spoils_no_history(book: Book) -> None:
    drawn = book.pictures(2)[0]
    original = book.picture(2, drawn).read_bytes()
    edits.remove_page(book, 2)
    moved = book.left_over / "02" / f"{drawn}.png"
    with moved.open("r+b") as file:  # into the file itself, as GIMP does
        file.write(b"scribble")
    history.undo(book)
    assert book.picture(2, drawn).read_bytes() == original


def test_only_so_many_steps_are_kept(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_STEPS", 5)
    for number in count(1):
        words(1, f"Biscuit ran {number} times.")(book)
        if number == 9:
            break
    kept = history.steps(book)
    assert [each.number for each in kept] == [5, 6, 7, 8, 9]
    objects = set(os.listdir(book.folder / history.FOLDER / "objects"))
    assert len(objects) == 6, "what five steps hold, before and after"


def test_accepting_what_is_left_out_is_a_step(book: Book) -> None:
    out = Departure(kind="thing", text="Left out: a bathtub.", words=("bathtub",))
    book.annotate(book.STORY, book.story.but(departures=(out,)))
    before = held(book)
    with history.step(book, "Said to be fine"):
        accept(book, doubles())
    assert book.story.departures[0].fine
    history.undo(book)
    assert held(book) == before
