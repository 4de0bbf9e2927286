"""Jobs: all that runs and ran in this folder, the newest first."""

import time
from datetime import datetime

import streamlit as st

from app.buttons import pressed
from app.navigation import link
from app.widgets import job_panel, look
from app.widgets.paths import BOOKS, HEROES, JOBS, RUNS
from app.widgets.try_or_report import packed, tried
from storybook.cli.retry import retry
from storybook.errors import StorybookError
from storybook.jobs import manager as jobs
from storybook.jobs.folder import Job, JobState, job_state
from storybook.jobs.text import ago, waits_for

LOOK_S = 2.0
AT_ONCE = 20
STATES = {
    "queued": ("waits", "gray", ":material/hourglass_empty:"),
    "waiting": ("waits", "gray", ":material/hourglass_empty:"),
    "running": ("at work", "orange", ":material/autorenew:"),
    "done": ("done", "green", ":material/check_circle:"),
    "failed": ("failed", "red", ":material/error:"),
    "cancelled": ("stopped", "gray", ":material/stop_circle:"),
}


def page() -> None:
    asked = st.query_params.get("job", "")
    if asked:
        _one(asked)
        return
    look.heading(
        "Jobs",
        "What the studio is making, and what it made. Work goes on when you close this window.",
    )
    found = jobs.jobs_in(JOBS)
    if not found:
        look.empty(
            "Nothing was made yet",
            "Books that are drawn and pets that are taught are "
            "listed here, also those from the command line.",
        )
        return
    shown = st.session_state.setdefault("jobs shown", AT_ONCE)
    if any(job_state(job).active for job in found[:shown]):
        st.fragment(_list, run_every=LOOK_S, key="jobs")(shown, _marks(found[:shown]))
    else:
        _rows(found[:shown])
    if len(found) > shown and pressed(f"Show more of {len(found)}", width="stretch"):
        st.session_state["jobs shown"] = shown + 2 * AT_ONCE
        st.rerun()


def _list(shown: int, seen: str) -> None:
    found = jobs.jobs_in(JOBS)[:shown]
    if _marks(found) != seen:
        st.rerun()
    _rows(found)


def _marks(found: list[Job]) -> str:
    """Changes whenever a job comes, goes or stands otherwise."""
    return " ".join(f"{job.id}:{job_state(job).state}" for job in found)


def _rows(found: list[Job]) -> None:
    for job in found:
        state = job_state(job)
        with st.container(key=f"card-job-{job.id}-wide", gap="small"):
            with st.container(horizontal=True, vertical_alignment="center"):
                with st.container(width="stretch", gap=None):
                    st.markdown(look.strong(look.short(job.what, job_panel.MOST_SIGNS)))
                    st.caption(_line(job, state))
                _badge(state)
                link("jobs", "Open", icon=":material/arrow_forward:", job=job.id)
            if state.state == "running":
                job_panel.bar(job)


def _line(job: Job, state: JobState) -> str:
    """When it was, and what is to be said of it, in a line."""
    when = ago(time.time() - (state.ended or state.started or job.created))
    by_hand = ", from the command line" if job.by_hand else ""
    if state.state in ("queued", "waiting"):
        return look.plain(f"Since {ago(time.time() - job.created)}{by_hand}. {_waits(job)}")
    error = f" {state.error}" if state.state == "failed" else ""
    return look.plain(f"{when[:1].upper()}{when[1:]}{by_hand}.{error}")


def _waits(job: Job) -> str:
    other = waits_for(job, JOBS)
    return f"It waits for: {other.what}." if other else "It waits for its turn."


def _badge(state: JobState) -> None:
    word, colour, icon = STATES[state.state]
    st.badge(word, icon=icon, color=colour)


def _one(asked: str) -> None:
    link("jobs", "All jobs", icon=":material/arrow_back:")
    try:
        job = jobs.load_job(asked, JOBS)
    except StorybookError:
        st.warning(f"There is no job {look.plain(asked)} here. It may have been forgotten.")
        return
    state = job_state(job)
    look.heading(look.plain(look.short(job.what, job_panel.MOST_SIGNS)))
    with st.container(horizontal=True, vertical_alignment="center", key="job-head"):
        _badge(state)
        st.markdown(_line(job, state))
        _subject(job)
    active = job_panel.panel(job)
    if active:
        st.fragment(_log, run_every=LOOK_S, key=f"log-{job.id}")(job)
    else:
        _times(job, state)
        _log(job)
    _deeds(job, state)


def _subject(job: Job) -> None:
    """A link to what the job works on, where there is a page for it."""
    subject = job.works_on
    if subject is None or not subject.is_dir():
        return
    if subject.parent == BOOKS.resolve():
        link("storyboard", "Its book", icon=":material/auto_stories:", book=subject.name)
    elif subject.parent == RUNS.resolve():
        link("training", "Its run", icon=":material/school:", run=subject.name)
        if (HEROES / subject.name).is_dir():
            link("heroes", "Its hero", icon=":material/pets:", hero=subject.name)


def _times(job: Job, state: JobState) -> None:
    sentences = [f"Asked for {_clock(job.created)}."]
    if state.started and state.ended:
        sentences.append(f"It took {job_panel.said(max(1.0, state.ended - state.started))}.")
    if state.state == "done":
        far = jobs.progress(job)
        sentences += [f"{far.note[:1].upper()}{far.note[1:]}."] if far and far.note else []
    st.markdown(look.plain(" ".join(sentences)))
    st.caption("As a command:")
    st.code(
        f"{'storybook' if job.module == 'storybook' else 'python -m training'} "
        f"{' '.join(job.arguments)}",
        language=None,
        wrap_lines=True,
    )


def _clock(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds):%d %B, %H:%M}"


def _log(job: Job) -> None:
    st.markdown("**What it said**")
    st.code(jobs.tail(job) or "Nothing yet.", language=None, wrap_lines=True, height=320)


def _deeds(job: Job, state: JobState) -> None:
    with st.container(horizontal=True, key="job-deeds"):
        if (
            state.state == "done"
            and job.arguments[:1] == ("make",)
            and pressed(
                "Do it again",
                icon=":material/replay:",
                key="again",
                help="The same command. What is up to date is not made twice.",
            )
        ):
            _again(job)
        st.download_button(
            "Download",
            data=lambda: packed(lambda to: jobs.download(job, to)),
            file_name=f"{job.id}.zip",
            mime="application/zip",
            on_click="ignore",
            icon=":material/download:",
            key="download-job",
            help="What it made and what it said, as a zip.",
        )
        if not state.active:
            with st.popover("Forget it", icon=":material/delete:"):
                st.markdown("What it made stays; only this note of it and its log go.")
                if pressed("Forget it", key="forget") and tried(jobs.delete, job):
                    del st.query_params["job"]
                    st.rerun()


def _again(job: Job) -> None:
    try:
        again = retry(job)
    except StorybookError as fault:
        st.error(look.plain(str(fault)))
        return
    st.query_params["job"] = again.id
    st.rerun()
