"""How wide cards are on a telephone: the whole of it, or as elsewhere."""

import streamlit as st

STYLE = """
<style>
  @media (max-width: 640px) {
    [class*="st-key-card-"][class*="-wide"], [class*="st-key-card-"][class*="-half"] {
      width: 100% !important;
    }
  }
</style>
"""


def lay() -> None:
    """Lay the style of cards whose key ends with `-wide` or `-half`."""
    st.html(STYLE)
