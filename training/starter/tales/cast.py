"""Who is in a tale, and how a summary may call them."""

from dataclasses import dataclass
from random import Random

from storybook.world import article
from training.starter.tales.words import Lexicon

IRREGULAR = {"mouse": "mice", "goose": "geese", "deer": "deer", "wolf": "wolves"}
WORLDLY = 0.78
"""The share of animals that the painter's world holds; the others teach the writer to copy."""


@dataclass(frozen=True, slots=True)
class TaleAnimal:
    """An animal in a tale. `name` is empty for `a kind fox`."""

    name: str
    species: str
    coat: str
    mood: str
    female: bool

    @property
    def kind(self) -> str:
        """Coat and species, such as `grey mouse`."""
        return f"{self.coat} {self.species}".strip()

    @property
    def first(self) -> str:
        """How a tale speaks of this companion the first time."""
        return f"{self.name} the {self.species}" if self.name else article(self.plainly)

    @property
    def later(self) -> str:
        """How a tale speaks of this companion after that."""
        return self.name or f"the {self.species}"

    @property
    def plainly(self) -> str:
        """Mood and species, such as `kind fox`."""
        return f"{self.mood} {self.species}"


def hero_of(rng: Random, lexicon: Lexicon) -> TaleAnimal:
    """The star of a tale, always with a name and nearly always with a coat."""
    coat = "" if rng.random() < 0.08 else coat_of(rng, lexicon)
    return TaleAnimal(
        name_of(rng, lexicon),
        species_of(rng, lexicon),
        coat,
        rng.choice(lexicon.words.moods),
        rng.random() < 0.5,
    )


def pal_of(
    rng: Random, lexicon: Lexicon, hero: TaleAnimal, *, twin: bool, named: bool
) -> TaleAnimal:
    """The hero's companion: another species, or the same one if they are `twin`s."""
    species = hero.species
    while species == hero.species and not twin:
        species = species_of(rng, lexicon)
    name = hero.name
    while name == hero.name:
        name = name_of(rng, lexicon)
    return TaleAnimal(
        name if named or twin else "",
        species,
        "",
        rng.choice(lexicon.words.pal_moods),
        rng.random() < 0.5,
    )


def name_of(rng: Random, lexicon: Lexicon) -> str:
    """A name of the list, or one that nobody has had."""
    words = lexicon.words
    if rng.random() < 0.9:
        return rng.choice(words.names.split())
    first, last = rng.choice(words.syllables_first.split()), words.syllables_last.split()
    return first + "".join(rng.choice(last) for _ in range(rng.choice((1, 1, 1, 2))))


def species_of(rng: Random, lexicon: Lexicon) -> str:
    """An animal, mostly of the drawn world."""
    others = lexicon.words.species
    if rng.random() < WORLDLY:
        return rng.choice(list(lexicon.world.species))
    return rng.choice((*others.also, *others.words))


def coat_of(rng: Random, lexicon: Lexicon) -> str:
    """A coat of the drawn world, sometimes in other words."""
    coats = lexicon.world.coats
    key = rng.choice(list(coats))
    return rng.choice(coats[key].words) if rng.random() < 0.25 else key


def said_hero(rng: Random, hero: TaleAnimal, *, plain: bool) -> str:
    """The hero in a summary; `plain` wordings may be followed by `'s`."""
    named = [f"{hero.name} the {hero.species}", hero.name, f"{hero.name} the {hero.plainly}"]
    unnamed = [article(hero.plainly), article(hero.kind), article(f"{hero.mood} {hero.kind}")]
    commas = [
        f"{hero.name}, {article(hero.kind)},",
        f"{article(hero.kind)} named {hero.name}",
        f"{article(hero.plainly)} called {hero.name}",
    ]
    return rng.choice(named + unnamed if plain else named + unnamed + commas)


def said_pal(rng: Random, hero: TaleAnimal, pal: TaleAnimal) -> str:
    """The companion in a summary, always with the species."""
    if not pal.name:
        return article(pal.plainly)
    his = "her" if hero.female else "his"
    return rng.choice(
        [
            pal.first,
            pal.first,
            f"{article(pal.species)} named {pal.name}",
            f"{his} friend {pal.first}",
            f"{pal.name}, {article(pal.plainly)},",
        ]
    )


def said_both(rng: Random, hero: TaleAnimal, pal: TaleAnimal) -> str:
    """Hero and twin in a summary."""
    two = f"two {plural(hero.species)}"
    both = f"{hero.name} and {pal.name}"
    moody = f"two {hero.mood} {plural(hero.species)}"
    return rng.choice([two, f"{two} named {both}", f"{both}, {two},", moody])


def plural(noun: str) -> str:
    """More than one of an animal."""
    if noun in IRREGULAR:
        return IRREGULAR[noun]
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}{'es' if noun.endswith(('x', 's', 'ch')) else 's'}"
