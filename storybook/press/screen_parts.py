"""A page's words on a screen, and what is heard of them."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from storybook.press.typeset import LEADING, Setting


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
    for _, together in groupby(numbered, key=lambda each: each[0]):
        yield f"<p>{lines((text for _, text in together), in_words=in_words)}</p>"


def lines(texts: Iterator[str], *, in_words: bool = False) -> str:
    return " ".join(f'<span class="line">{_words(text, in_words)}</span>' for text in texts)


def _words(text: str, in_words: bool) -> str:
    if not in_words:
        return escape(text, quote=False)
    return " ".join(
        f'<span class="word">{escape(word, quote=False)}</span>' for word in text.split()
    )
