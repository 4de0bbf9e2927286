"""Tellings of a summary: asked for, looked over for faults, and the best of them taken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from storybook.errors import BookError, QuestionTooLong, ReplyError
from storybook.models import Writer
from storybook.naming import says_name
from storybook.readability import TARGETS
from storybook.records import Brief, Story
from storybook.story.at_once import entities_of, told_at_once
from storybook.story.casting import Cast
from storybook.story.delexicalize import RoleWords
from storybook.story.faithfulness import faithfulness
from storybook.story.faults import Fault, faults_of
from storybook.story.lost_one import lost_one
from storybook.story.outlined import told_by_outline
from storybook.story.own_opening import with_own_opening
from storybook.story.planned import told_by_plan
from storybook.story.prompt_frame import PromptFrame
from storybook.world import World

LONGEST_PAGE = 1.5
"""Of the words that a page of its ages has at most, where the summary's own opening is on it."""


@dataclass(frozen=True, slots=True)
class StorySample:
    """One telling: the story unless there is none in the reply, and its faults."""

    reply: str
    story: Story | None
    faults: tuple[Fault, ...]
    covered: float = 0.0
    """The share of the summary's clauses that are told, in their order."""
    kept: float = 0.0
    """The share of the summary's telling words that are said at all."""
    recut: bool = False
    """Whether its paragraphs are not one for each page, so that they have to be cut anew."""
    drift: float = 0.0
    """How far it is from its summary, as `faithfulness` has it."""

    @property
    def hard(self) -> int:
        return sum(fault.hard for fault in self.faults)

    @property
    def complaint(self) -> str:
        return "; ".join(fault.what for fault in self.faults)


def sample_stories(
    brief: Brief,
    who: Cast,
    world: World,
    writer: Writer,
    frame: PromptFrame,
    *,
    attempts: int,
    outline: bool,
    candidates: int = 1,
    manner: str | None = None,
    words: RoleWords | None = None,
    for_children: bool = True,
    at_least: int = 1,
) -> Iterator[StorySample]:
    """Tellings with a seed each, until `candidates` have no faults or the attempts are spent.

    As many as `candidates` are asked for at once, which a local writer tells side by side. One that
    has no faults and tells all of the summary ends them, too, once `at_least` so many have none.
    """
    if outline:
        replies = told_by_outline(brief, who, world, writer, attempts)
    elif frame.plan:
        replies = told_by_plan(brief, who, writer, frame, manner, attempts, candidates)
    else:
        entities = entities_of(who, world, words) if words else None
        replies = told_at_once(brief, who, writer, frame, entities, attempts, candidates)
    faultless = 0
    try:
        for telling in replies:
            if isinstance(telling, ReplyError):
                yield StorySample(telling.reply, None, (Fault(str(telling), hard=True),))
                continue
            story, reply = telling
            sample = _looked_over(story, reply, brief, who, world, for_children)
            own = _with_own_opening(story, brief, who) if words else story
            if own != story:
                opened = _looked_over(own, reply, brief, who, world, for_children)
                if worth(opened) < worth(sample):  # it ranks by what the writer told
                    sample = replace(sample, story=own)
            yield sample
            faultless += not sample.faults
            whole = sample.covered == 1 and not sample.faults
            if faultless >= at_least and (faultless >= candidates or whole):
                return
    except QuestionTooLong as fault:
        raise _too_long(brief, writer, fault) from None


def _looked_over(
    story: Story, reply: str, brief: Brief, who: Cast, world: World, for_children: bool
) -> StorySample:
    """A telling with its faults, and how it keeps to its summary."""
    found = faithfulness(who.summary, story.paragraphs, who.heroes, world, language=brief.language)
    faults = [*faults_of(story, brief, who, world, for_children=for_children)]
    faults += map(Fault, found.faults)
    recut = len(story.paragraphs) != brief.pages
    return StorySample(reply, story, tuple(faults), found.covered, found.kept, recut, found.drift)


def _with_own_opening(story: Story, brief: Brief, who: Cast) -> Story:
    """A story with the opening of its summary, if it leaves that out.

    Nobody is found in a first sentence whom the story then forgets.
    """
    if (one := lost_one(who.heroes, who.summary)) and not says_name(
        " ".join(story.paragraphs), one.name
    ):
        return story
    most = LONGEST_PAGE * TARGETS[brief.ages].page_words[1]
    star = who.heroes[0]
    return story.but(
        paragraphs=with_own_opening(story.paragraphs, who.summary, star, most_words=most)
    )


def worth(sample: StorySample) -> tuple[int, float, bool, float, float]:
    """What tellings are ranked by, the best first; of equals the earliest is."""
    drift = len(sample.faults) + sample.drift
    return sample.hard, drift, sample.recut, -sample.covered, -sample.kept


def select_best(samples: Sequence[StorySample], writer: str) -> Story:
    """The story with the fewest faults and the least drift, of equals one that need not be recut.

    Of those the one that tells most of the summary, then the one that says most of its words, then
    the earliest. Raises ReplyError if none will do.
    """
    first = min(samples, key=worth)
    if first.story is None or first.hard:
        last = samples[-1]
        raise ReplyError(
            f"{writer} told no story that can become this book, {len(samples)} times. "
            f"The last time: {last.complaint}. Try another seed, fewer pages or a plainer summary.",
            last.reply,
        )
    return first.story


def _too_long(brief: Brief, writer: Writer, fault: QuestionTooLong) -> BookError:
    words = len(brief.summary.split())
    if not 0 < fault.words_over < words:
        return BookError(f"The summary of {words:,} words is too long for {writer.name}: {fault}")
    return BookError(
        f"The summary has {words:,} words; {writer.name} has room for some "
        f"{words - fault.words_over:,} in a book of {brief.pages} pages. Shorten it in brief.toml."
    )
