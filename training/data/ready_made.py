"""The stories that come with the project, as pairs to teach from, and their held-out tenth.

That tenth is spoken for by tests and measures: nothing may learn from it, and a search that is
measured on its summaries may not find them. Near-duplicates are on one side together.
"""

from collections.abc import Mapping

from storybook.ready_made.collection import ReadyMade, ready_made
from training.data.pair_check import split
from training.data.pairs import Pair

HELD_OUT, SEED = 0.1, 18


def pair_of(story: ReadyMade) -> Pair:
    """A story as a pair: a line for each page, and its star as frames say one."""
    return Pair(
        summary=story.summary,
        story="\n".join(page.text for page in story.pages),
        title=story.title,
        ages=story.ages,
        hero=f"{story.star.name}, {story.star.kind}",
    )


def split_stories(
    stories: Mapping[str, ReadyMade] | None = None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the stories to learn from, and of the held-out tenth; always the same for the same."""
    known = ready_made() if stories is None else stories
    taught, held = split([pair_of(story) for story in known.values()], HELD_OUT, SEED)
    ids = {story.summary: name for name, story in known.items()}
    return tuple(ids[pair.summary] for pair in taught), tuple(ids[pair.summary] for pair in held)
