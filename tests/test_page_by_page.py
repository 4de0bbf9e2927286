"""A book is finished page by page, with the pictures that it has verb by verb; edits meanwhile."""

from itertools import takewhile
from pathlib import Path
from threading import Thread

import pytest
from PIL import Image
from test_make import files_of

from books import doubles, made, new_book
from storybook.authoring import edits
from storybook.authoring.status import status
from storybook.book.folder import Book
from storybook.book.lock import hand_of, hold_book, is_open_to_edits
from storybook.config import load_settings
from storybook.errors import BookError, EditedByHand, NotForChildren
from storybook.make import STAGES, follow, make
from storybook.models.doubles import LengthCritic
from storybook.records import Event
from storybook.stages.choose import choose_page
from storybook.studio.open_models import fit_together
from storybook.studio.studio import Studio
from tiny_sd import tiny_painter


def by_verb(book: Book, studio: Studio) -> list[Event]:
    """The events of doing one verb after another, as their commands do it."""
    return [event for stage in STAGES.values() for event in stage.run(book, studio)]


def steps(events: list[Event]) -> list[tuple[str, int]]:
    return [(event.stage, event.page) for event in events if event.page is not None and event.done]


def test_a_page_is_finished_while_the_others_wait() -> None:
    book = new_book()
    told = steps(made(book, doubles(), until="enlarge"))
    done = [each for each in told if each[0] != "describe"]
    wanted = [(stage, page) for page in range(5) for stage in ("draw", "draw", "choose", "enlarge")]
    assert done == wanted


def test_pages_are_counted_by_what_finishes_them() -> None:
    told = made(new_book(), doubles())
    for stage in ("choose", "enlarge"):
        counted = [(event.done, event.total) for event in told if event.stage == stage]
        assert counted == [(done, 5) for done in range(6)], "the first says how it is done"


def test_page_by_page_and_verb_by_verb_give_the_same_book(tmp_path: Path) -> None:
    """To the byte, with a painter whose batches hold pictures of several pages."""
    tiny_painter(tmp_path / "tiny")
    small = ("draw.width_px=64", "draw.height_px=64", "draw.steps=1", "draw.candidates=3")
    changes = [f"draw.painter={tmp_path / 'tiny'}", "draw.batch=4", *small]
    studio = Studio(load_settings("doubles", changes))
    paged, verbed = new_book("paged"), new_book("verbed")
    told = steps(made(paged, studio))
    assert told.index(("enlarge", 0)) < told.index(("draw", 2)) < told.index(("enlarge", 3))
    by_verb(verbed, studio)
    assert files_of(paged) == files_of(verbed)


def test_what_does_not_fit_into_memory_together_is_done_verb_by_verb(tmp_path: Path) -> None:
    large = tmp_path / "critic" / "model.safetensors"
    large.parent.mkdir()
    with large.open("wb") as file:
        file.truncate(1 << 42)  # it has holes, and takes nothing on the disk
    assert fit_together(doubles().settings)
    assert not fit_together(doubles("draw.memory=parts").settings)
    assert not fit_together(doubles(f"choose.critic={large.parent}").settings)
    told = steps(made(new_book(), doubles("draw.memory=parts"), until="enlarge"))
    stages = [stage for stage, _ in told]
    assert stages == sorted(stages, key=["describe", "draw", "choose", "enlarge"].index)


def test_an_edit_that_needs_its_author_holds_up_no_other_page() -> None:
    book = new_book()
    made(book)
    Image.new("RGB", (512, 512), "hotpink").save(book.plate_of(1))
    edits.set_style(book, "gouache")
    with pytest.raises(EditedByHand, match=r"01.plate\.png was edited"):
        made(book)
    verbs = {each.verb: each.to_make for each in status_but_plates(book)}
    assert not any(verbs.values())
    others = [page for page in range(5) if page != 1]
    assert all(
        book.plate_of(page).stat().st_mtime > book.pick_of(page).stat().st_mtime for page in others
    )


def status_but_plates(book: Book):
    """The verbs that come before the one that asks."""
    shown = book.plate_of(1).read_bytes()
    book.plate_of(1).unlink()
    try:
        return takewhile(lambda each: each.verb != "enlarge", status(book, doubles()).verbs)
    finally:
        book.plate_of(1).write_bytes(shown)


def test_a_page_of_which_nothing_was_kept_holds_up_no_other_page() -> None:
    book = new_book()
    made(book, until="draw")
    for each in book.pictures(2):
        book.picture(2, each).unlink()
        book.refusal_of(2, each).write_text("{}")
    guarded = Studio(doubles("draw.safety=.").settings)  # what was refused before stays so
    with pytest.raises(NotForChildren, match="every picture of page 2"):
        made(book, guarded)
    assert [page for page in range(5) if book.plate_of(page).is_file()] == [0, 1, 3, 4]


def until_enlarged(events, page: int) -> None:
    """Let a maker work until it has finished a page."""
    next(event for event in events if (event.stage, event.page) == ("enlarge", page))


def test_words_and_picks_are_changed_while_pictures_are_drawn() -> None:
    book, studio = new_book(), doubles()
    events = follow(make(book, studio), book, studio)
    assert next(events).stage == "write"
    with pytest.raises(BookError, match=r"being made"):
        edits.set_text(book, 3, "Biscuit slept.", "")
    until_enlarged(events, 1)
    assert is_open_to_edits(book.folder) and not book.plate_of(2).exists()
    edits.set_text(book, 3, "Biscuit slept.", edits.version(book.scenes[3].text))
    other = next(each for each in book.pictures(1) if each != book.picked(1))
    edits.pick(book, 1, other)
    with pytest.raises(BookError, match=r"being made"):
        edits.set_scene(book, book.scenes[2], edits.version(book.scenes[2]))
    assert [event.page for event in events if event.stage == "enlarge"] == [2, 3, 4, None, 1]
    assert book.scenes[3].text == "Biscuit slept." and book.picked(1) == other
    assert status(book, studio).finished and not is_open_to_edits(book.folder)


def test_a_pick_taken_while_the_critic_looks_stays() -> None:
    class Slow:
        name = "length"

        def judge(self, image, prompt, hero):
            edits.pick(book, 1, book.pictures(1)[-1])
            return best.judge(image, prompt, hero)

    best, book = LengthCritic(), new_book()
    made(book, until="draw")
    assert choose_page(book, doubles(), 1, Slow())
    assert book.pick(1).by == "author" and book.picked(1) == book.pictures(1)[-1]


def test_who_makes_next_waits_for_an_edit_that_the_last_maker_let_in(tmp_path: Path) -> None:
    book, seen = new_book(), []

    def make_it() -> None:
        with hold_book(book.folder, shared=False, first=lambda: seen.append("first")):
            seen.append("held")

    other = Thread(target=make_it)
    with hand_of(book.folder):
        other.start()
        other.join(0.2)
        assert seen == []
    other.join()
    assert seen == ["first", "held"]
