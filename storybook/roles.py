"""Roles: a small writer is told of HERO, FRIEND, THING and PLACE, and never of their names.

A model of a million weights cannot carry a name that it never met through a whole story. It need
not: names, and what else a summary names, are put aside, each under one word, as Hermann et al.
(2015, "Teaching machines to read and comprehend") did with a text's entities, and put back
afterwards. So every name, thing and place is kept letter by letter, and nobody changes sex.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from storybook.config import validated
from storybook.models.weights import read_json
from storybook.records import Hero, Record
from storybook.world import article

ROLES = "roles.json"
SEX = {"he": "HE", "she": "HE", "him": "HIM", "his": "HIS", "himself": "HIMSELF",
       "herself": "HIMSELF"}  # fmt: skip
HE, SHE = ("he", "him", "his", "himself"), ("she", "her", "her", "herself")
PRONOUNS = ("HE", "HIM", "HIS", "HIMSELF")
HERS = re.compile(r"\bher\b(?= (?!and\b|or\b|to\b|in\b|on\b|at\b|by\b|for\b|with\b|but\b)[A-Za-z])")
THERE = r"(?:at|in|on|by|near|over|into|under|across|through|inside)"
SOMETHING, SOMEWHERE = "little drum", "in the garden"
ARTICLE = re.compile(r"\b(an?|An?) ((?:COAT )?(?:PALKIND|KIND|THING|COAT)\b)")
HELPED = re.compile(r"(\b(?:help|let|make|see|hear|watch|ask|tell|teach|show|give|bring)s? )her\b")
OPENING = re.compile(r'(^|[.!?…] |(?:^| )[“"])([a-z])')
SAYING = r"(?:said|asked|cried|called|whispered|shouted|sang|sighed|laughed)\b"
AFTER_SPEECH = re.compile(rf'([.!?][”"] )({"|".join(HE + SHE)}) (?!{SAYING})')


class RoleWords(Record):
    """What a writer's folder says it was taught to put aside: `roles.json`."""

    things: tuple[str, ...]
    places: tuple[str, ...]
    """As one says that one is there: `by the pond`."""


class Roles(Record):
    """Who and what stand behind the roles of one book; empty for what its summary leaves open."""

    star: Hero
    friend: Hero
    kinds: tuple[str, ...] = ()
    """Other words for the star's species, such as `kitten`."""
    friend_kinds: tuple[str, ...] = ()
    female: bool = False
    friend_female: bool = False
    thing: str = ""
    place: str = ""

    def mask(self, text: str) -> str:
        """`text` with roles in place of names, kinds, thing, place and the star's pronouns."""
        for name, role in ((self.star.name, "HERO"), (self.friend.name, "FRIEND")):
            text = re.sub(rf"\b{re.escape(name)}\b", role, text)
        text = self.mask_things(text)
        if self.star.look:
            own = rf"\b{re.escape(self.star.look)} (?={_any(self.star.species, self.kinds)})"
            text = re.sub(own, "COAT ", text, flags=re.I)
        text = _kinds(text, self.star.species, self.kinds, "KIND")
        if self.friend.species != self.star.species:
            text = _kinds(text, self.friend.species, self.friend_kinds, "PALKIND")
        text = HELPED.sub(r"\1HIM", text)
        text = HERS.sub("HIS", text)
        text = re.sub(r"\bher\b", "HIM", text)
        return re.sub(rf"\b(?:{'|'.join(SEX)})\b", lambda he: SEX[he[0].lower()], text, flags=re.I)

    def mask_things(self, text: str) -> str:
        """`text` with roles in place of the thing and the place."""
        if self.thing:
            text = re.sub(rf"\b{re.escape(self.thing)}(?:e?s)?\b", "THING", text, flags=re.I)
        if self.place:
            spot = re.escape(self.place.partition(" ")[2])
            text = re.sub(rf"\b{THERE} {spot}\b", "ATPLACE", text, flags=re.I)
            text = re.sub(rf"\b(?:out )?to {spot}\b", "TOPLACE", text, flags=re.I)
            text = re.sub(rf"\b{spot}\b", "THEPLACE", text, flags=re.I)
        return text

    def fill(self, text: str) -> str:
        """The story with everybody's own name and all else that was put aside back in it."""
        at = self.place or SOMEWHERE
        spot = at.partition(" ")[2]
        own = {
            "HERO": self.star.name, "FRIEND": self.friend.name,
            "COAT KIND": f"{self.star.look} {self.star.species}".strip(),
            "COAT": self.star.look, "KIND": self.star.species, "PALKIND": self.friend.species,
            "THING": self.thing or SOMETHING, "ATPLACE": at, "TOPLACE": f"to {spot}",
            "THEPLACE": spot,
            **dict(zip(PRONOUNS, SHE if self.female else HE, strict=True)),
            **dict(zip((f"P{he}" for he in PRONOUNS), SHE if self.friend_female else HE,
                       strict=True)),
        }  # fmt: skip
        own |= {"KINDs": _plural(own["KIND"]), "PALKINDs": _plural(own["PALKIND"])}
        longest = sorted(own, key=len, reverse=True)
        role = re.compile(rf"\b(?:{'|'.join(longest)})\b")
        lines = []
        for line in text.split("\n"):
            line = ARTICLE.sub(lambda found: _with_article(found, role, own), line)
            title = line.lstrip().startswith("Title:")
            line = role.sub(lambda found, t=title: _said(own[found[0]], title=t), line)
            line = OPENING.sub(lambda found: found[1] + found[2].upper(), line.strip())
            line = AFTER_SPEECH.sub(lambda said: f"{said[1]}{said[2].capitalize()} ", line)
            lines.append(line)
        return "\n".join(lines)


