"""Keepsakes: what else is made of a finished book's pictures and words."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from storybook import ffmpeg
from storybook.authoring.narrate import narration_of, wav
from storybook.authoring.proofs import ProofPage, proof_pages
from storybook.book.folder import Book
from storybook.book.library import thumbnail
from storybook.book.printing import words_of
from storybook.config import BindSettings
from storybook.errors import BookError, ConfigError
from storybook.files import replacing, write_whole
from storybook.images.line_art import line_art
from storybook.models.speech import Sound
from storybook.models.voices import read_wav
from storybook.press import film
from storybook.press.calendar_pages import calendar, names_of
from storybook.press.colour import theme_of
from storybook.press.colouring import colouring_book
from storybook.press.fonts import load_fonts
from storybook.press.picture import open_picture
from storybook.press.postcards import postcards
from storybook.press.poster import poster
from storybook.press.scripts import is_leftwards
from storybook.press.sheets import Kept, inner, paper_of
from storybook.press.stickers import stickers
from storybook.records import COVER
from storybook.stages import bind
from storybook.studio.studio import Studio

Kind = Literal["colouring", "poster", "stickers", "calendar", "postcards", "video"]

KINDS: dict[Kind, str] = {
    "colouring": "a colouring book: closed outlines of every picture, with the story below",
    "poster": "a poster of the cover and five moments",
    "stickers": "stickers of every picture, with the line to cut along",
    "calendar": "a calendar for the wall, a picture above each month",
    "postcards": "postcards to be printed on both sides",
    "video": "a film: each picture moves gently beside its text, with sound where it was narrated",
}
"""Each keepsake, and what it is."""
PAPER: dict[Kind, str] = {"poster": "a3", "stickers": "a4", "calendar": "a4", "postcards": "a6"}
"""What each is printed on unless the author says otherwise; a colouring book is as the book."""
YEARS = range(1900, 2200)
LEAST_S, WORDS_A_SECOND, PAUSE_S = 4.0, 2.2, 1.0
"""A silent page is shown at least so long, and as long as it takes to read aloud."""


@dataclass(frozen=True, slots=True)
class KeepsakeOptions:
    """What an author asks of a keepsake."""

    kind: Kind
    paper: str | None = None
    year: int | None = None
    """Of a calendar."""


def check(wanted: KeepsakeOptions) -> None:
    """Raise ConfigError if it cannot be made so; nothing is read for that."""
    if wanted.paper is not None:
        paper_of(wanted.paper)
        if wanted.kind == "video":
            raise ConfigError("A video has no paper: leave out --paper.")
    if wanted.kind == "calendar" and wanted.year not in YEARS:
        raise ConfigError(f"--year {wanted.year}: a year from {YEARS[0]} to {YEARS[-1]}.")


def kept_of(book: Book, studio: Studio, most_px: int | None = None) -> Kept:
    """A book's words and pictures as they are now, plates or picked pictures.

    Pictures are at most `most_px` wide, if that is said. Raises BookError naming the page that has
    no picture, or while no scenes are told.
    """
    pages = proof_pages(book, studio)
    missing = [place for place, page in enumerate(pages) if page.picture is None]
    if missing:
        where = "the cover" if missing[0] == COVER else f"page {missing[0]}"
        raise BookError(
            f"{where} of {book.folder} is not drawn yet. Run: storybook make {book.folder}"
        )
    pictures = [_opened(place, page, most_px) for place, page in enumerate(pages)]
    options = bind.press_options_of(book, studio)
    words = words_of(bind.story_of(book), [page.scene.text for page in pages[1:]], options)
    return Kept(
        title=words.title,
        starring=words.starring,
        language=options.language,
        fonts=load_fonts(options.font, options.language),
        theme=theme_of(pictures[0]),
        pictures=pictures,
        texts=words.texts,
    )


def path_of(book: Book, wanted: KeepsakeOptions) -> Path:
    """Where a keepsake lies unless the author says otherwise: beside the PDF."""
    kind, year = wanted.kind, f"-{wanted.year}" if wanted.kind == "calendar" else ""
    ending = "mp4" if kind == "video" else "pdf"
    return book.pdf.with_name(f"{book.pdf.stem}-{kind}{year}.{ending}")


def make_keepsake(book: Book, studio: Studio, wanted: KeepsakeOptions, to: Path) -> None:
    """Make one, and write it whole or not at all.

    Raises BookError where a picture is missing, ConfigError where a wish cannot be met or what it
    takes is not installed.
    """
    check(wanted)
    kept = kept_of(book, studio)
    if wanted.kind == "video":
        _film(book, kept, to)
    else:
        write_whole(to, pdf_of(book, kept, wanted))


def pdf_of(book: Book, kept: Kept, wanted: KeepsakeOptions) -> bytes:
    """A keepsake on paper; raises ConfigError where what it takes is not installed."""
    if wanted.kind == "colouring":
        form = bind.printing.press_options_of(book.brief, BindSettings()).form
        own = (form.width_pt, form.height_pt)
        size = paper_of(wanted.paper) if wanted.paper else own
        return colouring_book(kept, size, line_art)
    size = paper_of(wanted.paper or PAPER[wanted.kind])
    makers: dict[str, Callable[[Kept, tuple[float, float]], bytes]] = {
        "poster": poster,
        "stickers": stickers,
        "postcards": lambda kept, size: postcards(kept, (max(size), min(size))),
        "calendar": lambda kept, size: calendar(kept, size, wanted.year, names_of(kept.language)),
    }
    return makers[wanted.kind](kept, size)


def _film(book: Book, kept: Kept, to: Path) -> None:
    program = ffmpeg.find("A video")
    sounds = _sounds(book)
    silent = [_silent_s(text) for text in (kept.title, *kept.texts)]
    seconds = [
        sound.seconds + PAUSE_S if sound else quiet
        for sound, quiet in zip(sounds, silent, strict=True)
    ]
    shots = film.shots_of(kept, seconds)
    pictures = film.frames(shots, leftwards=is_leftwards(kept.language))
    size = f"{film.WIDTH_PX}x{film.HEIGHT_PX}"
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", str(film.RATE), "-i", "pipe:0")
    coded = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p")
    with tempfile.TemporaryDirectory() as folder, replacing(to) as draft:
        heard: tuple[str, ...] = ()
        if any(sounds):
            track = Path(folder) / "sound.wav"
            track.write_bytes(wav(_track(sounds, shots)))
            heard = ("-i", str(track), "-c:a", "aac", "-b:a", "96k", "-shortest")
        named = ("-metadata", f"title={kept.title}", "-movflags", "+faststart", "-f", "mp4")
        inputs = (*raw, *heard[:2])
        ffmpeg.stream(
            program, (*inputs, *ffmpeg.PLAIN, *coded, *heard[2:], *named, draft), pictures
        )


def _sounds(book: Book) -> list[Sound | None]:
    """How each page is read, the cover first; None if it is not."""
    found = [narration_of(book, scene) for scene in book.scenes]
    return [each and read_wav(each[1], f"page {place}") for place, each in enumerate(found)]


def _track(sounds: Sequence[Sound | None], shots: Sequence[film.Shot]) -> Sound:
    """The whole film's sound: each page's begins with its picture."""
    rates = {sound.rate for sound in sounds if sound}
    if len(rates) > 1:
        raise BookError(
            f"Pages are read at {' and '.join(map(str, sorted(rates)))} Hz. Delete their "
            "narration.wav to have them read by one voice."
        )
    (rate,) = rates
    parts = []
    for sound, shot in zip(sounds, shots, strict=True):
        part = np.zeros(round(film.frame_count(shot.seconds) / film.RATE * rate), np.int16)
        if sound:
            part[: len(sound.samples)] = sound.samples[: len(part)]
        parts.append(part)
    return Sound(np.concatenate(parts), rate)


def _silent_s(text: str) -> float:
    return max(LEAST_S, len(text.split()) / WORDS_A_SECOND + PAUSE_S)


def _opened(place: int, page: ProofPage, most_px: int | None) -> Image.Image:
    path = thumbnail(page.picture, most_px) if most_px else page.picture
    return inner(open_picture(path.read_bytes(), f"page {place}"))
