"""Reading a book aloud: a file of sound for each page and for the whole, with the words' times.

pages/03/narration.wav    what is heard of the page
pages/03/narration.json   its text, who reads it, and when each word is heard
<title>.wav               all pages, one after the other
"""

import io
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from storybook.book.folder import Book
from storybook.errors import BookError
from storybook.files import write_whole
from storybook.models.speech import Sound, Span, sentences_of, word_times
from storybook.models.voices import Voice, read_wav
from storybook.records import COVER, Event, Record, Scene, digest

BETWEEN_S, PAGE_S = 0.35, 1.0
"""Silence after each sentence, and in the whole after each page: time to look at the picture."""


class Narration(Record):
    """How a page is read aloud."""

    text: str
    """What is read, as the page has it."""
    voice: str
    runs_by: str
    rate: int
    seconds: float
    words: tuple[Span, ...]
    """When each word of the text, as white space parts them, is heard. Where a sentence begins and
    ends is exact; within it, it is an estimate (`storybook/models/speech.py`)."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A page's sound with its times."""

    narration: Narration
    sound: Sound


def narrate(book: Book, voice: Voice) -> Iterator[Event]:
    """Have every page read that is not, or whose text or voice has changed; an event each.

    Raises BookError while there are no scenes, ModelError if the voice fails.
    """
    spoken_texts = ((scene.page, text_of(book, scene)) for scene in book.scenes)
    texts = {page: text for page, text in spoken_texts if any(sign.isalnum() for sign in text)}
    due = [page for page, text in texts.items() if _is_due(book, page, text, voice)]
    if due:
        note = f"{voice.name}, by {voice.runs_by}"
        yield Event(stage="narrate", done=0, total=len(due), note=note)
    sentences = {page: sentences_of(texts[page]) for page in due}
    heard = voice.speak([" ".join(words) for page in due for words in sentences[page]])
    for done, page in enumerate(due, start=1):
        spoken = joined(texts[page], [(words, next(heard)) for words in sentences[page]], voice)
        book.save_bytes(sound_of(book, page), wav(spoken.sound), _made_from(texts[page], voice))
        book.save(record_of(book, page), spoken.narration, _made_from(texts[page], voice))
        yield Event(stage="narrate", done=done, total=len(due), page=page)
    if due or not whole_of(book).is_file():
        write_whole(whole_of(book), wav(_whole(book, list(texts))))


def joined(text: str, sentences: Sequence[tuple[Sequence[str], Sound]], voice: Voice) -> Spoken:
    """Sentences with what is heard of them, one after the other, as one page."""
    rate = sentences[0][1].rate
    pause = np.zeros(round(BETWEEN_S * rate), np.int16)
    parts: list[np.ndarray] = []
    spans: list[Span] = []
    samples = 0
    for words, sound in sentences:
        begin = samples / rate
        spans += [(begin + start, begin + end) for start, end in word_times(words, sound)]
        parts += [sound.samples, pause]
        samples += len(sound.samples) + len(pause)
    whole = Sound(np.concatenate(parts), rate)
    return Spoken(
        Narration(
            text=text,
            voice=voice.name,
            runs_by=voice.runs_by,
            rate=rate,
            seconds=round(whole.seconds, 3),
            words=tuple((round(start, 3), round(end, 3)) for start, end in spans),
        ),
        whole,
    )


def narration_of(book: Book, scene: Scene) -> tuple[Narration, bytes] | None:
    """How a page is read and its sound; None if it is not, or its text has changed since."""
    record, sound = record_of(book, scene.page), sound_of(book, scene.page)
    if not record.is_file() or not sound.is_file():
        return None
    found = book.read(record, Narration)
    return (found, sound.read_bytes()) if found.text == text_of(book, scene) else None


def narration_key(book: Book) -> str:
    """Another one whenever a page is read anew; empty while none is. Reads no sound."""
    records = sorted(book.folder.glob("pages/*/narration.json"))
    return digest(*((str(each), each.stat().st_mtime_ns) for each in records)) if records else ""


def left_to_read(book: Book) -> int:
    """How many pages are not read aloud, or are read with other words than they have now."""
    return sum(narration_of(book, scene) is None for scene in book.scenes)


def text_of(book: Book, scene: Scene) -> str:
    """What is read of a page: its text; of the cover, the title."""
    return (book.brief.title or book.story.title) if scene.page == COVER else scene.text


def sound_of(book: Book, page: int) -> Path:
    return book.page(page) / "narration.wav"


def record_of(book: Book, page: int) -> Path:
    return book.page(page) / "narration.json"


def whole_of(book: Book) -> Path:
    """Where the whole book's sound lies, beside its PDF."""
    return book.pdf.with_suffix(".wav")


def wav(sound: Sound) -> bytes:
    """The sound as a WAV file of one channel and 16 bits."""
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(sound.samples.astype("<i2").tobytes())
    return data.getvalue()


def _whole(book: Book, pages: Sequence[int]) -> Sound:
    sounds = [read_wav(sound_of(book, page).read_bytes(), f"page {page}") for page in pages]
    rates = {sound.rate for sound in sounds}
    if len(rates) > 1:
        raise BookError(
            f"Pages of {book.folder} are read at {' and '.join(map(str, sorted(rates)))} Hz. "
            "Delete their narration.wav to have them read by one voice."
        )
    (rate,) = rates
    pause = np.zeros(round(PAGE_S * rate), np.int16)
    parts = [part for sound in sounds for part in (sound.samples, pause)]
    return Sound(np.concatenate(parts), rate)


def _made_from(text: str, voice: Voice) -> str:
    return digest(text, voice.name)


def _is_due(book: Book, page: int, text: str, voice: Voice) -> bool:
    source = _made_from(text, voice)
    return any(book.due(path, source) for path in (sound_of(book, page), record_of(book, page)))
