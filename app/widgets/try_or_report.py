"""Doing what a button says, and saying in a line what was in its way."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from storybook.errors import StorybookError


def tried(do: Callable[..., object], *arguments: object, **more: object) -> bool:
    """Do it; False, with a line on the page, if it cannot be done."""
    try:
        do(*arguments, **more)
    except StorybookError as fault:
        st.error(str(fault))
        return False
    return True


def packed(pack: Callable[[Path], Path]) -> bytes:
    """What `pack` writes into the file that it is given, to be downloaded; it leaves no file.

    Bytes, since Streamlit takes no temporary file and would read it whole anyway.
    """
    with TemporaryDirectory() as folder:
        return pack(Path(folder) / "packed.zip").read_bytes()
