"""Who is in a book: its heroes, and whom its summary names, each with one look that holds.

A summary is read by patterns: animals are found by the words of the drawn world, their names and
coats by what stands around them. What a summary leaves open is drawn from the book's seed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from storybook.readability import common_words
from storybook.records import Departure, Hero
from storybook.world import World, article

MAX_COMPANIONS = 3
NAMES = ("Biscuit", "Pip", "Mimi", "Olive", "Button", "Hazel", "Milo", "Tansy", "Rusty", "Clover")
NATURAL = {"fox": "orange", "bear": "brown", "mouse": "grey"}
"""Coats unless the summary says otherwise; other animals come in any."""

NAME = r"[A-Z][\w-]*[a-z][\w-]*"
PLURALS = {"mice": "mouse", "wolves": "wolf", "ponies": "pony", "bunnies": "bunny",
           "puppies": "puppy", "kitties": "kitty", "foxes": "fox"}  # fmt: skip
PRETEND = re.compile(
    r"\b(?:toy|stuffed|plush|wooden|paper|teddy|clay|gingerbread) $", re.IGNORECASE
)
NO_ANIMAL = re.compile(r"[ -](?:hole|trap|house|food|bed|basket|bowl|tail|shaped|box|costume)\b")
ARTICLE = r"(?:an?|the|another|his|her|their|my|our|two|three|some)"
OWNED = ("his", "her", "their", "my", "our")
BEFORE = re.compile(
    rf"(?:\b(?P<name>(?!(?i:{ARTICLE})\b){NAME}),? )?(?:\b(?P<article>(?i:{ARTICLE})) )?"
    rf"(?P<said>(?:(?!(?:{ARTICLE}|with|meets?) )[a-z-]+,? ){{0,5}})$"
)
IS_A = re.compile(rf"\b(?P<name>{NAME}) (?:is|was) (?:an?|the) (?:[a-z-]+,? ){{0,5}}$")
NAMED = re.compile(rf",? (?:(?:is |was )?(?:named|called|known as)|whose name (?:is|was)) ({NAME})")
THEN_NAME = re.compile(rf" ({NAME})\b")
PAIR = re.compile(rf"\b({NAME}) and ({NAME})\b")
COAT = re.compile(r",? with (?:an? )?([\w -]{3,30}?) (fur|coat|stripes|spots)\b")
ACTS = re.compile(
    rf"(?:^|[.!?] +)({NAME})(?= and\b|,? \w+(?:s|ed|nt)\b| (?:ran|lost|had|can|went)\b)"
)
INSIDE = re.compile(rf"(?<=[a-z,;] )({NAME})\b(?!['\u2019]s)")
OPENERS = """
One Once When After Then She He It They His Her Their Every Everyone Everything There This That
These Those In On At With For From But And So Two Three Four Some All Many My Our Your We You If
As While Until Before Now Today Tonight Monday Tuesday Wednesday Thursday Friday Saturday Sunday
January February March April May June July August September October November December Christmas
Easter Halloween Mr Mrs Ms Miss Dr English Title Summary Story
"""
NO_NAMES = frozenset(OPENERS.split())


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays, the star first; the summary as the writer is to read it; what was decided."""

    heroes: tuple[Hero, ...]
    summary: str
    notes: tuple[str, ...] = ()
    departures: tuple[Departure, ...] = ()
    """Where cast and summary are not what the author's summary says."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody that a summary speaks of: `word` as it says it, `species` as the world does."""

    at: int
    word: str
    species: str
    name: str
    article: str
    coat: str


def cast(
    summary: str, heroes: Sequence[Hero], world: World, *, seed: int, limited: bool = True
) -> Cast:
    """Cast a summary: `heroes` first, then whom it names, with at most three companions.

    With `limited` a painter draws the world's species only: a neighbour of one (a dragon) becomes
    it (a fox), in the summary too, so that story and pictures agree; this is a departure.
    """
    chance = Random(f"{seed} {summary}")
    text, departures = _within_reach(summary, world) if limited else (summary, [])
    star = _star(text, _mentions(text, world))
    if not heroes:
        people = [_first_hero(text, star, world, chance)]
        text, twin = _twin_of(people[0], text, star, world, chance)
        people += [twin] if twin else []
    else:
        people = list(heroes)
        if star is not None and not any(_says(text, hero.name) for hero in heroes):
            text, played = _played_by(text, star, heroes[0])
            departures += [played] if played else []
    for mention in sorted([*_mentions(text, world), *_persons(text, world)], key=lambda m: m.at):
        if not _is_new(mention, people):
            continue
        if len(people) <= MAX_COMPANIONS:
            people.append(_companion(mention, people, world, chance))
        else:
            departures.append(_one_too_many(mention))
    notes = [
        f"{hero.name} is drawn as {article(hero.words)}" for hero in people if hero not in heroes
    ]
    return Cast(tuple(people), text, tuple(notes), tuple(dict.fromkeys(departures)))


