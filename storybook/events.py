"""Events on the disk, a line of JSON each with its time, and how long what they tell of will take.

The log of a book, the events of a job and the log of a run are such files.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from storybook.records import Event
from storybook.text_files import last_lines


class LoggedEvent(Event):
    """An event as it stands on the disk."""

    time: float
    """Seconds since 1970."""


@contextmanager
def event_log(path: Path) -> Iterator[Callable[[Event], None]]:
    """What adds an event to the end of a file, where it stands at once. Raises OSError."""
    with open_lines(path) as file:

        def write(event: Event) -> None:
            line = {"time": round(time.time(), 3)} | event.model_dump(exclude_none=True)
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

        yield write


def events_in(path: Path) -> list[LoggedEvent]:
    """The events in a file, of a very long one only the last; none if it is not there."""
    found = []
    for value in json_lines(last_lines(path)):
        try:
            found.append(LoggedEvent.model_validate(value))
        except ValidationError:  # of another version, say
            continue
    return found


def seconds_left(events: Sequence[LoggedEvent], now: float | None = None) -> float | None:
    """How long the stage of the last event will still take at its own pace.

    None if nobody can tell: it has one event, or came to its end. `now` is in seconds since 1970.
    """
    if not events:
        return None
    last = events[-1]
    first = next(one for one in events if one.stage == last.stage)
    if not first.done < last.done < last.total:
        return None
    pace = (last.time - first.time) / (last.done - first.done)
    now = time.time() if now is None else now
    return max(0.0, last.time + pace * (last.total - last.done) - now)


def open_lines(path: Path) -> IO[str]:
    """Open a text file for lines to be added, each of which is there at once. Raises OSError.

    Half a line of a process that was killed is ended, lest the next one be spoilt by it. Halves of
    characters, which a file's name may hold, are written as JSON's escapes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    torn = _is_torn(path)
    file = path.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)
    if torn:
        file.write("\n")
    return file


def json_lines(lines: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The objects that lines of JSON hold; what a killed process left half is passed over."""
    for line in lines:
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value


def _is_torn(path: Path) -> bool:
    """Whether the last line of a file has no end."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - 1))
            return file.read() not in (b"", b"\n")
    except FileNotFoundError:
        return False
