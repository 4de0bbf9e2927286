"""Tellings by a plan: what each page shows first, then page by page, the better of several each.

A small model that was taught by a frame with a plan (`PromptFrame.plan`) begins many plans
side by side. Those that keep most of the summary are told on; of each, several next pages are
sampled, and the one that tells its line of the plan best is taken before the next is begun.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from string import Template
from typing import Protocol

from storybook.errors import ReplyError
from storybook.models import Writer
from storybook.readability import TARGETS, length, sentences, words
from storybook.records import Brief
from storybook.story.anchors import anchors
from storybook.story.casting import Cast
from storybook.story.coverage import FUNCTION, coverage, kept, stem
from storybook.story.faults import ASKED_AT_ONCE
from storybook.story.prompt_frame import PLAIN_MANNER, PromptFrame
from storybook.story.read_reply import ReadReply, introduced, read_reply, room_for

TOLD_ON = 4
"""So many plans are told on; the rows are shared out among them."""
TITLE_TOKENS, PLAN_TOKENS, LEAST_TOKENS = 16, 40, 5
TOKENS_PER_WORD = 2
"""A page has at most so many tokens for each word that its reader's age allows."""
TIRED = 3
"""A word that so many pages have said, and that this one need not show, tires."""
ENOUGH = 0.75
"""When so many rows have come to a line's end, the others, which ramble, are not waited for."""
WITH_STAR = 0.8
"""The share of pages that show the star; more is no better."""
CAPITAL = re.compile(r"(?<![.!?\"“”'’]\s)(?<!^)\b[A-Z][a-z]+")
"""A word that is a name by its capital: it begins no sentence and no speech."""

GLUED = re.compile(r" (['\u2019,.;:!?])")
"""A mark that belongs to the word before it, where a line goes on from words that were given."""


class ToldLine(Protocol):
    """As `storybook.models.side_by_side.SampledLine`."""

    text: str
    mean_logprob: float
    ended: bool


