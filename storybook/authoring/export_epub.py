"""A book for e-readers: an EPUB whose pages look as in print, and one whose text flows."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from storybook import ffmpeg
from storybook.authoring.export_html import ScreenBook, ScreenPage, screen_book, screen_pages
from storybook.book.folder import Book
from storybook.book.printing import PressOptions
from storybook.models.voices import read_wav
from storybook.press import epub_pages
from storybook.press.endpage import Facts, rows_of
from storybook.press.epub import Publication, pack
from storybook.press.epub_pages import FlowingPage, Folder, Recording
from storybook.press.matter import MOST_PHOTOS, RealHero
from storybook.press.picture import open_picture
from storybook.press.screen_parts import Heard
from storybook.press.scripts import is_leftwards
from storybook.records import COVER, Story, digest
from storybook.stages import bind
from storybook.studio.studio import Studio


@dataclass(frozen=True, slots=True)
class Editions:
    """Both editions of one book, as the bytes of EPUB files."""

    fixed: bytes
    flowing: bytes


def export_epub(book: Book, studio: Studio, *, aloud: bool = True) -> Editions:
    """A book as it is now in two editions; with what `narrate` made of it, both are read `aloud`.

    Raises BookError while no scenes are told, PressError naming the page whose text does not fit,
    ConfigError where there is sound and no ffmpeg.
    """
    pages = screen_pages(book, studio, aloud=aloud)
    options, facts = bind.press_options_of(book, studio), bind.facts_of(book, studio)
    story, real = bind.story_of(book), bind.real_hero_of(book)
    return epub_book(story, pages, options, facts, real, modified=modified_at(book))


def epub_book(
    story: Story,
    pages: Sequence[ScreenPage],
    options: PressOptions,
    facts: Facts,
    real: RealHero | None = None,
    *,
    modified: datetime,
    as_mp3: Callable[[bytes], bytes] = ffmpeg.mp3,
) -> Editions:
    """Both editions; `pages` begins with the cover. Equal arguments give equal bytes."""
    recordings = [each.heard and _recording(each, as_mp3) for each in pages]
    marked = [replace(each, heard=each.heard and Heard(b"", each.heard.words)) for each in pages]
    folder = Folder()
    book = screen_book(story, marked, options, facts, real, folder.keep)
    form = options.form
    fixed = Publication(
        **_imprint(book, story, options, modified, "fixed"),
        documents=epub_pages.fixed_documents(
            book.sections, recordings, leftwards=is_leftwards(options.language)
        ),
        style=epub_pages.fixed_style(
            book.screen, folder.keep_fonts(book.screen.fonts, book.letters)
        ),
        files=folder.files,
        cover=_cover(folder),
        size=(form.width_pt, form.height_pt),
    )
    return Editions(
        pack(fixed), pack(_flowing(book, story, pages, recordings, options, facts, real, modified))
    )


def _flowing(
    book: ScreenBook,
    story: Story,
    pages: Sequence[ScreenPage],
    recordings: Sequence[Recording | None],
    options: PressOptions,
    facts: Facts,
    real: RealHero | None,
    modified: datetime,
) -> Publication:
    folder = Folder()
    shown = [
        FlowingPage(
            text,
            page.alt,
            page.picture and folder.keep(open_picture(page.picture, f"page {page.page}")),
            recording,
        )
        for text, page, recording in zip(("", *book.words.texts), pages, recordings, strict=True)
    ]
    cover = _cover(folder)
    photos = [folder.keep(photo) for photo in real.photos[:MOST_PHOTOS]] if real else []
    documents = [
        epub_pages.flowing_cover(book.words.title, book.words.starring, shown[COVER]),
        *(epub_pages.flowing_page(number, each) for number, each in enumerate(shown[1:], start=1)),
        epub_pages.flowing_end(rows_of(facts, book.screen.fonts), book.words.the_end),
        *([epub_pages.flowing_hero(real, photos)] if real else []),
    ]
    return Publication(
        **_imprint(book, story, options, modified, "flowing"),
        documents=documents,
        style=epub_pages.flowing_style(folder.keep_fonts(book.screen.fonts, book.letters)),
        files=folder.files,
        cover=cover,
    )


def _imprint(
    book: ScreenBook, story: Story, options: PressOptions, modified: datetime, edition: str
) -> dict[str, object]:
    """What both editions say of themselves; each has an identifier of its own."""
    name = uuid.uuid5(
        uuid.NAMESPACE_OID, digest(story, book.words.texts, options.language, edition)
    )
    return {
        "title": book.words.title,
        "about": book.words.about,
        "language": options.language,
        "identifier": f"urn:uuid:{name}",
        "modified": modified,
        "leftwards": is_leftwards(options.language),
    }


def _cover(folder: Folder) -> str | None:
    """The first picture that was kept, which is the cover's if it is drawn."""
    return next((name for name in folder.files if name.endswith(".jpg")), None)


def _recording(page: ScreenPage, as_mp3: Callable[[bytes], bytes]) -> Recording:
    sound = read_wav(page.heard.wav, f"page {page.page}")
    return Recording(as_mp3(page.heard.wav), sound.seconds, page.heard.words)


def modified_at(book: Book) -> datetime:
    """When what the book is made from was last changed."""
    files = [book.path(name) for name in (book.BRIEF, book.STORY, book.SCENES)]
    for scene in book.scenes:
        files += [book.pick_of(scene.page), book.plate_of(scene.page)]
        files += book.page(scene.page).glob("narration.json")
    newest = max(file.stat().st_mtime for file in files if file.is_file())
    return datetime.fromtimestamp(int(newest), UTC)
