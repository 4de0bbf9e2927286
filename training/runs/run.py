"""A run is a folder: its recipe, log, samples, checkpoints and result.

runs/bhna-cat/
  recipe.toml          all settings as they were resolved
  run.json             how it stands: RunState
  log.jsonl            every Event, as it came
  measures.jsonl       loss, validation loss, likeness and rates by step
  samples/             pictures by step, grid.png: steps x prompts, and prompts.txt
  checkpoints/         000120.pt: everything needed to go on from step 120; latest-000133.pt: the
                       same, until the next one takes its place
  result/              what was made

A front end that only looks at runs loads no framework for it.
"""

import json
from collections.abc import Container, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import tomli_w
from pydantic import Field

from storybook.errors import StorybookError, TrainingError
from storybook.events import event_log, json_lines, open_lines
from storybook.files import DRAFT, replacing, write_whole
from storybook.records import Event, Record
from storybook.text_files import split_lines

RECIPE, STATE, LOG, MEASURES = "recipe.toml", "run.json", "log.jsonl", "measures.jsonl"
PROMPTS = "prompts.txt"
"""Among the samples: what each picture of a step was asked for, a line each."""
PASSING = "latest-"
"""What the name of a checkpoint opens with that is only there to go on from."""


class Measure(Record):
    """What was measured at one step; None was not."""

    step: int
    epoch: int
    loss: float | None = None
    """Mean since the last measure."""
    validation: float | None = None
    likeness: float | None = None
    lr: float | None = None


