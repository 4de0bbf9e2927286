"""What stands on a newcomer's terminal: no line of a library, in real processes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from storybook.cli.parser import VERBS
from storybook.config import shipped
from waiting import wait_for

ROOT = Path(__file__).parents[1]
SUMMARY = "Bruno the dog finds a red kite in the garden."
QUICK = (
    "draw.steps=2",
    "draw.candidates=1",
    "write.candidates=1",
    "enlarge.steps=2",
    "enlarge.width_px=256",
)


def run(*command: object, folder: Path) -> tuple[str, list[str]]:
    """Standard output, and the lines of standard error, of a command that has to succeed."""
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    python = [sys.executable, "-m", *map(str, command)]
    done = subprocess.run(python, cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr.splitlines()


@pytest.mark.slow
def test_the_sample_book_says_how_far_it_is_and_nothing_else(tmp_path):
    changes = [part for change in QUICK for part in ("--set", change)]
    out, lines = run(
        "storybook", "book", "--pages", 4, "--summary", SUMMARY, *changes, folder=tmp_path
    )
    assert out.count("\n") == 1 and out.strip().endswith(".pdf")
    assert lines and {line.split()[0] for line in lines} <= set(VERBS), lines


@pytest.mark.slow
@pytest.mark.parametrize("command", [("doctor",), ("models",), ("hero", "list"), ("status", "b")])
def test_commands_that_only_look_say_nothing_beside_their_answer(tmp_path, command):
    run("storybook", "new", "b", "--summary", SUMMARY, folder=tmp_path)
    out, lines = run("storybook", *command, folder=tmp_path)
    assert out and lines == []


@pytest.mark.slow
def test_the_dry_runs_of_trainings_say_nothing_beside_their_answer(tmp_path):
    recipes = ROOT / "training" / "recipes"
    taught = ("training", "dreambooth", recipes / "bhna-cat.toml", "--run", tmp_path / "run")
    out, lines = run(*taught, "--dry-run", folder=ROOT)
    assert "steps an epoch" in out and lines == []
    for part in ("train", "test"):
        run("training", "stories", "compose", f"{part}.json", "--count", 8, folder=tmp_path)
    out, lines = run(
        "training",
        "story-lora",
        recipes / "starter-plain.toml",
        "--dry-run",
        "--set",
        f"base={shipped('assets', 'starter', 'writer', 'base')}",
        "--set",
        f"pairs={tmp_path / 'train.json'}",
        "--set",
        f"test_pairs={tmp_path / 'test.json'}",
        folder=tmp_path,
    )
    assert "8 pairs to learn from" in out and lines == []
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(1, 6):
        shutil.copy(shipped("assets", "pets", "ohwx-dog", f"{number:02d}.jpg"), photos)
    run("storybook", "hero", "add", "rex", "--class", "dog", "--photos", photos, folder=tmp_path)
    out, lines = run("storybook", "hero", "teach", "rex", "--dry-run", "--anyway", folder=tmp_path)
    assert "steps an epoch" in out and lines == []


@pytest.mark.slow
def test_the_studio_says_where_it_opens_and_nothing_else(tmp_path):
    said, env = tmp_path / "said.txt", {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "storybook", "app", "--no-browser", "--port", str(port)]
    with said.open("wb") as file:
        studio = subprocess.Popen(
            command,
            cwd=tmp_path,
            stdout=file,
            stderr=file,
            env=os.environ | env,
            start_new_session=True,
        )
        try:
            wait_for(lambda: b"Stop it with Ctrl-C" in said.read_bytes(), by=studio)
            wait_for(lambda: _answers(port), by=studio)
        finally:
            os.killpg(studio.pid, signal.SIGKILL)
            studio.wait()
    (line,) = said.read_text().splitlines()
    assert line.startswith(f"The studio opens on http://127.0.0.1:{port}")


def _answers(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0
