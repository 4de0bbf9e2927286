"""What was thrown away: offered back on the spot, and listed until the trash is emptied."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.widgets import look
from app.widgets.try_or_report import tried
from storybook.trash import empty_trash, name_in_trash, trash_in


def thrown_away(root: Path, folder: Path) -> None:
    """Remember, to be offered back, what has just gone from `root` to `folder` in its trash."""
    st.session_state[_key(root)] = str(folder)


def offer(root: Path, says: str, put_back: Callable[[Path], object]) -> None:
    """The way back for what was thrown away just now; `says` stands after its name."""
    thrown = st.session_state.get(_key(root))
    if not thrown or not Path(thrown).is_dir():
        return
    name = name_in_trash(Path(thrown))
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="thrown"):
        st.markdown(f"**{look.plain(name)}** {says}")
        if pressed("Put back", icon=":material/undo:", key="put-back"):
            _put_back(root, Path(thrown), put_back)


def listed(root: Path, note: str, put_back: Callable[[Path], object]) -> None:
    """All that lies in the trash of `root`, if anything does."""
    found = trash_in(root)
    if not found:
        return
    st.space("medium")
    with st.expander(f"Trash ({len(found)})"):
        st.caption(note)
        for each in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(look.plain(each.name))
                if pressed("Put back", key=f"back-{each.folder.name}", icon=":material/undo:"):
                    _put_back(root, each.folder, put_back)
        if st.checkbox("I will not need them again", key="sure-trash") and pressed(
            "Empty the trash for good", icon=":material/delete_forever:"
        ):
            empty_trash(root, older_than_days=0.0)
            st.rerun()


def _put_back(root: Path, thrown: Path, put_back: Callable[[Path], object]) -> None:
    if tried(put_back, thrown):
        st.session_state.pop(_key(root), None)
        st.rerun()


def _key(root: Path) -> str:
    return f"thrown away from {root}"
