"""A run for people: how it stands, its loss as a line, its samples side by side."""

from typing import Literal

import altair as altair
import pandas as pd
import streamlit as st

from app.buttons import pressed
from app.widgets import job_panel as work
from app.widgets import look, room
from app.widgets.paths import JOBS, RUNS
from app.widgets.try_or_report import tried
from storybook.jobs.folder import Job
from storybook.jobs.manager import load_job
from training.runs import listing as runs
from training.runs.listing import RunCard
from training.runs.run import Run

LOOK_S = 3.0
SAMPLE_PX = 165
"""Two of them stand side by side on a telephone."""
COLOURS = ["#C0563A", "#2F8A92"]
"""Seen as well on paper as in the dark, and apart from each other by anybody."""
STATUSES = {
    "waiting": ("waits", "gray", ":material/hourglass_empty:"),
    "running": ("learns", "orange", ":material/school:"),
    "interrupted": ("interrupted", "red", ":material/power_off:"),
    "stopped": ("stopped", "gray", ":material/stop_circle:"),
    "failed": ("failed", "red", ":material/error:"),
    "done": ("done", "green", ":material/check_circle:"),
}


def badge(run: RunCard) -> None:
    """How a run stands, in a word."""
    word, colour, icon = STATUSES[run.status]
    st.badge(word, icon=icon, color=colour)


def how_far(run: RunCard) -> str:
    """How far a run is, in a line.

    >>> from training.runs.run import RunState
    >>> state = RunState(state="done", step=60, steps=60, best_step=45)
    >>> how_far(RunCard(folder=Path("runs/rex"), title="rex", teaches="pet", status="done",
    ...                 state=state, changed=0))
    '60 steps, of which step 45 was best'
    """
    state = run.state
    if run.status == "done":
        best = state.best_step
        taken = run.taken_step
        chosen = f"; step {taken} was chosen" if taken not in (None, best) else ""
        good = f", of which step {best} was best" if best not in (None, state.step) else ""
        return f"{state.step} steps{good}{chosen}"
    if not state.steps:
        return "getting ready" if run.active else "nothing learnt yet"
    left = runs.run_seconds_left(run.folder) if run.status == "running" else None
    remaining = f", {work.said(left)} left" if left else ""
    return f"step {steps_done(run)} of {state.steps}{remaining}"


def steps_done(run: RunCard) -> int:
    """The last step that a run told of; `run.json` says it only now and then."""
    measures = Run(run.folder).measures()
    return max(run.state.step, measures[-1].step if measures else 0)


def progress(run: RunCard) -> None:
    """A bar for a run that is under way."""
    if run.state.steps:
        st.progress(min(1.0, steps_done(run) / run.state.steps), how_far(run))
    else:
        st.progress(0.0, "getting ready")


def follow(run: RunCard) -> None:
    """Loss and samples, looked at anew every few seconds as long as the run learns."""
    if run.active:
        st.fragment(_live, run_every=LOOK_S, key=f"live-{run.folder.name}")(run.folder.name)
    else:
        curve(run)


def job_panel(run: RunCard) -> bool:
    """The panel of the run's job, if it has one; whether it is under way."""
    return work.panel(load_job(run.job, JOBS)) if run.job else False


def go_on(run: RunCard, job: Job | None, kind: Literal["primary", "secondary"]) -> None:
    """The way to go on with a run that stands still, unless the panel of `job` has one already."""
    if run.status not in ("stopped", "interrupted", "failed"):
        return
    if job is not None and work.offers_to_go_on(job):
        return
    if pressed("Go on", type=kind, icon=":material/play_arrow:", key="go-on") and tried(
        runs.go_on, run, JOBS
    ):
        st.rerun()


def curve(run: RunCard) -> None:
    """How like its photos the samples were, by step, and one click below its loss."""
    measures = Run(run.folder).measures()
    losses = _lines(
        [each.step for each in measures],
        {
            "what it learns": [each.loss for each in measures],
            "what it never saw": [each.validation for each in measures],
        },
    )
    if len(losses) < 2:
        st.caption("The curve comes with the first steps.")
        return
    likeness = _lines(
        [each.step for each in measures], {"likeness": [each.likeness for each in measures]}
    )
    if len(likeness) > 1:
        st.markdown("**How like its photos the samples are** (higher is better)")
        at_last = f"Likeness of {run.title} by step; at last {likeness.iloc[-1, 0]:.2f}"
        _line_chart(likeness, "Likeness", height_px=180, alt=at_last)
    with st.expander("In the machine's words: its loss", expanded=len(likeness) < 2):
        st.markdown("**How well it learns** (lower is better)")
        at_last = f"Loss of {run.title} by step; the last value is {losses.iloc[-1, 0]:.3f}"
        _line_chart(losses, "Loss", height_px=260, alt=at_last)


