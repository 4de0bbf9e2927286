"""All runs of a folder as a front end shows them: what they teach, how they stand, their samples.

Loads no framework.
"""

import time
import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from storybook.cli.retry import retry
from storybook.errors import TrainingError
from storybook.events import events_in, seconds_left
from storybook.files import zip_files
from storybook.hero.folder import hero_names
from storybook.jobs.folder import Job, job_state
from storybook.jobs.manager import jobs_in, load_job, start
from storybook.records import Record
from storybook.text_files import split_lines
from storybook.trash import from_trash, to_trash
from training.runs.run import LOG, PROMPTS, RECIPE, STATE, Run, RunState
from training.runs.settings import preset_names

Teaches = Literal["pet", "stories"]
RunStatus = Literal["waiting", "running", "interrupted", "stopped", "failed", "done"]
FRESH_S = 120.0
"""A run that belongs to no job and wrote nothing for so long is taken for dead."""
CHECKPOINTS = "checkpoints"
PRESETS = {
    "pet": Path(__file__).parents[1] / "presets" / "pet",
    "stories": Path(__file__).parents[1] / "presets" / "story",
}


class RunCard(Record):
    """What there is to say of one run."""

    folder: Path
    title: str
    teaches: Teaches
    status: RunStatus
    state: RunState
    changed: float
    """When it last wrote something, in seconds since 1970."""
    job: str | None = None
    """The newest job that worked on it."""
    samples: tuple[int, ...] = ()
    """Steps of which there are sample pictures."""
    kept: tuple[int, ...] = ()
    """Steps whose weights were kept."""

    @property
    def active(self) -> bool:
        return self.status in ("waiting", "running")

    @property
    def result(self) -> list[str]:
        """Names of what it made."""
        return sorted(path.name for path in (self.folder / "result").glob("[!.]*"))

    @property
    def taken_step(self) -> int | None:
        """The step whose weights are the result."""
        return self.state.chosen_step or self.state.best_step


def runs_in(root: Path, jobs: Path) -> list[RunCard]:
    """All runs, those under way first, then the one that wrote last; what is no run is left out."""
    by_subject: dict[Path, Job] = {}
    for job in reversed(jobs_in(jobs)):
        if job.works_on is not None:
            by_subject[job.works_on] = job
    cards = [
        card(folder, by_subject.get(folder.resolve()))
        for folder in sorted(root.glob("[!.]*"))
        if (folder / STATE).is_file()
    ]
    return sorted(cards, key=lambda each: (not each.active, -each.changed))


def run_at(root: Path, name: str, jobs: Path) -> RunCard | None:
    """The run of that name; None if there is none. A name is only ever one step below `root`."""
    folder = root / Path(name).name
    if not name or not (folder / STATE).is_file():
        return None
    job = next((each for each in jobs_in(jobs) if each.works_on == folder.resolve()), None)
    return card(folder, job)


def card(folder: Path, job: Job | None) -> RunCard:
    """What there is to say of a run; `job` is the newest one that worked on it."""
    run = Run(folder)
    try:
        state = run.state()
    except (TrainingError, ValidationError):
        state = RunState(state="failed", message="Its run.json is damaged.")
    recipe = _recipe(folder)
    times = [path.stat().st_mtime for name in (STATE, LOG) if (path := folder / name).is_file()]
    changed = max(times, default=0.0)
    return RunCard(
        folder=folder,
        title=str(recipe.get("title") or folder.name),
        teaches="pet" if "concept" in recipe else "stories",
        status=_status_of(state, job, changed),
        state=state,
        changed=changed,
        job=None if job is None else job.id,
        samples=tuple(sorted({int(path.stem.split("-")[0]) for path in _samples(folder)})),
        kept=tuple(run.steps_kept()),
    )


def samples_of(folder: Path, step: int) -> list[Path]:
    """The sample pictures of a step, in the order of the prompts."""
    return [path for path in _samples(folder) if int(path.stem.split("-")[0]) == step]


def sample_words(folder: Path) -> list[str]:
    """What the sample pictures of a run were asked for, in their order.

    Runs of before it was written down beside them say it by their recipes, as far as those do.
    """
    prompts = folder / "samples" / PROMPTS
    if prompts.is_file():
        return split_lines(prompts.read_text(encoding="utf-8"))
    recipe = _recipe(folder)
    concepts = [each for each in recipe.get("concept", []) if isinstance(each, dict)]
    names = [
        f"a {word}"
        for each in concepts
        for word in (
            f"{each.get('token', '')} {each.get('class_word', '')}".strip(),
            each.get("class_word", ""),
        )
        if word
    ]
    words = recipe.get("sample_prompts") or list(dict.fromkeys(names))
    return [word for word in words for _ in range(recipe.get("sample_count", 1))]


