"""A command that knows `--shard`, run in shards by the workers of a cluster."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from secrets import token_hex

from storybook.cluster.connect import cluster
from storybook.cluster.team import Done, Team
from storybook.errors import ConfigError, JobError
from storybook.records import Event, Record

STAGE = "shards"


class ShardOf(Record):
    """One of the parts of a command's work."""

    index: int
    count: int


class ShardRunner:
    """Runs shards of a command in its folder, each in a process of its own."""

    def __init__(self, folder: str, sign: str, module: str, arguments: tuple[str, ...]) -> None:
        self.folder, self.sign = Path(folder), sign
        self.command = (sys.executable, "-m", module, *arguments)

    def make(self, piece: ShardOf) -> Done:
        """Run a shard to its end; what it complained of is in what is returned."""
        began, says = time.monotonic(), ""
        if not (self.folder / self.sign).is_file():
            says = f"{self.folder} is not on storage that this machine sees."
        else:
            says = self._run(piece)
        seconds = time.monotonic() - began
        return Done(pid=os.getpid(), node=socket.gethostname(), seconds=seconds, fault=says)

    def _run(self, piece: ShardOf) -> str:
        """The line in which the shard said why it failed; empty if it did not."""
        done = subprocess.run(
            [*self.command, "--shard", f"{piece.index}/{piece.count}"],
            cwd=self.folder,
            env=os.environ | {"STORYBOOK_JOBS": "off"},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        last = (done.stderr.strip().splitlines() or [f"It ended with {done.returncode}."])[-1]
        return last.removeprefix("storybook: ") if done.returncode else ""


def run_shards(
    on: str, module: str, arguments: Sequence[str], workers: int | None = None
) -> Iterator[Event]:
    """Run `python -m module arguments` by the workers of a cluster, a shard each.

    The current folder has to be on storage that all workers see. A shard whose worker dies is run
    again, and passes over what is made already. Raises ConfigError if there is no cluster, JobError
    with what the first shard that failed complained of.
    """
    sign = Path(f".{token_hex(8)}.sign")
    sign.touch()
    try:
        with cluster(on, workers) as resources:
            gpus = int(resources.get("GPU", 0))
            size = workers or gpus or int(resources.get("CPU", 1))
            given = (os.getcwd(), sign.name, module, tuple(arguments))
            team = Team(ShardRunner, given, size, gpus=1.0 if gpus else 0.0)
            pieces = [ShardOf(index=at, count=size) for at in range(1, size + 1)]
            faults = []
            for done, result in enumerate(team.work(pieces), start=1):
                faults += [result.fault] if result.fault else []
                note = f"shard {result.piece.index}: {result.fault or 'done'}"
                yield Event(stage=STAGE, done=done, total=size, note=note)
    finally:
        sign.unlink(missing_ok=True)
    if faults:
        raise JobError(f"{len(faults)} of {size} shards failed: {faults[0]} Run it again to go on.")


def without_on(arguments: Sequence[str]) -> tuple[str, ...]:
    """The words of a command but for `--on` and `--workers`, as each shard is to have them.

    Raises ConfigError where it is a shard itself.

    >>> without_on(["caption", "photos", "--on", "ray", "--workers=2", "--batch", "4"])
    ('caption', 'photos', '--batch', '4')
    """
    kept, words = [], iter(arguments)
    for word in words:
        name = word.partition("=")[0]
        if name == "--shard":
            raise ConfigError("--shard with --on: the cluster's workers get shards by themselves.")
        if name in ("--on", "--workers"):
            if "=" not in word:
                next(words, None)
            continue
        kept.append(word)
    return tuple(kept)
