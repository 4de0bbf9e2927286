"""The coach in the app: each photo is looked at once, since that takes a tenth of a second."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from storybook.hero.photo_quality import PhotoVerdict, SetVerdict, judge_photo, judge_set
from storybook.hero.photo_spread import Seen
from storybook.hero.seer import NAME, open_pet_seer
from storybook.images.photos import read_photo
from storybook.models import packaged

BADGES = {
    "good": ("good", "green", ":material/check_circle:"),
    "usable": ("usable", "orange", ":material/info:"),
    "leave out": ("better left out", "red", ":material/block:"),
}


def verdict_on(photos: Sequence[Path]) -> SetVerdict:
    """The coach's verdict; raises HeroError if a photo cannot be read."""
    marks = tuple((str(path), path.stat().st_mtime_ns) for path in photos)
    with st.spinner("The coach looks at the photos ..."):
        return _on_all(marks)


def badge(verdict: PhotoVerdict) -> None:
    """What the coach says of one photo, in a word, and why."""
    word, colour, icon = BADGES[verdict.fitness]
    st.badge(word, icon=icon, color=colour)
    if verdict.reasons:
        st.caption(" ".join(f"{reason[:1].upper()}{reason[1:]}." for reason in verdict.reasons))


@st.cache_data(max_entries=50, show_spinner=False)
def _on_all(marks: tuple[tuple[str, int], ...]) -> SetVerdict:
    return judge_set([_on_one(*mark) for mark in marks])


@st.cache_data(max_entries=400, show_spinner=False)
def _on_one(path: str, changed_ns: int) -> tuple[PhotoVerdict, Seen]:
    return judge_photo(Path(path).name, read_photo(Path(path)), seer())


@st.cache_resource(max_entries=1, show_spinner=False)
def _opened(made_ns: int) -> object:
    return open_pet_seer()


def seer() -> object:
    """Who sees pets, opened once; None while that has not been fetched. Raises ModelError."""
    file = packaged.on_disk(NAME)
    return _opened(file.stat().st_mtime_ns) if file.is_file() else None
