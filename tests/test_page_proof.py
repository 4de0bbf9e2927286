"""One page as it is printed, and its text moved to where it may stand."""

import io

import numpy as np
import pytest
from PIL import Image

from books import doubles, made, new_book
from storybook.authoring import edits, history
from storybook.authoring.export_html import export_html
from storybook.authoring.page_proof import page_key, page_png, sides, text_places
from storybook.authoring.proofs import proof_key, proof_pages, proof_pdf
from storybook.authoring.status import status
from storybook.book.folder import Book
from storybook.press.preview import drawn_pages

WIDE = 240
FRONT = 3
"""Cover, endpaper and title page come before the first page."""


@pytest.fixture
def book() -> Book:
    book = new_book(placement="over")
    made(book)
    return book


def png(book: Book, place: int) -> np.ndarray:
    pages = proof_pages(book, doubles())
    with Image.open(io.BytesIO(page_png(book, doubles(), pages, place, WIDE))) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def key(book: Book, place: int) -> str:
    studio = doubles()
    return page_key(book, studio, proof_pages(book, studio), place)


def test_page_png_is_the_page_of_the_whole_proof(book: Book) -> None:
    pages = proof_pages(book, doubles())
    whole = drawn_pages(proof_pdf(book, doubles(), pages), WIDE)
    for place, sheet in ((0, 0), (2, FRONT + 1)):
        with Image.open(io.BytesIO(whole[sheet])) as image:
            assert (np.asarray(image.convert("RGB")) == png(book, place)).all(), place


def test_text_stands_where_its_author_says(book: Book) -> None:
    assert sides(book, doubles(), proof_pages(book, doubles()), 2) == ("auto", "low", "high")
    drawn = {}
    for side in ("auto", "low", "high"):
        edits.set_text_side(book, 2, side)
        drawn[side] = png(book, 2)
        places = text_places(book, doubles(), proof_pages(book, doubles()), 2)
        assert side == "auto" or places.now == side
        assert places is None or places.high[3] < 0.5 < places.low[1]
    assert (drawn["low"] != drawn["high"]).any()
    half = len(drawn["low"]) // 2
    changed = np.abs(drawn["low"] - drawn["high"]).max(axis=2) > 40
    assert changed[:half].any() and changed[half:].any()


def test_text_that_is_moved_is_bound_anew_and_nothing_else_is_made(book: Book) -> None:
    before, html = book.pdf.read_bytes(), export_html(book, doubles())
    auto = png(book, 2)
    other = next(
        side
        for side in ("low", "high")
        if edits.set_text_side(book, 2, side) or (png(book, 2) != auto).any()
    )
    due = [verb.verb for verb in status(book, doubles()).verbs if verb.to_make]
    assert due == ["bind"]
    assert {event.stage for event in made(book)} == {"bind"}
    assert book.pdf.read_bytes() != before and export_html(book, doubles()) != html
    assert book.scenes[2].text_side == other
    while history.next_undone(book):
        history.undo(book)
    made(book)
    assert book.pdf.read_bytes() == before and export_html(book, doubles()) == html


def test_the_key_of_a_page_changes_with_what_is_seen_on_it(book: Book) -> None:
    keys = [key(book, 2)]
    whole = proof_key(book, doubles(), proof_pages(book, doubles()))
    edits.set_text_side(book, 2, "high")
    keys.append(key(book, 2))
    assert proof_key(book, doubles(), proof_pages(book, doubles())) != whole
    edits.set_text(book, 2, "Biscuit ran.", edits.version(book.scenes[2].text))
    keys.append(key(book, 2))
    edits.pick(book, 2, next(each for each in book.pictures(2) if each != book.picked(2)))
    keys.append(key(book, 2))
    edits.set_title(book, "Another")
    keys.append(key(book, 2))
    assert len(set(keys)) == len(keys) and key(book, 2) == keys[-1] != key(book, 1)


def test_text_beside_a_picture_has_no_other_place() -> None:
    book = new_book("beside", placement="below")
    made(book)
    assert sides(book, doubles(), proof_pages(book, doubles()), 2) == ()
    assert text_places(book, doubles(), proof_pages(book, doubles()), 2) is None
