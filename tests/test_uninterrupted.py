"""Touches that come in the midst of what an earlier one asked for, as a quick hand's do."""

import tomllib
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

from app.views import new_book
from app.widgets.paths import BOOKS
from page_tester import AppTest
from storybook.authoring.new_book import Draft, load_draft, save_draft
from storybook.book.index import search_shelf
from storybook.config import shipped
from storybook.jobs import manager as jobs
from studio_pages import button, drawn, in_folder_of_doubles
from waiting import ended


def touch(page_script_hash: str = "") -> None:
    """A touch of something else that comes just now; it is told of by another thread."""
    context = get_script_run_ctx()
    asked = RerunData(
        query_string=context.query_string,
        page_script_hash=page_script_hash or context.page_script_hash,
        widget_states=WidgetStates(),
    )
    teller = Thread(target=context.script_requests.request_rerun, args=(asked,))
    teller.start()
    teller.join()


def _page() -> None:
    """A page with a button whose callback writes twice, and one whose press is done twice."""
    import streamlit as st
    from test_uninterrupted import touch

    from app import buttons, uninterrupted

    uninterrupted.release()
    state = st.session_state
    touches = state.setdefault("touches", set())

    def tell() -> None:
        state["first"] = state.get("first", 0) + 1
        if "callback" in touches:
            touch()
        state["second"] = state.get("second", 0) + 1

    st.button("Tell", on_click=tell)
    if buttons.pressed("Make"):
        state["begun"] = state.get("begun", 0) + 1
        if "deed" in touches:
            touch()
        st.caption("It is being made.")
        state["made"] = state.get("made", 0) + 1
        if "again" in touches:
            st.rerun()
    state["drawn"] = state.get("drawn", 0) + 1
    buttons.forget()


def counts(test: AppTest) -> list[int]:
    assert not test.exception
    names = ("first", "second", "begun", "made")
    return [test.session_state.get(name, 0) for name in names]


def touched(label: str, *touches: str) -> AppTest:
    test = AppTest.from_function(_page)
    test.session_state["touches"] = set(touches)
    test.run()
    button(test, label).click().run()
    return test


def test_callbacks_are_done_to_their_end_when_another_touch_comes_within():
    test = touched("Tell", "callback")
    assert counts(test) == [1, 1, 0, 0]
    assert test.session_state["drawn"] == 2, "and the page is drawn for the other touch at once"


@pytest.mark.parametrize("more", [(), ("again",)])
def test_pressed_is_done_to_its_end_and_once_when_another_touch_comes_within(more):
    assert counts(touched("Make", "deed", *more)) == [0, 0, 1, 1]


@pytest.mark.parametrize(("label", "heard"), [("Tell", [1, 1, 0, 0]), ("Make", [0, 0, 1, 1])])
def test_a_press_is_heard_when_another_touch_comes_before_it_was_taken_in(
    monkeypatch, label, heard
):
    """Streamlit has read the message then, and forgets it for the newer one."""
    execing = ScriptRunner._set_execing_flag
    due = []

    @contextmanager
    def touched_before(self):
        with execing(self):
            if due:
                due.pop()
                touch()
            yield

    monkeypatch.setattr(ScriptRunner, "_set_execing_flag", touched_before)
    test = AppTest.from_function(_page).run()
    due.append(True)
    button(test, label).click().run()
    assert not due and counts(test) == heard


def test_release_lets_a_touch_cut_what_is_drawn_without_a_press():
    def page() -> None:
        import streamlit as st
        from test_uninterrupted import touch

        from app import uninterrupted

        uninterrupted.hold()
        uninterrupted.release()
        st.session_state["begun"] = st.session_state.get("begun", 0) + 1
        if st.session_state["begun"] == 1:
            touch()
        st.session_state["drawn"] = st.session_state.get("drawn", 0) + 1

    test = AppTest.from_function(page).run()
    assert (test.session_state["begun"], test.session_state["drawn"]) == (2, 1)


def test_make_my_book_makes_one_book_and_opens_it_when_it_is_pressed_twice(tmp_path, monkeypatch):
    in_folder_of_doubles(tmp_path)
    save_draft(BOOKS, Draft(summary="Bruno the dog finds a key in the garden.", pages=4))
    begin = new_book.begin

    def touched_meanwhile(*given):
        touch()
        return begin(*given)

    monkeypatch.setattr(new_book, "begin", touched_meanwhile)
    test = drawn("new_book")
    button(test, "Make my book").click().run()
    (book,) = search_shelf(BOOKS).books
    assert test.query_params["book"] == book.name, "the book's own page, not an empty new one"
    assert load_draft(BOOKS) == Draft()
    (job,) = jobs.jobs_in(Path("jobs"))
    ended(job)


def test_a_page_that_is_left_while_a_press_is_done_stays_left():
    """Whose press draws the same page anew only does not call back who has gone elsewhere."""

    def page() -> None:
        import streamlit as st
        from test_uninterrupted import touch

        from app import buttons, uninterrupted

        uninterrupted.release()
        here, there = (st.Page(lambda: None, title=t, url_path=t) for t in ("here", "there"))
        opened = st.navigation([here, there])
        if buttons.pressed("Think"):
            touch(there._script_hash)
            st.rerun()
        st.session_state["at"] = opened.title

    test = AppTest.from_function(page).run()
    assert not test.exception and test.session_state["at"] == "here"
    button(test, "Think").click().run()
    assert test.session_state["at"] == "there"


def test_the_studio_takes_touches_in_one_after_the_other():
    """In a thread of its own for each, a touch would stop the one before, callbacks and all."""
    settings = tomllib.loads(shipped("app", ".streamlit", "config.toml").read_text())
    assert settings["runner"]["fastReruns"] is False
