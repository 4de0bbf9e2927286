"""Cleans captions and tags by rules that are data: a TOML file that its owner can change.

`rules/pets.toml` is made for photos of pets; `rules/kohya.toml` does what the script of kohya's
does, whose table is about people in drawings. Rules work from top to bottom, so the order counts.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, field_validator

from storybook.config import validated
from storybook.errors import ConfigError, nearest
from storybook.records import Record
from storybook.text_files import decode
from training.desk.metadata import Entries

RULES = Path(__file__).resolve().parent / "rules"
DEFAULT = "pets"
MOST_ROUNDS = 1000
"""A replacement that changes a caption so often would go on for ever."""


class Exclusive(Record):
    """Tags of which a picture of several can only have many: then none of them tells anything."""

    tags: tuple[str, ...]
    """Patterns (regular expressions) for whole tags."""
    spared: tuple[str, ...] = ()
    """Patterns for tags that are left alone though they fit."""


class TagRules(Record):
    """How tags are cleaned; each step is left out where its setting is empty."""

    spaces: bool = False
    """Whether underscores become spaces."""
    faces: tuple[str, ...] = ()
    """What underscores stay in, such as `^_^`."""
    cut_from: tuple[str, ...] = ()
    """From the first tag on that begins with one of these, all are left out; never the first."""
    drop: tuple[str, ...] = ()
    """Patterns for tags that are left out."""
    rename: dict[str, str] = Field(default_factory=dict)
    """What a tag is called instead."""
    several: tuple[str, ...] = ()
    """A picture with one of these words in its tags shows several: see `exclusive`."""
    exclusive: tuple[Exclusive, ...] = ()
    """Groups of tags: of a group, two or more are left out if several are shown."""
    bare: tuple[str, ...] = ()
    """Patterns for tags that are left out where a longer one ends with them: shirt, white shirt."""
    once: bool = False
    """Whether a tag that is there twice is left out the second time."""


class CaptionRules(Record):
    """How captions are cleaned."""

    replace: tuple[tuple[str, str], ...] = ()
    """Texts and what stands for them, from top to bottom, each until nothing changes."""
    words: bool = False
    """Whether texts are replaced as whole words only, in any case."""
    tidy: bool = False
    """Whether spaces are made single, and commas and spaces at the ends left out."""

    @field_validator("replace")
    @classmethod
    def _ends(cls, pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        for old, new in pairs:
            if not old or old in new:
                raise ValueError(f"{old!r} can never be replaced by {new!r}: it would be there on")
        return pairs


class Rules(Record):
    """All that a file of rules says."""

    about: str = ""
    captions: CaptionRules = CaptionRules()
    tags: TagRules = TagRules()

    @cached_property
    def _patterns(self) -> "_Patterns":
        return _Patterns(self.tags)

    def caption(self, caption: str) -> str:
        """A caption, cleaned; raises ConfigError for rules that would go on for ever."""
        rules = self.captions
        for old, new in rules.replace:
            caption = _replaced(caption, old, new, words=rules.words)
        return re.sub(r"\s+", " ", caption).strip(" ,") if rules.tidy else caption

    def tag_list(self, tags: str) -> str:
        """Tags between commas, cleaned, in the order in which they were."""
        rules, patterns = self.tags, self._patterns
        found = [tag for tag in (part.strip() for part in tags.split(",")) if tag]
        if rules.spaces:
            found = [_spaced(tag, rules.faces) for tag in found]
        found = found[: _cut(found, rules.cut_from)]
        found = [rules.rename.get(tag, tag) for tag in found]
        found = [tag for tag in found if tag and not _fits(tag, patterns.drop)]
        if any(word in ", ".join(found) for word in rules.several):
            for fitting, spared in patterns.exclusive:
                of_group = [tag for tag in found if _fits(tag, fitting) and not _fits(tag, spared)]
                if len(of_group) > 1:
                    found = [tag for tag in found if tag not in of_group]
        found = list(_without_bare(found, patterns.bare))
        return ", ".join(dict.fromkeys(found) if rules.once else found)


class FieldChange(NamedTuple):
    """What cleaning changes."""

    key: str
    field: str
    before: str
    after: str


def load_rules(name: str) -> Rules:
    """Rules that come with the project, by name, or those of a TOML file; raises ConfigError."""
    shipped = {file.stem: file for file in RULES.glob("*.toml")}
    file = shipped.get(name, Path(name))
    if not file.is_file():
        raise ConfigError(f"There are no rules {name!r}. {nearest(name, shipped)} Or name a file.")
    try:
        values = tomllib.loads(decode(file.read_bytes(), windows=False).text)
    except (tomllib.TOMLDecodeError, UnicodeError, ValueError) as fault:
        raise ConfigError(f"{file} is no TOML: {fault}.") from fault
    return validated(Rules, values, str(file))


def cleaned(entries: Entries, rules: Rules) -> tuple[Entries, list[FieldChange]]:
    """The entries with captions and tags cleaned, and each change."""
    changes: list[FieldChange] = []
    made: Entries = {}
    for key, entry in entries.items():
        made[key] = dict(entry)
        for field, clean in (("caption", rules.caption), ("tags", rules.tag_list)):
            before = entry.get(field)
            if isinstance(before, str) and (after := clean(before)) != before:
                made[key][field] = after
                changes.append(FieldChange(key, field, before, after))
    return made, changes


class _Patterns:
    """The patterns of rules, made ready once; raises ConfigError for one that is none."""

    def __init__(self, rules: TagRules) -> None:
        self.drop = _compiled(rules.drop)
        self.bare = _compiled(rules.bare)
        self.exclusive = [
            (_compiled(each.tags), _compiled(each.spared)) for each in rules.exclusive
        ]


def _compiled(patterns: tuple[str, ...]) -> list[re.Pattern[str]]:
    made = []
    for pattern in patterns:
        try:
            made.append(re.compile(pattern))
        except re.error as fault:
            raise ConfigError(f"The rule {pattern!r} is no regular expression: {fault}.") from fault
    return made


def _fits(tag: str, patterns: list[re.Pattern[str]]) -> bool:
    return any(pattern.fullmatch(tag) for pattern in patterns)


def _spaced(tag: str, faces: tuple[str, ...]) -> str:
    kept = "|".join(re.escape(face) for face in faces)
    parts = re.split(f"({kept})", tag) if kept else [tag]
    return "".join(part if part in faces else part.replace("_", " ") for part in parts).strip()


def _cut(tags: list[str], beginnings: tuple[str, ...]) -> int:
    """How many tags are in front of the first one that begins so."""
    places = (place for place, tag in enumerate(tags) if place and tag.startswith(beginnings))
    return next(places, len(tags)) if beginnings else len(tags)


def _without_bare(tags: list[str], bare: list[re.Pattern[str]]) -> Iterator[str]:
    for tag in tags:
        longer = re.compile(rf"(\w+ )+{re.escape(tag)}")
        if not (_fits(tag, bare) and any(longer.fullmatch(other) for other in tags)):
            yield tag


def _replaced(text: str, old: str, new: str, *, words: bool) -> str:
    pattern = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", re.IGNORECASE) if words else None
    for _ in range(MOST_ROUNDS):
        before = text
        text = pattern.sub(lambda _: new, text) if pattern else text.replace(old, new)
        if text == before:
            return text
    raise ConfigError(f"The rule {old!r} -> {new!r} goes on for ever.")
