"""Keepsakes as pictures: what each would look like, and a button that makes it."""

from datetime import date
from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.widgets import job_panel, room
from app.widgets.proof_view import Proof
from storybook import ffmpeg
from storybook.authoring.export_epub import Editions, export_epub
from storybook.authoring.keepsake_previews import preview
from storybook.authoring.keepsakes import KINDS, KeepsakeOptions, Kind, path_of
from storybook.authoring.narrate import narration_key
from storybook.errors import ConfigError, StorybookError

SHOWN_PX, DRAWN_PX = 200, 400
CALLED: dict[Kind, tuple[str, str]] = {
    "colouring": ("Colouring book", ":material/brush:"),
    "poster": ("Poster", ":material/wallpaper:"),
    "stickers": ("Stickers", ":material/content_cut:"),
    "calendar": ("Calendar", ":material/calendar_month:"),
    "postcards": ("Postcards", ":material/mail:"),
    "video": ("Film", ":material/movie:"),
}
MIME = {".pdf": "application/pdf", ".mp4": "video/mp4"}


def keepsakes(proof: Proof, *, busy: bool) -> None:
    """All of them; a book that is not drawn to its end has none yet."""
    if proof.missing:
        st.caption("Keepsakes can be made as soon as every page is drawn.")
        return
    with st.container(horizontal=True, gap="medium", key="keepsakes"):
        for kind in KINDS:
            with st.container(width=SHOWN_PX + 8, gap="small", key=f"keepsake-{kind}"):
                _card(proof, kind, busy=busy)
    _for_readers(proof)


def _card(proof: Proof, kind: Kind, *, busy: bool) -> None:
    name, icon = CALLED[kind]
    wanted = KeepsakeOptions(kind, year=date.today().year + 1 if kind == "calendar" else None)
    path = path_of(proof.book, wanted)
    try:
        room.image(_preview(proof.key, kind, proof, wanted), alt=KINDS[kind], width=SHOWN_PX)
    except StorybookError as fault:
        st.caption(str(fault))
        return
    st.caption(KINDS[kind][0].upper() + KINDS[kind][1:] + ".")
    is_there = path.is_file()
    label = f"{name} anew" if is_there else name
    if pressed(label, icon=icon, key=f"make-{kind}", disabled=busy, width="stretch"):
        year = ("--year", str(wanted.year)) if wanted.year else ()
        arguments = ("keepsake", str(proof.book.folder), kind, *year)
        if job_panel.start(arguments, f"Make the {name.lower()}", proof.book.folder):
            st.rerun()
    if is_there:
        _download(path, kind)


def _download(path: Path, kind: Kind) -> None:
    st.download_button(
        "Download",
        data=path.read_bytes,
        file_name=path.name,
        mime=MIME[path.suffix],
        icon=":material/download:",
        key=f"download-{kind}",
        on_click="ignore",
        width="stretch",
    )


def _for_readers(proof: Proof) -> None:
    """Both editions of the EPUB; silent where there is no ffmpeg."""
    st.markdown("**For e-readers**")
    name = proof.book.pdf.stem
    with st.container(horizontal=True):
        st.download_button(
            "EPUB as in print",
            data=lambda: _epubs(_epub_key(proof), proof).fixed,
            file_name=f"{name}.epub",
            mime="application/epub+zip",
            icon=":material/auto_stories:",
            on_click="ignore",
        )
        st.download_button(
            "EPUB with text that flows",
            data=lambda: _epubs(_epub_key(proof), proof).flowing,
            file_name=f"{name}-flowing.epub",
            mime="application/epub+zip",
            icon=":material/text_increase:",
            help="For large letters and for screen readers.",
            on_click="ignore",
        )


def _epub_key(proof: Proof) -> str:
    return f"{proof.key}-{narration_key(proof.book)}"


def _hears() -> bool:
    try:
        ffmpeg.find("Sound")
    except ConfigError:
        return False
    return True


@st.cache_data(max_entries=2, show_spinner=False)
def _epubs(key: str, _proof: Proof) -> Editions:
    return export_epub(_proof.book, _proof.studio, aloud=_hears())


@st.cache_data(max_entries=36, show_spinner="Drawing what it would look like ...")
def _preview(key: str, kind: str, _proof: Proof, _wanted: KeepsakeOptions) -> bytes:
    return preview(_proof.book, _proof.studio, _wanted, DRAWN_PX)
