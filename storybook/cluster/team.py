"""Workers of a cluster, each an actor that loads its models once, and pieces of work for them.

Ray places the workers, starts those anew that die, wherever there is room, and gives a worker's
piece to it again. What is done here is to hand an idle one the next piece.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import Field

from storybook.errors import JobError, first_line
from storybook.records import Record

TRIES = 3
"""A piece that costs its worker so many lives is given up."""
WORKER_TRIES = 5
"""By Ray, where a worker dies at a piece: enough for one that is killed each minute."""


class Done(Record):
    """What a worker returns of a piece."""

    pid: int
    """Of the worker's process."""
    node: str
    """The name of its machine."""
    seconds: float
    fault: str = ""
    """What went wrong, in one line; empty if nothing did."""
    no_room: bool = False
    """Whether the worker's disk is full: another one may have room."""
    files: Mapping[str, bytes] = Field(default_factory=dict)
    """What changed, by its path, where the worker does not see the books' folder."""


class Result(NamedTuple):
    """A piece of work with what became of it."""

    piece: Any
    done: Done | None
    """None if the worker died at it each time."""
    fault: str


class Team:
    """So many workers of a kind; raises JobError where the cluster has no room for one."""

    def __init__(self, kind: type, given: tuple[object, ...], size: int, *, gpus: float) -> None:
        """`kind(*given)` is made in each worker; its method `make(piece)` returns a Done."""
        import ray

        remote = ray.remote(kind).options(
            num_cpus=0 if gpus else 1, num_gpus=gpus, max_restarts=-1, max_task_retries=WORKER_TRIES
        )
        # Held on to as long as the team is: a worker that is started anew is given them again.
        self._given = [ray.put(each) for each in given]
        self._idle = deque(remote.remote(*self._given) for _ in range(size))
        self._running: dict[Any, tuple[Any, Any, int]] = {}
        self._pids: set[int] = set()
        self.size = size
        self.retired: list[str] = []
        """The machines whose disk was full."""

    @property
    def restarts(self) -> int:
        """How many workers are known to have been started in place of others."""
        return max(0, len(self._pids) - self.size)

    def work(self, pieces: Iterable[object]) -> Iterator[Result]:
        """Have pieces done, each as a worker becomes idle; the results as they come.

        `pieces` may grow with what the results say: it is asked for more until it has none and
        nobody works.
        """
        coming = iter(pieces)
        again: deque[tuple[object, int]] = deque()
        while True:
            while self._idle:
                piece, tries = again.popleft() if again else (next(coming, None), 0)
                if piece is None:
                    break
                actor = self._idle.popleft()
                self._running[actor.make.remote(piece)] = (actor, piece, tries)
            if not self._running:
                return
            result, tries = self._wait()
            lost = result.done is None or result.done.no_room
            if lost and tries + 1 < TRIES and (self._idle or self._running):
                again.append((result.piece, tries + 1))
            else:
                yield result

    def _wait(self) -> tuple[Result, int]:
        """The first piece that is done, with how often it had been tried before."""
        import ray
        from ray.exceptions import RayError

        (ref, *_), _ = ray.wait(list(self._running), num_returns=1)
        actor, piece, tries = self._running.pop(ref)
        try:
            done: Done = ray.get(ref)
        except RayError as fault:
            self._idle.append(actor)
            says = f"its worker died at it, perhaps for want of memory ({first_line(fault)})"
            return Result(piece, None, says), tries
        self._pids.add(done.pid)
        if done.no_room:
            self.retired.append(done.node)
            ray.kill(actor)
            if not (self._idle or self._running):
                raise JobError(f"No worker has room on its disk any more: {done.fault}")
        else:
            self._idle.append(actor)
        return Result(piece, done, done.fault), tries
