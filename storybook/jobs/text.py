"""Jobs in people's words: what one waits for, and when it was."""

from pathlib import Path

from storybook.jobs.folder import Job, job_state
from storybook.jobs.manager import jobs_in


def waits_for(job: Job, root: Path) -> Job | None:
    """The job that has the device for which `job` waits, or stands in line before it.

    None if it waits for nothing that is known, such as a command that somebody typed.
    """
    others = [
        each for each in reversed(jobs_in(root)) if each.id != job.id and each.device == job.device
    ]
    states = [(each, job_state(each)) for each in others]
    running = [each for each, state in states if state.state == "running"]
    before = [each for each, state in states if state.active and each.id < job.id]
    return next(iter([*running, *before]), None)


def ago(seconds: float) -> str:
    """How long something is ago.

    >>> ago(20), ago(150), ago(2 * 3600), ago(3 * 86400)
    ('just now', '2 minutes ago', '2 hours ago', '3 days ago')
    """
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count = int(seconds // length)
        if count >= 1:
            return f"{count} {unit}{'s' * (count != 1)} ago"
    return "just now"
