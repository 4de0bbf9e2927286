"""The studio's pages without a browser: each drawn by Streamlit's own tester."""

from pathlib import Path

from page_tester import AppTest
from storybook.config import shipped
from waiting import END_S


def in_folder_of_doubles(folder: Path) -> None:
    """Let the studio that works in `folder` be the one of doubles."""
    (folder / "studio.toml").write_text(shipped("assets", "studios", "doubles.toml").read_text())


def _entered() -> None:
    import streamlit as st

    from app.navigation import enter
    from app.widgets import look

    look.dress()
    enter(st.session_state["entered at"])


def drawn(room: str, /, **query: str) -> AppTest:
    """A page of the studio as it is drawn at first."""
    test = AppTest.from_function(_entered, default_timeout=END_S)
    test.session_state["entered at"] = room
    for key, value in query.items():
        test.query_params[key] = value
    return test.run()


def said(test: AppTest) -> str:
    """All words on a page that are no widget's."""
    parts = (
        test.title,
        test.header,
        test.subheader,
        test.markdown,
        test.caption,
        test.error,
        test.warning,
        test.info,
        test.code,
    )
    return "\n".join(str(one.value) for part in parts for one in part)


def button(test: AppTest, label: str) -> object:
    """The first button of that label."""
    found = [one for one in test.button if one.label == label]
    assert found, f"no button {label!r} among {[one.label for one in test.button]}"
    return found[0]
