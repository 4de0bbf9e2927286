"""Styles are offered where the studio's painter can draw them, and refused in a line elsewhere."""

from pathlib import Path

import pytest
from PIL import Image

from books import brief, doubles, made, new_book
from storybook.authoring import edits, history
from storybook.authoring.character_sheets import draw_sheets, sheets_of_book
from storybook.config import load_settings, shipped
from storybook.errors import ConfigError
from storybook.prompts import styles
from storybook.studio.studio import Studio
from storybook.studio.styles import drawn_styles, finish_for, style_for
from studio_pages import drawn, in_folder_of_doubles, said

TAUGHT = ("watercolour", "gouache", "crayon", "pastel", "ink")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    in_folder_of_doubles(tmp_path)
    return tmp_path


def test_drawn_styles_are_those_that_a_painter_was_taught_or_all() -> None:
    assert drawn_styles(doubles()) == TAUGHT
    assert drawn_styles(Studio(load_settings("starter", []))) == TAUGHT
    assert drawn_styles(Studio(load_settings("classic", []))) == tuple(styles())
    assert set(styles()) > set(TAUGHT)


def test_style_for_refuses_in_one_line_what_the_painter_was_not_taught() -> None:
    assert style_for("crayon", doubles()).name == "crayon"
    with pytest.raises(ConfigError, match=r"taught no 'collage': it draws watercolour, gouache, c"):
        style_for("collage", doubles())
    with pytest.raises(ConfigError, match="There is no style"):
        style_for("lino", doubles())


def test_a_book_in_a_style_of_another_studio_keeps_what_it_has_and_draws_nothing_new() -> None:
    book = new_book("books/kite")
    made(book)
    before = {page: book.picked(page) for page in edits.order(book)}
    edits.set_style(book, "collage")
    with pytest.raises(ConfigError, match="taught no 'collage'"):
        made(book)
    assert {page: book.picked(page) for page in edits.order(book)} == before
    with pytest.raises(ConfigError, match="taught no 'collage'"):
        list(draw_sheets(sheets_of_book(book, doubles()), doubles()))
    edits.set_style(book, "crayon")
    made(book)


def test_the_studio_offers_what_its_painter_draws(here: Path) -> None:
    labels = {each.label for each in drawn("new_book").button}
    assert {"Watercolour", "Gouache", "Crayon", "Ink"} <= labels and "Collage" not in labels
    classic = shipped("assets", "studios", "classic.toml").read_text()
    (here / "studio.toml").write_text(classic)
    test = drawn("new_book")
    assert {"Watercolour", "Ink", "Collage"} <= {each.label for each in test.button}
    assert styles()["collage"].words in said(test), "in words, since there is no picture of it"


def test_a_style_that_a_book_has_stays_among_those_to_choose_from() -> None:
    book = new_book("books/kite")
    made(book)
    edits.set_style(book, "collage")
    test = drawn("storyboard", book="kite")
    assert not test.exception
    (choice,) = [each for each in test.selectbox if each.label == "How it is drawn"]
    known = {each.capitalize() for each in (*TAUGHT, "collage")}
    assert choice.value == "collage" and set(choice.options) == known


def test_finish_for_is_the_style_of_new_books_alone_or_of_what_was_not_taught() -> None:
    old, classic = brief(), Studio(load_settings("classic", []))
    assert finish_for(old, doubles()) == ""
    assert finish_for(old.but(finish=True), doubles()) == "watercolour"
    assert finish_for(old.but(style="ink"), doubles()) == "ink"
    assert finish_for(old.but(style="ink", finish=True), classic) == ""


def test_a_style_that_was_not_taught_is_painted_in_another_and_finished() -> None:
    book = new_book("books/inked", style="ink")
    made(book)
    assert book.prompt(1).positive.startswith("crayon of ")
    assert Image.open(book.plate_of(1)).info["Finish"] == "ink"
    edits.set_style(book, "crayon")
    made(book)
    assert "Finish" not in Image.open(book.plate_of(1)).info
    history.undo(book)
    made(book)
    assert Image.open(book.plate_of(1)).info["Finish"] == "ink"
