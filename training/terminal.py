"""What a training shows in a terminal: bars, and none of the libraries' warnings."""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import closing

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from storybook.jobs_told import ByHand, told
from storybook.records import Event


def show(events: Iterator[Event], heading: str = "", by_hand: ByHand | None = None) -> None:
    """Draw a bar for each stage of long work, with `heading` before its name.

    With `by_hand`, work that no job has started makes itself known as one.
    """
    columns = (
        TextColumn("{task.description:16}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f}%"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns) as progress, closing(told(events, by_hand)) as news:
        tasks: dict[str, int] = {}
        for event in news:
            if event.stage not in tasks:
                name = heading + event.stage
                tasks[event.stage] = progress.add_task(name, total=event.total, note="")
            progress.update(
                tasks[event.stage], completed=event.done, total=event.total, note=event.note
            )


def quiet() -> None:
    """Ask no hub, and let libraries say nothing that a user could not act on."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    warnings.filterwarnings("ignore")
    logging.getLogger("diffusers").setLevel(logging.ERROR)
    logging.getLogger("transformers").setLevel(logging.ERROR)
