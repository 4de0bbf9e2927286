"""A summary that the writer thinks up itself."""

from random import Random

from storybook.content_filter import unkind_words
from storybook.errors import ReplyError
from storybook.models import Writer
from storybook.models.prose import untitled
from storybook.models.writers import open_writer
from storybook.prompts import template
from storybook.records import Hero
from storybook.story.delexicalize import EntityMask, RoleWords
from storybook.story.parts import NAMES
from storybook.studio.studio import Studio
from storybook.world import World, article

TRIES = 6
LEAST_WORDS, MOST_WORDS = 7, 60


def surprise(hero: Hero, studio: Studio, *, seed: int) -> str:
    """A summary of a line or two that stars `hero`, by the studio's writer.

    A small writer thinks up without its adapter, which was taught to answer a summary with a story
    and not to think one up. Raises ReplyError if nothing that comes back can be a summary.
    """
    write, words = studio.settings.write, studio.role_words
    own = write.but(adapter=None) if words else write
    writer = open_writer(own, studio.settings.device)
    return thought_up(hero, writer, studio.world, words, seed=seed)


def thought_up(
    hero: Hero, writer: Writer, world: World, words: RoleWords | None, *, seed: int
) -> str:
    """What `surprise` says; another seed, another one.

    A writer that is told of roles goes on from how its tales are introduced; others are asked.
    """
    entities = _entity_mask(hero, world, words, Random(seed)) if words else None
    kind = article(f"{hero.look} {hero.species}".strip())
    if entities:
        question = f" {entities.mask(f'{hero.name}, {kind}')}.\n"
    else:
        question = template("idea").fill(hero=f"{hero.name}, {kind}")
    summary = ""
    for reply in writer.tell_each(question, seeds=range(seed, seed + TRIES), max_words=MOST_WORDS):
        # A writer that nothing stops goes on to the tale itself: its first line is meant.
        text = reply.reply if isinstance(reply, ReplyError) else reply
        line = " ".join(untitled(text.strip()).partition("\n")[0].split())
        summary = entities.fill(line) if entities else line
        if _is_one(summary, hero):
            return summary
    raise ReplyError(f"{writer.name} had no idea that can be a story. Try again.", summary)


def _is_one(summary: str, hero: Hero) -> bool:
    return (
        LEAST_WORDS <= len(summary.split()) <= MOST_WORDS
        and hero.name in summary
        and summary[-1] in ".!?"
        and not unkind_words(summary)
    )


def _entity_mask(hero: Hero, world: World, words: RoleWords, rng: Random) -> EntityMask:
    """The hero's, and a friend, a thing and a place by chance."""
    kinds = [species for species in world.species if species != hero.species]
    friend = Hero(
        name=rng.choice([name for name in NAMES if name != hero.name]),
        species=rng.choice(kinds),
    )
    thing, place = rng.choice(words.things), rng.choice(words.places)
    hers, theirs = (rng.choice(("he", "she")) for _ in range(2))
    return EntityMask(
        star=hero.but(pronoun=hero.pronoun or hers),
        friend=friend.but(pronoun=theirs),
        thing=thing,
        place=place,
    )
