"""Free words: a prompt as an author types it, said as a painter of the drawn world was taught.

Such a painter learnt a few hundred words in one order of parts, so what it is told is read first,
in the way that summaries and pages are read. What it has no word for it could not have drawn.
"""

import re
from collections.abc import Iterator, Sequence

from storybook.models.prompt_syntax import plain
from storybook.models.scheduling import resolve_syntax
from storybook.readability import WORD
from storybook.records import Hero
from storybook.story.casting import cast
from storybook.story.composition import composition_pattern
from storybook.story.coverage import FUNCTION
from storybook.story.scene_from_text import (
    DEFAULT_LIGHT,
    DEFAULT_PLACE,
    likeliest_moment,
    without_names,
)
from storybook.summary import called
from storybook.summary.lexicon import ANIMAL, kinds_of, load_words
from storybook.summary.nouns import Nouns
from storybook.summary.tokens import tokens
from storybook.world import MOST_COMPANIONS, Composition, World, article, picture_words

DEFAULT_SHOT = "middle"
MARKED = re.compile(r"[()\[\]<>]")
"""A1111's marks: who weighs words chooses them."""
VERB = re.compile(r"\b([a-z]+?)(ing|e?s)\b")


def prompt_to_caption(words: str, heroes: Sequence[Hero], world: World, style: str) -> str:
    """The caption that says what `words` say, in the words of the world.

    `heroes` may be called by name or token. What is left open is filled in: `style`, a garden from
    the front, day; but not how the picture is composed, which `composed` says. A caption, and words
    with A1111's marks, stay as they are.
    """
    if _is_caption(words, world) or MARKED.search(words):
        return words
    present = [hero for hero in heroes if _is_called(hero, words)]
    who = cast(words, present, world, seed=0)
    star, *others = who.heroes
    nameless = without_names(who.summary, present)
    things = world.find("things", nameless)
    action = action_in(nameless, things, world)
    thing = things[0] if things else ""
    return picture_words(
        style=_first(world.find("styles", nameless), style),
        star=star.words,
        action=action,
        thing=thing,
        relation=world.relation_in(nameless, action, thing) if thing else "with",
        companions=[other.words for other in others[:MOST_COMPANIONS]],
        place=_first(world.find("places", nameless), DEFAULT_PLACE),
        light=_first(world.find("lights", nameless), DEFAULT_LIGHT),
        mood=_first([mood for mood in world.find("moods", nameless) if mood != "happy"], ""),
        shot=_first(world.find("shots", nameless), DEFAULT_SHOT),
        composition=Composition(view=_first([*world.find("views", nameless), *world.views], "")),
    )


def unknown_words(words: str, heroes: Sequence[Hero], world: World) -> tuple[str, ...]:
    """What `words` say and the world has no word for, in their order, each once.

    A1111's marks are left out, and so are function words, names and tokens of the `heroes`, and
    animals that the world draws as another: those `stand_ins` tells.

    >>> unknown_words("a (purple:1.2) cat eats pizza", [], load_world(shipped("assets")))
    ('purple', 'pizza')
    """
    text = plain(resolve_syntax(words)[0])
    for hero in heroes:
        names = "|".join(re.escape(name) for name in (hero.name, hero.token, hero.look) if name)
        text = re.sub(rf"\b(?:{names})\b", " ", text, flags=re.IGNORECASE)
    text = world.without_its_words(text.lower())
    kept = {word for phrase in kinds_of(world) for word in phrase.split()} | {"view", *FUNCTION}
    found = [
        word
        for word in WORD.findall(text)
        if len(word) > 1 and word not in kept and not any(_past(word, world))
    ]
    return tuple(dict.fromkeys(found))


def stand_ins(words: str, world: World) -> tuple[str, ...]:
    """A line for each animal of `words` that the world draws as another.

    >>> stand_ins("two lions and a cat", load_world(shipped("assets")))
    ('lion is drawn as a cat',)
    """
    nouns = Nouns(tokens(words), kinds_of(world), load_words())
    near = {word for each in world.species.values() for word in each.near}
    found, i = [], 0
    while i < len(nouns.tokens):
        common, kind = nouns.at(i), nouns.kind_at(i)
        if common and common.kind.sort == ANIMAL and not common.kind.drawn:
            found.append(common.kind)
        elif kind and kind[0].word in near:
            found.append(kind[0])
        i = common.end if common else kind[1] if kind else i + 1
    lines = (f"{kind.word} is drawn as {article(kind.species)}" for kind in found if kind.species)
    return tuple(dict.fromkeys(lines))


def _is_caption(words: str, world: World) -> bool:
    """Whether words have the first and the last part of a caption, so that they are one."""
    styles, shots = ("|".join(map(re.escape, keys)) for keys in (world.styles, world.shots))
    composed = composition_pattern(world)
    return re.fullmatch(rf"(?:{styles}) of an? .+, (?:{shots}) view{composed}", words) is not None


def _is_called(hero: Hero, words: str) -> bool:
    return any(called(name).search(words) for name in (hero.name, hero.token) if name)


def action_in(text: str, things: Sequence[str], world: World) -> str:
    """What is done, in whatever form of its verb; a strong verb goes before a weak one."""
    actions = world.find("actions", text)
    actions += [
        each for each in world.find("actions", " ".join(_past(text, world))) if each not in actions
    ]
    return likeliest_moment(actions, with_thing=bool(things))


def _past(text: str, world: World) -> Iterator[str]:
    """The verbs of a text in the past, which is how stories, and so the world, tell them.

    >>> list(_past("a cat tiptoes and is hugging a box", load_world(shipped("assets"))))
    ['tiptoed', 'hugged']
    """
    known = {word for entry in world.actions.values() for word in entry.words}
    for match in VERB.finditer(text.lower()):
        if match[0] in FUNCTION:  # `his` is no form of `hid`
            continue
        stem = match[1]
        forms = (f"{stem}ed", f"{stem}d", f"{stem}{stem[-1:]}ed", f"{stem}ing")
        yield from (form for form in forms if form in known)


def _first(found: Sequence[str], otherwise: str) -> str:
    return found[0] if found else otherwise
