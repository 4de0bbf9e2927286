"""People of a summary: who is in it, and where the text means whom."""

from dataclasses import dataclass, field

from storybook.summary.lexicon import BAND, COMPANY, FAMILY, PERSON, SIBLINGS, Kind

OPEN = (BAND, SIBLINGS, COMPANY, FAMILY)
Span = tuple[int, int]
"""Characters of the text, from and to."""


@dataclass(slots=True)
class Character:
    """Somebody in a summary, or several of a kind that it gives no names."""

    name: str = ""
    kind: Kind | None = None
    """None where only a name is known."""
    count: int = 1
    several: int = 1
    """How many there were before some of them were named."""
    sex: str = ""
    """`he`, `she` or `they` as the summary says it; empty if it does not."""
    acts: bool = False
    """Whether it does something, or something is done to it by its name."""
    leads: bool = False
    """Whether it is the subject of a sentence."""
    embedded: bool = False
    """Whether it is the subject inside of what another does: `helps Pip find`."""
    indefinite: bool = False
    owned: bool = False
    human: bool = False
    is_child: bool = False
    """Whether its parents are spoken of, by which it is a child if a pet is there as well."""
    owner: int | None = None
    """Which other character has this one: `her kittens`."""
    start: int = 0
    names: list[Span] = field(default_factory=list)
    nouns: list[Span] = field(default_factory=list)
    """Where the text says the kind."""
    qualities: list[Span] = field(default_factory=list)
    """Where it says what such a one is like: `sleepy orange`."""

    @property
    def species(self) -> str:
        """A key of the world; empty where it is open."""
        return self.kind.species if self.kind else ""

    @property
    def is_animal(self) -> bool:
        return not self.human and (self.kind is None or self.kind.sort != PERSON)

    @property
    def open(self) -> bool:
        """Whether no noun says what it is."""
        return self.kind is None or self.kind.sort in OPEN


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens `start` to `end` that mean `who`, several if `and` joins them."""

    start: int
    end: int
    who: tuple[int, ...]
    acts: bool
    embedded: bool = False
    """Whether it acts only inside of what another does: `helps Pip find`, `asks a fox to look`."""
