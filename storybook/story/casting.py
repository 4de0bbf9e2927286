"""Who is in a book: its heroes, and whom its summary names, each with one look that holds.

`storybook.summary` reads the summary; here looks and companions are decided. What a summary leaves
open is drawn from the book's seed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from storybook.records import Departure, Hero
from storybook.story.lost_one import is_found
from storybook.story.parts import (
    NATURAL,
    Means,
    coat_of,
    companion,
    look_of,
    new_name,
    printed_name,
    pronoun_of,
    species_of,
)
from storybook.summary import Character, called, read_summary
from storybook.summary.lexicon import BAND, load_words, plural
from storybook.summary.rewording import Edit, reworded, say_instead
from storybook.world import World, article

MAX_COMPANIONS = 3


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays, the star first; the summary as the writer is to read it; what was decided."""

    heroes: tuple[Hero, ...]
    summary: str
    notes: tuple[str, ...] = ()
    departures: tuple[Departure, ...] = ()
    """Where cast and summary are not what the author's summary says."""


def cast(
    summary: str, heroes: Sequence[Hero], world: World, *, seed: int, limited: bool = True
) -> Cast:
    """Cast a summary: `heroes` first, then whom it names, with at most three companions.

    With `limited` a painter draws the world's species only: a neighbour of one (a dragon) becomes
    it (a fox), in the summary too, so that story and pictures agree; this is a departure.
    """
    return _cast(summary, tuple(heroes), _Same(world), seed, limited)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A world that equals itself alone: its tables have no hash."""

    world: World

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.world is other.world

    def __hash__(self) -> int:
        return id(self.world)


@lru_cache(maxsize=512)
def _cast(summary: str, heroes: tuple[Hero, ...], same: _Same, seed: int, limited: bool) -> Cast:
    """As `cast`. Whether a book is due asks it for the same summary once a page and verb."""
    world = same.world
    reading = read_summary(summary, world, heroes)
    means = Means(world, Random(f"{seed} {summary}"), reading.text, limited)
    others, edits, played = list(reading.characters), [], []
    leads = [_as_told(hero, others, reading.loose) for hero in heroes]
    named = [one for one in others if one.name in {hero.name for hero in heroes}]
    parts = {id(one) for one in named}
    edits += _as_they_are(named, heroes)
    others = [one for one in others if one not in named]
    star = None if named else _star(others, heroes)
    if star and (star.is_animal or not heroes):
        others.remove(star)
        if heroes:
            parts.add(id(star))
        leads, edits, played = (
            _played(star, leads, means) if heroes else _leads(star, others, means)
        )
    elif not heroes:
        leads = [_anybody(means)]
    left = _without_parts(others, leads, heroes)
    parts |= {id(one) for one in others if one not in left}
    for one in left:
        if not _is_new(one, leads, means):
            continue
        if len(leads) <= MAX_COMPANIONS:
            leads.append(companion(one, leads, means))
        else:
            parts.add(id(one))
            played.append(_one_too_many(one))
    text, lacking = reworded(reading.text, edits), []
    leads = [hero.but(pronoun=pronoun_of(hero.name, hero.pronoun)) for hero in leads]
    if limited:
        text, lacking = _within_reach(text, reading.characters, leads, parts)
    given = {hero.name for hero in heroes}
    notes = [
        f"{hero.name} is drawn as {article(hero.words)}" for hero in leads if hero.name not in given
    ]
    departures = dict.fromkeys((*lacking, *played))
    return Cast(tuple(leads), text, tuple(notes), tuple(departures))


def befriended(who: Cast, world: World, *, seed: int, given: Collection[str] = ()) -> Cast:
    """The cast with a friend of the star's second, and with a name: tales of roles have one.

    Whom the star finds (`a lost kitten`) is no friend of its own from the first page on.
    Those of the names `given`, an author's own heroes, keep theirs, said in the summary or not.
    """
    rng = Random(f"{seed} {who.summary} friend")
    star, *others = who.heroes
    taken = [hero.name for hero in who.heroes]
    found = bool(others) and others[0].name not in given and is_found(others[0], who.summary)
    if not others or (found and len(others) < MAX_COMPANIONS):
        used = {hero.species for hero in who.heroes}
        species = rng.choice([kind for kind in sorted(world.species) if kind not in used])
        name = new_name(taken, rng)
        look = look_of(species, who.heroes, world, rng)
        others.insert(0, Hero(name=name, species=species, look=look, pronoun=pronoun_of(name, "")))
    elif others[0].name not in given and not called(others[0].name).search(who.summary):
        friend = others[0]
        others[0] = friend.but(name=new_name(taken, rng, friend.pronoun))
    note = f"{star.name}'s friend is {others[0].name}, {article(others[0].words)}"
    return replace(who, heroes=(star, *others), notes=(*who.notes, note))


def _star(people: Sequence[Character], heroes: Sequence[Hero]) -> Character | None:
    """Whom a summary is about: the first animal with a name, or several at once; else the first.

    Who is given a hero for the part and says no name has it played by one of the hero's kind.
    """
    animals = [one for one in people if one.is_animal]
    chosen = next((one for one in animals if one.name or (one.count > 1 and one.leads)), None)
    if heroes and not chosen:
        chosen = next((one for one in animals if one.species == heroes[0].species), None)
    if animals and chosen and not (chosen.leads or chosen.embedded) and animals[0].leads:
        return animals[0]  # who acts, and not whom it meets
    if chosen or animals:
        return chosen or animals[0]
    return next((one for one in people if one.name), None)


def _as_told(hero: Hero, people: Sequence[Character], loose: str) -> Hero:
    """A given hero, called by the pronoun that its folder says, or the summary."""
    one = next((one for one in people if one.name == hero.name), None)
    pronoun = one.sex if one else "" if people else loose
    return hero.but(pronoun=hero.pronoun or pronoun)


def _leads(
    star: Character, others: list[Character], means: Means
) -> tuple[list[Hero], list[Edit], list[Departure]]:
    """The star of a summary, or as many as it speaks of at once, and the text with their names."""
    notes = []
    if not star.is_animal and means.limited:
        says = f"People are drawn only as company: an animal plays {star.name}."
        notes = [Departure(kind="part", text=says)]
    together = [star, *(one for one in others if one.start == star.start and one.name)]
    species, rng = species_of(star, [], means), means.rng
    name = star.name or new_name([one.name for one in others], rng, star.sex)
    look = rng.choice(sorted(means.world.coats))
    look = coat_of(star, means) or NATURAL.get(species, look)
    heroes = [Hero(name=name, species=species, look=look, pronoun=pronoun_of(star.name, star.sex))]
    edits: list[Edit] = []
    if star.count > 1 and len(together) == 1:
        _fill(star, heroes, means)
        edits = _introduced(star, heroes)
    return heroes, edits, notes


def _fill(star: Character, heroes: list[Hero], means: Means) -> None:
    """Others of the star's kind, until there are as many as the summary says."""
    band = star.kind is not None and star.kind.sort == BAND
    while len(heroes) < min(star.count, MAX_COMPANIONS + 1):
        lead = heroes[0]
        species = lead.species
        if band:
            used = {hero.species for hero in heroes}
            free = [kind for kind in sorted(means.world.species) if kind not in used]
            species = means.rng.choice(free)
        name = new_name([hero.name for hero in heroes], means.rng, star.sex)
        look = look_of(species, heroes, means.world, means.rng, natural=band)
        heroes.append(Hero(name=name, species=species, look=look, pronoun=star.sex))


