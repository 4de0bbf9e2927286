"""A character sheet as it stands on a card: the front large, the other views in a row below."""

from pathlib import Path

import streamlit as st

from app.widgets import look
from storybook.hero.character_sheet import VIEWS, load_sheet, sheet_pictures

SAYS = {"front": "", "side": ", from the side", "happy": ", happy", "sad": ", sad"}


def shown(folder: Path, called: str, key: str, width_px: int) -> None:
    """Draw the sheet in a folder, with room for what is still to come."""
    pictures = sheet_pictures(folder)
    front, *others = VIEWS
    _picture(pictures.get(front), called, width_px)
    if list(pictures) == [front] and not _is_begun(folder):
        return
    with st.container(horizontal=True, gap="xsmall", key=f"views-{key}"):
        for view in others:
            with st.container(width=width_px // 3 - 6):
                _picture(pictures.get(view), f"{called}{SAYS[view]}", width_px // 3)


def _picture(path: Path | None, alt: str, width_px: int) -> None:
    if path is None:
        look.no_picture(alt)
    else:
        look.picture(path, alt, width_px)


def _is_begun(folder: Path) -> bool:
    """Whether more views are still being drawn."""
    sheet = load_sheet(folder)
    return sheet is None or not sheet.made_from
