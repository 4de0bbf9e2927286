"""Reading a page: what it shows, in the words that a painter knows.

Each page is read with the one before it at hand, so that the place, the light and the company stay
until the text changes them.
"""

import re
from collections import Counter
from collections.abc import Sequence

from storybook.records import COVER, Hero, Scene, Shot
from storybook.summary import called, pronouns_in
from storybook.world import NEEDS_THING, World

DEFAULT_PLACE, DEFAULT_LIGHT, DEFAULT_MOOD = "garden", "day", "happy"
DEFAULT_ACTION = "sitting"

WEAK_ACTIONS = ("looking up", "walking", "sitting")
"""Told in passing on any page ("looked", "went"): they give way to whatever else happens."""

QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")
ASKED = re.compile(r"[^.!?]*\?")
DENIED = re.compile(r"\b(?:not|never|cannot|\w+n['’]t)\s+\w+", re.IGNORECASE)
ALONE = re.compile(r"\b(?:it|I)\b", re.IGNORECASE)
TOGETHER = re.compile(r"\b(?:they|them|their|we|us|both|together|friends)\b", re.IGNORECASE)


def read_page(
    text: str, page: int, cast: Sequence[Hero], world: World, before: Scene | None
) -> Scene:
    """The scene of a page; `before` is the scene of the page before it, None for the first.

    Places are read from what is told only: where a place is talked of or asked for, nobody is.
    """
    nameless = without_names(text, cast)
    narration = QUOTED.sub(" ", nameless)
    things = tuple(world.find("things", narration) or world.find("things", nameless))
    moment = _moment(DENIED.sub(" ", narration), things, before, world)
    if moment in NEEDS_THING and not things and before:
        things = before.things[:1]
    place = _last(
        world.find("places", ASKED.sub(" ", narration)), before.place if before else DEFAULT_PLACE
    )
    mood = _first(world.find("moods", nameless), DEFAULT_MOOD)
    return Scene(
        page=page,
        text=text,
        moment=moment,
        mood=mood,
        place=place,
        light=_last(world.find("lights", narration), before.light if before else DEFAULT_LIGHT),
        things=things,
        relation=world.relation_in(narration, moment, things[0]) if things else "with",
        cast=company_on(text, cast, before, world),
        shot=shot_of(page, moment, mood, place, before),
    )


def read_cover(title: str, scenes: Sequence[Scene], cast: Sequence[Hero]) -> Scene:
    """A picture for the cover: the star where most of the book plays, with what it turns on."""
    places = Counter(scene.place for scene in scenes)
    things = Counter(thing for scene in scenes for thing in scene.things)
    main_thing = tuple(thing for thing, _ in things.most_common(1))
    return Scene(
        page=COVER,
        text=title,
        moment="holding" if main_thing else "cheering",
        place=places.most_common(1)[0][0],
        things=main_thing,
        cast=(cast[0].name,),
        shot="middle",
    )


def without_names(text: str, cast: Sequence[Hero]) -> str:
    """A cat named Biscuit is nothing to eat."""
    for hero in cast:
        text = called(hero.name).sub("___", text)
    return text


def _moment(narration: str, things: tuple[str, ...], before: Scene | None, world: World) -> str:
    at_hand = bool(things or (before and before.things))
    return likeliest_moment(world.find("actions", narration), with_thing=at_hand)


def likeliest_moment(actions: Sequence[str], *, with_thing: bool) -> str:
    """What a picture shows of the actions that a text tells, the first strong one if it has any."""
    able = [action for action in actions if with_thing or action not in NEEDS_THING]
    strong = [action for action in able if action not in WEAK_ACTIONS]
    return _first(strong or able, DEFAULT_ACTION)


def company_on(
    text: str, cast: Sequence[Hero], before: Scene | None, world: World
) -> tuple[str, ...]:
    """Who is on the page: whom it names, or calls by kind, or means by a pronoun."""
    star = cast[0].name
    here = [hero.name for hero in cast if _is_called(hero, text, cast, world)]
    if before and TOGETHER.search(text):
        here += [star, *before.cast]
    meant = _meant(text, cast, before)
    here += meant
    if star not in here and (not here or ALONE.search(text)):
        here.insert(0, star)
    return tuple(hero.name for hero in cast if hero.name in here)


def _meant(text: str, cast: Sequence[Hero], before: Scene | None) -> list[str]:
    """Whom `he` and `she` on a page mean: the star, unless it is called otherwise.

    Then it is whoever came along from the page before and is called so.
    """
    star, found = cast[0], []
    for sex in {sex for *_, sex in pronouns_in(text)} & {"he", "she"}:
        if star.pronoun in ("", sex):
            found.append(star.name)
        elif before:
            found += [
                hero.name for hero in cast[1:] if hero.pronoun == sex and hero.name in before.cast
            ]
    return found


def _is_called(hero: Hero, text: str, cast: Sequence[Hero], world: World) -> bool:
    kinds = world.species[hero.species].words if hero.species in world.species else ()
    by_kind = hero.name.lower() in kinds  # the kitten, who is in the cast as Kitten
    if called(hero.name, re.IGNORECASE if by_kind else 0).search(text):
        return True
    alone_of_its_kind = sum(other.species == hero.species for other in cast) == 1
    return alone_of_its_kind and bool(re.search(rf"\b{hero.species}\b", text, re.IGNORECASE))


def shot_of(page: int, moment: str, mood: str, place: str, before: Scene | None) -> Shot:
    """Wide where a place opens, close where a feeling does, and never the same for long."""
    if before is None or before.place != place:
        return "wide"
    if (mood != DEFAULT_MOOD or moment == "sleeping") and before.shot != "close":
        return "close"
    return "middle" if before.shot != "middle" or page % 3 else "wide"


def _first(found: Sequence[str], otherwise: str) -> str:
    return found[0] if found else otherwise


def _last(found: Sequence[str], otherwise: str) -> str:
    return found[-1] if found else otherwise
