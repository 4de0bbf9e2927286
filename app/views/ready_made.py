"""Ready-made stories beside the field for a summary: found by words, age, manner and animal."""

from collections.abc import Callable

import streamlit as st

from app.widgets import look
from storybook.ready_made.collection import (
    BOOK_AGES,
    MANNERS,
    STORY_AGES,
    ReadyMade,
    ready_made,
    story_named,
)
from storybook.ready_made.find import StoryQuery, find_stories
from storybook.ready_made.parts import obstacle
from storybook.ready_made.recast import Recast, as_it_stands, recast
from storybook.records import Hero

SHOWN = 6
ANIMALS = ("cat", "dog", "rabbit", "mouse", "bear", "fox")
MANNER_NAMES = {"plain": "Told plainly", "bedtime": "For bedtime", "rhyme": "In rhyme"}
Change = Callable[..., None]
"""Keeps fields of the draft, as `new_book` does."""


def stars_in(story: ReadyMade, star: Hero) -> bool:
    """Whether the hero takes the star's part; otherwise the story is about its own star."""
    return not obstacle(story, star)


def told_about(story: ReadyMade, star: Hero) -> Recast:
    """The story about the hero, or about its own star where the hero cannot take that part."""
    return recast(story, star) if stars_in(story, star) else as_it_stands(story)


def chosen(name: str, star: Hero, change: Change) -> None:
    """The story that the book is to be of, and the way back to a telling of the writer's own."""
    story = story_named(name)
    retold = told_about(story, star)
    with st.container(border=True, key="ready-made-chosen"):
        st.markdown(f"**{look.plain(retold.title)}**")
        st.caption(f"A ready-made story, {story.id}: {look.plain(_facts(story, star))}.")
        st.markdown(look.plain(retold.summary))
        if stars_in(story, star):
            st.caption(look.plain(retold.line))
        else:
            says = f"It is about its own star, {story.star.name}: {obstacle(story, star)}."
            st.warning(look.plain(says))
        _text_of(retold)
        st.button(
            "Have the writer tell a story of its own instead",
            key="ready-made-none",
            type="tertiary",
            icon=":material/history_edu:",
            on_click=change,
            kwargs={"story": ""},
        )


def shelf(star: Hero, change: Change) -> None:
    """The stories that can be had, once they are asked for, each to be read and taken."""
    says = f"Or take a story that is told already: {len(ready_made())} come along"
    if not st.toggle(says, key="ready-made-open"):
        return
    wanted = _filters(star)
    found = find_stories(wanted)
    many = f"{len(found)} stories" if len(found) != 1 else "One story"
    if len(found) > SHOWN:
        many += f", of which these are the {'best' if wanted.words else 'first'} {SHOWN}"
    st.caption(f"{many}." if found else "No story is so. Leave a filter out.")
    for story in found[:SHOWN]:
        _offered(story, star, change)


def _filters(star: Hero) -> StoryQuery:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        words = st.text_input(
            "With these words",
            key="ready-made-words",
            placeholder="dog thunder",
            max_chars=80,
            width=240,
        )
        ages = st.segmented_control("For what age, in years?", STORY_AGES, key="ready-made-ages")
        manner = st.segmented_control(
            "How?", MANNERS, format_func=MANNER_NAMES.get, key="ready-made-manner"
        )
        animal = st.segmented_control(
            "About", ANIMALS, format_func=str.capitalize, key="ready-made-animal"
        )
    able = st.toggle(f"Only those that {star.name} can star in", value=True, key="ready-made-able")
    return StoryQuery(words or "", ages, manner, animal or "", star if able else None)


def _offered(story: ReadyMade, star: Hero, change: Change) -> None:
    retold = told_about(story, star)
    with st.container(border=True, key=f"ready-made-{story.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{look.plain(retold.title)}**", width="stretch")
            st.button(
                "Take this story",
                key=f"ready-made-take-{story.id}",
                icon=":material/check:",
                on_click=change,
                kwargs={
                    "story": story.id,
                    "pages": len(story.pages),
                    "ages": BOOK_AGES[story.ages],
                },
            )
        st.caption(look.plain(f"{retold.summary} ({_facts(story, star)})"))
        _text_of(retold)


def _text_of(retold: Recast) -> None:
    with st.popover("Read it", icon=":material/menu_book:"):
        for number, page in enumerate(retold.pages, 1):
            st.markdown(look.plain(f"{number}. {page.text}"))


def _facts(story: ReadyMade, star: Hero) -> str:
    """Whom it is for and how it is told; whom it is about only where that is not the hero."""
    about = "" if stars_in(story, star) else f"about a {story.star.kind}, "
    manner = MANNER_NAMES[story.manner].lower()
    return f"{about}ages {story.ages}, {manner}, {len(story.pages)} pages"
