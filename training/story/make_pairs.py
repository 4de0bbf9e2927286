"""Makes pairs of summaries and stories through a server: first the summary, then its story.

    FOLDER/pairs.jsonl       good pairs, one a line, with the number of what was asked
    FOLDER/rejected.jsonl    replies that were no good, each with the reason

What number n asks for depends on the seed and on n alone, and a number that has a line in either
file is not asked again: stop it, or let it be killed, and run it again.
"""

import json
import tomllib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from random import Random
from threading import local

from pydantic import Field

from storybook.errors import ReplyError, TrainingError
from storybook.models.prose import untitled
from storybook.models.server_writer import ServerWriter, Usage
from storybook.prompts import template
from storybook.records import Event, Record
from storybook.text_files import without_surrogates
from training.data.pair_check import CLOSED, SHORT_WORDS, near_duplicate, runs, unsafe_in
from training.data.pairs import Pair

PAIRS, REJECTED = "pairs.jsonl", "rejected.jsonl"
SUMMARY_WORDS, STORY_WORDS = 200, 1200
TRIES, SPARE_TRIES = 1.5, 10
"""So many numbers are asked for each wanted pair, and in addition, before it is given up."""

AGES = ("3-5", "5-7", "7-9")
PARAGRAPHS = {"3-5": 8, "5-7": 10, "7-9": 12}
_SPREAD = tomllib.loads(Path(__file__).with_name("spread.toml").read_text(encoding="utf-8"))
KINDS, NATURES, SETTINGS, THEMES = (
    tuple(_SPREAD[key]) for key in ("kinds", "natures", "settings", "themes")
)


class Ceiling(Record):
    """What may be spent; None is no limit. Costs are in any currency, for a million tokens."""

    requests: int | None = Field(default=None, ge=1)
    tokens: int | None = Field(default=None, ge=1)
    cost: float | None = Field(default=None, gt=0)
    cost_in: float = Field(default=0.0, ge=0)
    cost_out: float = Field(default=0.0, ge=0)

    def reached(self, used: Usage) -> str | None:
        """Which limit is reached, in words; None if there is room."""
        tokens = used.question_tokens + used.reply_tokens
        cost = (used.question_tokens * self.cost_in + used.reply_tokens * self.cost_out) / 1e6
        if self.requests is not None and used.requests >= self.requests:
            return f"{used.requests} requests"
        if self.tokens is not None and tokens >= self.tokens:
            return f"{tokens:,} tokens"
        if self.cost is not None and cost >= self.cost:
            return f"a cost of {cost:.2f}"
        return None


class Idea(Record):
    """What one pair is to be about."""

    number: int
    ages: str
    hero: str
    setting: str
    theme: str


class Made(Record):
    """What came of an idea: a pair, or a reply with what is wrong with it."""

    number: int
    summary: str = ""
    story: str = ""
    reason: str = ""


def idea(seed: int, number: int) -> Idea:
    """The idea of a number; heroes, places and themes go round evenly, in a seeded order each.

    >>> len({idea(1, number).theme for number in range(len(THEMES))}) == len(THEMES)
    True
    """

    def turn(words: Sequence[str]) -> str:
        round_, place = divmod(number, len(words))
        return Random(f"{seed}/{words[0]}/{round_}").sample(words, len(words))[place]

    return Idea(
        number=number,
        ages=turn(AGES),
        hero=f"a {turn(NATURES)} {turn(KINDS)}",
        setting=turn(SETTINGS),
        theme=turn(THEMES),
    )