class RunState(Record):
    """How a run stands."""

    state: Literal["running", "stopped", "failed", "done"]
    step: int = 0
    """The last one that was taken; of a killed run, the last one that was kept."""
    steps: int = 0
    looked_step: int | None = None
    """The last step whose samples were drawn and whose held-out pictures were judged."""
    best_step: int | None = None
    chosen_step: int | None = None
    """The step whose weights are the result, where the owner chose another than the best one."""
    message: str = ""
    preset: str = ""
    versions: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """The folder of one run; the only thing that knows its layout."""

    folder: Path

    @property
    def result(self) -> Path:
        return self.folder / "result"

    @property
    def samples(self) -> Path:
        return self.folder / "samples"

    def begin(self, recipe: Record) -> None:
        """Make the folder; raises TrainingError if another run is there already."""
        if (self.folder / STATE).is_file():
            raise TrainingError(
                f"{self.folder} is a run already. Go on with it by --resume, or delete it to "
                "begin anew."
            )
        self.rewrite(recipe)

    def rewrite(self, recipe: Record) -> None:
        """Write down the settings as they were resolved; no preset is to be added to them."""
        values = {"preset": "none"} | recipe.model_dump(mode="json", exclude_none=True)
        write_whole(self.folder / RECIPE, tomli_w.dumps(values).encode())

    def write_state(self, state: RunState) -> None:
        """Write down how the run stands."""
        write_whole(self.folder / STATE, (state.model_dump_json(indent=2) + "\n").encode())

    def state(self) -> RunState:
        """How the run stands; raises TrainingError if there is none."""
        try:
            return RunState.model_validate_json((self.folder / STATE).read_bytes())
        except FileNotFoundError:
            raise TrainingError(f"{self.folder} is no run: it has no {STATE}.") from None

    def measure(self, measure: Measure) -> None:
        """Add a line to the measures."""
        with open_lines(self.folder / MEASURES) as file:
            file.write(measure.model_dump_json(exclude_none=True) + "\n")

    def measures(self) -> list[Measure]:
        """All measures by step; what was measured later goes before what was measured earlier."""
        path = self.folder / MEASURES
        lines = split_lines(path.read_text(encoding="utf-8")) if path.is_file() else []
        by_step: dict[int, dict[str, Any]] = {}
        for values in json_lines(lines):
            by_step[values["step"]] = by_step.get(values["step"], {}) | values
        return [Measure.model_validate(by_step[step]) for step in sorted(by_step)]

    def save_checkpoint(self, step: int, values: dict[str, Any], *, passing: bool = False) -> None:
        """Write a checkpoint whole; the passing one before it goes.

        A passing checkpoint is there to go on from: the next one, of either kind, takes its place.
        """
        import torch

        path = self._checkpoints / f"{PASSING if passing else ''}{step:06d}.pt"
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in path.parent.glob(f"*{DRAFT}"):  # of a process that was killed while it wrote
            left.unlink()
        try:
            with replacing(path) as draft, draft.open("wb") as file:
                torch.save(values, file)  # into a file, lest the draft's name stand in it
        except (OSError, RuntimeError) as fault:
            raise TrainingError(
                f"The checkpoint of step {step} could not be written ({fault}). Make room on the "
                f"disk of {self.folder}, then --resume latest goes on from the last good one."
            ) from fault
        for old in self._checkpoints.glob(f"{PASSING}*.pt"):
            if old != path:
                old.unlink()

    def drop(self, last: int, best: int | None) -> None:
        """Drop all lasting checkpoints but the `last` ones and that of step `best`."""
        lasting = sorted(self._checkpoints.glob("[0-9]*.pt"), key=_step_of)
        for old in lasting[:-last]:
            if _step_of(old) != best:
                old.unlink()

    def steps_kept(self) -> list[int]:
        """The steps that have a checkpoint, in order."""
        return sorted({_step_of(path) for path in self._checkpoints.glob("*.pt")})

    def load(self, step: int) -> dict[str, Any]:
        """The checkpoint of a step; tensors come on the CPU."""
        import torch

        paths = [path for path in self._checkpoints.glob("*.pt") if _step_of(path) == step]
        if not paths:
            kept = ", ".join(map(str, self.steps_kept())) or "none"
            raise TrainingError(
                f"{self.folder} has kept no step {step}. Steps that were kept: {kept}."
            )
        return torch.load(max(paths), map_location="cpu", weights_only=True)

    def logged(self, events: Generator[Event, None, None]) -> Generator[Event, None, None]:
        """The events, each written into the log first; a fault is written down as the end."""
        taken = None
        with event_log(self.folder / LOG) as write:
            try:
                with closing(events):  # it keeps what it has, before the end is written down
                    for event in events:
                        taken = event.done if event.stage == "teach" else taken
                        write(event)
                        yield event
            except StorybookError as fault:
                self._end("failed", str(fault), taken)
                raise
            except (KeyboardInterrupt, GeneratorExit):
                self._end("stopped", "Go on by --resume latest.", taken)
                raise

    def _end(
        self, state: Literal["stopped", "failed"], message: str, taken: int | None = None
    ) -> None:
        """Write down how it ended, after the step that was `taken` last."""
        if (self.folder / STATE).is_file():
            before = self.state()
            step = before.step if taken is None else taken
            self.write_state(before.but(state=state, message=message, step=step))

    @property
    def _checkpoints(self) -> Path:
        return self.folder / "checkpoints"


def best_of(measures: Sequence[Measure], steps: Container[int]) -> int | None:
    """Of `steps`, the one whose pictures are most like the hero at little validation loss.

    Likeness (a mean cosine, 0 where it was not measured) counts in full, and so does each share by
    which the validation loss lies above that before the first step. None if nothing was measured.
    """
    first = next((each.validation for each in measures if each.validation is not None), None)
    likenesses = any(each.likeness is not None for each in measures)
    judged = [
        each
        for each in measures
        if each.step in steps
        and (each.likeness is not None if likenesses else each.validation is not None)
    ]
    if not judged:
        return None

    def worth(each: Measure) -> float:
        risen = 0.0 if first is None or each.validation is None else each.validation / first - 1
        return (each.likeness or 0.0) - risen

    return max(judged, key=worth).step


def _step_of(checkpoint: Path) -> int:
    return int(checkpoint.stem.removeprefix(PASSING))


def as_json(record: Record) -> dict[str, Any]:
    """A record as plain values, for a checkpoint."""
    return json.loads(record.model_dump_json())
