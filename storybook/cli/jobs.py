"""`storybook jobs`: what runs and ran, listed, followed, stopped and gone on with."""

import time
from datetime import datetime
from pathlib import Path

from rich.table import Table

from storybook.cli.options import Parser, add_deed, runs
from storybook.cli.retry import retry
from storybook.jobs import manager
from storybook.jobs.folder import LOG, Job, job_state
from storybook.terminal import print_table

FOLLOW_S = 0.3


def declare(parser: Parser) -> None:
    """`jobs list|status|logs|cancel|retry|download|delete`."""
    runs(
        parser,
        list_jobs,
        """
  storybook jobs list
  storybook jobs logs 20261124-101500-201733 --follow
  storybook jobs cancel 20261124-101500-201733     what it made is kept
  storybook jobs retry 20261124-101500-201733      go on where it was
""",
    )
    parser.add_argument(
        "--root", type=Path, default=Path("jobs"), help="where the jobs lie (default: jobs)"
    )
    deeds = parser.add_subparsers(required=True, metavar="DEED")
    add_deed(deeds, "list", "all jobs, the newest first", list_jobs)
    status = add_deed(deeds, "status", "how a job stands", tell_status)
    logs = add_deed(deeds, "logs", "what a job said", tell_log)
    cancel = add_deed(deeds, "cancel", "ask a job to stop; what it made is kept", cancel_job)
    again = add_deed(
        deeds, "retry", "start a job's command again; it goes on where it was", retry_job
    )
    download = add_deed(deeds, "download", "pack what a job made into a zip", download_job)
    delete = add_deed(deeds, "delete", "forget a job; what it made stays", delete_job)
    for one in (status, logs, cancel, again, download, delete):
        one.add_argument("id")
    status.add_argument("--json", action="store_true", help="see docs/command-line.md")
    logs.add_argument("--follow", action="store_true", help="until the job ends")
    download.add_argument("--to", type=Path, metavar="FILE", help="the zip (default: ID.zip)")


def list_jobs(root: Path) -> None:
    found = manager.jobs_in(root)
    if not found:
        print(f"There are no jobs in {root}.")
        return
    table = Table("job", "state", "what", "how far")
    for job in found:
        table.add_row(job.id, job_state(job).state, job.what, _how_far(job))
    print_table(table)


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


DECLARE = {"jobs": declare}
