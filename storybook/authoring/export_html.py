"""A book to share: one HTML file that opens anywhere, turns its pages and needs nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain
from zipfile import ZipFile

from PIL import Image

from storybook.authoring.narrate import narration_of
from storybook.authoring.proofs import ProofPage, proof_pages
from storybook.book.folder import Book
from storybook.book.library import thumbnail
from storybook.book.printing import PressOptions, PrintedWords, lay_words, words_of
from storybook.press import screen, screen_matter
from storybook.press.colour import theme_of
from storybook.press.compose import Facing
from storybook.press.endpage import HEADING, INTRODUCTION, Facts, rows_of
from storybook.press.fonts import load_fonts
from storybook.press.html_file import html_file
from storybook.press.layout import StoryPage
from storybook.press.matter import RealHero
from storybook.press.picture import open_picture
from storybook.press.screen import PICTURE_PX, Screen, ScreenPicture
from storybook.press.screen_parts import Heard
from storybook.records import Scene, Story, TextSide
from storybook.stages import bind
from storybook.studio.studio import Studio

EVERY_BOOK = "0123456789 …“”‘’?!.,-–—"


@dataclass(frozen=True, slots=True)
class ScreenPage:
    """One page's text, its picture in any format or None, and what the picture shows."""

    page: int
    text: str
    alt: str
    picture: bytes | None
    heard: Heard | None = None
    """How it is read aloud, if it is."""
    text_side: TextSide = "auto"
    joins: int = 0
    """The page that its picture may run into; 0: none."""


@dataclass(frozen=True, slots=True)
class ScreenBook:
    """A book's pages as HTML, in the order of the PDF, with what a file around them needs."""

    screen: Screen
    words: PrintedWords
    sections: tuple[str, ...]
    story_pages: int
    letters: str
    """All that its fonts must hold."""


def screen_book(
    story: Story,
    pages: Sequence[ScreenPage],
    options: PressOptions,
    facts: Facts,
    real: RealHero | None = None,
    keep: Callable[[Image.Image], str] = screen.webp_url,
) -> ScreenBook:
    """Every page as a section; `pages` begins with the cover, `keep` says where pictures lie.

    With photos of it the `real` hero has a page after the story.

    Raises PressError naming the page whose text does not fit or cannot be shown.
    """
    fonts, words = (
        load_fonts(options.font, options.language),
        words_of(story, [p.text for p in pages[1:]], options),
    )
    pictures = [
        ScreenPicture(
            each.picture and open_picture(each.picture, f"page {each.page}"),
            each.alt,
            each.heard,
            each.text_side,
        )
        for each in pages
    ]
    drawn = next((each.picture for each in pictures if each.picture), None)
    aspect = drawn.width / drawn.height if drawn else 1.0
    laid = lay_words(words, options, aspect)
    desk = Screen(options.form, fonts, theme_of(drawn or screen.plain_paper()), keep)
    sections = (
        screen.cover(desk, pictures[0], words.title, words.starring),
        screen_matter.endpaper(1),
        screen_matter.title_page(desk, pictures[0], words.title, words.about),
        *(
            screen.story_page(desk, each, shown, _facing(page, pictures, laid))
            for page, each, shown in zip(pages[1:], laid, pictures[1:], strict=True)
        ),
        screen_matter.end_page(desk, facts, words.the_end),
        *([screen_matter.hero_page(desk, real)] if real else []),
        *map(screen_matter.endpaper, range(2, 2 + bind.endpapers_after(len(laid), real))),
        screen_matter.back_cover(),
    )
    texts = chain(
        words.texts,
        (words.title, words.about, words.starring),
        ("-", *((real.title, *real.about) if real else ())),
        (words.the_end, HEADING, INTRODUCTION),
        chain.from_iterable(rows_of(facts, fonts)),
        screen.WORDS,
        EVERY_BOOK,
    )
    return ScreenBook(desk, words, sections, len(laid), "".join(texts))


def _facing(
    page: ScreenPage, pictures: Sequence[ScreenPicture], laid: Sequence[StoryPage]
) -> Facing | None:
    """The page that a page's picture may run into, if both are drawn."""
    other = pictures[page.joins]
    if not (page.joins and page.picture and other.picture):
        return None
    return Facing(laid[page.joins - 1], other.picture, other.text_side)


def html_book(
    story: Story,
    pages: Sequence[ScreenPage],
    options: PressOptions,
    facts: Facts,
    real: RealHero | None = None,
) -> str:
    """The pages of the PDF as one HTML file, in their order; `pages` begins with the cover.

    Equal arguments give equal text. Raises PressError naming the page whose text does not fit or
    cannot be shown.
    """
    book = screen_book(story, pages, options, facts, real)
    return html_file(
        book.screen,
        book.sections,
        title=book.words.title,
        about=book.words.about,
        language=options.language,
        texts=book.letters,
        pages=book.story_pages,
        aloud=any(each.heard for each in pages),
    )


def export_html(book: Book, studio: Studio, *, aloud: bool = True) -> str:
    """A book as it is now as one HTML file; pages that are not drawn yet say so.

    With what `narrate` has made of it, it can be read `aloud`, and words are lit as they are heard.
    Raises BookError while no scenes are told, and what `html_book` raises.
    """
    pages = screen_pages(book, studio, aloud=aloud)
    options, facts = bind.press_options_of(book, studio), bind.facts_of(book, studio)
    return html_book(bind.story_of(book), pages, options, facts, bind.real_hero_of(book))


def screen_pages(book: Book, studio: Studio, *, aloud: bool) -> list[ScreenPage]:
    """All pages of a book as they are now, the cover first; raises BookError without scenes."""
    pages = proof_pages(book, studio)
    joins = bind.joins_of([each.scene for each in pages])
    return [
        replace(
            _on_screen(place, each, _heard(book, each.scene) if aloud else None),
            joins=joins[place],
        )
        for place, each in enumerate(pages)
    ]


def pictures_zip(pages: Sequence[ProofPage]) -> bytes:
    """Every page's picture as it is now, and a text that says what they show, in a zip."""
    file = BytesIO()
    names = [
        f"{place:02d}-{'cover' if place == 0 else f'page-{place}'}.png"
        for place in range(len(pages))
    ]
    drawn = [(name, each) for name, each in zip(names, pages, strict=True) if each.picture]
    with ZipFile(file, "w") as packed:  # PNGs are packed already
        for name, each in drawn:
            packed.write(each.picture, name)
        packed.writestr(
            "what-they-show.txt", "".join(f"{name}: {each.alt}\n" for name, each in drawn)
        )
    return file.getvalue()


def _heard(book: Book, scene: Scene) -> Heard | None:
    found = narration_of(book, scene)
    return Heard(found[1], found[0].words) if found else None


def _on_screen(place: int, page: ProofPage, heard: Heard | None) -> ScreenPage:
    picture = thumbnail(page.picture, PICTURE_PX).read_bytes() if page.picture else None
    return ScreenPage(place, page.scene.text, page.alt, picture, heard, page.scene.text_side)
