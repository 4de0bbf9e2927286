"""What the pages of a screen are put together from: words, what is heard of them, ornaments."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from storybook.press import ornaments
from storybook.press.pdf_context import CREATOR
from storybook.press.sounds import pieces_of
from storybook.press.typeset import LEADING, Setting

XMLNS = 'xmlns="http://www.w3.org/2000/svg"'
MADE_WITH = f"Made with {CREATOR}"


@dataclass(frozen=True, slots=True)
class Heard:
    """How a page is read aloud: a WAV file, and begin and end of each word in seconds.

    Without a WAV the sound lies elsewhere, and the words alone are marked.
    """

    wav: bytes
    words: Sequence[tuple[float, float]]


def sound(heard: Heard | None) -> str:
    """What is heard of a page, with the times of its words."""
    if heard is None or not heard.wav:
        return ""
    coded = base64.b64encode(heard.wav).decode()
    times = json.dumps([[round(each, 2) for each in span] for span in heard.words])
    return (
        f'<audio preload="none" data-words="{times}" src="data:audio/wav;base64,{coded}"></audio>'
    )


def paragraphs(setting: Setting, *, in_words: bool) -> Iterator[str]:
    """The set lines, those of a paragraph together; phones join them and break them anew.

    Each word is an element of its own if it is to be lit.
    """
    number, drop = 0, None
    numbered = []
    for line in setting.lines:
        number += drop is not None and line.drop_pt - drop > 1.2 * LEADING * setting.size_pt
        drop = line.drop_pt
        numbered.append((number, line.text))
    for number, together in groupby(numbered, key=lambda each: each[0]):
        initial = setting.initial if number == 0 else ""
        texts = (text for _, text in together)
        yield f'<p dir="auto">{lines(texts, in_words=in_words, initial=initial, sounds=True)}</p>'


def lines(
    texts: Iterator[str], *, in_words: bool = False, initial: str = "", sounds: bool = False
) -> str:
    """Lines as elements; an `initial` is put before the first of them."""
    found = []
    for text in texts:
        found.append(f'<span class="line">{_words(text, in_words, initial, sounds)}</span>')
        initial = ""
    return " ".join(found)


def _words(text: str, in_words: bool, initial: str, sounds: bool) -> str:
    large = f'<span class="initial">{escape(initial)}</span>' if initial else ""
    if not in_words:
        return large + _lettered(text, sounds)
    words = [_lettered(word, sounds) for word in text.split()]
    words[:1] = [large + first for first in words[:1]]
    return " ".join(f'<span class="word">{word}</span>' for word in words)


def _lettered(text: str, sounds: bool) -> str:
    """A text whose sounds are lettered large, if it is a story's."""
    return "".join(
        f'<span class="sound">{escape(piece)}</span>'
        if is_sound and sounds
        else escape(piece, quote=False)
        for piece, is_sound in pieces_of(text)
    )


def section(
    kind: str, label: str, inner: Sequence[str], number: int | None = None, name: str = ""
) -> str:
    """A page of some `kind`, its classes, with what is on it; its id is its `name`, else its label.

    A page of the story has a `number`.
    """
    name, label = name or label.lower().replace(" ", "-"), escape(label)
    counted = f' data-page="{number}"' if number else ""
    return (
        f'<section class="page {kind}" id="{name}" data-label="{label}"{counted} '
        f'aria-label="{label}">{"".join(inner)}</section>'
    )


def title_lines(setting: Setting) -> str:
    """A set title, line by line."""
    markup = lines(line.text for line in setting.lines)
    return f'<p class="title" style="--size:{setting.size_pt:g}">{markup}</p>'


def rule() -> str:
    """A line with a paw in its middle."""
    return (
        f'<svg {XMLNS} class="rule" viewBox="-75 -10 150 20" aria-hidden="true">'
        '<path d="M-75 0H-15M15 0H75" stroke-width="1.2" stroke-linecap="round"/>'
        '<g transform="scale(17)" stroke="none">'
        f"{ornaments.paw_as_svg()}</g></svg>"
    )


def paw() -> str:
    """A paw's print in the colour of what it is in."""
    drawn = ornaments.paw_as_svg()
    return f'<svg {XMLNS} viewBox="-0.6 -0.62 1.2 1.12" aria-hidden="true">{drawn}</svg>'
