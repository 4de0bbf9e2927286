"""Deeds: who does what to whom, and whether a story has it the other way round. English only."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache

from storybook.readability import WORD, sentences
from storybook.records import Departure, Hero
from storybook.story.coverage import stem
from storybook.summary.lexicon import load_words

ALIKE = """
    rescue save free help; find discover spot; teach show; chase follow hunt catch; scare frighten;
    give bring hand; help comfort; lose miss drop; sing hum; shout yell roar; run race dash rush;
    laugh giggle chuckle; cry weep sob; look search seek hunt; eat munch nibble gobble; sleep nap
    snore doze; build make; hide vanish disappear; scare startle; share split; win beat; begin
    start; repair fix mend; hug cuddle; go travel leave; swim paddle; fly soar float; jump leap hop;
    talk speak chat; see notice spot
"""
"""Deeds of which a story may tell one for another."""
GAP = 2
"""So many words, such as adverbs, may stand between who acts and the deed."""
REACH = 3
"""So many between the deed and to whom it is done: `chases her friend Luna`."""
REACH_TO = 6
"""So many where `to` stands before whom: `gives his very last cheese to Luna`."""

TURNED = "Told the other way round"
BEING = frozenset({"is", "was", "gets", "got"})


@cache
def deeds_like(root: str) -> frozenset[str]:
    """The stems of deeds that say the same as one, itself among them."""
    sets = [{stem(word) for word in line.split()} for line in ALIKE.split(";")]
    return frozenset({root}.union(*(each for each in sets if root in each)))


def _is_deed(word: str) -> bool:
    return load_words().is_verb(word) or len(deeds_like(stem(word))) > 1


def turned_round(sentence: str, pages: Sequence[str], cast: Sequence[Hero]) -> Iterator[Departure]:
    """What one of the cast does to another in `sentence`, and the other to it on the pages.

    And what nobody does there at all.
    """
    in_story = [deed for page in pages for part in sentences(page) for deed in deeds(part, cast)]
    stems = {stem(word.lower()) for page in pages for word in WORD.findall(page)}
    for who, deed, whom in deeds(sentence, cast):
        alike = deeds_like(deed)
        if alike.isdisjoint(stems):
            clause = _said(sentence, who, deed, whom)
            yield Departure(kind="clause", text=f"Left out: “{clause}”.", words=(deed,))
        pairs = {(one, other) for one, done, other in in_story if done in alike}
        if (whom, who) in pairs and (who, whom) not in pairs:
            clause = _said(sentence, who, deed, whom)
            yield Departure(kind="clause", text=f"{TURNED}: “{clause}”.")


def deeds(sentence: str, cast: Sequence[Hero]) -> list[tuple[str, str, str]]:
    """Who does what to whom in a sentence: names of the cast, and the deed's stem.

    >>> tom, luna = Hero(name="Tom", species="cat"), Hero(name="Luna", species="dog")
    >>> deeds("Luna was quickly rescued by Tom, and Luna thanks Tom.", (tom, luna))
    [('Tom', 'rescu', 'Luna'), ('Luna', 'thank', 'Tom')]
    """
    words = WORD.findall(_with_names(sentence, cast))
    names = {f"NAME{chr(65 + n)}": hero.name for n, hero in enumerate(cast)}
    found = []
    for at, word in enumerate(words):
        if word not in names:
            continue
        near = words[at + 1 : at + 4 + GAP]
        passive = "by" in near and not BEING.isdisjoint(near[: 1 + GAP])
        reach = at + 2 + GAP + (passive and 1)
        for n in range(at + 1, min(reach, len(words))):
            if words[n] in names:
                break
            if words[n] in BEING or not _is_deed(words[n].lower()):
                continue
            whom = _whom(words, n, names)
            if whom is not None and words[whom] != word and "and" not in words[n:whom]:
                pair = (names[word], names[words[whom]])
                turned = passive and words[whom - 1] == "by"
                one, other = pair[::-1] if turned else pair
                found.append((one, stem(words[n].lower()), other))
            break
    return found


def _whom(words: Sequence[str], deed: int, names: Collection[str]) -> int | None:
    """Where somebody stands to whom the deed at `deed` is done; None if nobody does."""
    for at in range(deed + 1, min(deed + 2 + REACH_TO, len(words))):
        if words[at] in names:
            return at if at < deed + 2 + REACH or words[at - 1] == "to" else None
    return None


def _with_names(sentence: str, cast: Sequence[Hero]) -> str:
    """The sentence with a word for each name, and without kinds and titles around them."""
    for n, hero in sorted(enumerate(cast), key=lambda each: -len(each[1].name)):
        names = dict.fromkeys((hero.name, hero.name.split()[0]))
        for name in names:
            if len(name) > 1 and not load_words().is_title(name.lower()):
                sentence = re.sub(rf"\b{re.escape(name)}\b", f"NAME{chr(65 + n)}", sentence)
        sentence = re.sub(
            rf"(NAME{chr(65 + n)}),? the (?:\w+ )?{hero.species}\b,?", r"\1", sentence
        )
    return sentence


def _said(sentence: str, who: str, deed: str, whom: str) -> str:
    """The part of a sentence that says a deed, as it stands there."""
    first, last = sorted((sentence.find(who), sentence.find(whom)))
    return sentence[max(0, first) : last + len(whom if sentence.find(whom) == last else who)]
