"""What `storybook jobs list|status|logs|cancel|retry|download|delete` do. Front end only."""

import time
from argparse import Namespace
from datetime import datetime
from pathlib import Path

from rich.table import Table

from storybook.cli.retry import retry
from storybook.jobs import manager as library
from storybook.jobs.folder import LOG, Job, job_state
from storybook.terminal import print_table

FOLLOW_S = 0.3


def jobs(options: Namespace) -> None:
    root = Path(options.root)
    if options.deed == "list":
        _list(root)
        return
    job = library.load_job(options.id, root)
    match options.deed:
        case "status":
            _status(job, as_json=options.json)
        case "logs":
            _logs(job, follow=options.follow)
        case "cancel":
            library.cancel(job)
            print(f"Job {job.id} is asked to stop. What it made is kept.")
        case "retry":
            again = retry(job)
            print(f"Job {again.id} goes on with it: storybook jobs logs {again.id} --follow")
        case "download":
            print(library.download(job, Path(options.to or f"{job.id}.zip")))
        case "delete":
            library.delete(job)
            print(f"Job {job.id} is forgotten.")


def _list(root: Path) -> None:
    found = library.jobs_in(root)
    if not found:
        print(f"There are no jobs in {root}.")
        return
    table = Table("job", "state", "what", "how far")
    for job in found:
        table.add_row(job.id, job_state(job).state, job.what, _how_far(job))
    print_table(table)


def _status(job: Job, *, as_json: bool) -> None:
    now, far = job_state(job), library.progress(job)
    if as_json:
        print(library.Report(id=job.id, job=job, state=now, progress=far).model_dump_json(indent=2))
        return
    print(f"{job.what}: {now.state}")
    print(f"  command: {' '.join(('python -m', job.module, *job.arguments))}")
    for name, when in {"asked": job.created, "began": now.started, "ended": now.ended}.items():
        if when is not None:
            print(f"  {name}: {datetime.fromtimestamp(when):%Y-%m-%d %H:%M:%S}")
    print(f"  {_how_far(job) or 'nothing done yet'}")
    if now.error:
        print(f"  {now.error}")


def _how_far(job: Job) -> str:
    far = library.progress(job)
    if far is None:
        return ""
    left = "" if far.seconds_left is None else f", about {far.seconds_left:.0f} s left"
    if far.job_seconds_left is not None:
        left += f", {far.job_seconds_left:.0f} s in all"
    return f"{far.stage} {far.done} of {far.total}{left}"


def _logs(job: Job, *, follow: bool) -> None:
    """Print a job's log, and go on with what comes until the job ends."""
    with (job.folder / LOG).open(encoding="utf-8", errors="replace") as log:
        while True:
            active = job_state(job).active  # looked at first, so that its last words are read
            print(log.read(), end="", flush=True)
            if not (follow and active):
                return
            time.sleep(FOLLOW_S)
