"""A run is a folder: its recipe, log, samples, checkpoints and result.

runs/bhna-cat/
  recipe.toml          all settings as they were resolved
  run.json             how it stands: RunState
  log.jsonl            every Event, as it came
  measures.jsonl       loss, validation loss, likeness and rates by step
  samples/             pictures by step, and grid.png: steps x prompts
  checkpoints/         000120.pt: everything needed to go on from step 120
  result/              what was made

A front end that only looks at runs loads no framework for it.
"""

import json
import time
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import tomli_w
from pydantic import Field

from storybook.errors import StorybookError, TrainingError
from storybook.files import write_whole
from storybook.records import Event, Record

RECIPE, STATE, LOG, MEASURES = "recipe.toml", "run.json", "log.jsonl", "measures.jsonl"


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
    steps: int = 0
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

    def say(self, state: RunState) -> None:
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
        with (self.folder / MEASURES).open("a", encoding="utf-8") as file:
            file.write(measure.model_dump_json(exclude_none=True) + "\n")

    def measures(self) -> list[Measure]:
        """All measures by step; what was measured later goes before what was measured earlier."""
        path = self.folder / MEASURES
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        found: dict[int, dict[str, Any]] = {}
        for line in lines:
            if line.endswith("}"):  # a killed process may have left half a line
                values = json.loads(line)
                found[values["step"]] = found.get(values["step"], {}) | values
        return [Measure.model_validate(found[step]) for step in sorted(found)]

    def keep(self, step: int, values: dict[str, Any], last: int, best: int | None) -> None:
        """Write a checkpoint whole, then drop all but the `last` ones and that of step `best`."""
        import torch

        path = self._checkpoint(step)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        try:
            torch.save(values, draft)
        except (OSError, RuntimeError) as fault:
            draft.unlink(missing_ok=True)
            raise TrainingError(
                f"The checkpoint of step {step} could not be written ({fault}). Make room on the "
                f"disk of {self.folder}, then --resume latest goes on from the last good one."
            ) from fault
        draft.replace(path)
        kept = {self._checkpoint(each) for each in self.steps_kept()[-last:]}
        kept |= {self._checkpoint(best)} if best is not None else set()
        for old in set(path.parent.glob("*.pt")) - kept:
            old.unlink()

    def steps_kept(self) -> list[int]:
        """The steps that have a checkpoint, in order."""
        return sorted(int(path.stem) for path in (self.folder / "checkpoints").glob("*.pt"))

    def load(self, step: int) -> dict[str, Any]:
        """The checkpoint of a step; tensors come on the CPU."""
        import torch

        path = self._checkpoint(step)
        try:
            return torch.load(path, map_location="cpu", weights_only=True)
        except FileNotFoundError:
            kept = ", ".join(map(str, self.steps_kept())) or "none"
            raise TrainingError(f"{path} is missing. Steps that were kept: {kept}.") from None

    def logged(self, events: Iterator[Event]) -> Iterator[Event]:
        """The events, each written into the log first; a fault is written down as the end."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOG).open("a", encoding="utf-8", buffering=1) as log:
            try:
                for event in events:
                    line = {"time": time.time()} | event.model_dump(exclude_defaults=True)
                    log.write(json.dumps(line) + "\n")
                    yield event
            except StorybookError as fault:
                self._end("failed", str(fault))
                raise
            except (KeyboardInterrupt, GeneratorExit):
                self._end("stopped", "Go on by --resume latest.")
                raise

    def _end(self, state: Literal["stopped", "failed"], message: str) -> None:
        if (self.folder / STATE).is_file():
            self.say(self.state().but(state=state, message=message))

    def _checkpoint(self, step: int) -> Path:
        return self.folder / "checkpoints" / f"{step:06d}.pt"


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


def as_json(record: Record) -> dict[str, Any]:
    """A record as plain values, for a checkpoint."""
    return json.loads(record.model_dump_json())
