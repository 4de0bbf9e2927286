"""How a hero is drawn, before it is in any book: a character sheet beside its photos."""

from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.widgets import job_panel, look, sheet_view
from storybook.authoring.character_sheets import SheetOrder, sheet_of_hero
from storybook.config import load_settings
from storybook.errors import StorybookError
from storybook.hero.character_sheet import NOTE, Sheet, load_sheet
from storybook.hero.folder import hero_photos
from storybook.records import Hero
from storybook.studio.studio import Studio
from storybook.studio.styles import drawn_styles

SHEET_PX, PHOTO_PX = 300, 140
MOST_PHOTOS = 4


def section(name: str, hero: Hero) -> None:
    """The sheet in the style that is chosen, and what can be done about it."""
    st.header("How it is drawn", anchor=False)
    try:
        studio = Studio(load_settings(None, []))
        known = list(drawn_styles(studio))
    except StorybookError as fault:
        st.error(look.plain(str(fault)))
        return
    style = st.segmented_control(
        "Style",
        known,
        default=known[0],
        format_func=str.capitalize,
        required=True,
        key=f"style-of-{name}",
        label_visibility="collapsed",
    )
    try:
        order = sheet_of_hero(name, style, studio)
    except StorybookError as fault:
        st.error(look.plain(str(fault)))
        return
    job = job_panel.newest(order.folder)
    busy = bool(job) and job_panel.panel(job, lambda: _changed(order))
    sheet = load_sheet(order.folder)
    if sheet is None and not busy:
        st.markdown(
            f"See {look.plain(hero.name)} as your books will show it: from the front and the side, "
            "happy and sad."
        )
    if sheet is not None:
        _shown(name, hero, order, sheet)
    if not busy and not order.is_drawn:
        _offer(name, hero, order, sheet)


def _shown(name: str, hero: Hero, order: SheetOrder, sheet: Sheet) -> None:
    """The sheet, and beside it the photos, if there are any."""
    photos = hero_photos(name)[:MOST_PHOTOS]
    with st.container(horizontal=True, gap="large", key="drawn"):
        with st.container(key="card-drawn", width=SHEET_PX, gap="small"):
            sheet_view.shown(order.folder, f"{hero.name} as it is drawn", name, SHEET_PX - 26)
        if not photos:
            return
        with st.container(width=2 * PHOTO_PX + 40, gap="small"):
            with st.container(horizontal=True, gap="small", key="drawn-photos"):
                for photo in photos:
                    with st.container(width=PHOTO_PX):
                        look.picture(photo, f"Photo {photo.stem} of {hero.name}", PHOTO_PX)
            _likeness(hero, sheet)


def _likeness(hero: Hero, sheet: Sheet) -> None:
    """How like its photos' coat the drawn one is, and how like each other those are."""
    if sheet.coat is None:
        return
    st.progress(sheet.coat, f"Its coat: **{100 * sheet.coat:.0f} of 100** like the photos'")
    alike = (
        f" One photo of {look.plain(hero.name)} is {100 * sheet.coat_of_photos:.0f} like others."
        if sheet.coat_of_photos is not None
        else ""
    )
    st.caption(
        f"The colours of its fur are compared, and how much there is of each.{alike} Whether its "
        "face is like it, only you can tell."
    )


def _offer(name: str, hero: Hero, order: SheetOrder, sheet: Sheet | None) -> None:
    if sheet is not None:
        st.caption("Its look, its photos or the painter are others since this was drawn.")
    if pressed(
        f"Draw {look.plain(hero.name)}{' anew' if sheet else ''}",
        key="draw-hero",
        icon=":material/brush:",
    ) and job_panel.start(
        ("hero", "draw", name, "--style", order.style), f"Draw {hero.name}", order.folder
    ):
        st.rerun()


def _changed(order: SheetOrder) -> object:
    note = Path(order.folder) / NOTE
    return note.is_file() and note.stat().st_mtime_ns
