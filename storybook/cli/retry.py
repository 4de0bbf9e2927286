"""Start a job's command again, such that it goes on where it was.

What goes on and how is the command line's own grammar, and what lies on the disk at the time says
whether there is anything to go on from. So it is asked here, and a job keeps nothing of it: jobs
know no command, and those of earlier versions go on as today's do.
"""

from pathlib import Path

from storybook.cli.parser import parser
from storybook.errors import JobError
from storybook.jobs.eta import progress
from storybook.jobs.folder import Job, job_state
from storybook.jobs.manager import start


def retry(job: Job) -> Job:
    """Start a job's command again; it goes on where it was. Raises JobError while it still runs."""
    if job_state(job).active:
        raise JobError(
            f"Job {job.id} is still running. Stop it first: storybook jobs cancel {job.id}"
        )
    return start(
        job.module,
        _going_on(job),
        job.what,
        subject=job.subject,
        device=job.device,
        root=job.folder.parent,
        repeats=job,
    )


def _going_on(job: Job) -> tuple[str, ...]:
    """The job's arguments; those of work that has begun, such that it goes on.

    A teaching is resumed. New pictures that were asked for are drawn, and not asked for again.
    """
    if job.module == "storybook" and job.arguments[0] == "reroll" and progress(job) is not None:
        options = parser(job.arguments).parse_args(job.arguments)
        changes = [word for change in options.changes for word in ("--set", change)]
        studio = ["--studio", options.studio] if options.studio else []
        return ("make", str(options.folder), "--until", "choose", *studio, *changes)
    run = Path(job.at) / job.subject / "run.json"
    match (job.module, *job.arguments[:2]):
        case ("training", "dreambooth" | "story-lora", _):
            more = ("--resume", "latest")
        case ("storybook", "hero", "teach"):
            run, more = Path(job.at) / "runs" / job.arguments[2].lower() / "run.json", ("--resume",)
        case _:
            return job.arguments
    if not run.is_file() or "--resume" in job.arguments:
        return job.arguments
    return (*job.arguments, *more)
