"""Settings: which studio works here, what this machine can do, and where everything lies."""

from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.widgets import look
from app.widgets.paths import BOOKS, HEROES, JOBS, RUNS
from storybook.config import Settings, load_settings, studios
from storybook.errors import StorybookError
from storybook.studio import doctor
from storybook.studio import file as studio_file
from storybook.studio.studio import Studio

NAMES = {
    "starter": (
        "Starter",
        "Small models that come along. Any computer will do; a book takes minutes.",
    ),
    "bedtime": ("Bedtime", "As Starter, but its writer tells for bedtime, half in rhyme."),
    "classic": (
        "Classic",
        "Stable Diffusion 1.5 and LLaMA-7B, full size. It needs a graphics card "
        "with 24 GB, and the models on your disk.",
    ),
    "doubles": (
        "Dry run",
        "No models at all: a book in a second, with colour fields for pictures.",
    ),
}
OWN = "studio.toml"
DOORS = {
    "writer": "Writer",
    "adapter": "Its story manner",
    "painter": "Painter",
    "critic": "Critic",
    "enlarger": "Enlarger",
    "control": "Form keeper",
    "edges": "Edge finder",
}
KEPT = "studio kept"
"""What `st.session_state` calls the studio file that was replaced just now."""


def page() -> None:
    look.heading("Settings", "Which studio works in this folder, and what this machine can do.")
    if kept := st.session_state.pop(KEPT, None):
        st.toast(f"The file that was there lies in {kept} now.")
    settings = _studio()
    if settings is not None:
        _models(settings)
        _children(settings)
        _machine(settings)
    _folders()
    st.caption("Light or dark: the studio goes by what your computer is set to.")


def _studio() -> Settings | None:
    """Which studio works here, and the choice of another."""
    st.header("Studio", anchor=False)
    own, fault = studio_file.read_studio()
    names = studios()
    if Path(OWN).is_file():
        st.markdown(f"The file `{OWN}` of this folder says who works.")
        if fault:
            st.error(look.plain(fault))
        with st.expander(f"What {OWN} says"):
            st.code(Path(OWN).read_text(encoding="utf-8", errors="replace"), language="toml")
    else:
        st.markdown("No studio was chosen for this folder, so the **Starter** works.")
    for name in sorted(names, key=lambda name: (name != "starter", name)):
        _choice(name, own)
    return own if Path(OWN).is_file() else load_settings()


def _choice(name: str, own: Settings | None) -> None:
    title, says = NAMES.get(name, (name, ""))
    settings = load_settings(name)
    works = _same(own, settings) if Path(OWN).is_file() else name == "starter"
    with st.container(
        key=f"card-studio-{name}-wide", horizontal=True, vertical_alignment="center", gap="small"
    ):
        with st.container(width="stretch", gap=None):
            st.markdown(f"**{title}**")
            st.caption(says)
        if works:
            st.badge("works here", icon=":material/check_circle:", color="green")
        elif pressed("Use it", key=f"use-{name}"):
            _ask(name, title)


@st.dialog("Change the studio of this folder?")
def _ask(name: str, title: str) -> None:
    settings, seen = load_settings(name), studio_file.mark_of()
    missing = [each.path for each in doctor.models_of(settings) if each.size_mb is None]
    if missing:
        st.warning(
            f"Not on the disk yet: {', '.join(Path(path).name for path in missing)}. Until "
            "they are there, no book can be made."
        )
    if seen:
        st.markdown(f"`{OWN}` of this folder says now:")
        st.code(
            Path(OWN).read_text(encoding="utf-8", errors="replace"),
            language="toml",
            wrap_lines=True,
        )
        st.markdown("It is kept beside the new one, under another name. The new one says:")
    else:
        st.markdown(f"This writes `{OWN}` into the folder that you work in:")
    st.code(studio_file.text_of(settings), language="toml", wrap_lines=True)
    with st.container(horizontal=True):
        if pressed(f"Use {title}", type="primary", key="use-for-sure"):
            _write(settings, seen)
        if pressed("Leave it", key="leave"):
            st.rerun()


def _write(settings: Settings, seen: str) -> None:
    try:
        kept = studio_file.write_studio(settings, seen)
    except StorybookError as fault:
        st.error(look.plain(str(fault)))
        return
    if kept:
        st.session_state[KEPT] = kept.name
    st.rerun()


