"""Reading what a page's picture shows, where its teller says so: nothing is guessed from the text.

The line is mapped to the words of the drawn world for its painter; a painter of anything is told it
as it stands.
"""

import re
from collections.abc import Sequence

from storybook.records import Hero, Scene
from storybook.story.prompt_to_caption import action_in
from storybook.story.scene_from_text import (
    DEFAULT_LIGHT,
    DEFAULT_MOOD,
    DEFAULT_PLACE,
    QUOTED,
    company_on,
    shot_of,
    without_names,
)
from storybook.summary import called
from storybook.world import NEEDS_THING, World, article


def read_picture(
    line: str, text: str, page: int, cast: Sequence[Hero], world: World, before: Scene | None
) -> Scene:
    """The scene of a page whose picture shows `line`; what that leaves open the text may say.

    What both leave open stays as on the page `before`, None for the first page.
    """
    shown = without_names(line, cast)
    narration = QUOTED.sub(" ", without_names(text, cast))
    things = tuple(world.find("things", shown))
    moment = action_in(shown, things, world)
    if moment in NEEDS_THING and not things:
        things = tuple(world.find("things", narration))[:1] or (before.things[:1] if before else ())
    place = _first(world, "places", shown, narration) or (before.place if before else DEFAULT_PLACE)
    mood = _first(world, "moods", shown, without_names(text, cast)) or DEFAULT_MOOD
    light = _first(world, "lights", shown, narration) or (before.light if before else DEFAULT_LIGHT)
    return Scene(
        page=page,
        text=text,
        moment=moment,
        mood=mood,
        place=place,
        light=light,
        things=things,
        relation=world.relation_in(shown, moment, things[0]) if things else "with",
        cast=_who(line, text, cast, world, before),
        shot=shot_of(page, moment, mood, place, before),
        picture=line,
    )


def in_hero_words(line: str, cast: Sequence[Hero]) -> str:
    """The line for a painter who knows nobody by name: the first time a hero's words stand there.

    >>> pip = Hero(name="Pip", species="mouse", look="grey")
    >>> in_hero_words("Pip waving, Pip's tail up", [pip])
    "a grey mouse waving, the mouse's tail up"
    """
    for hero in cast:
        name = _name_of(hero)
        line = name.sub(lambda _, words=hero.words: article(words), line, count=1)
        line = name.sub(lambda _, kind=hero.species: f"the {kind}", line)
    line = re.sub(r"\b(?:the|a|an) (?=an? )", "", line, flags=re.IGNORECASE)
    return re.sub(r"^(?:The|An?)\b", lambda article: article[0].lower(), line)


def _name_of(hero: Hero) -> re.Pattern[str]:
    """A name where it stands; one that is no name, such as `the toad`, in letters of any size."""
    return called(hero.name, re.IGNORECASE if hero.name.startswith("the ") else 0)


def _first(world: World, section: str, shown: str, narration: str) -> str:
    """What the picture says of a section of the world, or else the text; empty if neither does."""
    return next(iter(world.find(section, shown) or world.find(section, narration)), "")


def _who(
    line: str, text: str, cast: Sequence[Hero], world: World, before: Scene | None
) -> tuple[str, ...]:
    """Who is in the picture, in the line's order, an animal of the world first if it draws any.

    Its painter draws people as company only, so a picture of them alone has the star in it, too.
    """
    found = {hero.name: at.start() for hero in cast if (at := _name_of(hero).search(line))}
    if not found:
        return company_on(text, cast, before)
    named = sorted((hero for hero in cast if hero.name in found), key=lambda one: found[one.name])
    if all(one.species in world.people for one in named) and cast[0].species in world.species:
        named.insert(0, cast[0])
    named.sort(key=lambda one: one.species in world.people)
    return tuple(one.name for one in named)
