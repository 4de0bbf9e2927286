"""`storybook jobs`: what runs and ran, here or on a cluster: submitted, listed, followed, stopped
and gone on with.
"""

import shlex
import sys
import time
from argparse import REMAINDER
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from rich.table import Table

from storybook.book.folder import Book
from storybook.cli.options import Parser, Subcommands, add_subcommand, from_1, runs, show_work
from storybook.cli.parser import COMMANDS
from storybook.cli.retry import retry
from storybook.cluster.connect import check_installed
from storybook.cluster.submitted import address_of, follow_submitted
from storybook.errors import ConfigError, nearest
from storybook.jobs import manager
from storybook.jobs.folder import LOG, Job, Module, job_state
from storybook.records import Event
from storybook.terminal import print_table

A_JOB = "20261124-101500-201733"
FOLLOW_S = 0.3
MOST = 10


def declare(parser: Parser) -> None:
    """`jobs submit|list|status|logs|cancel|retry|download|delete`."""
    runs(
        parser,
        list_jobs,
        """
  storybook jobs submit make books/kite            start it and come back at once
  storybook jobs submit --on ray://head:10001 make books/kite
  storybook jobs list
  storybook jobs logs 20261124-101500-201733 --follow
  storybook jobs cancel 20261124-101500-201733     what it made is kept
  storybook jobs retry 20261124-101500-201733      go on where it was
""",
    )
    parser.add_argument(
        "--root", type=Path, default=Path("jobs"), help="where the jobs lie (default: jobs)"
    )
    subcommands = parser.add_subparsers(required=True, metavar="DEED")
    _declare_submit(subcommands)
    listed = add_subcommand(
        subcommands, "list", "jobs, the newest first", list_jobs, _example("list --most 50")
    )
    listed.add_argument("--most", type=from_1, default=MOST, help=f"how many (default: {MOST})")
    _declare_of_one(subcommands)


def _declare_of_one(subcommands: Subcommands) -> None:
    one = {
        name: add_subcommand(subcommands, name, does, run, _example(f"{name} {A_JOB}{more}"))
        for name, (does, run, more) in OF_ONE.items()
    }
    for subparser in one.values():
        subparser.add_argument("id")
    one["status"].add_argument("--json", action="store_true", help="see docs/command-line.md")
    one["logs"].add_argument("--follow", action="store_true", help="until the job ends")
    says = "the zip (default: ID.zip)"
    one["download"].add_argument("--to", type=Path, metavar="FILE", help=says)


def _example(words: str) -> str:
    return f"  storybook jobs {words}"


def _declare_submit(subcommands: Subcommands) -> None:
    says = "start a command as a job, here or elsewhere"
    examples = """
  storybook jobs submit make books/kite
  storybook jobs submit --on ray://head:10001 make books/kite
"""
    submit = add_subcommand(subcommands, "submit", says, submit_job, examples)
    follow = subcommands.add_parser("follow-submitted")  # what such a job runs; it is in no list
    runs(follow, follow_job, works=True)
    for one in (submit, follow):
        one.add_argument("--on", metavar="ray|ray://HOST:PORT", help="have a Ray cluster run it")
        one.add_argument("command_line", nargs=REMAINDER, metavar="COMMAND ...")


def submit_job(root: Path, on: str | None, command_line: Sequence[str]) -> None:
    """Start a command of `storybook`, or behind `training` one of its, as a job."""
    module, words = _module_of(command_line)
    subject = _subject_of(module, words)
    arguments = tuple(words)
    if on:
        address_of(on)
        check_installed()
        arguments = ("jobs", "follow-submitted", "--on", on, *command_line)
    what = f"{shlex.join(command_line)}{f' (on {on})' if on else ''}"
    how = {"subject": subject, "root": root, "device": f"cluster {on}" if on else "auto"}
    job = manager.start("storybook" if on else module, arguments, what, **how)
    print(job.id)
    print(f"Follow it: storybook jobs logs {job.id} --follow", file=sys.stderr)


def follow_job(root: Path, on: str, command_line: Sequence[str], arguments: Sequence[str]) -> None:
    """Follow a command that a cluster runs, as the job that this process is."""
    module, words = _module_of(command_line)

    def events() -> Iterator[Event]:
        for event in follow_submitted(on, module, words):
            if isinstance(event, Event):
                yield event
            else:
                print(event, flush=True)

    show_work(events(), arguments, Path(_subject_of(module, words) or "."), f"cluster {on}")


