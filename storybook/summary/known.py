"""Known: whom of those that were spoken of before a name or a noun means."""

from dataclasses import dataclass

from storybook.summary.keepers import Keepers
from storybook.summary.lexicon import ANIMAL, Kind
from storybook.summary.names import Name
from storybook.summary.nouns import Common


@dataclass(frozen=True, slots=True)
class Known(Keepers):
    """Who is in a text as far as it was read, and how they are found again."""

    def _known(self, name: str) -> int | None:
        """Who has a name already: also `Luna` is `Luna O'Connor`, and `Whiskers` `Mr. Whiskers`."""
        for index, one in enumerate(self.all):
            if one.name.lower() == name.lower():
                return index
        pairs = ((index, (one.name, name)) for index, one in enumerate(self.all) if one.name)
        alike = [index for index, (one, two) in pairs if self._is_part(one, two)]
        return alike[0] if len(alike) == 1 else None

    def _is_part(self, one: str, other: str) -> bool:
        """Whether the shorter of two names is the first of the longer, or what its title is of."""
        short, long = sorted((one.lower().split(), other.lower().split()), key=len)
        if len(short) == len(long):
            return False
        if self._is_titled(" ".join(long)):
            return long[1:] == short and len(one) > len(other)  # Ted, and then Big Ted, are two
        surname = long[-1:] == short and len(one) > len(other)
        first = long[:1] == short and not self.words.is_title(short[0])
        return surname or first

    def _is_titled(self, name: str) -> bool:
        return self.words.is_title(name.lower().split()[0]) and " " in name

    def _sex_of_title(self, name: Name) -> str:
        """`she` of `Princess Luna`, `he` of `Mr. Fluff`."""
        if name.end == name.start + 1:
            return ""
        for at in range(name.start, name.end - 1):
            for sex in ("she", "he"):
                if self.words.has(f"titles.{sex}", self.low(at).rstrip(".")):
                    return sex
        return ""

    def _meant(self, common: Common) -> int | None:
        """The last one of whom `the kitten` can be said."""
        kind = common.kind
        alike = [
            index
            for index, one in enumerate(self.all)
            if one.kind
            and (one.count > 1) == (common.count > 1)
            and one.kind.sort == kind.sort
            and (one.kind.word == kind.word or self._is_like(one.kind, kind))
        ]
        same = [index for index in alike if self.all[index].kind.word == kind.word]  # type: ignore[union-attr]
        if same or (alike and not common.owned):
            return (same or alike)[-1]
        nameless = [index for index, one in enumerate(self.all) if one.kind is None]
        token = self.nouns.tokens[common.start]
        if common.determiner == "the" and kind.sort == ANIMAL and len(nameless) == 1:
            one = self.all[nameless[0]]
            first = next(t for t in self.nouns.tokens if t.start >= one.start)
            stands_alone = self.nouns.acts(common.end) or common.noun > common.start + 1
            later = first.sentence < token.sentence and stands_alone
            return nameless[0] if later and common.count == 1 else None
        return None

    def _is_like(self, one: Kind, other: Kind) -> bool:
        """Whether a puppy may be the dog of before; a lamb, for which a dog stands, is not."""
        return bool(other.species) and one.species == other.species and one.drawn == other.drawn
