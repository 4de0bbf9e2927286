"""The studio in the browser, as `storybook app` runs it."""

import streamlit as st

from app import look
from app.doors import enter, read_ahead

st.set_page_config(page_title="Storybook", page_icon=look.ICON, layout="wide")
look.dress()
enter()
read_ahead()