def roles_of(cast: Sequence[Hero], summary: str, words: RoleWords, **open_ends: object) -> Roles:
    """The roles of a book whose cast is star and friend, and perhaps more who keep their names."""
    star, friend = cast[:2]
    names = "|".join(re.escape(hero.name) for hero in cast)
    place = next((place for place in words.places if _there(place).search(summary)), "")
    rest = re.sub(rf"\b(?:{names})\b", "", summary)
    return Roles(
        star=star,
        friend=friend,
        # A castle can be built or be lived in: where somebody is, it is no thing.
        thing=_thing(_there(place).sub("", rest) if place else rest, words.things),
        place=place,
        female=bool(re.search(r"\b(?:she|her|herself)\b", summary, re.I)),
        **open_ends,
    )


def load_role_words(folder: Path) -> RoleWords | None:
    """What the writer in `folder` puts aside (said there or beside it), or None: nothing."""
    for path in (folder / ROLES, folder.parent / ROLES):
        if path.is_file():
            return validated(RoleWords, read_json(path), str(path))
    return None


def _thing(summary: str, things: Sequence[str]) -> str:
    """The first thing that a summary names, with the word before it if that belongs to it."""
    found: tuple[int, str] | None = None
    for thing in sorted(things, key=len, reverse=True):
        match = re.search(rf"\b{re.escape(thing)}(?:e?s)?\b", summary)
        if match and (found is None or match.start() < found[0]):
            found = match.start(), thing
    if found is None:
        return ""
    with_quality = re.search(rf"\b(?:an?|the|his|her|their) ([a-z]+ )(?={re.escape(found[1])})",
                             summary, re.I)  # fmt: skip
    return f"{with_quality[1].lower()}{found[1]}" if with_quality else found[1]


def _there(place: str) -> re.Pattern[str]:
    """How a text says that somebody is or goes there."""
    spot = place.partition(" ")[2].removeprefix("the ")
    return re.compile(rf"\b(?:{THERE}|to) (?:the |a |an )?{re.escape(spot)}\b", re.I)


def _any(species: str, others: Sequence[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, (species, *others)))})"


def _kinds(text: str, species: str, others: Sequence[str], role: str) -> str:
    for word in (species, *others):
        text = re.sub(rf"\b{re.escape(_plural(word))}\b", f"{role}s", text, flags=re.I)
        text = re.sub(rf"\b{re.escape(word)}\b", role, text, flags=re.I)
    return text


def _plural(noun: str) -> str:
    if noun == "mouse":
        return "mice"
    return f"{noun}{'es' if noun.endswith(('x', 's', 'ch')) else 's'}"


def _with_article(found: re.Match[str], role: re.Pattern[str], own: dict[str, str]) -> str:
    said = role.sub(lambda each: own[each[0]], found[2]).strip()
    full = article(said)
    return full[:1].upper() + full[1:] if found[1][0] == "A" else full


def _said(word: str, *, title: bool) -> str:
    return " ".join(part[:1].upper() + part[1:] for part in word.split(" ")) if title else word
