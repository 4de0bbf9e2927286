"""The records that cross a border: disk, a model's reply, a front end."""

import hashlib
import json
import unicodedata
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from storybook.unseen import without_unseen

Ages = Literal["3-5", "5-7", "7-9"]
Shot = Literal["wide", "middle", "close"]
Font = Literal["pair", "andika", "storytime", "round", "gentle", "grandstander"]
"""Faces that go together (`storybook.press.fonts.FILES`); `pair` is Andika under Grandstander."""
Pronoun = Literal["", "he", "she", "they"]
"""What somebody is called by; empty where nothing says it."""
Placement = Literal["auto", "over", "below", "beside"]
"""Where the text stands to the picture; `auto` is what the format likes best."""
TextSide = Literal["auto", "low", "high"]
"""Where a card of text stands on its page's picture; `auto` is where it covers less."""

COVER = 0
"""The page number of the cover; story pages count from 1."""

MIN_PAGES, MAX_PAGES = 4, 40


class Record(BaseModel):
    """Frozen, and refuses fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def but(self, **changes: object) -> Self:
        """The same record with some fields changed, validated again."""
        return type(self).model_validate(self.model_dump() | changes)

    def as_text(self) -> str:
        """The record as indented JSON, for people to read and change."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False)

    def as_file(self) -> bytes:
        """The same as a file's content."""
        return f"{self.as_text()}\n".encode()


class Part(Record):
    """What an author wants somebody of a book's cast to be there, whatever a hero's folder says."""

    name: str
    look: str = Field(default="", exclude_if=lambda look: not look)
    """Coat and marks in a painter's words; empty: as it was cast."""
    pronoun: Pronoun = Field(default="", exclude_if=lambda pronoun: not pronoun)


class Brief(Record):
    """What the author asks for: `brief.toml`."""

    summary: str
    title: str | None = None
    ages: Ages = "3-5"
    language: str = "en"
    pages: int = Field(default=12, ge=MIN_PAGES, le=MAX_PAGES)
    format: str = "square-8.5"
    style: str = "watercolour"
    heroes: tuple[str, ...] = ()
    """Names of hero folders; the first one stars, the others are cast beside it."""
    seed: int = Field(default=1, ge=0, lt=2**31)
    font: Font = Field(default="pair", exclude_if=lambda font: font == "pair")
    placement: Placement = Field(default="auto", exclude_if=lambda placement: placement == "auto")
    """Both are left out where they are the usual ones: older briefs keep their digest."""
    story: str = Field(default="", exclude_if=lambda story: not story)
    """The id of the ready-made story that is told of the first hero; empty: the summary is told."""
    parts: tuple[Part, ...] = Field(default=(), exclude_if=lambda parts: not parts)
    """What of the cast is to be other than it was cast."""
    finish: bool = Field(default=False, exclude_if=lambda finish: not finish)
    """Whether a small painter's pictures are finished in the style; older books' are not."""

    @field_validator("summary", "title")
    @classmethod
    def _is_seen(cls, text: str | None) -> str | None:
        """Without what is in a text and never seen: it was pasted along, and no font has it."""
        return text and without_unseen(text)

    @field_validator("summary")
    @classmethod
    def _has_words(cls, summary: str) -> str:
        if not any(letter.isalpha() for letter in summary):
            raise ValueError("the summary has no words to tell a story from")
        return summary.strip()


class Hero(Record):
    """Somebody who must look the same on each page: the star or a companion."""

    name: str = Field(min_length=1, max_length=40)
    species: str
    """The class word a painter knows, such as `cat`."""
    look: str = ""
    """Coat and marks in a painter's words, such as `orange striped`."""
    token: str | None = None
    """The rare word that a taught painter knows this hero by, such as `bhna`."""
    adapter: str | None = None
    """File or folder name of the adapter inside the hero's folder."""
    painter: str | None = Field(default=None, exclude_if=lambda painter: painter is None)
    """File or folder name, inside the hero's folder, of a painter of its own: one whose weights all
    learnt. Left out where there is none: older prompts keep their digest."""
    pronoun: Pronoun = Field(default="", exclude_if=lambda pronoun: not pronoun)
    kind: str = Field(default="", exclude_if=lambda kind: not kind)
    """What its owner calls it where `species` only stands for it, such as `lion` for a `cat`."""
    folder: str = Field(default="", exclude_if=lambda folder: not folder)
    """The name of its folder, where that does not follow from its own."""

    @property
    def called(self) -> str:
        """What it is to its owner."""
        return self.kind or self.species

    @property
    def taught(self) -> str | None:
        """What a painter was taught of it: its painter or its adapter; None if nothing was."""
        return self.painter or self.adapter

    @field_validator("name")
    @classmethod
    def _composed(cls, name: str) -> str:
        """With accents as parts of their letters: so a story's words can be compared with it."""
        return unicodedata.normalize("NFC", name)

    @property
    def words(self) -> str:
        """How a painter is told of the hero: `bhna cat` if taught, else `orange striped cat`.

        A token counts once it was taught, or where no look is known: to a painter that was
        not taught it, it is noise.
        """
        known = self.token if self.taught or not self.look else self.look
        return " ".join(part for part in (known, self.species) if part)