def befriended(who: Cast, world: World, *, seed: int) -> Cast:
    """The cast with a friend of the star's second, and with a name: tales of roles have one."""
    chance = Random(f"{seed} {who.summary} friend")
    star, *others = who.heroes
    names = [name for name in NAMES if all(name != hero.name for hero in who.heroes)]
    if not others:
        strangers = [kind for kind in sorted(world.species) if kind != star.species]
        stranger = Mention(0, chance.choice(NAMES), chance.choice(strangers), "", "a", "")
        others = [_companion(stranger, who.heroes, world, chance)]
    if others[0].name not in who.summary:
        others[0] = others[0].but(name=chance.choice(names))
    note = f"{star.name}'s friend is {others[0].name}, {article(others[0].words)}"
    return replace(who, heroes=(star, *others), notes=(*who.notes, note))


def _within_reach(summary: str, world: World) -> tuple[str, list[Departure]]:
    """The summary with each neighbour that is cast told as the species that stands in for it."""
    departures = []
    for mention in _mentions(summary, world):
        if mention.word not in world.species[mention.species].near:
            continue
        if not (mention.name or mention.article):
            continue
        said = re.compile(rf"\b(?:(an?) )?((?:[a-z-]+ )??){re.escape(mention.word)}(s?)\b", re.I)
        summary = said.sub(lambda found, to=mention.species: _retold(found, to), summary)
        says = f"No {mention.word} can be drawn: {article(mention.species)} stands for it."
        departures.append(Departure(kind="animal", text=says))
    return summary, departures


def _retold(found: re.Match[str], species: str) -> str:
    words = f"{found[2]}{species}{found[3]}"
    return article(words).replace("a", found[1][0], 1) if found[1] else words


def _mentions(text: str, world: World) -> list[Mention]:
    """Animals that the text speaks of, in its order; toys and mouse-holes are none."""
    kinds = {word: key for key, each in world.species.items() for word in (*each.near, *each.words)}
    kinds |= {key: key for key in world.species}
    kinds.pop("teddy", None)
    spoken = kinds | {many: kinds[one] for many, one in PLURALS.items() if one in kinds}
    return _spoken_of(text, spoken, world)


def _persons(text: str, world: World) -> list[Mention]:
    """People that the text speaks of; a granny mouse is a mouse."""
    kinds = {word: key for key, each in world.people.items() for word in (key, *each.words)}
    animals = {mention.at for mention in _mentions(text, world)}
    return [
        mention
        for mention in _spoken_of(text, kinds, world)
        if mention.at + len(mention.word) + 1 not in animals
    ]


def _spoken_of(text: str, spoken: dict[str, str], world: World) -> list[Mention]:
    """Whom the text mentions by the words that `spoken` gives a kind to, in its order."""
    if not spoken:
        return []
    longest = sorted(spoken, key=len, reverse=True)
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b", re.IGNORECASE)
    found = []
    for match in pattern.finditer(text):
        left, right = text[: match.start()], text[match.end() :]
        if PRETEND.search(left) or NO_ANIMAL.match(right):
            continue
        word = PLURALS.get(match[0].lower(), match[0].lower())
        found.append(_mention(left, right, match.start(), word, spoken[match[0].lower()], world))
    return found


def _mention(left: str, right: str, at: int, word: str, species: str, world: World) -> Mention:
    before = BEFORE.search(left)
    assert before is not None, "every group of it is optional"
    named = NAMED.match(right) or THEN_NAME.match(right)
    is_a = IS_A.search(left)
    apposed = before["name"] if before["article"] in ("a", "an", "the", "two") else None
    names = (named and named[1], is_a and is_a["name"], apposed)
    name = next((each for each in names if each and each not in NO_NAMES), "")
    fur = COAT.match(right)
    marks = {"stripes": " striped", "spots": " spotted"}
    said = f"{before['said']}, {fur[1]}{marks.get(fur[2], '')}" if fur else before["said"]
    coats = world.find("coats", said)
    return Mention(
        at, word, species, name, (before["article"] or "").lower(), coats[0] if coats else ""
    )