def make_pairs(
    folder: Path,
    count: int,
    open_writer: Callable[[], ServerWriter],
    *,
    seed: int = 1,
    at_once: int = 4,
    ceiling: Ceiling | None = None,
) -> Iterator[Event]:
    """Ask until `folder` holds `count` good pairs; `at_once` are asked for at a time.

    Raises TrainingError when a ceiling is reached or too many replies are no good, ModelError when
    the server cannot be used; what was made until then is kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = read_made(folder / PAIRS)
    rejected = read_made(folder / REJECTED)
    asked = {each.number for each in (*kept, *rejected)}
    known = [runs(made.summary) for made in kept]
    writers = _Writers(open_writer)
    limit = ceiling or Ceiling()
    todo = (number for number in range(round(TRIES * count) + SPARE_TRIES) if number not in asked)
    waiting: set[Future[Made]] = set()
    good = len(kept)
    with ThreadPoolExecutor(at_once) as pool:
        try:
            while good < count:
                stop = limit.reached(writers.used)
                while not stop and len(waiting) < min(at_once, count - good):
                    number = next(todo, None)
                    if number is None:
                        break
                    waiting.add(pool.submit(writers.ask, idea(seed, number)))
                if not waiting:
                    why = f"The ceiling of {stop} is reached" if stop else "Too many were no good"
                    raise TrainingError(
                        f"{why}: {good} of {count} pairs are in {folder / PAIRS}. "
                        + ("Raise it to go on." if stop else f"See {folder / REJECTED}.")
                    )
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    made = _judged(future.result(), known)
                    _add(folder / (REJECTED if made.reason else PAIRS), made)
                    if not made.reason:
                        good += 1
                        known.append(runs(made.summary))
                    yield Event(stage="pairs", done=good, total=count, note=writers.said)
        finally:
            for future in waiting:
                future.cancel()
            writers.close()


def read_made(path: Path) -> list[Made]:
    """The lines of a file; half a line at its end, which a killed process leaves, is no line."""
    if not path.is_file():
        return []
    whole = path.read_bytes().split(b"\n")[:-1]  # only at \n: a reply may hold U+2028 and the like
    return [Made.model_validate_json(line) for line in whole if line.endswith(b"}")]


class _Writers:
    """A writer for each thread, and what all of them have used."""

    def __init__(self, open_writer: Callable[[], ServerWriter]) -> None:
        self._open, self._own, self._all = open_writer, local(), []

    @property
    def used(self) -> Usage:
        total = Usage()
        for writer in self._all:
            total = total.plus(**writer.used.model_dump())
        return total

    @property
    def said(self) -> str:
        used = self.used
        return f"{used.requests} requests, {used.question_tokens + used.reply_tokens:,} tokens"

    def ask(self, what: Idea) -> Made:
        """First a summary, then its story; a reply that is none becomes a reason."""
        if not hasattr(self._own, "writer"):
            self._own.writer = self._open()
            self._all.append(self._own.writer)
        writer, seed = self._own.writer, what.number
        summary = ""
        try:
            question = template("pair_summary").fill(
                ages=what.ages, hero=what.hero, setting=what.setting, theme=what.theme
            )
            summary = untitled(writer.tell(question, seed=seed, max_words=SUMMARY_WORDS))
            question = template("pair_story").fill(
                ages=what.ages, summary=summary, paragraphs=PARAGRAPHS[what.ages]
            )
            story = untitled(writer.tell(question, seed=seed, max_words=STORY_WORDS))
        except ReplyError as fault:
            return _made(what.number, summary, fault.reply, str(fault))
        return _made(what.number, summary, story)

    def close(self) -> None:
        for writer in self._all:
            writer.close()


def _made(number: int, summary: str, story: str, reason: str = "") -> Made:
    """What a server sent, in characters that can be written; half ones are a reason."""
    whole = [without_surrogates(text) for text in (summary, story, reason)]
    if not reason and whole != [summary, story, reason]:
        whole[2] = "half a character, as of an emoji that was cut in two"
    return Made(number=number, summary=whole[0], story=whole[1], reason=whole[2])


def _judged(made: Made, known: Sequence[frozenset[tuple[str, ...]]]) -> Made:
    """The same, with a reason if it cannot be taught from."""
    if made.reason:
        return made
    pair = Pair(summary=made.summary, story=made.story)
    count = len(pair.story.split())
    if count < SHORT_WORDS:
        return made.but(reason=f"only {count} words: a refusal, or no story")
    if not CLOSED.search(pair.story.strip()):
        return made.but(reason="the story breaks off")
    if pair.summary.count("\n\n") > 1 or len(pair.summary.split()) > SUMMARY_WORDS:
        return made.but(reason="the summary is out of shape")
    if words := unsafe_in(pair):
        return made.but(reason=f"not for children: {', '.join(words)}")
    if near_duplicate(runs(pair.summary), known):
        return made.but(reason="nearly the same summary as an earlier one")
    return made


def _add(path: Path, made: Made) -> None:
    with path.open("ab+") as file:
        file.seek(0)
        whole = file.read()
        if not whole.endswith(b"\n"):  # half a line of a killed process, which is asked for again
            file.truncate(whole.rfind(b"\n") + 1)
        line = json.dumps(made.model_dump(exclude_defaults=True), ensure_ascii=False)
        file.write((line + "\n").encode())
