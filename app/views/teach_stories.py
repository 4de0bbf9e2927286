"""Teaching the writer the owner's own stories: pairs are brought, looked at, and learnt from."""

from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.navigation import go
from app.widgets import job_panel, look
from app.widgets.paths import JOBS, RUNS
from app.widgets.try_or_report import tried
from storybook.config import load_settings
from storybook.errors import StorybookError
from storybook.jobs import manager as jobs
from training.story import pair_upload
from training.story.pairs_cli import report_lines


def section() -> None:
    """Bring a file of pairs; say what it is like; teach."""
    with st.expander("Teach the writer your own stories"):
        st.markdown(
            "Bring a file of summaries with their stories, such as "
            '`[{"summary": "...", "story": "..."}]` as JSON, or JSON lines or CSV with the same '
            "two columns. A hundred pairs are a beginning."
        )
        file = st.file_uploader("A file of pairs", type=list(pair_upload.KINDS), key="pairs")
        if file is None:
            return
        try:
            kept, report = pair_upload.take_in(RUNS, file.name, file.getvalue())
        except StorybookError as fault:
            st.error(look.plain(str(fault)))
            return
        st.code("\n".join(report_lines(report)), language=None, wrap_lines=True)
        name = st.text_input("What the result is called", "my-stories", max_chars=40)
        if pressed("Teach the writer", type="primary", icon=":material/school:"):
            _teach(kept, name)


def _teach(kept: Path, name: str) -> None:
    settings = load_settings()
    run = RUNS / Path(name).name

    def begin() -> None:
        recipe = pair_upload.write_recipe(kept, name, settings, RUNS)
        arguments = ("story-lora", str(recipe), "--run", str(run))
        jobs.start("training", arguments, f"Teach {name}", subject=str(run), root=JOBS)

    if tried(begin):
        go("jobs", job=job_panel.newest(run).id)
