"""Reading what a page's picture shows, where its teller says so: nothing is guessed from the text.

The line is mapped to the words of the drawn world for its painter; a painter of anything is told it
as it stands.
"""

import re
from collections.abc import Sequence

from storybook.records import Hero, Scene
from storybook.story.picture_words import close_to, pictured, without_look_alikes
from storybook.story.prompt_to_caption import action_in
from storybook.story.scene_from_text import (
    DEFAULT_ACTION,
    DEFAULT_LIGHT,
    DEFAULT_MOOD,
    DEFAULT_PLACE,
    QUOTED,
    WEAK_ACTIONS,
    company_on,
    shot_of,
    without_names,
)
from storybook.summary import called
from storybook.world import NEEDS_THING, World, article

THERE = re.compile(
    r"\b(?:in|on|at|by|near|under|into|onto|through|across|over|along|inside|behind|up|down)"
    r"(?: [\w'’-]+){1,5}"
)
DENIED = re.compile(r"\b(?:not|never|no|\w+n['’]t)\b[^.,;!?]*", re.IGNORECASE)


def read_picture(
    line: str, text: str, page: int, cast: Sequence[Hero], world: World, before: Scene | None
) -> Scene:
    """The scene of a page whose picture shows `line`; what that leaves open the text may say.

    What both leave open stays as on the page `before`, None for the first page.
    """
    shown = without_look_alikes(without_names(line, cast))
    narration = QUOTED.sub(" ", without_names(text, cast))
    who = _who(line, text, cast, world, before)
    things = tuple(pictured("things", shown, world))
    star = next(hero for hero in cast if hero.name == who[0])
    moment = _doing(line, star, cast, things, world)
    if moment in NEEDS_THING and not things:
        things = tuple(world.find("things", narration))[:1] or (before.things[:1] if before else ())
    place = _place(shown, narration, world) or (before.place if before else DEFAULT_PLACE)
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
        cast=who,
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


def _doing(line: str, star: Hero, cast: Sequence[Hero], things: Sequence[str], world: World) -> str:
    """What the star does in a picture: what is said of it, and not of somebody beside it."""
    for said in (_said_of(line, star, cast), line):
        shown = without_names(said, cast)
        done = [_action_at(shown, things, world), *pictured("actions", shown, world)]
        actions = list(filter(None, done)) or [key for _, key in close_to("where", shown)]
        able = [each for each in actions if things or each not in NEEDS_THING]
        if able:
            return next((each for each in able if each not in WEAK_ACTIONS), able[0])
        if shown != line and _name_of(star).search(line) and said.strip():
            break  # what else moves there is not the star
    return DEFAULT_ACTION


def _action_at(shown: str, things: Sequence[str], world: World) -> str:
    """What the world's own words say is done; empty if they say nothing."""
    found = action_in(shown, things, world)
    return found if found != DEFAULT_ACTION or world.find("actions", shown) else ""


def _said_of(line: str, star: Hero, cast: Sequence[Hero]) -> str:
    """The part of a line that is said of one of the cast; empty where it is not named.

    >>> hum, noodle = Hero(name="Hum", species="dog"), Hero(name="Noodle", species="cat")
    >>> _said_of("Noodle leaping past Hum, two beds with sleeping twins", noodle, [noodle, hum])
    ' leaping past '
    """
    found = _name_of(star).search(line)
    if found is None:
        return ""
    others = [_name_of(hero).pattern for hero in cast if hero is not star]
    name = "|".join(f"(?:{each})" for each in others) or r"(?!)"
    rest = re.sub(rf"^(?:(?:,| and|, and)\s+(?:{name}))+", "", line[found.end() :])
    ends = re.search(rf"{name}| while | as (?!if)|,(?! \w+ing\b)", rest)
    return rest[: ends.start()] if ends else rest


def _place(shown: str, narration: str, world: World) -> str:
    """Where a picture is: as its line says, or else where the text says that somebody is."""
    told = DENIED.sub(" ", narration)
    there = " ".join(THERE.findall(told))
    found = (
        pictured("places", shown, world)
        or world.find("places", there)
        or world.find("places", told)
    )
    return next(iter(found), "")


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
        return company_on(text, cast, before, world)
    named = sorted((hero for hero in cast if hero.name in found), key=lambda one: found[one.name])
    if all(one.species in world.people for one in named) and cast[0].species in world.species:
        named.insert(0, cast[0])
    named.sort(key=lambda one: one.species in world.people)
    return tuple(one.name for one in named)
