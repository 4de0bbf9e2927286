"""Teaching a painter a hero: begin it, follow it, compare its steps, choose the one that draws."""

from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.widgets import job_panel, look, run_view
from app.widgets.paths import JOBS, RUNS
from app.widgets.try_or_report import tried
from storybook.authoring.teach_hero import are_drawings, how_long, painter_bytes
from storybook.config import DOUBLES, Settings, load_settings, studios
from storybook.files import in_bytes
from storybook.hero.folder import hero_photos
from storybook.jobs.folder import Job
from storybook.records import Hero
from storybook.studio.doctor import models_of
from storybook.studio.studio import Studio
from training.runs import listing as runs
from training.runs.listing import RunCard

OWN = "./studio.toml"
SAID = {
    "starter": "Starter: the small painter that comes along",
    "classic": "Classic: Stable Diffusion 1.5",
    OWN: "The studio of this folder",
}
STEPS_KEPT = 8
"""So many steps' weights are kept to choose from, where they are small."""


def section(hero: Hero, folder: Path) -> None:
    """How the hero's teaching stands, and what can be done next."""
    st.header("Teaching", anchor=False)
    run, job = runs.run_at(RUNS, folder.name, JOBS), job_panel.newest(RUNS / folder.name)
    active = job_panel.panel(job) if job else False
    if run is not None and (run.active or active):
        run_view.follow(run)
        return
    if active:
        return
    if run is not None:
        _result(hero, folder, run, job)
    if run is None or st.toggle("Teach it anew", key="anew"):
        _begin(hero, folder, run)


def _begin(hero: Hero, folder: Path, before: RunCard | None) -> None:
    """What is to be taught, how long it takes, and the button."""
    photos = hero_photos(folder.name)
    if not photos:
        st.markdown("A painter learns from photos. Bring some first.")
        return
    for says in _in_owners_words(hero, len(photos)):
        st.markdown(says)
    with st.expander("Whose painter learns, and how"):
        studio, preset, most = _settings()
    settings = load_settings(studio)
    if _say_missing(settings):
        return
    if runs.makes_a_painter(preset):
        _say_size(hero, settings)
    anyway = _knows_drawings_only(hero, settings, photos)
    few = "The time left is shown after the first steps."
    st.markdown(f"**How long.** {few if most else how_long(len(photos), settings)}")
    if before is not None:
        st.caption("What was taught before goes to the trash of the page Training.")
    if not pressed(
        f"Teach {look.plain(hero.name)}",
        icon=":material/school:",
        disabled=anyway is False,
    ):
        return
    if before is not None and not tried(runs.throw_away, before):
        return
    arguments = ["hero", "teach", folder.name, "--studio", studio, "--preset", preset]
    for setting in runs.settings_for(preset, most, STEPS_KEPT):
        arguments += ["--set", setting]
    arguments += ["--anyway"] if anyway else []
    if job_panel.start(tuple(arguments), f"Teach {hero.name}", RUNS / folder.name):
        st.rerun()


def _in_owners_words(hero: Hero, photos: int) -> list[str]:
    """What teaching does, that it may be left, and when it is enough."""
    name = look.plain(hero.name)
    return [
        f"**What it does.** A painter looks at {name}'s {photos} photos again and again, until it "
        f"draws {name} and not just any {look.plain(hero.called)}. It draws your books then.",
        "**Meanwhile.** You may close the window, stop it and go on another day: nothing that was "
        "learnt is lost.",
        f"**When it is enough.** As it learns it draws {name} now and then, to be seen here. The "
        "step that is most like the photos is kept by itself; stop it as soon as you like what "
        "you see, and choose another step whenever you want.",
    ]


def _settings() -> tuple[str, str, int]:
    """Whose painter learns, by which preset, and in how many steps."""
    studio = st.radio(
        "Whose painter learns", _studios(), format_func=lambda name: SAID.get(name, name)
    )
    preset = st.selectbox(
        "Manner",
        runs.presets("pet"),
        help="auto measures what this machine can do. The others are as well-known trainers "
        "have it; docs/training.md compares them.",
    )
    most = st.number_input(
        "Steps",
        min_value=0,
        max_value=100_000,
        value=0,
        step=50,
        help="0: as many as the manner says. A few show whether all works.",
    )
    return studio, preset, most


def _say_missing(settings: Settings) -> bool:
    """Say which models of a studio are not there to be taught; whether there are any."""
    missing = [
        model.door
        for model in models_of(settings)
        if model.size_mb is None and model.door in ("painter", "critic")
    ]
    if missing:
        st.info(
            f"Not on the disk yet: its {' and its '.join(missing)}. The page Settings says "
            "where they belong.",
            icon=":material/download:",
        )
    return bool(missing)


def _say_size(hero: Hero, settings: Settings) -> None:
    """Say what a painter of a hero's own takes on the disk."""
    size = in_bytes(painter_bytes(Path(settings.draw.painter)))
    st.info(
        f"By this manner all weights learn: {look.plain(hero.name)} gets a painter of its own of "
        f"about {size}, which draws its books. Each checkpoint takes several times as much.",
        icon=":material/hard_drive:",
    )


def _knows_drawings_only(hero: Hero, settings: Settings, photos: list[Path]) -> bool | None:
    """Whether the owner wants photos taught to a painter of drawings; None if it need not be."""
    if not Studio(settings).draws_the_world or are_drawings(photos):
        return None
    st.info(
        f"This painter knows drawings, not photos. It draws {look.plain(hero.name)} by its look "
        f"already ({look.plain(hero.words)}), and learns little from photos.",
        icon=":material/lightbulb:",
    )
    return st.checkbox("Teach it all the same", key="anyway")


def _result(hero: Hero, folder: Path, run: RunCard, job: Job | None) -> None:
    """What came of the last teaching: curve, samples side by side, the step that draws."""
    with st.container(horizontal=True, vertical_alignment="center", key="run-head"):
        run_view.badge(run)
        st.markdown(look.plain(run_view.how_far(run)))
    if run.status in ("failed", "interrupted") and run.state.message:
        st.error(look.plain(run.state.message))
    run_view.go_on(run, job, "secondary")
    run_view.curve(run)
    step = run_view.compare(run)
    if run.status == "done" and step is not None:
        _choose(hero, folder, run, step)


def _choose(hero: Hero, folder: Path, run: RunCard, step: int) -> None:
    name = look.plain(hero.name)
    if step == run.taken_step:
        st.markdown(f"**{name}** is drawn as it was taught by this step.")
    elif step in run.kept:
        if pressed(f"Draw {name} as of step {step}", icon=":material/check:"):
            arguments = ("hero", "choose-step", folder.name, str(step))
            if job_panel.start(arguments, f"Take step {step} for {hero.name}", RUNS / folder.name):
                st.rerun()
    else:
        kept = ", ".join(str(each) for each in run.kept) or "none"
        st.caption(f"{name} is drawn as of step {run.taken_step}. Weights were kept of: {kept}.")


def _studios() -> list[str]:
    """The studios whose painter can be taught; that of the folder first."""
    named = [
        name for name in ("starter", *studios()) if load_settings(name).draw.painter not in DOUBLES
    ]
    own = [OWN] if Path(OWN).is_file() else []
    return list(dict.fromkeys([*own, *named]))
