"""The studio in the browser, as `storybook app` runs it."""

import streamlit as st

from app.navigation import enter, read_ahead
from app.widgets import look

st.set_page_config(page_title="Storybook", page_icon=look.ICON, layout="wide")
look.dress()
enter()
read_ahead()
