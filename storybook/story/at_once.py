"""Tellings in one reply each, which a small writer was taught to give."""

from collections.abc import Iterator
from dataclasses import replace

from storybook.errors import ReplyError
from storybook.models import Writer
from storybook.naming import is_english
from storybook.prompts import template
from storybook.records import Brief
from storybook.story.casting import MAX_COMPANIONS, Cast
from storybook.story.delexicalize import EntityMask, RoleWords, entity_mask_of
from storybook.story.faults import ASKED_AT_ONCE
from storybook.story.lost_one import somebody_lost
from storybook.story.prompt_frame import PromptFrame
from storybook.story.read_reply import ReadReply, introduced, read_reply, room_for
from storybook.world import World


def told_at_once(
    brief: Brief,
    who: Cast,
    writer: Writer,
    frame: PromptFrame,
    entities: EntityMask | None,
    attempts: int,
    at_once: int,
) -> Iterator[ReadReply]:
    """Stories with a seed each, as many at once as are asked for."""
    pages = min(brief.pages, ASKED_AT_ONCE)
    hero, summary = introduced(who.heroes[0]), who.summary
    if entities:
        hero, summary = entities.mask(hero), entities.ask(summary)
    question = frame.ask(pages=pages, ages=brief.ages, hero=hero, summary=summary)
    if not is_english(brief.language):  # no frame is taught in another one
        question = f"{template('language').fill(language=brief.language)}\n\n{question}"
    for first in range(0, attempts, at_once):
        seeds = range(brief.seed + first, brief.seed + min(first + at_once, attempts))
        for reply in writer.tell_each(question, seeds=seeds, max_words=room_for(brief, pages)):
            if isinstance(reply, ReplyError):
                yield reply
                continue
            if not entities:
                yield read_reply(reply, brief, who, writer)
                continue
            stray = entities.stray_in(reply)
            there = (*who.heroes, *stray)[: MAX_COMPANIONS + 1]
            yield read_reply(entities.fill(reply), brief, replace(who, heroes=there), writer)


def entities_of(who: Cast, world: World, words: RoleWords) -> EntityMask:
    """The star and its friend as a writer that tells of roles is asked for them."""
    star, friend = who.heroes[:2]
    return entity_mask_of(
        who.heroes,
        who.summary,
        words,
        kinds=world.species[star.species].words if star.species in world.species else (),
        friend_kinds=world.species[friend.species].words if friend.species in world.species else (),
        stray=somebody_lost(who.heroes, world),
    )
