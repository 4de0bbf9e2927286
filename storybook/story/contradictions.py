"""Contradictions: sentences of a story that are at odds with who is in it. English only."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from storybook.readability import common_words, sentences
from storybook.records import Hero
from storybook.summary.lexicon import load_words
from storybook.world import World

QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")
CAPITAL = re.compile(r"\b[A-Z]\w")
STRAY = 1 / 3
"""From this share of the sentences on that call somebody he or she, the fewer are slips."""
SAYING = r"(?:said|asked|cried|called|whispered|shouted|sang|sighed|laughed|answered)"
SPEAKER = re.compile(
    rf"[”\"] {SAYING} (?P<after>[A-Z][a-z]+)|(?<![.!?] )\b(?P<before>[A-Z][a-z]+) {SAYING}\b"
)
MALE = re.compile(r"\b(?:he|his|himself)\b", re.IGNORECASE)
NO_OWNER = r"(?:an?|the|his|her|it|that|what|how|and|or|to|in|on|at|by|for|with|but|up|down|back)"
"""After these, `her` is whom something is done to, who may be somebody else."""
FEMALE = re.compile(rf"\b(?:she|herself|her(?= (?!{NO_OWNER}\b)[a-z]))\b", re.IGNORECASE)
ROLES = re.compile(r"\b(?:HERO|FRIEND|PHE|PHIM|PHIS|P?HIMSELF|(?:PAL)?KIND|COAT|THING|\w+PLACE)\b")
"""What a writer of roles was told in place of names; nobody should read it. HE may be shouted."""


def contradictions(
    paragraphs: Sequence[str], summary: str, cast: Sequence[Hero], world: World
) -> list[str]:
    """Sentences at odds with the cast, each with its reason; an upper bound, found by patterns.

    - somebody is called another animal (`Pip the dog`, `Pip was a dog`), or is given another coat;
    - the narration calls somebody both he and she, in sentences that are about nobody else: of the
      two, the summary's word is right, or else the more frequent one;
    - somebody speaks by a name that is said once, and is neither in the cast nor in the summary,
      nor a common word, nor behind a title;
    - a role that the writer was told in place of a name was left in.
    """
    lines = list(chain.from_iterable(map(sentences, paragraphs)))
    found = [f"{sentence} [a role was left in]" for sentence in lines if ROLES.search(sentence)]
    found += [f"{each} [{why}]" for each in lines for why in _other_looks(each, cast, world)]
    for hero in cast:
        found += [f"{each} [{hero.name}'s sex]" for each in _other_sex(lines, summary, hero, cast)]
    found += _other_pronoun(lines, cast)
    found += [f"{each} [{name} is a stranger]" for each, name in _strangers(lines, summary, cast)]
    return found


def _other_looks(sentence: str, cast: Sequence[Hero], world: World) -> Iterator[str]:
    """Reasons why a sentence shows somebody of the cast as another animal, or in another coat."""
    for hero in cast:
        own = {hero.species, *world.find("species", hero.species)}
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
        if animals and animals[0] not in own:
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
        if not about or somebody_else.search(narrated) or CAPITAL.search(narrated[about.end() :]):
            continue
        male, female = MALE.search(narrated), FEMALE.search(narrated)
        if (male is None) != (female is None):
            votes.append((sentence, male is not None))
    sexes = (MALE.search(summary) is not None, FEMALE.search(summary) is not None)
    males = sum(male for _, male in votes)
    if hero.pronoun in ("he", "she"):
        is_male = hero.pronoun == "he"
    elif hero is cast[0] and sexes[0] != sexes[1] and not any(o.name in summary for o in others):
        is_male = sexes[0]
    else:
        is_male = 2 * males > len(votes)
    if 2 * males == len(votes) and not hero.pronoun:
        return
    wrong = [each for each, male in votes if hero.pronoun == "they" or male != is_male]
    if len(wrong) >= STRAY * len(votes):  # else it is somebody's who is not in the cast
        yield from wrong


def _other_pronoun(lines: Sequence[str], cast: Sequence[Hero]) -> Iterator[str]:
    """Whether a story never calls its star by its own pronoun, and uses the other one alone."""
    star, *others = cast
    if star.pronoun not in ("he", "she"):
        return
    other = "she" if star.pronoun == "he" else "he"
    if any(each.pronoun in ("", other) for each in others):
        return
    narrated = [QUOTED.sub(" ", line) for line in lines]
    patterns = {"he": MALE, "she": FEMALE}
    wrong = [line for line in narrated if patterns[other].search(line)]
    right = any(patterns[star.pronoun].search(line) for line in narrated)
    if len(wrong) > 1 and not right:
        yield f"{star.name} is called {other} all along [{star.name}'s sex]"


def _strangers(
    lines: Sequence[str], summary: str, cast: Sequence[Hero]
) -> Iterator[tuple[str, str]]:
    """Sentences in which somebody speaks whom nobody knows, and who is named nowhere else."""
    known = {hero.name for hero in cast} | set(re.findall(r"\b[A-Z]\w+", summary))
    named = Counter(word for sentence in lines for word in re.findall(r"\b[A-Z]\w+", sentence))
    for sentence in lines:
        for match in SPEAKER.finditer(sentence):
            name = match["after"] or match["before"]
            has_title = re.search(rf"\b[A-Z][\w.]* {name}\b|\b{name}\.? [A-Z]", sentence)
            if name in known or name.lower() in common_words() or has_title:
                continue
            if named[name] == 1 and not load_words().is_title(name.lower()):
                yield sentence, name
