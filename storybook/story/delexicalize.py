"""Delexicalisation: a small writer is told of HERO, FRIEND, THING and PLACE, never of names.

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
from storybook.story.lost_one import IS_LOST, is_animal, lost_one
from storybook.summary import called, pronouns_in
from storybook.summary.lexicon import load_words
from storybook.world import article

ROLES = "roles.json"
PRONOUNS = ("HE", "HIM", "HIS", "HIMSELF")
SPOKEN: dict[str, tuple[str, ...]] = {
    "he": ("he", "him", "his", "himself"),
    "she": ("she", "her", "her", "herself"),
    "they": ("they", "them", "their", "themself"),
}
"""What stands for `PRONOUNS`, by what somebody is called by."""
THERE = r"(?:at|in|on|by|near|over|into|under|across|through|inside)"
SOMETHING, SOMEWHERE = "little drum", "in the garden"
ARTICLE = re.compile(r"\b(an?|An?) ((?:COAT )?(?:PALKIND|KIND|THING|COAT)\b)")
OPENING = re.compile(r'(^|[.!?…] |(?:^| )[“"])([a-z])')
SAYING = r"(?:said|asked|cried|called|whispered|shouted|sang|sighed|laughed)\b"
ANY = "|".join(dict.fromkeys(word for each in SPOKEN.values() for word in each))
AGREE = {
    "was": "were",
    "is": "are",
    "has": "have",
    "does": "do",
    "wasn't": "weren't",
    "isn't": "aren't",
    "hasn't": "haven't",
    "doesn't": "don't",
    "Was": "Were",
}
"""Verbs behind `he`, and behind a `they` that means one."""
THEY_DO = re.compile(r"^ ([a-z]+(?:n['’]t)?)\b")
AFTER_SPEECH = re.compile(rf'([.!?][”"] )({ANY}) (?!{SAYING})')


class RoleWords(Record):
    """What a writer's folder says it was taught to put aside: `roles.json`."""

    things: tuple[str, ...]
    places: tuple[str, ...]
    """As one says that one is there: `by the pond`."""


class EntityMask(Record):
    """Who and what stand behind the roles of one book; empty for what its summary leaves open."""

    star: Hero
    friend: Hero
    kinds: tuple[str, ...] = ()
    """Other words for the star's species, such as `kitten`."""
    friend_kinds: tuple[str, ...] = ()
    thing: str = ""
    place: str = ""
    lost: str = ""
    """Who is found in the summary, under the thing's role in place of a thing: `kitten`."""
    stray: Hero | None = None
    """Who is lost in a tale of somebody lost whose summary has nobody for it."""

    def stray_in(self, text: str) -> tuple[Hero, ...]:
        """Who is lost in a writer's text without being in the summary; nobody in most."""
        told = not self.lost and not is_animal(self.thing) and IS_LOST.search(text)
        return (self.stray,) if told and self.stray else ()

    def mask(self, text: str) -> str:
        """`text` with roles in place of names, kinds, thing, place and pronouns."""
        text = self._mask_pronouns(text)
        for name, role in ((self.star.name, "HERO"), (self.friend.name, "FRIEND")):
            text = called(name).sub(role, text)
            first, *more = name.split(" ")
            if more and not load_words().is_title(first.lower()):
                text = called(first).sub(role, text)  # Luna, who is Luna O'Connor
        text = self.mask_things(text)
        if self.star.look:
            own = rf"\b{re.escape(self.star.look)} (?={_any(self.star.species, self.kinds)})"
            text = re.sub(own, "COAT ", text, flags=re.I)
        text = _kinds(text, self.star.species, self.kinds, "KIND")
        if self.friend.species != self.star.species:
            text = _kinds(text, self.friend.species, self.friend_kinds, "PALKIND")
        return text

    def ask(self, summary: str) -> str:
        """A summary, masked, as a writer of roles is asked to tell it.

        Whoever is found in it is named first, in the words that tales of somebody lost were taught
        with: of four such summaries, four tellings each, 13 of 16 told of it then, and 4 without.
        """
        found = "HERO finds a THING and wants to take it home. " if self.lost else ""
        return f"{found}{self.mask(summary)}"

    def _mask_pronouns(self, text: str) -> str:
        """`text` with `HE`, `HIM` and so on for the star's pronouns, `PHE` for the friend's."""
        for start, end, form, sex in reversed(pronouns_in(text)):
            if sex == "they" and "they" not in (self.star.pronoun, self.friend.pronoun):
                continue
            behind = text[end:]
            if sex == "they" and form == "he":
                behind = THEY_DO.sub(lambda verb: f" {_singular(verb[1])}", behind)
            friend = self.friend.pronoun == sex != self.star.pronoun
            text = f"{text[:start]}{'P' * friend}{form.upper()}{behind}"
        return text

    def mask_things(self, text: str) -> str:
        """`text` with roles in place of the thing and the place."""
        if thing := self.lost or self.thing:
            text = re.sub(rf"\b{re.escape(thing)}(?:e?s)?\b", "THING", text, flags=re.I)
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
            "HERO": self.star.name,
            "FRIEND": self.friend.name,
            "COAT KIND": f"{self.star.look} {self.star.species}".strip(),
            "COAT": self.star.look,
            "KIND": self.star.species,
            "PALKIND": self.friend.species,
            "THING": self._thing_in(text),
            "ATPLACE": at,
            "TOPLACE": f"to {spot}",
            "THEPLACE": spot,
            **dict(zip(PRONOUNS, SPOKEN[self.star.pronoun or "he"], strict=True)),
            **dict(
                zip((f"P{he}" for he in PRONOUNS), SPOKEN[self.friend.pronoun or "he"], strict=True)
            ),
        }
        own |= {"KINDs": _plural(own["KIND"]), "PALKINDs": _plural(own["PALKIND"])}
        longest = sorted(own, key=len, reverse=True)
        role = re.compile(rf"\b(?:{'|'.join(longest)})\b")
        lines = []
        for line in text.split("\n"):
            title = line.lstrip().startswith("Title:")
            line = ARTICLE.sub(lambda each, t=title: _with_article(each, role, own, t), line)
            line = self._agreeing(line)
            line = role.sub(lambda found, t=title: _said(own[found[0]], title=t), line)
            line = OPENING.sub(lambda found: found[1] + found[2].upper(), line.strip())
            line = AFTER_SPEECH.sub(lambda said: f"{said[1]}{said[2].capitalize()} ", line)
            lines.append(line)
        return "\n".join(lines)

    def _thing_in(self, text: str) -> str:
        """What a writer's text has as its thing, which may be somebody who is lost."""
        if self.lost and IS_LOST.search(text):
            return self.lost
        thing = self.thing or SOMETHING
        return next((f"little {stray.species}" for stray in self.stray_in(text)), thing)

    def _agreeing(self, line: str) -> str:
        """A story's line with the verbs of whoever is called `they`: `HE was` as `HE were`."""
        for who, he in ((self.star, "HE"), (self.friend, "PHE")):
            if who.pronoun != "they":
                continue
            behind, before = rf"\b{he} ([a-z]+(?:n['’]t)?)", rf"\b({'|'.join(AGREE)}) {he}\b"
            line = re.sub(behind, lambda verb, he=he: f"{he} {_many(verb[1])}", line)
            line = re.sub(before, lambda verb, he=he: f"{AGREE[verb[1]]} {he}", line)
        return line


