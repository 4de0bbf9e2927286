"""A book's pages as documents of an EPUB: as the press lays them, or as a text that flows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape, unescape
from io import BytesIO

from PIL import Image

from storybook.press.endpage import HEADING, INTRODUCTION, THE_END
from storybook.press.epub import Document, Overlay, Side
from storybook.press.fonts import Fonts
from storybook.press.html_file import reader_file, variables
from storybook.press.matter import RealHero
from storybook.press.screen import Screen
from storybook.press.screen_matter import END, HERO
from storybook.press.webfonts import declared, font_files

QUALITY = 88
LABEL = re.compile(r'data-label="([^"]*)"')
NAME = re.compile(r' id="([a-z0-9-]+)"')
NUMBER = re.compile(r'data-page="(\d+)"')
WORD = '<span class="word">'
SORTS = {
    "cover": "cover",
    "title-page": "titlepage",
    END: "backmatter",
    HERO: "backmatter",
}


@dataclass(frozen=True, slots=True)
class Recording:
    """How a page is read aloud: an MP3, how long it is, and when its words are heard."""

    mp3: bytes
    seconds: float
    words: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class FlowingPage:
    """A page of the text that flows; a picture's URL, or None if it is not drawn yet."""

    text: str
    alt: str
    picture: str | None
    recording: Recording | None = None


@dataclass(slots=True)
class Folder:
    """What an EPUB's documents show, by name; equal pictures are kept once."""

    files: dict[str, bytes] = field(default_factory=dict)

    def keep(self, picture: Image.Image) -> str:
        """Keep a picture as a JPEG, which every reader knows, and name it."""
        file = BytesIO()
        picture.save(file, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
        name = f"picture-{sha256(file.getvalue()).hexdigest()[:12]}.jpg"
        self.files[name] = file.getvalue()
        return name

    def keep_fonts(self, fonts: Fonts, texts: str) -> str:
        """Keep a book's fonts; returns the CSS that declares them."""
        cut = font_files(fonts, texts)
        self.files |= {f"{name.lower()}.woff": woff for name, woff in cut.items()}
        return "\n".join(declared(name, f"{name.lower()}.woff") for name in cut)


def fixed_style(screen: Screen, fonts: str) -> str:
    """CSS for pages as the press lays them, a point being a pixel."""
    return "\n".join((fonts, variables(screen), reader_file("page.css"), reader_file("fixed.css")))


def flowing_style(fonts: str) -> str:
    """CSS for a text that flows; colours are the reader's."""
    return "\n".join((fonts, reader_file("flowing.css")))


def fixed_documents(
    sections: Sequence[str], recordings: Sequence[Recording | None], *, leftwards: bool
) -> list[Document]:
    """Sections of `screen`, a document each; `recordings` are the cover's and the story pages'."""
    documents = []
    for sheet, section in enumerate(sections, start=1):
        name = NAME.search(section).group(1)
        number = NUMBER.search(section)
        page = int(number.group(1)) if number else None
        recording = recordings[page or 0] if page or name == "cover" else None
        body, ids = _numbered(section.replace("<h1 ", '<h1 id="heading" ', 1))
        if page:
            body = body.replace('class="words', 'id="page" class="words', 1)
        overlay = recording and _overlay(recording, ids, "page" if page else "heading")
        blank = name.startswith("endpaper") or name == "back-cover"
        documents.append(
            Document(
                name=name,
                title=unescape(LABEL.search(section).group(1)),
                body=body,
                sort="decoration" if blank else SORTS.get(name, "bodymatter"),
                page=page,
                side=_side(sheet, len(sections), leftwards=leftwards),
                overlay=overlay,
            )
        )
    return documents


def flowing_cover(title: str, starring: str, page: FlowingPage) -> Document:
    """The picture under the title."""
    body = (
        f'<section class="cover" epub:type="cover"><h1 id="heading">{escape(title)}</h1>'
        f'<p class="about">{escape(starring)}</p>{_figure(page)}</section>'
    )
    overlay = page.recording and _overlay(page.recording, [], "heading")
    return Document("cover", "Cover", body, sort="cover", overlay=overlay)


def flowing_page(number: int, page: FlowingPage) -> Document:
    """One page of the story: its picture, and its words below."""
    begin, end = (WORD, "</span>") if page.recording else ("", "")
    marked = "".join(
        f"<p>{' '.join(f'{begin}{escape(word)}{end}' for word in paragraph.split())}</p>"
        for paragraph in page.text.splitlines()
    )
    words, ids = _numbered(marked)
    body = (
        f'<section class="story"><span epub:type="pagebreak" role="doc-pagebreak" '
        f'id="page" aria-label="{number}"></span>{_figure(page)}'
        f'<div class="words" id="words">{words}</div></section>'
    )
    overlay = page.recording and _overlay(page.recording, ids, "words")
    return Document(f"page-{number}", f"Page {number}", body, page=number, overlay=overlay)


def flowing_end(rows: Sequence[tuple[str, str]], the_end: str = THE_END) -> Document:
    """`The End`, and how the book was made."""
    terms = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in rows)
    body = (
        f'<section class="end"><h1>{escape(the_end)}</h1>'
        '<div class="small" lang="en" xml:lang="en" dir="ltr">'
        f"<h2>{HEADING}</h2><p>{INTRODUCTION}</p><dl>{terms}</dl></div></section>"
    )
    return Document(END, the_end, body, sort="backmatter")


def flowing_hero(real: RealHero, photos: Sequence[str]) -> Document:
    """The real pet: its `photos`, by their URLs, and a line or two about it."""
    shown = "".join(
        f'<figure><img src="{photo}" alt="{escape(real.alt)}"/></figure>' for photo in photos
    )
    told = "".join(f"<p>{escape(line)}</p>" for line in real.about)
    body = f'<section class="real"><h1>{escape(real.title)}</h1>{told}{shown}</section>'
    return Document(HERO, real.title, body, sort="backmatter")


def _figure(page: FlowingPage) -> str:
    if page.picture is None:
        return ""
    return f'<figure><img src="{page.picture}" alt="{escape(page.alt)}"/></figure>'


def _numbered(markup: str) -> tuple[str, list[str]]:
    """Markup whose words have ids, and these."""
    first, *others = markup.split(WORD)
    ids = [f"word-{number}" for number in range(1, len(others) + 1)]
    named = (
        f'<span class="word" id="{each}">{rest}' for each, rest in zip(ids, others, strict=True)
    )
    return "".join((first, *named)), ids


def _overlay(recording: Recording, ids: Sequence[str], whole: str) -> Overlay:
    """Each word with its time; all at once where the page is set in other words than are read."""
    if not ids or len(ids) != len(recording.words):
        return Overlay(recording.mp3, [(whole, 0.0, recording.seconds)])
    # A part that begins where the one before it ends: between them readers would skip the sound.
    begins = [0.0, *(begin for begin, _ in recording.words[1:])]
    ends = [*begins[1:], recording.seconds]
    spoken = zip(ids, begins, ends, strict=True)
    # Two words that are heard at once have no part of their own.
    return Overlay(recording.mp3, [each for each in spoken if each[2] - each[1] >= 0.001])


def _side(sheet: int, sheets: int, *, leftwards: bool) -> Side:
    if sheet in (1, sheets):
        return "center"
    return "right" if (sheet % 2 == 1) is not leftwards else "left"