class Style(Record):
    """How everything in a book looks."""

    name: str
    words: str
    avoid: str = ""
    drawn_as: str = Field(default="", exclude=True)
    """What a painter of the drawn world draws in its place, if not taught it; undigested."""

    @property
    def taught(self) -> str:
        """What a painter of the drawn world is told."""
        return self.drawn_as or self.name


class Departure(Record):
    """Something that a book could not keep of what its author asked for."""

    kind: Literal["animal", "part", "person", "thing", "clause", "undrawn", "look", "words"]
    text: str
    """What it is, in a sentence for the author."""
    page: int | None = None
    """The number of the page that it belongs to; None: to the whole book."""
    words: tuple[str, ...] = ()
    """Stems of what is not told: pages that tell half of them have kept it after all."""
    fine: bool = False
    """Whether the author has said that it is fine."""


class Story(Record):
    """The text of a book, and who is in it."""

    title: str
    paragraphs: tuple[str, ...] = Field(min_length=1)
    cast: tuple[Hero, ...] = Field(min_length=1)
    """The star first, then the companions that the summary names."""
    departures: tuple[Departure, ...] = Field(default=(), exclude_if=lambda given: not given)
    """What the book could not keep of its summary."""
    heroes: tuple[str, ...] | None = Field(default=None, exclude_if=lambda given: given is None)
    """Whom its brief named when it was told; None: told by an earlier edition."""
    pictures: tuple[str, ...] = Field(default=(), exclude_if=lambda given: not given)
    """What a picture of each paragraph shows, if its teller says so."""
    told_by: str = Field(default="", exclude_if=lambda teller: not teller)
    """Who told it, for the last page of the book, unless that is the studio's writer."""
    ready_made: str = Field(default="", exclude_if=lambda name: not name)
    """Its id, if it is a ready-made story that was found for a summary."""

    @property
    def told(self) -> Self:
        """The story alone: nothing is made from its departures, nor from who asked or told."""
        return self.but(departures=(), heroes=None, told_by="", ready_made="")


class Scene(Record):
    """One page's moment. Words of `action`, `place`, `light` and `things` are a painter's own."""

    page: int = Field(ge=COVER)
    text: str
    moment: str
    """What the star does, such as `running`."""
    mood: str = "happy"
    place: str
    light: str = "day"
    things: tuple[str, ...] = ()
    relation: str = "with"
    """How the one it is about is placed to the first thing: `with`, `on` or `under` it."""
    cast: tuple[str, ...]
    """Names of who is in the picture, the one it is about first."""
    shot: Shot = "middle"
    picture: str = Field(default="", exclude_if=lambda said: not said)
    """What the picture shows in its teller's own words, for a painter of anything; or nothing."""
    text_side: TextSide = Field(default="auto", exclude_if=lambda side: side == "auto")
    """Left out where it is the usual one: older scenes keep their digest."""


class Scenes(Record):
    """All scenes of a book, the cover first."""

    scenes: tuple[Scene, ...]


class Prompt(Record):
    """A scene said for a painter; A1111 emphasis is allowed."""

    page: int
    positive: str
    negative: str = ""


class Candidate(Record):
    """The request for one picture: the picture depends on nothing else."""

    prompt: Prompt
    painter: str
    """The painter's name, which contains the digest of its weights and adapters."""
    seed: int
    width_px: int
    height_px: int
    steps: int
    guidance: float

    @property
    def id(self) -> str:
        """Twelve hex digits that name this request and no other."""
        return digest(self)


class TouchUp(Record):
    """The request for a picture made after another one: it depends on nothing else."""

    request: Candidate
    """What is to be there; its size is that at which the painter works."""
    source: str
    """The digest of the other picture's file."""
    mask: str = ""
    """The digest of the mask's pixels; empty: the whole picture is made anew."""
    strength: float
    """In (0, 1]."""

    @property
    def id(self) -> str:
        """Twelve hex digits that name this request and no other."""
        return digest(self)


class Tries(Record):
    """Which tries of a page are in play: `count` pictures from try number `first` on."""

    first: int = 0
    count: int


class Verdict(Record):
    """A critic's opinion of one picture; scores are in [0, 1], higher is better."""

    score: float
    reasons: tuple[str, ...] = ()


class Judged(Record):
    """A candidate's id with the verdict on it."""

    candidate: str
    verdict: Verdict


class Pick(Record):
    """The picture chosen for a page."""

    page: int
    candidate: str
    by: Literal["critic", "author"] = "critic"
    judged: tuple[Judged, ...] = ()


class Event(Record):
    """One step of long work: `done` of `total`, said by `stage`."""

    stage: str
    done: int
    total: int
    page: int | None = None
    note: str = ""


R = TypeVar("R", bound=Record)


def digest(*parts: object) -> str:
    """Twelve hex digits over records and plain values; equal parts give equal digests."""
    text = json.dumps(parts, default=_plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _plain(part: object) -> object:
    if isinstance(part, BaseModel):
        return part.model_dump(mode="json")
    if isinstance(part, bytes):
        return hashlib.sha256(part).hexdigest()
    raise TypeError(f"{type(part).__name__} has no digest")