def _line_chart(lines: pd.DataFrame, measured: str, height_px: int, alt: str) -> None:
    """A line for each column, by step.

    Not `st.line_chart`, whose marks for a mouse are symbols without a name to who listens.
    """
    table = lines.rename_axis("Step").reset_index().melt("Step", var_name="of", value_name=measured)
    colours = altair.Scale(domain=list(lines.columns), range=COLOURS[: len(lines.columns)])
    legend = altair.Legend(title=None, orient="bottom") if len(lines.columns) > 1 else None
    chart = (
        altair.Chart(table.dropna(), height=height_px)
        .mark_line(point=True)
        .encode(
            x=altair.X("Step:Q", axis=altair.Axis(tickMinStep=1)),
            y=altair.Y(f"{measured}:Q", scale=altair.Scale(zero=False)),
            color=altair.Color("of:N", scale=colours, legend=legend),
            tooltip=["Step", "of", altair.Tooltip(measured, format=".3f")],
        )
    )
    st.altair_chart(chart, alt=alt)


def _lines(steps: list[int], values: dict[str, list[float | None]]) -> pd.DataFrame:
    """Columns by step, straight between what was measured; those without any value left out."""
    table = pd.DataFrame(values, index=steps, dtype=float).dropna(axis="columns", how="all")
    whole = table.interpolate(method="index", limit_area="inside").dropna(how="all")
    return whole if len(table.columns) else table.iloc[:0]


def compare(run: RunCard) -> int | None:
    """Samples from before the teaching beside those of a step, by a slider; the step."""
    if not run.samples:
        return None
    first, name = run.samples[0], run.folder.name
    step = first
    if len(run.samples) > 1:
        best = run.taken_step if run.taken_step in run.samples else run.samples[-1]
        step = st.select_slider(
            "Compare with what was drawn at step", run.samples, value=best, key=f"step-{name}"
        )
    words = runs.sample_words(run.folder)
    for number, before in enumerate(runs.samples_of(run.folder, first)):
        after = runs.samples_of(run.folder, step)
        prompt = words[number] if number < len(words) else f"sample {number + 1}"
        st.caption(f"Asked for: {look.plain(prompt)}")
        with st.container(horizontal=True, gap="small", key=f"samples-{name}-{number}"):
            with st.container(width=SAMPLE_PX):
                look.picture(before, f"{prompt}, before the teaching", SAMPLE_PX)
                st.caption("before" if first == 0 else f"step {first}")
            if step != first and number < len(after):
                with st.container(width=SAMPLE_PX):
                    look.picture(after[number], f"{prompt}, after step {step}", SAMPLE_PX)
                    st.caption(f"step {step}")
    sheet = run.folder / "samples" / "grid.png"
    if sheet.is_file() and len(run.samples) > 2:
        with st.expander("All samples on one sheet"):
            room.image(sheet, alt=f"All samples of {run.title}, a row for each step")
    return step


def stories(run: RunCard) -> None:
    """What a writer told while it learnt, the last telling first."""
    samples = runs.told_of(run.folder)
    for path in reversed(samples):
        with st.expander(
            f"What it told after {int(path.stem)} steps", expanded=path == samples[-1]
        ):
            st.markdown(path.read_text(encoding="utf-8").partition("\n")[2])


def log(run: RunCard) -> None:
    """The last lines of what a run said."""
    with st.expander("What it said"):
        lines = runs.said_lines(run.folder)[-60:]
        st.code("\n".join(lines) or "Nothing.", language=None, wrap_lines=True)


def _live(name: str) -> None:
    run = runs.run_at(RUNS, name, JOBS)
    if run is None or not run.active:
        st.rerun()
        return
    if not run.job:
        progress(run)
    curve(run)
    if run.samples:
        compare(run)
