"""Tellings by an outline: a large writer plans what each page shows, and tells page by page.

The outline is held to its number of pages and to the summary before a page is told, and a page that
did not come whole is asked for again: what was told before it is not lost.
"""

from collections.abc import Iterator

from pydantic import Field, create_model

from storybook.errors import QuestionTooLong, ReplyError
from storybook.models import Writer
from storybook.models.prose import untitled
from storybook.naming import is_english
from storybook.prompts import template
from storybook.readability import TARGETS, length
from storybook.records import Brief, Record, Story
from storybook.story.casting import Cast
from storybook.story.read_reply import ReadReply, introduced, title_of
from storybook.story.untold import untold
from storybook.world import World

PLANS = 2
"""So many outlines are asked for while they leave something of the summary out."""
PAGE_TRIES = 3
"""Of one page, while none came whole and in a fit length."""
MOST_NAMED = 6
"""So many things that an outline leaves out are named to its writer."""


class Outline(Record):
    """A large writer's plan: the title, and one sentence for each page."""

    title: str
    pages: tuple[str, ...]


def told_by_outline(
    brief: Brief, who: Cast, world: World, writer: Writer, attempts: int
) -> Iterator[ReadReply]:
    """Stories told page by page, none begun before it is wanted."""
    for attempt in range(attempts):
        try:
            yield _told(brief, who, world, writer, brief.seed + attempt)
        except QuestionTooLong:
            raise
        except ReplyError as fault:
            yield fault


def _told(brief: Brief, who: Cast, world: World, writer: Writer, seed: int) -> tuple[Story, str]:
    """An outline first, then page by page, each told with all before it at hand."""
    common = {
        "pages": brief.pages,
        "ages": brief.ages,
        "language": brief.language,
        "hero": introduced(who.heroes[0]),
        "summary": who.summary,
    }
    plan = _outline(template("outline").fill(**common), brief, who, world, writer, seed)
    least, most = TARGETS[brief.ages].page_words
    pages: list[str] = []
    for page, moment in enumerate(plan.pages, start=1):
        question = template("page").fill(
            **common,
            page=page,
            outline="\n".join(f"{number}. {each}" for number, each in enumerate(plan.pages, 1)),
            before="\n".join(pages) or "(this is the first page)",
            least=least,
            most=most,
            moment=moment,
        )
        pages.append(_page(writer, question, seed, (least, most), pages))
    story = Story(
        title=title_of(plan.title, brief, who.heroes[0].name),
        paragraphs=tuple(pages),
        cast=who.heroes,
        # Lines in another language are no words for an English reader of pictures.
        pictures=plan.pages if is_english(brief.language) else (),
    )
    return story, "\n\n".join(pages)


def _outline(
    question: str, brief: Brief, who: Cast, world: World, writer: Writer, seed: int
) -> Outline:
    """The outline that leaves least of the summary out, of as many pages as are asked for."""
    count = Field(min_length=brief.pages, max_length=brief.pages)
    kind = create_model("Outline", __base__=Outline, pages=(tuple[str, ...], count))
    best: tuple[int, Outline] | None = None
    asked = question
    for attempt in range(PLANS):
        try:
            plan = writer.answer(asked, kind, seed=seed + attempt)
        except QuestionTooLong:
            raise
        except ReplyError:
            if best is None:
                raise
            break
        lost = (
            untold(who.summary, plan.pages, who.heroes, world) if is_english(brief.language) else []
        )
        if best is None or len(lost) < best[0]:
            best = len(lost), plan
        if not lost:
            break
        said = " ".join(each.text for each in lost[:MOST_NAMED])
        lines = "\n".join(f"{number}. {line}" for number, line in enumerate(plan.pages, 1))
        asked = f"{question}\n\nYour last outline was:\n{lines}\n\nIt does not keep all. {said}\n"
        asked += "Plan it again, so that each of these has its page."
    assert best is not None
    return best[1]


def _page(writer: Writer, question: str, seed: int, fit: tuple[int, int], before: list[str]) -> str:
    """One page's text in one line; of several tries the first that is fit, or else the closest.

    Raises ReplyError if none of them came whole.
    """
    least, most = fit
    told: list[str] = []
    fault: ReplyError | None = None
    for attempt in range(PAGE_TRIES):
        try:
            reply = writer.tell(question, seed=seed + attempt, max_words=3 * most)
        except QuestionTooLong:
            raise
        except ReplyError as broken:
            fault = broken
            continue
        text = " ".join(untitled(reply).split())
        if text in before:
            fault = ReplyError(f"{writer.name} told page {before.index(text) + 1} again", reply)
            continue
        if least <= length(text) <= most:
            return text
        told.append(text)
    if not told:
        raise fault or ReplyError(f"{writer.name} told no page")
    return min(told, key=lambda text: abs(length(text) - (least + most) / 2))
