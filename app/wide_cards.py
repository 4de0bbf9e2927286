"""Cards that hold more than a cover, and so are as wide as a telephone is."""

import streamlit as st

STYLE = """
<style>
  @media (max-width: 640px) {
    [class*="st-key-card-"][class*="-wide"] { width: 100% !important; }
  }
</style>
"""


def lay() -> None:
    """Lay the style of cards whose key ends with `-wide`."""
    st.html(STYLE)
