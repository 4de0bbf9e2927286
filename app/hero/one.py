"""One hero: who it is, its photos, its teaching, and the way to delete it."""

from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.hero import cards, drawn, photos, teach
from app.navigation import go, link
from app.widgets import look, trash
from app.widgets.paths import BOOKS, HEROES, JOBS, RUNS
from app.widgets.try_or_report import tried
from storybook.authoring.new_book import load_draft, save_draft
from storybook.authoring.teach_hero import own_painter_note
from storybook.config import shipped
from storybook.errors import StorybookError
from storybook.hero import edits as hero_edits
from storybook.hero import trash as hero_trash
from storybook.hero.coat_colour import stand_in_note
from storybook.hero.folder import hero_folder, hero_in
from storybook.hero.text import kind_of
from storybook.records import Hero
from storybook.world import article, load_world

PORTRAIT_PX = 260
CALLED = {"": "As each story says", "he": "he", "she": "she", "they": "they"}


def page(name: str) -> None:
    """The page of the hero that the address names."""
    link("heroes", "All heroes", icon=":material/arrow_back:")
    try:
        folder = hero_folder(name)
        hero = hero_in(folder)
    except StorybookError as fault:
        st.warning(look.plain(str(fault)))
        return
    own = hero_edits.is_own(folder)
    with st.container(horizontal=True, gap="large", key="hero-head"):
        with st.container(width=PORTRAIT_PX, key="card-portrait-wide"):
            cards.portrait(name, hero, PORTRAIT_PX)
        with st.container(width="stretch", key="hero-facts"):
            look.heading(look.plain(hero.name))
            _make_a_book(folder.name, hero)
            _facts(hero, folder, own=own)
    drawn.section(folder.name, hero)
    if not own:
        _make_own(name, hero)
        return
    _take_back(folder)
    if (RUNS / folder.name).is_dir():  # what is being learnt stands before thirty photos
        teach.section(hero, folder)
        photos.section(hero, folder)
    else:
        photos.section(hero, folder)
        teach.section(hero, folder)
    _delete(name, hero)


def _make_a_book(name: str, hero: Hero) -> None:
    """The way to a book in which this hero stars."""
    if pressed(
        f"Make a book with {look.plain(hero.name)}",
        key="make-a-book",
        type="primary",
        icon=":material/auto_awesome:",
    ):
        save_draft(BOOKS, load_draft(BOOKS).but(heroes=(name,), story=""))
        go("new_book")


def _facts(hero: Hero, folder: Path, *, own: bool) -> None:
    """Look and token, to be changed if the hero is its owner's."""
    world = load_world(shipped("assets"))
    looks = list(dict.fromkeys([*world.coats, *filter(None, [hero.look])]))
    taught = hero.taught is not None
    if taught:
        says = "has a painter of its own" if hero.painter else "the painter knows it"
        st.badge(says, icon=":material/school:", color="green")
    if hero.kind:
        st.caption(look.plain(stand_in_note(hero.species, hero.kind)))
    if note := own_painter_note(hero, folder):
        st.caption(look.plain(note))
    if not own:
        st.markdown(f"{article(kind_of(hero)).capitalize()} that comes with the studio.")
        return
    with st.form(f"facts-{hero.look}-{hero.token}-{hero.pronoun}", border=False):
        chosen = st.selectbox(
            "Its look in drawings",
            looks,
            index=looks.index(hero.look) if hero.look else None,
            help="How painters draw it that were not taught. Choose the nearest one.",
        )
        pronoun = st.selectbox(
            "What it is called",
            list(CALLED),
            index=list(CALLED).index(hero.pronoun),
            format_func=CALLED.get,
        )
        with st.expander("In the machine's words"):
            token = st.text_input(
                "The rare word it is taught by",
                hero.token or "",
                max_chars=20,
                disabled=taught,
                placeholder="chosen when it is taught",
                help="A word that means nothing, such as ohwx, by which a painter learns it. Leave "
                "it empty, and one is chosen that the painter hears as one."
                + (" It was taught by this word." if taught else ""),
            )
        if pressed("Save", button=st.form_submit_button, icon=":material/save:") and tried(
            _save, folder, hero, chosen or "", token.strip(), pronoun
        ):
            st.rerun()


def _save(folder: Path, hero: Hero, look_: str, token: str, pronoun: str) -> None:
    hero_edits.change_facts(folder, hero, look=look_, token=token or None, pronoun=pronoun)


def _make_own(name: str, hero: Hero) -> None:
    """Heroes that ship stay as they are; a copy may be changed."""
    st.caption("Heroes that come along stay as they are. A copy of one is yours to change.")
    if pressed(f"Make {hero.name} mine", icon=":material/content_copy:") and tried(
        hero_edits.copy_hero, name
    ):
        st.rerun()


def _take_back(folder: Path) -> None:
    """The way back from the last change."""
    last = hero_edits.last_change(folder)
    if last is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="take-back"):
        st.markdown(look.plain(last.says))
        if pressed("Take it back", icon=":material/undo:") and tried(hero_edits.undo, folder):
            st.rerun()


def _delete(name: str, hero: Hero) -> None:
    st.space("medium")
    if pressed(f"Delete {hero.name}", icon=":material/delete:", type="tertiary"):
        _ask(name, hero)


@st.dialog("Delete this hero?")
def _ask(name: str, hero: Hero) -> None:
    every = hero_trash.derived_of(name, RUNS)
    st.markdown(
        f"**{look.plain(hero.name)}** goes to the trash with {every.says}. Books with "
        f"{look.plain(hero.name)} stay as they are. You can put everything back."
    )
    with st.container(horizontal=True):
        if pressed("Delete", type="primary", icon=":material/delete:", key="delete-for-sure"):
            _throw_away(name)
        if pressed("Keep it", key="keep"):
            st.rerun()


def _throw_away(name: str) -> None:
    try:
        thrown = hero_trash.throw_away(name, RUNS, JOBS)
    except StorybookError as fault:
        st.error(str(fault))
        return
    trash.thrown_away(HEROES, thrown)
    go("heroes")
