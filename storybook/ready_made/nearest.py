"""The nearest: of the ready-made stories the one that suits a summary, told about its star.

It knows nothing of the summary, so it is offered beside the tellings that were made for it, with
what it leaves out. A reader of 30 summaries who did not know which was which would rather have it
than the small writer's telling each time, for its sense, though four of them alone were told what
the summary asks (docs/log.md).
"""

from storybook.naming import is_english
from storybook.ready_made.find import StoryQuery, find_stories
from storybook.ready_made.telling import tell_ready_made
from storybook.records import Brief, Departure, Story
from storybook.story.casting import Cast
from storybook.story.faithfulness import faithfulness
from storybook.world import World

FOUND = 12
"""So many that are found by the summary's words are told, and measured as tellings are."""


def nearest(brief: Brief, who: Cast, world: World, *, limited: bool) -> Story | None:
    """The ready-made story that is closest to a brief, or None if its star has a part in none.

    It is told about the star of `who`, with its own companions; for whom it is told, and its number
    of pages, are departures where the brief says otherwise. In English only.
    """
    if not is_english(brief.language):
        return None
    star, summary = who.heroes[:1], who.summary
    found = find_stories(StoryQuery(summary, hero=star[0]))[:FOUND]
    told = [tell_ready_made(story, star, world, limited=limited) for story in found]
    if not told:
        return None
    drift = [faithfulness(summary, one.paragraphs, who.heroes, world).drift for one in told]
    story, near = min(zip(drift, found, told, strict=True), key=lambda one: one[0])[1:]
    says = []
    if (pages := len(near.paragraphs)) != brief.pages:
        says.append(f"It has {pages} pages, not {brief.pages}.")
    if story.ages == "6-8" and brief.ages == "3-5":
        says.append("It is told for ages 6 to 8.")
    departures = (Departure(kind="part", text=each) for each in says)
    return near.but(departures=(*near.departures, *departures))