def said_lines(folder: Path) -> list[str]:
    """The last lines of a run's log for people."""
    return [
        f"{datetime.fromtimestamp(each.time):%H:%M:%S}  {each.stage} "
        f"{each.done}/{each.total}  {each.note}".rstrip()
        for each in events_in(folder / LOG)
    ]


def told_of(folder: Path) -> list[Path]:
    """The sample stories of a run that teaches stories, as Markdown, by step."""
    return sorted((folder / "samples").glob("[0-9]*.md"))


def run_seconds_left(folder: Path) -> float | None:
    """How long a run will still take at the pace of its last steps; None if nobody can tell."""
    events = events_in(folder / LOG)
    return seconds_left([each for each in events if each.stage == "teach" and each.done])


def pack(folder: Path, to: Path) -> Path:
    """Pack a run into the zip `to`, without the checkpoints, which only this machine needs."""
    files = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        shown = inside.parts[0] != CHECKPOINTS and not any(p.startswith(".") for p in inside.parts)
        if shown and path.is_file() and not path.is_symlink():
            files[f"{folder.name}/{inside.as_posix()}"] = path
    return zip_files(files, to)


def go_on(run: RunCard, jobs: Path) -> Job:
    """Go on with a run where it was, as a job; raises JobError if something is in the way."""
    if run.job is not None:
        return retry(load_job(run.job, jobs))
    name, recipe = run.folder.name, str(run.folder / RECIPE)
    if run.teaches == "pet" and name in hero_names():
        arguments = ("hero", "teach", name, "--resume", "--anyway")  # the hero takes its adapter
        return start(
            "storybook", arguments, f"Teach {run.title}", subject=str(run.folder), root=jobs
        )
    verb = "dreambooth" if run.teaches == "pet" else "story-lora"
    arguments = (verb, recipe, "--run", str(run.folder), "--resume", "latest")
    return start("training", arguments, f"Teach {run.title}", subject=str(run.folder), root=jobs)


def throw_away(run: RunCard) -> Path:
    """Move a run to the trash; returns where it lies. Raises TrainingError while it learns."""
    if run.active:
        raise TrainingError(f"{run.title} is still learning. Stop it first.")
    return to_trash(run.folder)


def put_back(thrown: Path) -> Path:
    """Put a run from the trash back, under another name if its own is taken; returns its folder."""
    return from_trash(thrown, TrainingError)


def presets(kind: Teaches) -> Sequence[str]:
    """The presets that a teaching of that kind may begin from."""
    return [name for name in preset_names(PRESETS[kind]) if name != "none"]


def makes_a_painter(preset: str) -> bool:
    """Whether all weights learn by a preset for pets, so that the result is a whole painter."""
    table = tomllib.loads((PRESETS["pet"] / f"{preset}.toml").read_text(encoding="utf-8"))
    return table.get("kind") == "full"


def settings_for(preset: str, steps: int, keep: int) -> list[str]:
    """What is to be set beside a preset for pets, as `key=value`; `steps` 0 leaves them to it.

    Of adapters, whose checkpoints are small, `keep` are kept; few steps warm up in a tenth of them.
    """
    table = tomllib.loads((PRESETS["pet"] / f"{preset}.toml").read_text(encoding="utf-8"))
    settings = [f"keep_last={keep}"] if table.get("kind", "lora") == "lora" else []
    settings += [f"max_steps={steps}"] if steps else []
    short = 0 < steps <= table.get("warmup_steps", 0)
    return settings + ([f"warmup_steps={steps // 10}"] if short else [])


def _status_of(state: RunState, job: Job | None, changed: float) -> RunStatus:
    """How a run stands: a process that was killed could not write that it was."""
    if job is not None and (now := job_state(job)).active:
        return "running" if now.state == "running" else "waiting"
    if state.state != "running":
        return state.state
    written_by_itself = job is None and time.time() - changed < FRESH_S
    return "running" if written_by_itself else "interrupted"


def _recipe(folder: Path) -> dict:
    try:
        return tomllib.loads((folder / RECIPE).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def _samples(folder: Path) -> list[Path]:
    return sorted((folder / "samples").glob("[0-9]*-[0-9]*.png"))