def entity_mask_of(
    cast: Sequence[Hero], summary: str, words: RoleWords, **open_ends: object
) -> EntityMask:
    """The roles of a book whose cast is star and friend, and perhaps more who keep their names."""
    star, friend = cast[:2]
    found = lost_one(cast, summary)
    place = next((place for place in words.places if _there(place).search(summary)), "")
    rest = summary
    for hero in cast:
        rest = called(hero.name).sub("", rest)
    return EntityMask(
        star=star,
        friend=friend,
        # A castle can be built or be lived in: where somebody is, it is no thing.
        thing=_thing(_there(place).sub("", rest) if place else rest, words.things),
        place=place,
        lost=found.name.lower() if found else "",
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
    quality = r"(?:an?|the|his|her|their) (?!lost|missing)([a-z]+ )"
    with_quality = re.search(rf"\b{quality}(?={re.escape(found[1])})", summary, re.I)
    return f"{with_quality[1].lower()}{found[1]}" if with_quality else found[1]


def _there(place: str) -> re.Pattern[str]:
    """How a text says that somebody is or goes there."""
    spot = place.partition(" ")[2].removeprefix("the ")
    return re.compile(rf"\b(?:{THERE}|to) (?:the |a |an )?{re.escape(spot)}\b", re.I)


def _many(verb: str) -> str:
    """A verb behind `they`: `were` of `was`, `look` of `looks`."""
    form = AGREE.get(verb)
    stems = (verb.removesuffix("s"), verb.removesuffix("es"), f"{verb.removesuffix('ies')}y")
    known = load_words().lists["verbs.words"]
    return form or next((stem for stem in stems if stem != verb and stem in known), verb)


def _singular(verb: str) -> str:
    """A verb behind `he`: `was` of `were`, `looks` of `look`."""
    form = {many: one for one, many in AGREE.items()}.get(verb)
    return form or (_third(verb) if verb in load_words().lists["verbs.words"] else verb)


def _third(verb: str) -> str:
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}{'es' if verb.endswith(('s', 'x', 'ch', 'sh', 'o')) else 's'}"


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


def _with_article(
    found: re.Match[str], role: re.Pattern[str], own: dict[str, str], title: bool
) -> str:
    phrase = role.sub(lambda each: _said(own[each[0]], title=title), found[2]).strip()
    full = article(phrase)
    return full[:1].upper() + full[1:] if found[1][0] == "A" else full


def _said(word: str, *, title: bool) -> str:
    return " ".join(part[:1].upper() + part[1:] for part in word.split(" ")) if title else word
