"""Undo and redo: every edit of an author is taken back to the byte, and done again."""

import io
import os
from collections.abc import Callable
from itertools import count

import pytest
from PIL import Image

from books import doubles, made, new_book
from storybook.authoring import edits, history, pictures, touch_up
from storybook.authoring.ask import ask
from storybook.authoring.change_cast import set_part
from storybook.authoring.file_states import PASSED_OVER
from storybook.authoring.move_star import Move, move_star
from storybook.authoring.retell import retell
from storybook.book.folder import Book
from storybook.errors import BookError
from storybook.make import follow, make
from storybook.records import Departure, Part
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


BOX = (0.25, 0.2, 0.75, 0.9)


def own_picture(book: Book) -> None:
    file = io.BytesIO()
    Image.effect_noise((96, 96), 60).convert("RGB").save(file, "PNG")
    pictures.bring(book, 1, "ours.png", file.getvalue())


def brushed_spot(book: Book) -> None:
    mask = Image.new("L", book.image(2, book.picked(2)).size)
    mask.paste(255, (8, 8, 40, 40))
    list(touch_up.inpaint(book, doubles(), 2, touch_up.Spot(mask, "a ball"), seed=3))


def wish(words: str) -> Deed:
    return lambda book: list(ask(book, doubles(), 3, words, box=BOX, seed=1))


def part(**changes: str) -> Deed:
    def deed(book: Book) -> None:
        name = book.cast[0].name
        now = next((one for one in book.brief.parts if one.name == name), Part(name=name))
        set_part(book, doubles(), now.but(**changes))

    return deed


EVERYTHING: dict[str, Deed] = {
    "other words": words(1, "Biscuit sat."),
    "the text moved": lambda book: edits.set_text_side(book, 1, "high"),
    "another place": scene(2, place="beach"),
    "another shot": scene(3, shot="close"),
    "another prompt": prompt(4, "a cat"),
    "another picture": another_picture(1),
    "left to the critic": lambda book: edits.unpick(book, 1),
    "a picture of one's own": own_picture,
    "a part of a picture": lambda book: pictures.crop(
        book, 2, book.picked(2), box=(0.1, 0.1, 0.9, 0.9)
    ),
    "a picture turned": lambda book: pictures.crop(book, 2, book.picked(2), turns=1),
    "a spot brushed over": brushed_spot,
    "the star moved": lambda book: list(
        move_star(book, doubles(), 3, Move((0.7, 0.5), 1.0, BOX), seed=1)
    ),
    "the star enlarged": lambda book: list(
        move_star(book, doubles(), 3, Move(None, 1.4, BOX), seed=1)
    ),
    "a thing asked for": wish("give her a balloon"),
    "a place asked for": wish("move her to the right"),
    "others like it": lambda book: list(touch_up.vary(book, doubles(), 4, count=1, seed=9)),
    "new pictures asked for": lambda book: edits.reroll(book, doubles(), 3, 2),
    "told again": lambda book: list(retell(book, doubles(), 5, seed=7)),
    "read from the text": lambda book: edits.read_again(book, doubles(), 2),
    "a page moved": lambda book: edits.move_page(book, 4, 1),
    "a page put in": lambda book: edits.insert_page(book, doubles(), 2, "Biscuit met a snail."),
    "a page taken out": lambda book: edits.remove_page(book, 5),
    "a page put back": lambda book: edits.put_page_back(book, 5),
    "another title": lambda book: edits.set_title(book, "The Snail"),
    "another style": lambda book: edits.set_style(book, "gouache"),
    "other wishes": wishes(ages="5-7"),
    "another size": wishes(format="portrait-8x10"),
    "another pronoun": part(pronoun="they"),
    "kept as edited": lambda book: edits.keep_edited(book, book.path(book.SCENES)),
    "made anew": lambda book: edits.make_anew(book, book.path(book.SCENES)),
}
"""Each kind of edit, in an order in which each changes something; the last takes the scenes out."""


def test_each_of_thirty_actions_is_undone_to_the_byte_and_done_again(book: Book) -> None:
    deeds = EVERYTHING
    assert len(deeds) == 30
    before = [held(book)]
    for number, (name, deed) in enumerate(deeds.items()):
        deed(book)
        before.append(held(book))
        assert before[-1] != before[-2], name
        assert len(history.steps(book)) == number + 1, name
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
