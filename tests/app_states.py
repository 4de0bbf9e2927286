"""What tests of the app's pages lay out: heroes, runs and jobs in each state."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from PIL import Image

from page_tester import AppTest
from storybook.hero.folder import add_hero
from storybook.jobs import manager
from storybook.jobs.folder import (
    EVENTS,
    LOG,
    Job,
    JobState,
    create_job,
    create_time_of,
    job_state,
    jobs_in,
    new_job,
    write_state,
)
from storybook.jobs.manager import cancel
from storybook.records import Hero
from training.runs.run import LOG as RUN_LOG
from training.runs.run import Measure, Run, RunState
from waiting import END_S


@contextmanager
def nothing_begins(folder: Path) -> Iterator[None]:
    """Within it jobs of `folder` wait for their turn; those that wait at its end are cancelled.

    This process holds them, in place of runners that would do nothing but wait.
    """
    with ExitStack() as held, pytest.MonkeyPatch.context() as patched:

        def hold(job: Job, lock: IO[bytes]) -> None:
            held.enter_context(os.fdopen(os.dup(lock.fileno()), "ab"))
            born = create_time_of(os.getpid())
            write_state(job, JobState(state="waiting", pid=os.getpid(), create_time=born))

        patched.setattr(manager, "_run", hold)
        yield
        for job in jobs_in(folder / "jobs"):
            if job_state(job).active:
                cancel(job)


def _enter(name):
    from app.navigation import enter

    enter(name)


def opened(name: str, **query: str) -> AppTest:
    """A page of the studio as somebody opens it by its address; it has drawn itself."""
    test = AppTest.from_function(_enter, args=(name,), default_timeout=END_S)
    for key, value in query.items():
        test.query_params[key] = value
    test.run()
    assert not test.exception, test.exception
    return test


def said(test: AppTest) -> str:
    """All that a page says in words."""
    kinds = (
        test.title,
        test.header,
        test.subheader,
        test.markdown,
        test.caption,
        test.info,
        test.warning,
        test.error,
        test.success,
        test.code,
    )
    return "\n".join(str(each.value) for kind in kinds for each in kind)


@cache
def photo(seed: int, width: int = 640, height: int = 520) -> Image.Image:
    """A drawn animal on a background of its own, sharp and in daylight: the coach finds it good."""
    chance = np.random.default_rng(seed)
    colour = tuple(int(level) for level in chance.integers(120, 230, 3))
    levels = np.full((height, width, 3), colour, np.float32)
    levels += chance.normal(0, 18, levels.shape)
    down, across = np.mgrid[:height, :width]
    middle = (width * chance.uniform(0.4, 0.6), height * chance.uniform(0.45, 0.6))
    body = ((across - middle[0]) / 150) ** 2 + ((down - middle[1]) / 130) ** 2 < 1
    levels[body] = chance.normal((150, 80, 30), 22, (int(body.sum()), 3))
    return Image.fromarray(levels.clip(0, 255).astype(np.uint8))


@cache
def jpeg(seed: int) -> bytes:
    """The same as a file."""
    data = BytesIO()
    photo(seed).save(data, "JPEG", quality=95)
    return data.getvalue()


def rex(folder: Path, photos: int = 5, **changes: object) -> Path:
    """The folder of a hero of the author's, with drawn photos."""
    source = folder / "brought"
    source.mkdir()
    files = []
    for number in range(photos):
        files.append(source / f"{number}.jpg")
        files[-1].write_bytes(jpeg(number))
    asked = {"name": "Rex", "species": "dog", "look": "brown"} | changes
    return add_hero(Hero(**asked), files)


def laid_run(folder: Path, name: str, state: str, **fields: object) -> Run:
    """A run of a pet with measures, samples of three steps and weights of two."""
    run = Run(folder / "runs" / name)
    run.folder.mkdir(parents=True)
    recipe = (
        f'title = "{name}"\n[[concept]]\nphotos = "heroes/{name}/photos"\n'
        'token = "zwx"\nclass_word = "dog"\n'
    )
    (run.folder / "recipe.toml").write_text(recipe)
    run.write_state(RunState(state=state, step=20, steps=20, best_step=20, **fields))
    now = time.time()
    events = [
        {"time": now - 20 + step, "stage": "teach", "done": step, "total": 20, "note": "epoch 1"}
        for step in range(1, 21)
    ]
    (run.folder / RUN_LOG).write_text("".join(f"{json.dumps(each)}\n" for each in events))
    for step in (0, 10, 20):
        run.measure(
            Measure(
                step=step,
                epoch=0,
                loss=1 - step / 40,
                validation=1 - step / 50,
                likeness=0.5 + step / 100,
            )
        )
        run.samples.mkdir(exist_ok=True)
        for number in range(2):
            picture = photo(step + number, 128, 128)
            picture.save(run.samples / f"{step:06d}-{number:02d}.png")
    (run.folder / "checkpoints").mkdir()
    for step in (10, 20):
        (run.folder / "checkpoints" / f"{step:06d}.pt").write_bytes(b"weights")
    return run


def laid_job(folder: Path, state: str, subject: str = "", what: str = "Make The Kite", **fields):
    """A job with some events and words, and the lock that keeps it alive while it is held."""
    arguments = fields.pop("arguments", ("make", subject or "books/kite"))
    asked = new_job("storybook", arguments, what, subject=subject, at=str(folder))
    job, lock = create_job(asked, folder / "jobs")
    now = time.time()
    told = [
        {"time": now - 10 + number, "stage": "draw", "done": number, "total": 8, "note": ""}
        for number in range(1, 5)
    ]
    (job.folder / EVENTS).write_text("".join(f"{json.dumps(each)}\n" for each in told))
    (job.folder / LOG).write_text("draw 4/8: page 3\n")
    is_over = state in ("done", "failed", "cancelled")
    write_state(
        job,
        JobState(
            state=state, pid=os.getpid(), started=now - 60, ended=now if is_over else None, **fields
        ),
    )
    if is_over:
        lock.close()
    return job, lock
