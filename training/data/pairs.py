"""Summaries with their stories, as people keep them, read into one form.

.json           a list of objects, or an object with one such list
.jsonl          an object a line
.csv, .tsv      a header, then a pair a row
.txt            `Summary: ... END` and `Full story: ... END`, pairs two blank lines apart
folder          a saved dataset of Hugging Face's

With `raw`, texts without a summary, each taught as it stands: those of a `.txt` lie two blank lines
apart, those of the others are their stories.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from storybook.errors import TrainingError, nearest
from storybook.files import write_whole
from storybook.records import Record
from storybook.text_files import read_text, without_surrogates
from storybook.world import article
from training.data.rows import READERS, dataset_rows

SUMMARY = ("summary", "input", "prompt", "question", "plot")
STORY = ("story", "output", "completion", "response", "answer", "text", "full_story", "pages")
MORE = {
    "title": ("title", "name"),
    "ages": ("ages", "age"),
    "manner": ("manner",),
    "hero": ("hero", "character"),
}
"""What else a row may say, by our names for it."""
PAGES, PICTURES = "pages", "pictures"
"""Where a row says what each page shows: beside each page's text, or in a list of its own."""
CAST, STAR = "cast", ("name", "kind")
"""Who is in the story, the star first."""
INSTRUCTION = ("instruction",)
"""Where a row has both, `instruction` is the same for all and `input` the summary; alone it is it.
"""
CHATS = (("messages", "role", "content"), ("conversations", "from", "value"))
"""Rows of chats: their column, and the keys of a turn; the first two turns are a pair."""

ENDINGS = (*READERS, ".txt")
TWO_BLANK_LINES = re.compile(r"\n[^\S\n]*\n[^\S\n]*\n\s*")
FRAMED = re.compile(
    r"Summary:\s*(?P<summary>.*?)(?:\s+END\b)?\s*Full story:\s*(?P<story>.*)", re.DOTALL
)
END = re.compile(r"\s*\bEND\s*$")


class Pair(Record):
    """A story with its summary; no END is kept in either."""

    summary: str
    story: str
    title: str = ""
    ages: str = ""
    """Whom it is for, such as `3-5`; empty if nobody says."""
    manner: str = ""
    """How it is told, such as `bedtime`; empty if nobody says."""
    hero: str = ""
    """Who is in it, as a frame says it: `Pip, a grey mouse`; empty if nobody says."""
    pictures: tuple[str, ...] = ()
    """What a picture of each page shows, for each of `pages`; none if nobody says."""
    raw: bool = False
    """Whether `story` is taught as it stands, without a summary, a frame or an END."""
    ended: bool = True
    """False if other stories of the same file close with END, and this one does not."""
    broken: bool = False
    """Whether half a character stood in it, as where an emoji was cut in two; it was left out."""

    @property
    def pages(self) -> tuple[str, ...]:
        """The story's paragraphs."""
        return tuple(line.strip() for line in self.story.splitlines() if line.strip())


def read_pairs(
    path: Path,
    *,
    summary_column: str | None = None,
    story_column: str | None = None,
    raw: bool = False,
) -> list[Pair]:
    """All pairs of a file or of a saved dataset's folder; texts without summaries if `raw`.

    Without names of columns the usual ones are looked for. Raises TrainingError that names the
    file, the place in it and what is expected there.
    """
    if path.is_dir():
        rows = dataset_rows(path)
    elif (suffix := path.suffix.lower()) not in ENDINGS:
        raise TrainingError(
            f"{path} is no file of pairs by its name. Known endings are: {', '.join(ENDINGS)}."
        )
    else:
        text = read_text(path, TrainingError, windows=False).text
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if suffix == ".txt":
            read = _raw_samples if raw else _framed_samples
            return _held_to_end(list(read(text, path)), path)
        rows = READERS[suffix](text, path)
    pairs = []
    for place, row in rows:
        columns = _Columns(row, f"{path}, {place}")
        story = columns.text("story", STORY, story_column)
        if raw or columns.is_raw:
            pairs.append(_raw(story))
        else:
            summary = columns.text("summary", (*SUMMARY, *INSTRUCTION), summary_column)
            more = {name: columns.first(keys) for name, keys in MORE.items()}
            more["hero"] = more["hero"] or columns.star
            pairs.append(_pair(summary, story, **more).but(pictures=columns.pictures))
    return _held_to_end(pairs, path)


def write_pairs(path: Path, pairs: Iterable[Pair]) -> None:
    """A list of objects with `summary`, `story` and what else is known: what is always written."""
    write_whole(path, _as_json(pairs))


def write_all_pairs(parts: dict[Path, Iterable[Pair]]) -> None:
    """Several files of pairs; all are made before the first one is written."""
    for path, data in [(path, _as_json(pairs)) for path, pairs in parts.items()]:
        write_whole(path, data)


def _as_json(pairs: Iterable[Pair]) -> bytes:
    rows = [pair.model_dump(exclude={"ended", "broken"}, exclude_defaults=True) for pair in pairs]
    return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()


