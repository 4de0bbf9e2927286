"""Fields for words that an author writes at leisure: what stands in them outlives a reload."""

import streamlit as st

from storybook.authoring import edits
from storybook.book import unsaved
from storybook.book.folder import Book


def area(
    book: Book, name: str, label: str, now: str, *, height: int, busy: bool, most: int = 4000
) -> str:
    """A field for words that are to replace `now`, `most` letters; returns its key in the session.

    Words from before `now` came to be, such as in another window, are shown to be copied.
    """
    seen = edits.version(now)
    key = f"{name}-{seen}"
    left = unsaved.load(book, name)
    if left and left.seen != seen:
        _missed(book, name, left.words)
        left = None
    if key not in st.session_state:
        st.session_state[key] = left.words if left else now
    st.text_area(
        label,
        key=key,
        height=height,
        disabled=busy,
        max_chars=most,
        on_change=_hold,
        args=(book, name, key, now),
    )
    return key


def unsaid(key: str, now: str) -> None:
    """Say under the field `key` that its words are not kept yet, if they are not."""
    if st.session_state[key] != now:
        st.caption("Not kept yet; it waits here for you.")


def _hold(book: Book, name: str, key: str, now: str) -> None:
    words = st.session_state[key]
    if words == now:
        unsaved.drop(book, name)
    else:
        unsaved.save(book, name, unsaved.Unkept(words=words, seen=edits.version(now)))


def _missed(book: Book, name: str, words: str) -> None:
    st.warning(
        "This was changed meanwhile, in another window or by hand. What you had written, to copy:"
    )
    st.code(words, language=None, wrap_lines=True)
    st.button(
        "Put it away", key=f"away-{name}", type="tertiary", on_click=unsaved.drop, args=(book, name)
    )
