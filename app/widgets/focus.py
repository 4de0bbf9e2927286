"""Where the keyboard stands after a page was drawn anew: on the button that was pressed.

Streamlit draws what has moved as something new, and the focus is lost with what it was on.
"""

from itertools import count
from json import dumps

import streamlit as st

WANTED = "to be focused"
RUNS = count(1)
SCRIPT = """<script>
(() => { /* %d */
  const keys = %s;
  let frames = 90, left = false;
  const leave = () => { left = true; };
  const events = ["keydown", "pointerdown"];
  for (const each of events) document.addEventListener(each, leave, true);
  const look = () => {
    const buttons = keys.map((key) => document.querySelector(`.st-key-${key} button`));
    const wanted = buttons.find((button) => button && !button.disabled);
    if (wanted && !left && document.activeElement !== wanted) wanted.focus();
    if (frames-- && !left) requestAnimationFrame(look);
    else for (const each of events) document.removeEventListener(each, leave, true);
  };
  look();
})();
</script>"""
"""For a second or two, while what is drawn anew takes the place of what was, unless somebody
presses something meanwhile."""


def put_on(*keys: str) -> None:
    """Let the first of these buttons that can be pressed have the focus once the page is drawn."""
    st.session_state[WANTED] = keys


def settle() -> None:
    """Put the focus where it was asked for; to be called when those buttons have been drawn."""
    if keys := st.session_state.pop(WANTED, ()):
        # The number makes it another script each time: the same one would not be run again.
        script = SCRIPT % (next(RUNS), dumps(keys))
        st.html(script, unsafe_allow_javascript=True)
