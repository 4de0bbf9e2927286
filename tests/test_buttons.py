"""Buttons whose press is not lost when the drawing that it began is cut short."""

import pytest

from page_tester import AppTest
from studio_pages import button


def _page() -> None:
    """A page that is cut short above its button, as often as it is told to be."""
    import streamlit as st

    from app import buttons

    kind = st.session_state["kind"]
    buttons.opened(st.query_params.get("book"))
    if st.session_state.get("elsewhere"):
        st.query_params["book"] = "another"
        st.session_state["elsewhere"] = False
        st.rerun()
    if st.session_state.get("cuts", 0):
        st.session_state["cuts"] -= 1
        st.rerun()
    if not st.session_state.get("without"):
        if kind == "form":
            with st.form("all"):
                st.text_input("Name", key="name")
                heard = buttons.pressed("Make", button=st.form_submit_button)
        else:
            heard = buttons.pressed("Make", key="make" if kind == "keyed" else None)
        if heard:
            st.session_state["made"] += 1
    buttons.forget()


def drawn(kind: str) -> AppTest:
    test = AppTest.from_function(_page)
    test.session_state["kind"], test.session_state["made"] = kind, 0
    return test.run()


def press(test: AppTest) -> None:
    button(test, "Make").click()
    test.run()
    assert not test.exception


def made(test: AppTest) -> int:
    return test.session_state["made"]


@pytest.mark.parametrize("kind", ["plain", "keyed", "form"])
@pytest.mark.parametrize("cuts", [0, 1, 3])
def test_pressed_says_so_once_however_often_the_drawing_is_cut_short(kind, cuts):
    test = drawn(kind)
    assert made(test) == 0
    test.session_state["cuts"] = cuts
    press(test)
    assert made(test) == 1
    test.run()
    assert made(test) == 1, "one press, one deed"
    press(test)
    assert made(test) == 2


def test_pressed_keeps_what_was_typed_into_a_form_whose_drawing_was_cut_short():
    test = drawn("form")
    test.text_input(key="name").input("Rex")
    test.session_state["cuts"] = 1
    press(test)
    assert made(test) == 1 and test.session_state["name"] == "Rex"


def test_opened_forgets_what_was_pressed_on_another_page():
    test = drawn("plain")
    test.session_state["elsewhere"] = True
    press(test)
    assert made(test) == 0


def test_forget_drops_a_press_whose_button_is_gone():
    test = drawn("keyed")
    test.session_state["without"] = True
    press(test)
    test.session_state["without"] = False
    test.run()
    assert made(test) == 0
