"""Starting commands as jobs, and showing how they go. A job outlives the page that started it."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.widgets import look
from app.widgets.paths import JOBS
from storybook import processes
from storybook.cli.retry import retry
from storybook.errors import StorybookError
from storybook.jobs import manager as jobs
from storybook.jobs.folder import Job, JobState, job_state

POLL_S = 1.0
ASKED_S = 120.0
MOST_SIGNS = 60
"""Of what a job does, where it stands in a line; it may be typed into a terminal, and long."""
SAID = {
    "write": "Telling the story",
    "split": "Cutting it into pages",
    "describe": "Thinking up the pictures",
    "draw": "Drawing",
    "choose": "Choosing the best pictures",
    "enlarge": "Bringing pictures to print size",
    "bind": "Setting the pages",
    "encode": "Looking at the photos",
    "teach": "Learning",
    "samples": "Drawing samples",
    "sheet": "Drawing the cast",
    "inpaint": "Touching up the picture",
    "vary": "Drawing others like it",
    "ask": "Drawing what you asked for",
    "move-star": "Drawing the star in its other place",
    "retell": "Telling the page anew",
    "narrate": "Reading it aloud",
    "paint": "Drawing",
    "open": "Opening the painter",
    "class images": "Drawing others of its kind, to tell them apart",
    "pairs": "Writing summaries for the stories",
    "measure": "Measuring what was learnt",
    "latents": "Getting the pictures ready",
    "look": "Looking at the pictures",
    "masks": "Finding the pet in its photos",
    "saved": "Learning",
    "fetch": "Fetching",
    "batch": "Making books",
    "shards": "Making its share of the books",
}
"""Every stage of a job in people's words."""


def start(arguments: tuple[str, ...], what: str, subject: Path | str = "") -> Job | None:
    """Start `storybook <arguments>`; None, with a line on the page, if something is in its way."""
    try:
        return jobs.start("storybook", arguments, what, subject=str(subject), root=JOBS)
    except StorybookError as fault:
        st.error(str(fault))
        return None


def make(book: Path, what: str) -> Job | None:
    """Bring a book up to date."""
    return start(("make", str(book)), what, book)


def draw_cast(book: Path, title: str) -> Job | None:
    """Draw a character sheet of each who plays in a book."""
    return start(("cast", str(book), "--draw"), f"Draw the cast of {title}", book)


def ask(arguments: tuple[str, ...]) -> str:
    """What a short command says; raises StorybookError with its one line if it has none to say."""
    done, complaint = processes.ask_storybook(*arguments, timeout_s=ASKED_S)
    if done.returncode:
        raise complaint
    return done.stdout.strip()


def newest(subject: Path) -> Job | None:
    """The last job that worked on a folder."""
    wanted = subject.resolve()
    return next((job for job in jobs.jobs_in(JOBS) if job.works_on == wanted), None)


def panel(job: Job, sees: Callable[[], object] | None = None) -> bool:
    """How a job goes, with what can be done about it; whether it is under way.

    While it is, the panel looks again every second, and draws the page anew when there is more to
    see on it: when what it `sees` is other than it was, or, unless it says what that is, whenever
    the job comes further.
    """
    state = job_state(job)
    if state.active:

        def mark() -> object:
            return sees() if sees else _mark(job)

        st.fragment(_under_way, run_every=POLL_S, key=f"watch-{job.id}")(job, mark, mark())
        return True
    if offers_to_go_on(job):
        _ended(job, state)
    return False


def offers_to_go_on(job: Job) -> bool:
    """Whether the panel of a job has a button to go on with it."""
    return job_state(job).state in ("failed", "cancelled") and job.id not in _put_away()


def said(seconds: float) -> str:
    """A length of time as people say it, never shorter than it is.

    >>> said(8), said(75), said(4000)
    ('10 s', '2 min', '1 h 7 min')
    """
    if seconds < 60:
        return f"{-(-seconds // 10) * 10:.0f} s"
    minutes = int(-(-seconds // 60))
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def said_verb(verb: str) -> str:
    """A verb in people's words, as it stands in a sentence."""
    return SAID[verb][0].lower() + SAID[verb][1:]


def bar(job: Job) -> str:
    """How far a job is; returns what it says of itself.

    Of the whole job where one like it was done here before, or pages of a book are counted; else
    of the stage that it is at.
    """
    now = jobs.progress(job)
    if now is None:
        st.progress(0.0, f"{_called(job)} is getting ready ...")
        return ""
    doing = SAID.get(now.stage, now.stage.capitalize())
    share, left, whole = now.share, now.job_seconds_left, ""
    if now.pages:  # its verbs take turns, and a page is what one waits for
        far = f"{now.pages_done} of {now.pages} pages are finished"
        share = now.pages_done / now.pages if share is None else share
    else:
        page = "" if not now.page else f", page {now.page}"
        far = f"{now.done} of {now.total}"
        doing = f"{doing}{page}"
    if share is None:
        share, left, whole = now.done / max(1, now.total), now.seconds_left, " for this"
    remains = f" · {said(left)} left{whole}" if left else ""
    st.progress(min(1.0, share), f"**{doing}**: {far}{remains}")
    return now.note


def _called(job: Job) -> str:
    """What a job does, in bold and in few words: its own page has all of them."""
    return look.strong(look.short(job.what, MOST_SIGNS))


def _under_way(job: Job, mark: Callable[[], object], seen: object) -> None:
    state = job_state(job)
    if not state.active or mark() != seen:
        st.rerun()
    with st.container(border=True, key=f"job-{job.id}"):
        if state.state in ("queued", "waiting"):
            st.progress(0.0, f"{_called(job)} waits for its turn: something else is being made.")
        elif note := bar(job):
            st.caption(note)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("You may close this window; the work goes on.")
            if pressed("Stop", key=f"stop-{job.id}", icon=":material/stop_circle:"):
                jobs.cancel(job)
                st.toast("It stops after the step that it is at. What is made is kept.")


def _ended(job: Job, state: JobState) -> None:
    with st.container(border=True, key=f"job-{job.id}"):
        if state.state == "failed":
            st.error(f"{_called(job)} did not succeed. {look.plain(state.error or '')}".strip())
        else:
            st.info(f"{_called(job)} was stopped. What was made is kept.")
        with st.container(horizontal=True):
            if pressed("Go on", key=f"retry-{job.id}", icon=":material/play_arrow:"):
                try:
                    retry(job)
                except StorybookError as fault:
                    st.error(str(fault))
                else:
                    st.rerun()
            if pressed("Put this away", key=f"away-{job.id}", type="tertiary"):
                put_away(job)
                st.rerun()
        with st.expander("What it said"):
            st.code(jobs.tail(job) or "Nothing.", language=None, wrap_lines=True)


def _mark(job: Job) -> str:
    """Changes whenever the page of what the job works on has more to show."""
    now = jobs.progress(job)
    if now is None:
        return job_state(job).state
    shown = now.done if now.stage in ("draw", "choose", "enlarge", "teach", "samples") else 0
    return f"{now.stage} {shown}"


def put_away(job: Job) -> None:
    """Say no more of how a job ended."""
    _put_away().add(job.id)


def _put_away() -> set[str]:
    return st.session_state.setdefault("put away", set())