def _module_of(command: Sequence[str]) -> tuple[Module, Sequence[str]]:
    """Which program a command is of, and its arguments; raises ConfigError without any."""
    words = command[1:] if command[:1] in (["--"], ["storybook"]) else command
    module: Module = "training" if words[:1] == ["training"] else "storybook"
    words = words[1:] if module == "training" else words
    if not words:
        raise ConfigError("Which command? Such as: storybook jobs submit make books/kite")
    if module == "storybook" and words[0] not in COMMANDS:
        raise ConfigError(f"There is no command {words[0]!r}. {nearest(words[0], COMMANDS)}")
    return module, words


def _subject_of(module: Module, words: Sequence[str]) -> str:
    """The folder that a command works on, where that is known: a book, or a run."""
    if module == "training":
        return words[words.index("--run") + 1] if "--run" in words[:-1] else ""
    return words[1] if len(words) > 1 and (Path(words[1]) / Book.BRIEF).is_file() else ""


def list_jobs(root: Path, most: int) -> None:
    everything = manager.jobs_in(root)
    found = everything[:most]
    if not found:
        print(f"There are no jobs in {root}.")
        return
    table = Table("job", "state", "what", "how far")
    for job in found:
        table.add_row(job.id, job_state(job).state, job.what, _how_far(job))
    print_table(table)
    if len(everything) > most:
        more = f"These are {most} of {len(everything)}. For all: --most {len(everything)}"
        print(more, file=sys.stderr)


def tell_status(root: Path, id: str, json: bool) -> None:
    job = manager.load_job(id, root)
    now, far = job_state(job), manager.progress(job)
    if json:
        print(manager.Report(id=job.id, job=job, state=now, progress=far).model_dump_json(indent=2))
        return
    print(f"{job.what}: {now.state}")
    print(f"  command: {' '.join(('python -m', job.module, *job.arguments))}")
    for name, when in {"asked": job.created, "began": now.started, "ended": now.ended}.items():
        if when is not None:
            print(f"  {name}: {datetime.fromtimestamp(when):%Y-%m-%d %H:%M:%S}")
    print(f"  {_how_far(job) or 'nothing done yet'}")
    if now.error:
        print(f"  {now.error}")


def tell_log(root: Path, id: str, follow: bool) -> None:
    """Print a job's log, and go on with what comes until the job ends."""
    job = manager.load_job(id, root)
    with (job.folder / LOG).open(encoding="utf-8", errors="replace") as log:
        while True:
            active = job_state(job).active  # looked at first, so that its last words are read
            print(log.read(), end="", flush=True)
            if not (follow and active):
                return
            time.sleep(FOLLOW_S)


def cancel_job(root: Path, id: str) -> None:
    job = manager.load_job(id, root)
    manager.cancel(job)
    print(f"Job {job.id} is asked to stop. What it made is kept.")


def retry_job(root: Path, id: str) -> None:
    again = retry(manager.load_job(id, root))
    print(f"Job {again.id} goes on with it: storybook jobs logs {again.id} --follow")


def download_job(root: Path, id: str, to: Path | None) -> None:
    print(manager.download(manager.load_job(id, root), to or Path(f"{id}.zip")))


def delete_job(root: Path, id: str) -> None:
    job = manager.load_job(id, root)
    manager.delete(job)
    print(f"Job {job.id} is forgotten.")


def _how_far(job: Job) -> str:
    far = manager.progress(job)
    if far is None:
        return ""
    left = "" if far.seconds_left is None else f", about {far.seconds_left:.0f} s left"
    if far.job_seconds_left is not None:
        left += f", {far.job_seconds_left:.0f} s in all"
    return f"{far.stage} {far.done} of {far.total}{left}"


OF_ONE = {
    "status": ("how a job stands", tell_status, " --json"),
    "logs": ("what a job said", tell_log, " --follow"),
    "cancel": ("ask a job to stop; what it made is kept", cancel_job, ""),
    "retry": ("start a job's command again; it goes on where it was", retry_job, ""),
    "download": ("pack what a job made into a zip", download_job, " --to kite.zip"),
    "delete": ("forget a job; what it made stays", delete_job, ""),
}
"""What is done with one job: in words, by which function, and an option for the example."""

DECLARE = {"jobs": declare}