class Rows(Protocol):
    """As `storybook.models.side_by_side.BatchDecoder`."""

    def __len__(self) -> int: ...

    def put(self, texts: str | Sequence[str]) -> None: ...

    def keep(self, rows: Sequence[int]) -> None: ...

    def lines(
        self, *, least: int | Sequence[int], most: int, enough: float
    ) -> Sequence[ToldLine]: ...


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a telling is held to."""

    summary: str
    names: tuple[str, ...]
    """Of the cast, the star first."""
    pages: int
    page_words: tuple[int, int]


@dataclass(slots=True)
class Beam:
    """A telling as far as it has come."""

    title: str = ""
    plan: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)


def told_by_plan(
    brief: Brief,
    who: Cast,
    writer: Writer,
    frame: PromptFrame,
    manner: str | None,
    attempts: int,
    at_once: int,
) -> Iterator[ReadReply]:
    """Stories of a plan each, told page by page by a model that was taught to."""
    pages = min(brief.pages, ASKED_AT_ONCE)
    asked = replace(asked_of(brief, who), pages=pages)
    question = question_of(frame, brief, who, pages, manner)
    for first in range(0, attempts, at_once):
        rows = writer.begin(
            question,
            rows=min(at_once, attempts - first),
            seed=brief.seed + first,
            max_words=2 * room_for(brief, pages),
        )
        for told in beam_search(rows, frame, asked):
            lines = [told.title, *told.pages]
            heading = f"Title: {told.title}"
            read = read_reply("\n".join([heading, *told.pages]), brief, who, writer)
            if isinstance(read, ReplyError):
                yield read
                continue
            story, _ = read
            yield story.but(pictures=tuple(told.plan)), "\n\n".join(lines)


def asked_of(brief: Brief, who: Cast) -> Constraints:
    """What the tellings of a brief are held to."""
    return Constraints(
        summary=who.summary,
        names=tuple(hero.name for hero in who.heroes),
        pages=brief.pages,
        page_words=TARGETS[brief.ages].page_words,
    )


def question_of(frame: PromptFrame, brief: Brief, who: Cast, pages: int, manner: str | None) -> str:
    """How a story of so many pages is asked for; `manner` None is the plain one."""
    return frame.ask(
        summary=who.summary,
        pages=pages,
        ages=brief.ages,
        hero=introduced(who.heroes[0]),
        manner=manner or PLAIN_MANNER,
    )


def beam_search(rows: Rows, frame: PromptFrame, asked: Constraints) -> list[Beam]:
    """Whole tellings out of `rows` that have been asked for a story, the best plan's first."""
    leads = Leads(frame)
    rows.put(leads.title)
    tellings = [Beam(line.text) for line in rows.lines(least=1, most=TITLE_TOKENS, enough=ENOUGH)]
    logprobs = _plan(rows, leads, tellings, asked)
    worths = [plan_worth(row.plan, asked) + logprobs[at] for at, row in enumerate(tellings)]
    best = sorted(range(len(tellings)), key=lambda at: -worths[at])[:TOLD_ON]
    tries = max(1, len(tellings) // len(best))
    rows.keep([at for at in best for _ in range(tries)])
    told = [tellings[at] for at in best]
    most = TOKENS_PER_WORD * asked.page_words[1]
    for number in range(1, asked.pages + 1):
        rows.put(leads.page(number))
        lines = rows.lines(least=LEAST_TOKENS, most=most, enough=ENOUGH)
        taken = []
        for plan, row in enumerate(told):
            own = range(plan * tries, (plan + 1) * tries)
            texts = {at: whole_sentences(lines[at].text, ended=lines[at].ended) for at in own}
            worth = {
                at: page_worth(texts[at], row, number, asked) + lines[at].mean_logprob for at in own
            }
            best_at = max(own, key=lambda at: worth[at])
            row.pages.append(texts[best_at])
            taken += [best_at] * tries
        rows.keep(taken)
    return told


def pages_anew(
    rows: Rows, frame: PromptFrame, row: Beam, number: int, asked: Constraints
) -> list[str]:
    """A page of a telling told anew between its neighbours, the best first; pages count from 1."""
    leads = Leads(frame)
    told = f"{leads.title} {row.title}"
    told += "".join(f"{leads.plan(n)} {line}" for n, line in enumerate(row.plan, 1))
    told += "".join(f"{leads.page(n)} {text}" for n, text in enumerate(row.pages[: number - 1], 1))
    rows.put(told + leads.page(number))
    lines = rows.lines(
        least=LEAST_TOKENS, most=TOKENS_PER_WORD * asked.page_words[1], enough=ENOUGH
    )
    others = Beam(row.title, row.plan, [*row.pages[: number - 1], *row.pages[number:]])
    worths = {}
    for line in lines:
        text = whole_sentences(line.text, ended=line.ended)
        worths[text] = page_worth(text, others, number, asked) + line.mean_logprob
    return sorted(worths, key=lambda text: -worths[text])


def _plan(rows: Rows, leads: "Leads", tellings: Sequence[Beam], asked: Constraints) -> list[float]:
    """Give each telling its plan; gives the mean log-probability of what was sampled for it.

    Every other row is held to the clauses of the summary (`anchors`): what they say stands in its
    plan, and the model may go on with the line.
    """
    held = anchors(asked.summary, asked.names[0], asked.pages)
    logprobs = [0.0] * len(tellings)
    for number in range(1, asked.pages + 1):
        given = [held.get(number, "") if at % 2 == 0 else "" for at in range(len(tellings))]
        lead = leads.plan(number)
        rows.put([f"{lead} {words}" if words else lead for words in given])
        least = [0 if words else LEAST_TOKENS for words in given]
        for at, line in enumerate(rows.lines(least=least, most=PLAN_TOKENS, enough=ENOUGH)):
            tellings[at].plan.append(GLUED.sub(r"\1", f"{given[at]} {line.text}".strip()))
            logprobs[at] += line.mean_logprob / asked.pages
    return logprobs


class Leads:
    """The words of a planning frame's reply that lead to what is sampled."""

    def __init__(self, frame: PromptFrame) -> None:
        title, rest = frame.reply.split("$title")
        to_plan, rest = rest.split("$plan")
        to_story = rest.split("$story")[0]
        self.title = title.rstrip(" ")
        self._frame, self._to_plan, self._to_story = frame, to_plan, to_story

    def plan(self, number: int) -> str:
        """What leads to a page's line in the plan; pages count from 1."""
        return self._line(self._frame.plan, "$picture", self._to_plan, number)

    def page(self, number: int) -> str:
        """What leads to a page's text."""
        return self._line(self._frame.page, "$text", self._to_story, number)

    @staticmethod
    def _line(line: str, told: str, first: str, number: int) -> str:
        # The space in front of a word is the word's own.
        lead = Template(line.removesuffix(told)).substitute(number=number).rstrip(" ")
        return (first if number == 1 else "\n") + lead


def plan_worth(plan: Sequence[str], asked: Constraints) -> float:
    """How much a plan is worth telling on: what it keeps of the summary, and whom it shows."""
    told, clauses = coverage(asked.summary, plan, asked.names)
    covered = told / clauses if clauses else 1.0
    with_star = sum(asked.names[0].lower() in line.lower() for line in plan) / len(plan)
    pictures = [_stems(line) - _stems(" ".join(asked.names)) for line in plan]
    alike = [_alike(one, other) for one, other in combinations(pictures, 2)]
    different = 1 - sum(alike) / len(alike) if alike else 1.0
    return (
        2 * covered
        + kept(asked.summary, plan, asked.names)
        + min(with_star, WITH_STAR)
        + 2 * different
    )


def page_worth(text: str, row: Beam, number: int, asked: Constraints) -> float:
    """How well a page's text tells its line of the plan, and whether it is fit to be read."""
    shown = _stems(row.plan[number - 1])
    tells = len(shown & _stems(text)) / len(shown) if shown else 1.0
    before = [*row.pages, row.title]
    least, most = asked.page_words
    count = length(text)
    off = max(0, least - count) / least + max(0, count - most) / most
    worn = [_stems(page) for page in row.pages]
    tired = {word for word in _stems(text) - shown if sum(word in page for page in worn) >= TIRED}
    known = {*_capitals(" ".join((asked.summary, *asked.names, *row.plan, *before)))}
    strangers = len({*_capitals(text)} - known)
    wearing = len(tired) / max(1, len(_stems(text)))
    faults = 4 * again(text, before) + 2 * wearing + 2 * off + strangers + (not _ends_well(text))
    return 2 * tells - faults


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of two sets' words that both have (Jaccard 1912)."""
    return len(one & other) / len(one | other) if one | other else 1.0


def again(text: str, before: Sequence[str]) -> float:
    """The share of a page's runs of four words that it, or an earlier page, has said already."""
    runs = _runs(text)
    if not runs:
        return 0.0
    said = {run for page in before for run in _runs(page)}
    fresh = {run for run in runs if run not in said}
    return 1 - len(fresh) / len(runs)


def whole_sentences(text: str, *, ended: bool) -> str:
    """A page's text; of one that was cut off the sentences that are whole, if any is."""
    if ended:
        return text
    whole = [each for each in sentences(text) if _ends_well(each)]
    return " ".join(whole) or text


def _runs(text: str) -> list[tuple[str, ...]]:
    said = [word.lower() for word in words(text)]
    return [tuple(said[at : at + 4]) for at in range(len(said) - 3)]


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word.lower()) for word in words(text) if word.lower() not in FUNCTION)


def _capitals(text: str) -> list[str]:
    return CAPITAL.findall(text)


def _ends_well(text: str) -> bool:
    return text.rstrip("\"\u201d')").endswith((".", "!", "?")) and text.count('"') % 2 == 0
