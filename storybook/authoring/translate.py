"""The same pictures with the words in another language, or with both on a page.

story.de.json    the words in German: written by hand, from what `begin` lays out, or by the
                 studio's writer (`tell_in`)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, create_model

from storybook.authoring.export_epub import Editions, epub_book, modified_at
from storybook.authoring.export_html import ScreenPage, screen_pages
from storybook.book.folder import Book
from storybook.book.printing import check_brief
from storybook.errors import BookError, ConfigError
from storybook.files import slug, write_whole
from storybook.models import Writer
from storybook.press.formats import bound_for
from storybook.press.scripts import is_tag
from storybook.prompts import template
from storybook.records import COVER, Record, Story
from storybook.stages import bind
from storybook.studio.studio import Studio

PAGES, WORDS = 8, 400
"""So many pages, and words, are asked for at a time."""
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Translation(Record):
    """A book's words in another language; `pages` are the story's, without the cover."""

    title: str = Field(min_length=1)
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Translated:
    """A book in another language: its PDF and both EPUBs."""

    pdf: bytes
    epubs: Editions


def translation_of(book: Book, language: str) -> Path:
    """Where the words of a language lie; raises ConfigError if that is no language's tag."""
    if not is_tag(language):
        raise ConfigError(f"{language!r} is no language's tag: write de, pt-BR or the like.")
    return book.path(f"story.{language}.json")


def begin(book: Book, language: str) -> Path:
    """Lay out the book's own words, to be written over; returns their file.

    Raises BookError if there is one already, or no story yet, ConfigError or PressError if the
    fonts do not hold the language's letters.
    """
    path = translation_of(book, language)
    check_brief(book.brief.but(language=language))
    if path.exists():
        raise BookError(f"{path} is there already. Edit it, or delete it to begin anew.")
    own = _own(book)
    write_whole(path, own.as_file())
    return path


def tell_in(book: Book, studio: Studio, language: str) -> Path:
    """Have the studio's writer put the book into a language; returns the file of its words.

    Raises BookError if there is one already, ConfigError or PressError if the fonts do not hold the
    language's letters, ConfigError for a writer that does not tell in it, ReplyError if what comes
    back is no translation.
    """
    path, write = translation_of(book, language), studio.settings.write
    check_brief(book.brief.but(language=language))
    if path.exists():
        raise BookError(f"{path} is there already. Edit it, or delete it to have it written anew.")
    if studio.role_words or not write.tells_in(language):
        raise ConfigError(
            f"The writer of studio {studio.settings.name} cannot translate into {language!r}. Take "
            "a server's writer (write.writer = server), or translate by hand: storybook translate "
            f"{book.folder} {language}"
        )
    own = _own(book)
    with studio.writer() as writer:
        found = _translation(own, writer, language, seed=book.brief.seed)
    _check(path, own, found)
    write_whole(path, found.as_file())
    return path


def _translation(own: Translation, writer: Writer, language: str, *, seed: int) -> Translation:
    """Some pages at a time, so that no reply is too long; each time with what came before."""
    title, done = "", []
    while len(done) < len(own.pages):
        pages = _next_pages(own.pages[len(done) :])
        question = template("translate").fill(
            language=language,
            title=own.title,
            before=f"The pages before, as you told them: {' '.join(done[-PAGES:])}" if done else "",
            count=len(pages),
            pages="\n".join(f"{number}. {text}" for number, text in enumerate(pages, start=1)),
        )
        kind = create_model(
            "Translation",
            __base__=Translation,
            pages=(tuple[Filled, ...], Field(min_length=len(pages), max_length=len(pages))),
        )
        found = writer.answer(question, kind, seed=seed)
        title = title or " ".join(found.title.split())
        done += found.pages
    return Translation(title=title, pages=tuple(done))


def _next_pages(pages: Sequence[str]) -> list[str]:
    """As many pages as are asked for at a time, at least one."""
    taken: list[str] = []
    for text in pages[:PAGES]:
        if taken and sum(len(each.split()) for each in (*taken, text)) > WORDS:
            break
        taken.append(text)
    return taken


def translated(book: Book, studio: Studio, language: str, *, both: bool) -> Translated:
    """The book with the words of `story.<language>.json`; `both` sets them below its own.

    Raises BookError where a page lacks its words or its plate, PressError where words do not fit.
    """
    path = translation_of(book, language)
    if not path.is_file():
        raise BookError(
            f"{path} is missing. Begin it with: storybook translate {book.folder} {language}"
        )
    check_brief(book.brief.but(language=language))
    own, other = _own(book), book.read(path, Translation)
    _check(path, own, other)
    words = _both(own, other) if both else other
    options = bind.press_options_of(book, studio)
    if not both:
        options = options.but(language=language, form=bound_for(options.form, language))
    story: Story = bind.story_of(book).but(title=words.title)
    facts, real = bind.facts_of(book, studio), bind.real_hero_of(book, options.language)
    texts = ("", *words.pages)
    plates = [
        replace(plate, text=text) for plate, text in zip(bind.plates_of(book), texts, strict=True)
    ]
    pages: list[ScreenPage] = [
        replace(page, text=text)
        for page, text in zip(screen_pages(book, studio, aloud=False), texts, strict=True)
    ]
    return Translated(
        bind.bind(story, plates, options, facts, real),
        epub_book(story, pages, options, facts, real, modified=modified_at(book)),
    )


def path_of(book: Book, language: str, *, both: bool) -> Path:
    """Where the translated PDF lies: beside the book's own."""
    title = book.read(translation_of(book, language), Translation).title
    tags = f"{book.brief.language}-{language}" if both else language
    return book.folder / f"{slug(title)}.{tags}.pdf"


def _own(book: Book) -> Translation:
    texts = tuple(scene.text for scene in book.scenes if scene.page != COVER)
    return Translation(title=bind.story_of(book).title, pages=texts)


def _check(path: Path, own: Translation, other: Translation) -> None:
    if len(own.pages) != len(other.pages):
        raise BookError(
            f"{path} has words for {len(other.pages)} pages, and the book has {len(own.pages)}. "
            "Write one text for each page."
        )
    for page, (mine, theirs) in enumerate(zip(own.pages, other.pages, strict=True), start=1):
        if mine.strip() and not theirs.strip():
            raise BookError(f"{path}: page {page} has no words. Write them.")
        if mine == theirs and len(mine.split()) > 2:
            raise BookError(f"{path}: page {page} still has the book's own words. Translate them.")


def _both(own: Translation, other: Translation) -> Translation:
    pages = zip(own.pages, other.pages, strict=True)
    return Translation(title=own.title, pages=tuple(f"{one}\n{two}" for one, two in pages))