class _Columns:
    """A row's columns by lower-case names, those of a chat's first two turns among them."""

    def __init__(self, row: Any, where: str) -> None:
        if not isinstance(row, dict):
            raise TrainingError(f"{where}: {str(row)[:40]!r} is no object.")
        self._where = where
        self._row = {str(key).strip().lower(): value for key, value in row.items()}
        for column, speaker, words in CHATS:
            self._take_chat(column, speaker, words)

    @property
    def is_raw(self) -> bool:
        return self._row.get("raw") is True

    def text(self, what: str, usual: tuple[str, ...], column: str | None) -> str:
        """The text of a column, or of the first of the usual ones that says something."""
        names = usual if column is None else (column.strip().lower(),)
        found = self.first(names)
        if found or any(isinstance(self._row.get(name), str) for name in names):
            return found
        if column is not None and names[0] not in self._row:
            raise TrainingError(
                f"{self._where}: no column {column!r}. {nearest(column, self._row)}"
            )
        if other := next((name for name in names if name in self._row), None):
            value = f"{self._row[other]!r}"[:40]
            raise TrainingError(f"{self._where}: {other} is {value}: a {what} must be text.")
        raise TrainingError(
            f"{self._where}: no {what}. It has {', '.join(self._row) or 'nothing'}; a {what} "
            f"may be called {', '.join(names)}."
        )

    def first(self, names: Iterable[str]) -> str:
        """The first of the columns that says something.

        A list of texts is its paragraphs, and so are those of a list of objects with a `text`.
        """
        values = (self._row.get(name) for name in names)
        texts = ("\n".join(_texts(v)) if _texts(v) else v for v in values)
        return next((text for text in texts if isinstance(text, str) and text.strip()), "")

    @property
    def star(self) -> str:
        """The first of a row's cast, as a frame says it; empty if the row has none."""
        cast = self._row.get(CAST)
        star = cast[0] if isinstance(cast, list) and cast else None
        if not isinstance(star, dict) or not all(isinstance(star.get(key), str) for key in STAR):
            return ""
        return f"{star['name']}, {article(star['kind'])}"

    @property
    def pictures(self) -> tuple[str, ...]:
        """What each page shows; none unless every page says it."""
        pages = self._row.get(PAGES)
        rows = pages if isinstance(pages, list) else []
        shown = [page.get("picture") if isinstance(page, dict) else None for page in rows]
        shown = shown or self._row.get(PICTURES) or []
        known = [" ".join(each.split()) for each in shown if isinstance(each, str)]
        return tuple(known) if len(known) == len(shown) and all(known) else ()

    def _take_chat(self, column: str, speaker: str, words: str) -> None:
        turns = self._row.get(column)
        if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
            return
        spoken = [turn.get(words) for turn in turns if turn.get(speaker) != "system"]
        if len(spoken) >= 2 and all(isinstance(text, str) for text in spoken[:2]):
            self._row.setdefault("summary", spoken[0])
            self._row.setdefault("story", spoken[1])


def _texts(value: Any) -> list[str]:
    """The texts of a list of them, or of objects that have one; else none."""
    rows = value if isinstance(value, list) else []
    texts = [row.get("text") if isinstance(row, dict) else row for row in rows]
    if not all(isinstance(text, str) for text in texts):
        return []
    # What stands on one page is one paragraph, the lines of a rhyme too.
    return [
        " ".join(text.split()) if isinstance(row, dict) else text
        for row, text in zip(rows, texts, strict=True)
    ]


def _framed_samples(text: str, path: Path) -> Iterator[Pair]:
    for number, sample in enumerate(_samples(text), start=1):
        found = FRAMED.search(sample)
        if found is None:
            raise TrainingError(
                f"{path}, sample {number}, which begins {sample[:40]!r}: expected 'Summary: ... "
                "END' and 'Full story: ... END'; samples are two blank lines apart. If each is to "
                "be taught as it stands, set raw=true, or --raw."
            )
        yield _pair(found["summary"], found["story"])


def _raw_samples(text: str, _: Path) -> Iterator[Pair]:
    yield from map(_raw, _samples(text))


def _samples(text: str) -> list[str]:
    """The samples of a text, two blank lines apart, each stripped."""
    parts = (part.strip() for part in TWO_BLANK_LINES.split(text))
    return [part for part in parts if part]


def _raw(text: str) -> Pair:
    whole = without_surrogates(text)
    story = whole.replace("\r\n", "\n").strip()
    return Pair(summary="", story=story, raw=True, broken=whole != text)


def _pair(summary: str, story: str, **more: str) -> Pair:
    texts = {"summary": summary, "story": story, **more}
    whole = {
        name: without_surrogates(text).replace("\r\n", "\n").strip() for name, text in texts.items()
    }
    ended = END.search(whole["story"]) is not None
    broken = any(without_surrogates(text) != text for text in texts.values())
    unframed = {name: END.sub("", whole[name]) for name in ("summary", "story")}
    return Pair(**{**whole, **unframed}, ended=ended, broken=broken)


def _held_to_end(pairs: list[Pair], path: Path) -> list[Pair]:
    """Where nobody says END, nobody lacks it."""
    if not pairs:
        raise TrainingError(f"{path} holds no pair.")
    if any(pair.ended and not pair.raw for pair in pairs):
        return pairs
    return [pair.but(ended=True) for pair in pairs]
