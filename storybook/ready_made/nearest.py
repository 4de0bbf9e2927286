"""The nearest: of the ready-made stories the one that suits a summary, told about its star.

It was told of something else, so it is kept with what it leaves out. Readers who did not know
which was which would rather have it than the small writer's telling, for its sense: 30 times of 30
where a summary is unusual, 25 of 30 where it is of what the drawn world has (docs/log.md).
"""

import re

from storybook.naming import is_english, says_name
from storybook.ready_made.companions import as_anybody, without_part
from storybook.ready_made.find import StoryQuery, scored_stories
from storybook.ready_made.telling import tell_ready_made
from storybook.records import Brief, Departure, Hero, Story
from storybook.story.casting import Cast
from storybook.story.faithfulness import faithfulness
from storybook.story.faults import MOST_WORDS
from storybook.summary import called
from storybook.world import World

FOUND = 24
"""So many that are found by the summary's words are told, and measured as tellings are."""
DRIFT = 0.5
"""What a telling's own drift weighs: it was made for tellings of the summary, and of a story that
was told of something else it says as much by chance as by sense."""
MISSED, MISSED_UNNAMED = 5.0, 1.5
"""What it adds to a telling's drift if somebody whom the summary names has no part in it, and if
somebody has none of whom it says only what they are, such as a hedgehog that is heard."""
AWAY = 8.0
"""What a story adds that answers none of the summary's words; the one that answers best nothing:
long stories say many words by chance, and what a story is of stands in its summary and title."""
CUT = 0.1
"""What each page adds that it has more or fewer than the brief asks for."""
OTHERWISE = 0.25
"""What each of its figures adds that is drawn as another kind, or cannot be drawn."""
NOT_MADE_FOR = "was not made for the summary"
"""By these words what a book has of it is told from other departures."""
OTHER_BOOKS = 6
"""Of so many another seed chooses another; what is farther away suits hardly any summary."""
FEWEST = 0.5
"""A story has at least so many pages for each that is asked for: one is cut into two at most."""


def nearest(brief: Brief, who: Cast, world: World, *, limited: bool) -> Story | None:
    """The ready-made story that is closest to a brief, or None if its star has a part in none.

    With another seed in the brief it is one of the next.

    It is told about the star of `who`, and about whom else the summary names where there are parts
    for them; that it was not made for the summary, and for whom it is told, are departures. Its
    paragraphs are its own pages, which a book of another number cuts anew. In English only.
    """
    if not is_english(brief.language):
        return None
    star, summary = who.heroes[0], who.summary
    others = tuple(one for one in who.heroes[1:] if _is_asked(one, summary))
    names = "|".join(called(hero.name).pattern for hero in who.heroes)
    wanted = StoryQuery(re.sub(names, " ", summary), hero=star)
    scored = [
        (story, score, as_anybody(story, others, summary))
        for story, score in scored_stories(wanted)
        if len(story.pages) >= FEWEST * brief.pages
        and len(story.text.split()) <= MOST_WORDS * brief.pages  # or they do not fit on its pages
    ]
    if not scored:
        return None
    best = max(score for _, score, _ in scored)
    far = []
    for story, score, play in scored:
        missed = without_part(story, play)
        named = missed and without_part(story, [one for one in play if _has_a_name(one)])
        costs = MISSED * named + MISSED_UNNAMED * (missed - named)
        far.append((AWAY * (1 - score / best) + costs, missed, story, play))
    told, drift = [], []
    for away, missed, story, play in sorted(far, key=lambda each: each[0])[:FOUND]:
        one = tell_ready_made(story, (star, *play), world, limited=limited)
        otherwise = sum(each.kind in ("animal", "person") for each in one.departures) - missed
        told.append((one, story))
        drift.append(
            DRIFT * faithfulness(summary, one.paragraphs, who.heroes, world).drift
            + away
            + CUT * abs(brief.pages - len(one.paragraphs))
            + OTHERWISE * otherwise
        )
    # The brief's seed, 1 unless its author asks for another book, counts the nearest from there.
    nearest_first = sorted(range(len(told)), key=drift.__getitem__)[:OTHER_BOOKS]
    near, story = told[nearest_first[(brief.seed - 1) % len(nearest_first)]]
    says = [f"It is a ready-made story, {story.id}, that {NOT_MADE_FOR}."]
    if story.ages == "6-8" and brief.ages == "3-5":
        says.append("It is told for ages 6 to 8.")
    first, *more = (Departure(kind="part", text=each) for each in says)
    # Whom it does not speak of is said by those who look for what a telling leaves out.
    absent = {f"{one.name} does not play" for one in others}
    kept = [each for each in near.departures if each.text.partition(":")[0] not in absent]
    return near.but(departures=(first, *kept, *more), ready_made=story.id)


def _has_a_name(hero: Hero) -> bool:
    """Whether somebody is called by a name, and not by what they are."""
    return hero.name.lower() not in (hero.kind.lower(), hero.called.lower(), hero.species)


def _is_asked(hero: Hero, summary: str) -> bool:
    """Whether a summary names somebody or says what they are; a friend of the star's may be new."""
    return says_name(summary, hero.name) or bool(called(hero.called).search(summary.lower()))
