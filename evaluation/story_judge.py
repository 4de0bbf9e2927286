"""A large model behind a server as a judge of stories, after TinyStories (Eldan and Li 2023)."""

from collections.abc import Sequence

from pydantic import Field

from evaluation.records import mean
from evaluation.stories import Told
from evaluation.summaries import Case
from storybook.models import Writer
from storybook.prompts import template
from storybook.records import Record


class Marks(Record):
    """What the judge gives a story, each from 1 to 10."""

    grammar: int = Field(ge=1, le=10)
    creativity: int = Field(ge=1, le=10)
    consistency: int = Field(ge=1, le=10)
    plot: int = Field(ge=1, le=10)


def marks(judge: Writer, case: Case, telling: Told) -> Marks | None:
    """The judge's marks of a story; None if there is none. Raises ReplyError without an answer."""
    if telling.story is None:
        return None
    question = template("judge").fill(
        ages=case.brief.ages,
        summary=case.brief.summary,
        story="\n\n".join(telling.story.paragraphs),
    )
    return judge.answer(question, Marks, seed=0)


def means_of(given: Sequence[Marks | None]) -> dict[str, float | None]:
    """The mean of each mark over the stories that have any."""
    had = [each for each in given if each]
    return {
        f"{name}, 1 to 10": mean(getattr(each, name) for each in had) for name in Marks.model_fields
    }