def _introduced(star: Character, heroes: Sequence[Hero]) -> list[Edit]:
    """`Two mice` become `Two mice named Pip and Milo`, so that the writer is told the names."""
    names = [hero.name for hero in heroes]
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    if star.name:
        end = star.names[0][1]
        others = f"{', '.join(names[1:-1])} and {names[-1]}" if names[2:] else f"and {names[-1]}"
        return [Edit(end, end, f"{',' if names[2:] else ''} {others}")]
    end = star.nouns[0][1]
    return [Edit(end, end, f" named {listed}" if star.indefinite else f" {listed}")]


def _as_they_are(named: Sequence[Character], heroes: Sequence[Hero]) -> list[Edit]:
    """What a summary calls given heroes, if they are something else: Rex is no dragon."""
    given = {hero.name: hero for hero in heroes}
    edits = []
    for one in named:
        hero = given[one.name]
        if not one.open and one.species != hero.species and one.count == 1:
            edits += [Edit(start, end, hero.species) for start, end in one.nouns]
    return edits


def _played(
    star: Character, leads: list[Hero], means: Means
) -> tuple[list[Hero], list[Edit], list[Departure]]:
    """The author's heroes in the part of the summary's star, and the text with them in it."""
    first = leads[0]
    leads[0] = lead = first.but(pronoun=first.pronoun or star.sex)
    several = star.count > 1 and not star.name
    open_kind = star.open or star.species == lead.species
    edits = []
    if not open_kind:
        for start, end in star.nouns:
            many = star.count > 1
            new = plural(lead.species, load_words().irregular) if many else lead.species
            edits.append(Edit(start, end, new))
    if several:
        if len(leads) == 1:
            _fill(star, leads, means)
        edits += _introduced(star, leads[: max(star.count, 2)])
        return leads, edits, []
    edits += [Edit(start, end, lead.name) for start, end in star.names]
    whom = star.name or (f"the {star.kind.word}" if star.kind and not open_kind else "")
    says = f"{lead.name} plays the part of {whom}."
    return leads, edits, [Departure(kind="part", text=says)] if whom else []


