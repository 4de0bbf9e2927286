"""What is measured on a told story. Each measure is a pure function of text and cast."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from storybook.readability import common_words, measure, sentences
from storybook.records import Hero, Record
from storybook.story.scene_from_text import without_names
from storybook.world import World

NAMED_PAGES = 0.8
REFRAINS, REFRAIN_WORDS = 2, 14
"""A story may have so many sentences that come again, none of them longer than this."""

QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")
SAYING = r"(?:said|asked|cried|called|whispered|shouted|sang|sighed|laughed|answered)"
SPEAKER = re.compile(
    rf"[”\"] {SAYING} (?P<after>[A-Z][a-z]+)|(?<![.!?] )\b(?P<before>[A-Z][a-z]+) {SAYING}\b"
)
MALE = re.compile(r"\b(?:he|his|himself)\b", re.IGNORECASE)
NO_OWNER = r"(?:an?|the|his|her|it|that|what|how|and|or|to|in|on|at|by|for|with|but|up|down|back)"
"""After these, `her` is whom something is done to, who may be somebody else."""
FEMALE = re.compile(rf"\b(?:she|herself|her(?= (?!{NO_OWNER}\b)[a-z]))\b", re.IGNORECASE)
ROLES = re.compile(
    r"\b(?:HERO|FRIEND|P?HE|P?HIM|P?HIS|P?HIMSELF|(?:PAL)?KIND|COAT|THING|\w+PLACE)\b"
)
"""What a writer of roles was told in place of names; nobody should read it."""


class Wanted(Record):
    """What a summary says that its story should keep."""

    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    """Keys of the world; the story may say any of a key's words."""
    things: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Other things and places, said as the summary says them."""


def hero_on_pages(paragraphs: Sequence[str], hero: str) -> float:
    """The share of pages that name the hero."""
    named = [re.search(rf"\b{re.escape(hero)}\b", page) is not None for page in paragraphs]
    return sum(named) / len(named)


def is_valid(paragraphs: Sequence[str], pages: int, hero: str) -> bool:
    """Whether the story has the pages that were asked for, and its hero on enough of them."""
    return len(paragraphs) == pages and hero_on_pages(paragraphs, hero) >= NAMED_PAGES


def kept(
    wanted: Wanted, text: str, cast: Sequence[Hero], world: World
) -> Iterator[tuple[str, bool]]:
    """Every name, place and thing of the summary with whether the story says it."""
    nameless = without_names(text, cast)
    for section in ("places", "things"):
        mentioned = world.find(section, nameless)
        yield from ((key, key in mentioned) for key in getattr(wanted, section))
    for word in wanted.names:
        yield word, re.search(rf"\b{re.escape(word)}\b", text) is not None
    for word in wanted.words:
        yield word, re.search(rf"\b{re.escape(word)}(?:e?s)?\b", text, re.IGNORECASE) is not None


def refrains(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """The short sentences that come again word for word on most pages, at least on two."""
    on_pages = Counter(
        sentence
        for page in paragraphs
        for sentence in dict.fromkeys(map(str.lower, sentences(page)))
        if len(sentence.split()) <= REFRAIN_WORDS
    )
    again = [(sentence, count) for sentence, count in on_pages.most_common() if count > 1]
    return tuple(sentence for sentence, _ in again[:REFRAINS])


def repeated(paragraphs: Sequence[str]) -> float:
    """The share of four-word runs said before, when refrains count the first time only."""
    allowed, earlier, counted = refrains(paragraphs), set(), []
    for sentence in chain.from_iterable(map(sentences, paragraphs)):
        if sentence.lower() in earlier:
            continue
        if sentence.lower() in allowed:
            earlier.add(sentence.lower())
        counted.append(sentence)
    return measure(" ".join(counted)).repeated_4grams


def contradictions(
    paragraphs: Sequence[str], summary: str, cast: Sequence[Hero], world: World
) -> list[str]:
    """Sentences at odds with the cast, each with its reason; an upper bound, found by patterns.

    - somebody is called another animal (`Pip the dog`, `Pip was a dog`), or is given another coat;
    - the narration calls somebody both he and she, in sentences that are about nobody else: of the
      two, the summary's word is right, or else the more frequent one;
    - somebody speaks by a name that is neither in the cast nor in the summary, nor a common word;
    - a role that the writer was told in place of a name was left in.
    """
    lines = list(chain.from_iterable(map(sentences, paragraphs)))
    found = [f"{sentence} [a role was left in]" for sentence in lines if ROLES.search(sentence)]
    found += [f"{each} [{why}]" for each in lines for why in _other_looks(each, cast, world)]
    for hero in cast:
        found += [f"{each} [{hero.name}'s sex]" for each in _other_sex(lines, summary, hero, cast)]
    found += [f"{each} [{name} is a stranger]" for each, name in _strangers(lines, summary, cast)]
    return found


def _other_looks(sentence: str, cast: Sequence[Hero], world: World) -> Iterator[str]:
    """Reasons why a sentence shows somebody of the cast as another animal, or in another coat."""
    known = {*world.species, *world.people}
    for hero in cast:
        name = re.escape(hero.name)
        called = re.search(
            rf"\b{name}(?: the|, an?|,? who was an?| (?:was|is) an?) ((?:[a-z-]+ ){{0,4}}[a-z]+)",
            sentence,
        )
        if called is None:
            continue
        # Only what comes before a verb or a preposition describes; the rest may be somebody else.
        phrase = re.split(r"\b(?:and|with|of|in|on|at|to|who|that)\b", called[1])[0]
        animals = world.find("species", phrase)
        if animals and hero.species in known and animals[0] != hero.species:
            yield f"{hero.name} is a {hero.species}"
        coats = world.find("coats", phrase) if animals else []
        if coats and hero.look in world.coats and coats[0] != hero.look:
            yield f"{hero.name} is {hero.look}"


def _other_sex(
    lines: Sequence[str], summary: str, hero: Hero, cast: Sequence[Hero]
) -> Iterator[str]:
    """Sentences about `hero` alone that use the other pronoun than the rest does."""
    others = [each for each in cast if each is not hero]
    theirs = [rf"\b{re.escape(each.name)}\b|\b{each.species}s?\b" for each in others]
    somebody_else = re.compile("|".join(theirs) or r"(?!)")
    votes: list[tuple[str, bool]] = []
    for sentence in lines:
        narrated = QUOTED.sub(" ", sentence)
        about = re.match(rf"\W*(?:[A-Za-z]+ )?{re.escape(hero.name)}\b(?!['’]s)", narrated)
        if not about or somebody_else.search(narrated):
            continue
        male, female = MALE.search(narrated), FEMALE.search(narrated)
        if (male is None) != (female is None):
            votes.append((sentence, male is not None))
    alone = not any(each.name in summary for each in others)
    sexes = (MALE.search(summary) is not None, FEMALE.search(summary) is not None)
    if alone and hero is cast[0] and sexes[0] != sexes[1]:
        is_male = sexes[0]
    else:
        is_male = 2 * sum(male for _, male in votes) >= len(votes)
    yield from (sentence for sentence, male in votes if male != is_male)


def _strangers(
    lines: Sequence[str], summary: str, cast: Sequence[Hero]
) -> Iterator[tuple[str, str]]:
    """Sentences in which somebody speaks by a name that nobody knows."""
    known = {hero.name for hero in cast} | set(re.findall(r"\b[A-Z]\w+", summary))
    for sentence in lines:
        for match in SPEAKER.finditer(sentence):
            name = match["after"] or match["before"]
            if name not in known and name.lower() not in common_words():
                yield sentence, name
