"""All heroes as cards, and those in the trash."""

from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.hero import face
from app.navigation import link
from app.widgets import look, room, trash
from app.widgets.paths import HEROES, JOBS, RUNS
from storybook.errors import StorybookError
from storybook.hero import trash as hero_trash
from storybook.hero.draft import new_draft
from storybook.hero.edits import is_own
from storybook.hero.folder import hero_folder, hero_names, hero_portrait, load_hero
from storybook.hero.text import kind_of, state_of
from storybook.records import Hero

CARD_PX = 210


def page() -> None:
    """The shelf of heroes."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="heroes-head"):
        with st.container(width="stretch"):
            look.heading("Heroes", "Everybody who can star in your books.")
        if pressed("Add your pet", type="primary", icon=":material/add_a_photo:"):
            st.query_params.from_dict({"new": new_draft(HEROES).name})
            st.rerun()
    trash.offer(HEROES, "and what was taught of it lie in the trash.", _put_back)
    with st.container(horizontal=True, gap="small", key="heroes-shelf"):
        for name in sorted(hero_names(), key=lambda name: (not is_own(hero_folder(name)), name)):
            _card(name)
    trash.listed(
        HEROES, "Books are not touched by it. What lies here takes room on the disk.", _put_back
    )


def portrait(name: str, hero: Hero, width_px: int) -> None:
    """The hero's picture, or a face in its colours."""
    shown, alt = hero_portrait(name), f"{hero.name}, {hero.look or 'a'} {hero.called}"
    if shown is None:
        room.image(face.face(hero), alt=alt)
    else:
        look.picture(shown, alt, width_px)


def _card(name: str) -> None:
    with st.container(key=f"card-hero-{name}-half", width=CARD_PX + 26, gap="small"):
        try:
            hero = load_hero(name)
        except StorybookError as fault:
            look.no_picture(name)
            st.markdown(look.strong(name))
            st.caption(look.plain(str(fault)))
            return
        portrait(name, hero, CARD_PX)
        st.markdown(look.strong(hero.name))
        kind = kind_of(hero)
        st.caption(look.plain(f"{kind[:1].upper()}{kind[1:]}. {state_of(name, hero, RUNS, JOBS)}"))
        link("heroes", f"Open {hero.name}", hero=name)


def _put_back(thrown: Path) -> None:
    hero_trash.put_back(thrown, RUNS)
