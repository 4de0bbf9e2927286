"""Doing what a button says, and saying in a line what was in its way."""

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

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


def packed(pack: Callable[[Path], Path]) -> IO[bytes]:
    """What `pack` writes into the file that it is given, to be downloaded; it leaves no file."""
    kept = TemporaryFile()  # noqa: SIM115 (who gets it closes it)
    with TemporaryDirectory() as folder, pack(Path(folder) / "packed.zip").open("rb") as file:
        shutil.copyfileobj(file, kept)
    kept.seek(0)
    return kept