def _models(settings: Settings) -> None:
    st.header("Models", anchor=False)
    found = doctor.models_of(settings)
    for model in found:
        with st.container(horizontal=True, vertical_alignment="center", key=f"model-{model.door}"):
            with st.container(width="stretch", gap=None):
                st.markdown(
                    f"**{DOORS.get(model.door, model.door)}**: {look.plain(Path(model.path).name)}"
                )
                st.caption(look.path(model.path), unsafe_allow_html=True)
            if model.size_mb is None:
                st.badge("not on the disk", icon=":material/download:", color="red")
            else:
                st.badge(_size(model.size_mb), icon=":material/check_circle:", color="green")
    missing = [model for model in found if model.size_mb is None]
    if missing:
        st.info(
            "Put them where the paths say, or name others in studio.toml: docs/models.md says "
            "which files fit. `storybook models get OWNER/NAME` fetches one.",
            icon=":material/lightbulb:",
        )


def _size(megabytes: float) -> str:
    if megabytes == 0:
        return "needs none"
    if megabytes >= 1000:
        return f"{megabytes / 1000:.1f} GB"
    return f"{megabytes:.0f} MB" if megabytes >= 10 else f"{megabytes:.1f} MB"


def _children(settings: Settings) -> None:
    """The switch that keeps stories fit for small children."""
    st.header("Fit for children", anchor=False)
    on = settings.write.for_children
    st.markdown(
        "Summaries, stories and picture prompts with words that are not for small children are "
        "**refused**."
        if on
        else "Words that are not for small children are **let through**."
    )
    studio = Studio(settings)
    if studio.safety_checker_path:
        st.markdown(
            f"Pictures are looked at by **{look.path(studio.safety_checker_path)}**; what it "
            "refuses is not kept.",
            unsafe_allow_html=True,
        )
    elif on and not studio.draws_the_world:
        st.markdown("Pictures are **not** looked at: the painter brings no picture safety checker.")
    label = "Let them through" if on else "Refuse them again"
    if pressed(label, icon=":material/child_care:"):
        _ask_children(settings, on=on)


@st.dialog("Change what is let through?")
def _ask_children(settings: Settings, *, on: bool) -> None:
    seen = studio_file.mark_of()
    changed = studio_file.with_change(settings, "write", for_children=not on)
    st.markdown(
        "Without this, nobody looks whether a story is fit for a child."
        if on
        else "From now on such words are refused again."
    )
    kept = "; the file that is there is kept under another name" if seen else ""
    st.caption(f"It is written into `{OWN}` of this folder{kept}.")
    if pressed("Do it", type="primary", key="children-for-sure"):
        _write(changed, seen)


def _machine(settings: Settings) -> None:
    """What the doctor says, asked of another process, since it loads what the models need."""
    st.header("This machine", anchor=False)
    asked = OWN if Path(OWN).is_file() else "starter"
    if not st.session_state.get("examined") and not pressed(
        "Examine this machine", icon=":material/stethoscope:"
    ):
        st.caption("It takes some seconds.")
        return
    st.session_state["examined"] = True
    try:
        findings = _examined(asked, studio_file.mark_of())
    except StorybookError as fault:
        st.error(look.plain(str(fault)))
        return
    for finding in findings:
        icon = ":material/check_circle:" if finding.good else ":material/warning:"
        colour = "green" if finding.good else "orange"
        st.markdown(f":{colour}[{icon}] **{look.plain(finding.what)}**: {look.plain(finding.says)}")
    if pressed("Look again", icon=":material/refresh:", key="again"):
        _examined.clear()
        st.rerun()


@st.cache_data(ttl=600, max_entries=4, show_spinner="The machine is examined ...")
def _examined(studio: str, mark: str) -> list[doctor.DoctorCheck]:
    return doctor.asked(studio)


def _folders() -> None:
    st.header("Folders", anchor=False)
    st.markdown("All that you make lies here, and nowhere else:")
    here = Path.cwd()
    lines = {"Books": BOOKS, "Heroes": HEROES, "Trainings": RUNS, "Jobs": JOBS}
    st.markdown(
        "\n".join(
            f"- {what}: {look.path(here / path)}{'' if path.is_dir() else ' (not there yet)'}"
            for what, path in lines.items()
        ),
        unsafe_allow_html=True,
    )


def _same(own: Settings | None, other: Settings) -> bool:
    """Whether the folder's studio is one that ships, whatever its file is called."""
    return own is not None and own.but(name="") == other.but(name="")
