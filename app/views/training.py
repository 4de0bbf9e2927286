"""Training: every run of this folder, also those that were started from the command line."""

from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.navigation import link
from app.views import teach_stories
from app.widgets import look, run_view, trash
from app.widgets.paths import HEROES, JOBS, RUNS
from app.widgets.try_or_report import packed, tried
from storybook.jobs.manager import load_job
from training.runs import listing as runs
from training.runs.listing import RunCard

TEACHES = {"pet": "a pet", "stories": "stories"}


def page() -> None:
    name = st.query_params.get("run", "")
    if name:
        _one(name)
        return
    look.heading("Training", "What your painters and writers are learning, and have learnt.")
    trash.offer(RUNS, "lies in the trash. A hero that it taught stays taught.", runs.put_back)
    found = runs.runs_in(RUNS, JOBS)
    if not found:
        look.empty(
            "Nothing was taught yet",
            "Teach a painter your pet on the page Heroes. Each teaching is listed here, "
            "also those from the command line.",
        )
    elif any(run.active for run in found):
        st.fragment(_list, run_every=run_view.LOOK_S, key="runs")(_marks(found))
    else:
        _rows(found)
    trash.listed(RUNS, "What lies here takes room on the disk.", runs.put_back)
    st.space("medium")
    link("dataset", "Look through a dataset, and mend its words", ":material/photo_library:")
    teach_stories.section()


def _list(seen: str) -> None:
    found = runs.runs_in(RUNS, JOBS)
    if _marks(found) != seen:
        st.rerun()
    _rows(found)


def _marks(found: list[RunCard]) -> str:
    """Changes whenever a run comes, goes or stands otherwise."""
    return " ".join(f"{run.folder.name}:{run.status}" for run in found)


def _rows(found: list[RunCard]) -> None:
    for run in found:
        with st.container(key=f"card-run-{run.folder.name}-wide", gap="small"):
            with st.container(horizontal=True, vertical_alignment="center"):
                with st.container(width="stretch", gap=None):
                    st.markdown(look.strong(run.title))
                    taught = f"Learns {TEACHES[run.teaches]}"
                    st.caption(taught if run.active else run_view.how_far(run))
                run_view.badge(run)
                link("training", "Open", icon=":material/arrow_forward:", run=run.folder.name)
            if run.active:
                run_view.progress(run)


def _one(name: str) -> None:
    link("training", "All runs", icon=":material/arrow_back:")
    run = runs.run_at(RUNS, name, JOBS)
    if run is None:
        st.warning(f"There is no run {look.plain(name)} here. It may have been moved or deleted.")
        return
    look.heading(look.plain(run.title))
    with st.container(horizontal=True, vertical_alignment="center", key="run-head"):
        run_view.badge(run)
        st.markdown(look.plain(run_view.how_far(run)))
        if (HEROES / run.folder.name).is_dir():
            link("heroes", "Its hero", icon=":material/pets:", hero=run.folder.name)
    if run.state.message and run.status == "failed":
        st.error(look.plain(run.state.message))
    if run.status == "interrupted":
        st.warning(
            "It ended without a word: the machine was switched off, or its memory was full. "
            "It goes on where it was."
        )
    run_view.job_panel(run)
    run_view.follow(run)
    if not run.active:
        run_view.compare(run)
    if run.teaches == "stories":
        run_view.stories(run)
    run_view.log(run)
    _deeds(run)


def _deeds(run: RunCard) -> None:
    with st.container(horizontal=True, key="run-deeds"):
        run_view.go_on(run, load_job(run.job, JOBS) if run.job else None, "primary")
        st.download_button(
            "Download",
            data=lambda: packed(lambda to: runs.pack(run.folder, to)),
            file_name=f"{run.folder.name}.zip",
            mime="application/zip",
            on_click="ignore",
            icon=":material/download:",
            key="download-run",
        )
        if not run.active and pressed("Delete", icon=":material/delete:", key="delete-run"):
            _throw_away(run)
    if run.result:
        st.caption(f"What it made: {', '.join(run.result)}, in {run.folder}/result.")


def _throw_away(run: RunCard) -> None:
    thrown: list[Path] = []
    if tried(lambda: thrown.append(runs.throw_away(run))):
        trash.thrown_away(RUNS, thrown[0])
        del st.query_params["run"]
        st.rerun()
