"""Pronouns: whom `he`, `she` and `they` mean, and so what each character is called by.

After Hobbs (1978, "Resolving pronoun references"): a subject's pronoun goes back to a subject,
`his` and `himself` to who acts in the same clause, `him` to anybody but that one; whose sex is
known to be another's is never meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from storybook.summary.characters import Characters
from storybook.summary.lexicon import load_words
from storybook.summary.nouns import DETERMINERS, Nouns
from storybook.summary.people import Character, Mention
from storybook.summary.phrases import COPULAS
from storybook.summary.tokens import tokens

SEX = {
    "he": "he",
    "him": "he",
    "his": "he",
    "himself": "he",
    "she": "she",
    "her": "she",
    "hers": "she",
    "herself": "she",
}
FORMS = {
    "he": "he",
    "she": "he",
    "they": "he",
    "him": "him",
    "her": "him",
    "them": "him",
    "his": "his",
    "hers": "his",
    "their": "his",
    "theirs": "his",
    "himself": "himself",
    "herself": "himself",
    "themself": "himself",
    "themselves": "himself",
}
THEIR = ("their", "theirs", "themself", "themselves")
OWN = ("his", "himself", "hers", "herself")
OWNING = ("his", "her", "their")
OBJECT_BEHIND = ("home", "back", "away", "up", "down", "in", "out", "all", "feel")
"""Words behind `her` that no one has: `carries her home`."""
CLAUSES = (",", "and", "but", "when", "because", "that", "until", "if", "so", "where", "while")
ANYBODY = (
    "nobody",
    "one",
    "everybody",
    "everyone",
    "someone",
    "somebody",
    "it",
    "they",
    "we",
    "i",
    "you",
    "anyone",
    "nothing",
    "something",
    "everything",
)
JOINTS = ("and", "but", "then", "so", "or")


@dataclass(slots=True)
class _Focus:
    """Who acts where the reading has come to, and who was spoken of before, the last one last."""

    subject: tuple[int, ...] = ()
    """Of the sentence so far."""
    local: tuple[int, ...] = ()
    """Of the clause, which may be another: `asks a fox to help her`."""
    topic: tuple[int, ...] = ()
    """The subject of the sentence before."""
    seen: list[int] = field(default_factory=list)
    sentence: int = 0
    owners: set[int] = field(default_factory=set)
    """Of whom only what they have was spoken: `Grandad's dog`."""


def read_pronouns(nouns: Nouns, walk: Characters) -> str:
    """Give each of the characters the sex that the pronouns of the text say.

    Returns `he` or `she` if the first of these pronouns means nobody of whom the text spoke before.
    """
    people, mentions, loose = walk.all, walk.mentions, ""
    focus, starts = _Focus(), {}
    for mention in mentions:  # the longest that starts somewhere: `Tom and Max`
        starts[mention.start] = mention
    covered = 0
    for i, token in enumerate(nouns.tokens):
        if token.sentence != focus.sentence:
            focus.topic, focus.subject, focus.local = focus.subject or focus.topic, (), ()
            focus.sentence = token.sentence
        if i in starts and i >= covered:
            if token.lower in OWNING:
                _keep(nouns, walk, focus, i)
            _meet(focus, starts[i])
            if nouns.low(starts[i].end) == "'s":
                focus.owners.update(starts[i].who)
            covered = starts[i].end
            continue
        if i < covered:
            if token.lower in OWNING:  # Pip and his friends
                _keep(nouns, walk, focus, i)
            continue
        if token.lower in SEX or token.lower in (*THEIR, "they"):
            who = _read(nouns, people, focus, i)
            if who is None and not focus.seen:
                loose = loose or SEX.get(token.lower, "")
        elif token.lower in JOINTS and nouns.acts(i + 1):
            focus.local = focus.subject
        elif _is_another_subject(nouns, i) and i + 1 not in starts:
            focus.local = ()
    return loose


def pronouns_in(text: str) -> list[tuple[int, int, str, str]]:
    """Where `text` has pronouns: characters from and to, which of `he him his himself`, and whose.

    >>> pronouns_in("He helps her find her hat.")
    [(0, 2, 'he', 'he'), (9, 12, 'him', 'she'), (18, 21, 'his', 'she')]
    """
    nouns = Nouns(tokens(text), {}, load_words())
    found = []
    for i, token in enumerate(nouns.tokens):
        form = FORMS.get(token.lower)
        if token.lower == "her" and owns(nouns, i):
            form = "his"
        if form:
            found.append((token.start, token.end, form, SEX.get(token.lower, "they")))
    return found


def owns(nouns: Nouns, i: int) -> bool:
    """Whether the `her` at token `i` is whose something is: `her mitten`, not `helps her find`."""
    behind = nouns.low(i + 1)
    if nouns.low(i + 2) in DETERMINERS:  # helps her reach the shelf
        return False
    if not behind or not nouns.tokens[i + 1].is_word or behind in OBJECT_BEHIND:
        return False
    words = nouns.words
    if words.has("closed.words", behind) and behind not in ("own", "very", "first", "last", "two"):
        return False
    before = nouns.low(i - 1)
    bare = {before, *(before.removesuffix(end) for end in ("s", "es"))}
    governs = bare & words.lists["verbs.bare"]
    return not (governs and words.has("verbs.words", behind))


def _keep(nouns: Nouns, walk: Characters, focus: _Focus, i: int) -> None:
    """Settle whose the animal is that is mentioned from token `i` on."""
    whose = focus.local or focus.subject
    if nouns.low(i) == "their" and len(whose) > 1:
        kind = next((walk.all[m.who[0]].kind for m in walk.mentions if m.start == i), None)
        for index in whose:
            walk.all[index].human |= kind is not None and walk.is_keeper(index, kind)
    if nouns.low(i - 1) in COPULAS:  # Bo is her friend
        focus.local = ()
        focus.subject, focus.seen = focus.topic, focus.seen[: -len(whose) or None]
    keeper = _read(nouns, walk.all, focus, i)
    if nouns.low(i - 1) in COPULAS:
        focus.local = focus.subject = whose
        focus.seen += whose
    for mention in walk.mentions:
        if mention.start == i and keeper is not None:
            had = walk.all[mention.who[0]]
            had.owner = keeper
            if had.kind and walk.is_keeper(keeper, had.kind):
                walk.all[keeper].human = True


def _is_another_subject(nouns: Nouns, i: int) -> bool:
    """Whether somebody or something else acts from here on: `that no one can`, `but the wind`."""
    if nouns.low(i) in CLAUSES:
        return nouns.low(i + 1) in DETERMINERS
    return nouns.low(i) in ANYBODY and nouns.acts(i + 1)


def _meet(focus: _Focus, mention: Mention) -> None:
    if mention.acts:
        focus.local = mention.who
        if mention.embedded:
            focus.subject = focus.subject or mention.who
            focus.seen += mention.who
            return
        focus.subject = focus.subject or mention.who
        if not set(mention.who) <= set(focus.subject):
            focus.subject = mention.who
    elif not focus.subject:
        focus.subject = mention.who
    focus.seen += [index for index in mention.who if index not in focus.seen[-len(mention.who) :]]


def _read(nouns: Nouns, people: Sequence[Character], focus: _Focus, i: int) -> int | None:
    """Settle the pronoun at token `i`: the sex of whom it means, which is returned."""
    word = nouns.low(i)
    if word in (*THEIR, "they"):
        who = _their(nouns, people, focus, i)
        if who is not None:
            people[who].sex = "they"
        return who
    sex = SEX[word]
    order = _order(nouns, focus, i)
    fit = [index for index in order if people[index].count == 1 and people[index].sex in ("", sex)]
    if not fit:
        return None
    usual = {index: nouns.words.usual_sex(people[index].name) for index in fit}
    own = word in OWN or (word == "her" and owns(nouns, i))
    near = [index for index in fit if own and index in focus.local and usual[index] in ("", sex)]
    known = [index for index in fit if people[index].sex == sex]
    likely = [index for index in fit if usual[index] == sex]
    free = [index for index in fit if usual[index] == ""]
    lead = focus.subject[0] if focus.subject and word in ("he", "she") else None
    if lead in fit and known and set(known) <= focus.owners and usual[lead] in ("", sex):
        known = [lead]  # Grandad's dog Moss is tired, so he naps
    who = (near or known or likely or free or fit)[0]
    people[who].sex = sex
    if word in ("he", "she") and nouns.acts(i + 1):
        focus.local = (who,)
        focus.subject = focus.subject or (who,)
    focus.seen.append(who)
    return who


def _order(nouns: Nouns, focus: _Focus, i: int) -> list[int]:
    """Whom the pronoun at `i` may mean, the likeliest first."""
    word = nouns.low(i)
    back = focus.seen[::-1]
    if word in ("he", "she"):
        order = [*focus.subject, *focus.topic, *back]
    elif word in OWN or (word == "her" and owns(nouns, i)):
        order = [*focus.local, *focus.subject, *focus.topic, *back]
    else:
        order = [index for index in back if index not in focus.local]
    return list(dict.fromkeys(order))


def _their(nouns: Nouns, people: Sequence[Character], focus: _Focus, i: int) -> int | None:
    """The one whom a singular `they` means; None where it means several, as it mostly does."""
    alone = [*focus.local, *(index for index in focus.topic if not focus.local)]
    if len(alone) != 1 or people[alone[0]].count > 1 or people[alone[0]].sex:
        return None
    here = nouns.tokens[i].sentence
    sentences = (here,) if focus.local else (here - 1, here)
    before = [n for n in range(i) if nouns.tokens[n].sentence in sentences]
    if any(_is_many(nouns, n) for n in before):
        return None
    others = {index for index in focus.seen if index != alone[0]}
    word = nouns.low(i)
    if word == "they" and (others or not nouns.acts(i + 1, many=True)):
        return None
    return None if others & set(focus.seen[-2:]) and not focus.local else alone[0]


def _is_many(nouns: Nouns, n: int) -> bool:
    """Whether a word may be a noun for several, whom `they` could mean as well."""
    word, words = nouns.low(n), nouns.words
    kind = nouns.kinds.get(word)
    if kind and kind.many:
        return True
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "'s", "is")):
        return False
    known = words.is_verb(word) or words.has("closed.words", word)
    return not known and not nouns.tokens[n].capital