def _without_parts(
    people: Sequence[Character], leads: Sequence[Hero], heroes: Sequence[Hero]
) -> list[Character]:
    """Those who are still to be cast: a given hero without a part plays one of its own kind."""
    spare = [hero for hero in heroes[1:] if hero.name not in {one.name for one in people}]
    left = []
    for one in people:
        part = next((h for h in spare if not one.name and h.species == one.species), None)
        if part:
            spare.remove(part)
        else:
            left.append(one)
    return left


def _one_too_many(one: Character) -> Departure:
    whom = one.name or f"the {one.kind.word if one.kind else 'other'}"
    says = f"{whom[0].upper()}{whom[1:]} does not play: a book has room for {MAX_COMPANIONS + 1}."
    return Departure(kind="person", text=says)


def _is_new(one: Character, leads: Sequence[Hero], means: Means) -> bool:
    name = printed_name(one, means)
    if not name or any(hero.name == name for hero in leads):
        return False
    undrawn = one.kind is not None and not one.kind.drawn  # a lamb is not the dog
    new = bool(one.name) or one.indefinite or undrawn
    return new or all(hero.species != one.species for hero in leads)


def _anybody(means: Means) -> Hero:
    """A star for a summary that has nobody who can be one."""
    species = means.rng.choice(sorted(means.world.species))
    look = NATURAL.get(species, means.rng.choice(sorted(means.world.coats)))
    return Hero(name=new_name([], means.rng), species=species, look=look)


def _within_reach(
    text: str, people: Sequence[Character], leads: Sequence[Hero], parts: Collection[int]
) -> tuple[str, list[Departure]]:
    """The summary with each animal that cannot be drawn told as the one that stands for it.

    Nothing stands for those of `parts`, by `id`: a given hero plays them, or nobody does.
    """
    departures, irregular = [], load_words().irregular
    names = [hero.name for hero in leads]
    for one in people:
        if not one.kind or one.kind.drawn or not one.species:
            continue
        word, new = one.kind.word, one.species
        text = say_instead(text, word, new, names)
        text = say_instead(text, plural(word, irregular), plural(new, irregular), names)
        if id(one) in parts:
            continue
        says = f"No {one.kind.word} can be drawn: {article(one.species)} stands for it."
        departures.append(Departure(kind="animal", text=says))
    return text, departures
