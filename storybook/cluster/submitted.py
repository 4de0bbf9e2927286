"""A command that a Ray cluster runs as a job, followed from here by a process of ours.

That process is a job like any other, so its folder says how the distant one stands: what lists,
follows, stops or packs jobs need not know where they run.
"""

import json
import os
import re
import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from storybook.cluster.connect import CLIENT, LOCAL, check_installed
from storybook.errors import ConfigError, JobError, first_line
from storybook.files import write_whole
from storybook.jobs.folder import JOB_VARIABLE, Module, job_at
from storybook.records import Event

DASHBOARD = 8265
POLL_S = 1.0
BEGINS_S = 120.0
"""So long a cluster may take until it can run a job."""
SUBMITTED = "ray.json"
"""In a job's folder: the cluster's address, and what it calls the job."""
LINE = re.compile(r"(\w+) (\d+)/(\d+)(?:, page (\d+))?(?:: (.*))?")
"""A line in which a command tells of its work, as `jobs.reporting.line_of` writes it."""


def address_of(on: str) -> str:
    """Where a cluster's job API listens; raises ConfigError for what is no address of one.

    >>> address_of("ray://head:10001"), address_of("https://head:8265")
    ('http://head:8265', 'https://head:8265')
    """
    if on == LOCAL:
        named = os.environ.get("RAY_ADDRESS", "")
        host = named.removeprefix(CLIENT).rpartition(":")[0] or "127.0.0.1"
        return named if named.startswith("http") else f"http://{host}:{DASHBOARD}"
    parts = urlsplit(on)
    if parts.scheme == "ray" and parts.hostname:
        return f"http://{parts.hostname}:{DASHBOARD}"
    if parts.scheme in ("http", "https") and parts.hostname:
        return on
    raise ConfigError(f"--on {on}: say ray, ray://HOST:10001 or http://HOST:{DASHBOARD}.")


def follow_submitted(on: str, module: Module, command: Sequence[str]) -> Iterator[Event | str]:
    """Have a cluster run `python -m module command` in this folder; its events, and other lines.

    If the process that followed it before is gone, and the command still runs, that one is followed
    again. Closing the iterator stops it. Raises ConfigError if no cluster answers, JobError if the
    command fails.
    """
    client = _client(address_of(on))
    name = _running(client) or _submit(client, module, command)
    passed_on = 0
    try:
        while True:
            status = client.get_job_status(name)
            lines = client.get_job_logs(name).split("\n")
            whole = lines if status.is_terminal() else lines[:-1]
            for line in filter(None, whole[passed_on:]):
                yield _event_in(line) or line
            passed_on = max(passed_on, len(whole))
            if status.is_terminal():
                break
            time.sleep(POLL_S)
    except (GeneratorExit, KeyboardInterrupt):
        client.stop_job(name)
        raise
    except (ConnectionError, RuntimeError) as fault:
        raise JobError(
            f"The cluster does not answer any more ({first_line(fault)}). Retry follows what still "
            "runs there."
        ) from fault
    if status == "STOPPED":
        raise KeyboardInterrupt
    if status != "SUCCEEDED":
        raise JobError(_why(client, name, lines) or f"It ended as {status} on the cluster.")


def _why(client: Any, name: str, lines: Sequence[str]) -> str:
    """Why a command failed: our own line of it, or else what the cluster says."""
    ours = [line for line in lines if line.startswith("storybook: ")]
    says = ours[-1].removeprefix("storybook: ") if ours else client.get_job_info(name).message
    return " ".join(str(says).split())


def _client(address: str) -> Any:
    check_installed()
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    from ray.job_submission import JobSubmissionClient

    try:
        return JobSubmissionClient(address)
    except (ConnectionError, RuntimeError, ValueError) as fault:
        raise ConfigError(f"No Ray cluster answers at {address}: {first_line(fault)}") from fault


def _submit(client: Any, module: Module, command: Sequence[str]) -> str:
    """Submit a command, and note in this process's job what it is called there."""
    words = shlex.join(("python", "-m", module, *command))
    line = f"cd {shlex.quote(os.getcwd())} && exec {words}"
    job = _own_job()
    named = {"submission_id": f"storybook-{job.name}"} if job else {}
    off = {"env_vars": {"STORYBOOK_JOBS": "off", "PYTHONUNBUFFERED": "1"}}
    name = _patiently(lambda: client.submit_job(entrypoint=line, runtime_env=off, **named))
    if job:
        write_whole(job / SUBMITTED, json.dumps({"name": name}).encode())
    return name


def _patiently(submit: Callable[[], str]) -> str:
    """What `submit` returns; a cluster that has only just begun cannot take a job yet."""
    end = time.monotonic() + BEGINS_S
    while True:
        try:
            return submit()
        except (ConnectionError, RuntimeError) as fault:
            if time.monotonic() > end or "No available agent" not in str(fault):
                raise JobError(f"The cluster takes no job: {first_line(fault)}") from fault
            time.sleep(POLL_S)


def _running(client: Any) -> str | None:
    """What the job that this one goes on with is called on the cluster, if it still runs there."""
    folder = _own_job()
    job = job_at(folder) if folder else None
    if job is None or job.repeats is None:
        return None
    try:
        name = json.loads((folder.parent / job.repeats / SUBMITTED).read_bytes())["name"]
        if client.get_job_status(name).is_terminal():
            return None
    except (OSError, ValueError, KeyError, RuntimeError):
        return None
    write_whole(folder / SUBMITTED, json.dumps({"name": name}).encode())
    return name


def _own_job() -> Path | None:
    named = os.environ.get(JOB_VARIABLE)
    return Path(named) if named else None


def _event_in(line: str) -> Event | None:
    """The event that a line tells of.

    >>> _event_in("draw 3/26, page 1: she is running")
    Event(stage='draw', done=3, total=26, page=1, note='she is running')
    """
    found = LINE.fullmatch(line)
    if found is None:
        return None
    stage, done, total, page, note = found.groups()
    where = None if page is None else int(page)
    return Event(stage=stage, done=int(done), total=int(total), page=where, note=note or "")