def _star(text: str, mentions: Sequence[Mention]) -> Mention | None:
    """Whom the summary is about: the first with a name, else the first of all.

    A name without a kind takes that of `the mouse` of the same summary, but not of `a mouse`; next
    to somebody's own named animal (`Emma and her dog Rex`) it is the animal's person.
    """
    named = next((each for each in mentions if each.name or each.article == "two"), None)
    pair = PAIR.search(text)
    if named and named.article == "two":
        return replace(named, name=pair[1]) if pair and named.name in pair.groups() else named
    known = {said for each in mentions for said in (each.name, each.word.title())} | NO_NAMES
    lonely = next((name for name in _names(text) if name not in known), "")
    if lonely and not (named and (named.article in OWNED or named.at < text.index(lonely))):
        own = next((each for each in mentions if each.article == "the" and not each.name), None)
        blank = own or Mention(0, "", "", "", "", "")
        return replace(blank, at=text.index(lonely), name=lonely, article="")
    return named or next(iter(mentions), None)


def _names(text: str) -> list[str]:
    """Words with a capital that are names by their place: in a sentence, or at its head, acting."""
    common = common_words()
    inside = [found[1] for found in INSIDE.finditer(text)]
    heads = [found[1] for found in ACTS.finditer(text)]
    sure = [name for name in heads if name.lower() not in common or name in inside]
    return [*sure, *inside, *heads]


def _first_hero(text: str, star: Mention | None, world: World, chance: Random) -> Hero:
    """The star of a summary; what it leaves open is drawn by chance."""
    name, species = chance.choice(NAMES), chance.choice(sorted(world.species))
    look = chance.choice(sorted(world.coats))
    if star is None:
        return Hero(name=name, species=species, look=look)
    name, species = star.name or name, star.species or species
    same = [each.coat for each in _mentions(text, world) if each.species == species]
    said = next(filter(None, (star.coat, *same)), "")
    return Hero(name=name, species=species, look=said or NATURAL.get(species, look))


def _one_too_many(mention: Mention) -> Departure:
    whom = mention.name or f"the {mention.word}"
    says = f"{whom[0].upper()}{whom[1:]} does not play: a book has room for {MAX_COMPANIONS + 1}."
    return Departure(kind="person", text=says)


def _played_by(text: str, star: Mention, lead: Hero) -> tuple[str, Departure | None]:
    """The summary with the author's hero in the part of its own star, and that it is so."""
    whom = star.name or (f"the {star.word}" if star.word else "")
    if star.word and star.species != lead.species:
        text = re.sub(rf"\b{re.escape(star.word)}\b", lead.species, text, flags=re.IGNORECASE)
    if star.name:
        text = re.sub(rf"\b{re.escape(star.name)}\b", lead.name, text)
    elif star.species == lead.species:
        return text, None
    says = f"{lead.name} plays the part of {whom}."
    return text, Departure(kind="part", text=says)


def _twin_of(
    lead: Hero, text: str, star: Mention | None, world: World, chance: Random
) -> tuple[str, Hero | None]:
    """The other one of `two mice`, and the summary with names for both."""
    if star is None or star.article != "two":
        return text, None
    pair = PAIR.search(text)
    if pair and lead.name in pair.groups():
        name = pair[1] if pair[2] == lead.name else pair[2]
    else:
        name = chance.choice([name for name in NAMES if name != lead.name])
        end = re.compile(r"\w+").match(text, star.at).end()  # type: ignore[union-attr]
        text = f"{text[:end]} named {lead.name} and {name}{text[end:]}"
    coats = [coat for coat in sorted(world.coats) if coat != lead.look]
    return text, Hero(name=name, species=lead.species, look=chance.choice(coats))


def _is_new(mention: Mention, people: Sequence[Hero]) -> bool:
    if mention.name:
        return all(hero.name != mention.name for hero in people)
    return bool(mention.article) and all(hero.species != mention.species for hero in people)


def _companion(mention: Mention, people: Sequence[Hero], world: World, chance: Random) -> Hero:
    name = mention.name or mention.word.title()
    if mention.species in world.people:
        return Hero(name=name, species=mention.species)
    hues = {_hue(hero.look) for hero in people}  # a child tells friends apart by their colour
    free = [coat for coat in sorted(world.coats) if _hue(coat) not in hues] or sorted(world.coats)
    natural = NATURAL.get(mention.species, "")
    look = mention.coat or (natural if natural in free else chance.choice(free))
    return Hero(name=name, species=mention.species, look=look)


def _hue(look: str) -> str:
    """The first word: `orange` of `orange striped`."""
    return look.partition(" ")[0]


def _says(text: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) is not None
