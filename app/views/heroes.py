"""Heroes: who can star in a book, and the ways to add, change and teach one."""

import streamlit as st

from app.hero import add, cards, one


def page() -> None:
    asked = st.query_params
    if "new" in asked:
        add.page(asked["new"])
    elif asked.get("hero"):
        one.page(asked["hero"])
    else:
        cards.page()
