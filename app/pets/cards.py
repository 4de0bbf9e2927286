"""All heroes as cards, and those in the trash."""

from pathlib import Path

import streamlit as st

from app import look
from app.doors import link
from app.pets import face
from app.tried import tried
from app.where import HEROES, JOBS, RUNS
from storybook import hero_trash, library
from storybook.errors import StorybookError
from storybook.hero import hero_folder, hero_names, hero_photos, hero_portrait, load_hero
from storybook.hero_drafts import new_draft
from storybook.hero_edits import is_own
from storybook.jobs import find_running
from storybook.records import Hero

CARD_PX = 210
THROWN = "hero thrown away"
"""What `st.session_state` calls the hero that was deleted just now."""


def page() -> None:
    """The shelf of heroes."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="heroes-head"):
        with st.container(width="stretch"):
            look.heading("Heroes", "Everybody who can star in your books.")
        if st.button("Add your pet", type="primary", icon=":material/add_a_photo:"):
            st.query_params.from_dict({"new": new_draft(HEROES).name})
            st.rerun()
    _put_back_offer()
    with st.container(horizontal=True, gap="small", key="heroes-shelf"):
        for name in sorted(hero_names(), key=lambda name: (not is_own(hero_folder(name)), name)):
            _card(name)
    _trash()


def portrait(name: str, hero: Hero, width_px: int) -> None:
    """The hero's picture, or a face in its colours."""
    shown, alt = hero_portrait(name), f"{hero.name}, {hero.look or 'a'} {hero.species}"
    if shown is None:
        st.image(face.face(hero), alt=alt, width="stretch")
    else:
        look.picture(shown, alt, width_px)


def _card(name: str) -> None:
    with st.container(key=f"card-hero-{name}-half", width=CARD_PX + 26, gap="small"):
        try:
            hero = load_hero(name)
        except StorybookError as fault:
            look.no_picture(name)
            st.markdown(f"**{look.plain(name)}**")
            st.caption(look.plain(str(fault)))
            return
        portrait(name, hero, CARD_PX)
        st.markdown(f"**{look.plain(hero.name)}**")
        st.caption(look.plain(f"{_kind(hero)}. {_state(name, hero)}"))
        link("heroes", f"Open {hero.name}", hero=name)


def _kind(hero: Hero) -> str:
    words = f"{hero.look} {hero.species}".strip()
    return words[:1].upper() + words[1:]


def _state(name: str, hero: Hero) -> str:
    folder = hero_folder(name)
    if find_running((RUNS / folder.name), JOBS):
        return "Is being taught."
    if hero.adapter:
        return "The painter knows it." if is_own(folder) else "Comes along, and was taught."
    count = len(hero_photos(name))
    if count:
        return f"{count} photo{'s' * (count != 1)}, not taught yet."
    return "Comes along." if not is_own(folder) else "No photos yet."


def _put_back_offer() -> None:
    """The way back for what was deleted just now."""
    thrown = st.session_state.get(THROWN)
    if not thrown or not Path(thrown).is_dir():
        return
    name = Path(thrown).name.rsplit("-", 3)[0]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="thrown"):
        st.markdown(f"**{look.plain(name)}** and what was taught of it lie in the trash.")
        if st.button("Put back", icon=":material/undo:", key="put-back"):
            _put_back(Path(thrown))


def _trash() -> None:
    found = library.trash_in(HEROES)
    if not found:
        return
    st.space("medium")
    with st.expander(f"Trash ({len(found)})"):
        st.caption("Books are not touched by it. What lies here takes room on the disk.")
        for each in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(look.plain(each.name))
                if st.button("Put back", key=f"back-{each.folder.name}", icon=":material/undo:"):
                    _put_back(each.folder)
        if st.checkbox("I will not need them again", key="sure-trash") and st.button(
            "Empty the trash for good", icon=":material/delete_forever:"
        ):
            library.empty_trash(HEROES, older_than_days=0.0)
            st.rerun()


def _put_back(thrown: Path) -> None:
    if tried(hero_trash.put_back, thrown, RUNS):
        st.session_state.pop(THROWN, None)
        st.rerun()
