"""The nearest: of the ready-made stories the one that suits a summary, told about its star.

It was told of something else, so it is kept with what it leaves out. Two readers of 30 summaries
who did not know which was which, one of them asked as the parent who had typed them, would rather
have it than the small writer's telling each time, for its sense; of what was asked it told as much
(docs/log.md).
"""

from storybook.naming import is_english, says_name
from storybook.ready_made.companions import without_part
from storybook.ready_made.find import StoryQuery, find_stories
from storybook.ready_made.telling import tell_ready_made
from storybook.records import Brief, Departure, Hero, Story
from storybook.story.casting import Cast
from storybook.story.faithfulness import faithfulness
from storybook.summary import called
from storybook.world import World

FOUND = 24
"""So many that are found by the summary's words are told, and measured as tellings are."""
MISSED = 2.0
"""What it adds to a telling's drift if somebody whom the summary names has no part in it."""
CUT = 0.1
"""What each page adds that it has more or fewer than the brief asks for."""
FEWEST = 0.5
"""A story has at least so many pages for each that is asked for: one is cut into two at most."""


def nearest(brief: Brief, who: Cast, world: World, *, limited: bool) -> Story | None:
    """The ready-made story that is closest to a brief, or None if its star has a part in none.

    It is told about the star of `who`, and about whom else the summary names where there are parts
    for them; that it was not made for the summary, and for whom it is told, are departures. Its
    paragraphs are its own pages, which a book of another number cuts anew. In English only.
    """
    if not is_english(brief.language):
        return None
    star, summary = who.heroes[0], who.summary
    others = tuple(one for one in who.heroes[1:] if _is_asked(one, summary))
    found = [
        story
        for story in find_stories(StoryQuery(summary, hero=star))
        if len(story.pages) >= FEWEST * brief.pages
    ]
    missed = {story.id: without_part(story, others) for story in found}
    found = sorted(found, key=lambda story: missed[story.id])[:FOUND]
    told = [tell_ready_made(story, (star, *others), world, limited=limited) for story in found]
    if not told:
        return None
    drift = [
        MISSED * missed[story.id] + faithfulness(summary, one.paragraphs, who.heroes, world).drift
        for story, one in zip(found, told, strict=True)
    ]
    story, near = min(zip(drift, found, told, strict=True), key=lambda one: one[0])[1:]
    says = [f"It is a ready-made story, {story.id}, that was not made for the summary."]
    if story.ages == "6-8" and brief.ages == "3-5":
        says.append("It is told for ages 6 to 8.")
    first, *more = (Departure(kind="part", text=each) for each in says)
    return near.but(departures=(first, *near.departures, *more), ready_made=story.id)


def _is_asked(hero: Hero, summary: str) -> bool:
    """Whether a summary names somebody or says what they are; a friend of the star's may be new."""
    return says_name(summary, hero.name) or bool(called(hero.called).search(summary.lower()))
