"""Books for tests, made with the doubles unless a test says otherwise."""

from pathlib import Path

from storybook.book import Book
from storybook.config import load_settings
from storybook.make import follow, make
from storybook.records import Brief, Event, Hero, Story
from storybook.share import Share
from storybook.studio import Studio

SUMMARY = "Biscuit the cat finds a blue mitten in the snow. A shy fox helps her to bring it home."

BISCUIT = Hero(name="Biscuit", species="cat", look="orange striped")
FOX = Hero(name="Fern", species="fox", look="orange")


def brief(**changes: object) -> Brief:
    return Brief(summary=SUMMARY, pages=4, heroes=("biscuit",)).but(**changes)


def new_book(folder: Path | str = "book", **changes: object) -> Book:
    return Book.create(folder, brief(**changes))


def doubles(*changes: str, share: str = "1/1") -> Studio:
    return Studio(load_settings("doubles", changes), Share.parse(share))


def made(book: Book, studio: Studio | None = None, until: str = "bind") -> list[Event]:
    """The events of bringing a book up to date."""
    studio = studio or doubles()
    return list(follow(make(book, studio, until), book, studio))


def story(pages: int = 4) -> Story:
    """A story about Biscuit with one paragraph for each page."""
    paragraphs = [
        f"Biscuit walked in the garden on day {number}. She held the red ball and she was glad."
        for number in range(1, pages + 1)
    ]
    return Story(title="The Red Ball", paragraphs=tuple(paragraphs), cast=(BISCUIT, FOX))
