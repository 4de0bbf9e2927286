"""What is kept of a run while it learns, so that a stop costs nothing and a kill little."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from storybook.errors import TrainingError
from training.data.buckets import Position
from training.pet.parallel_gradients import Gradients
from training.pet.setup import Prepared
from training.runs.run import Run, as_json


@dataclass(frozen=True, slots=True)
class Learning:
    """What moves the weights."""

    optimizer: Optimizer
    scheduler: LRScheduler
    scaler: torch.amp.GradScaler
    gradients: Gradients


@dataclass(slots=True)
class Checkpoints:
    """Writes everything that is needed to go on, and takes it up again.

    By epochs and by steps checkpoints are kept to choose from; by minutes, and when a run is
    stopped, one that the next takes the place of.
    """

    ready: Prepared
    learning: Learning
    run: Run
    clock: Callable[[], float]
    """Seconds; only differences count."""
    kept: int | None = None
    """The step that was kept last."""
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._since = self.clock()

    def due(self, step: int) -> bool:
        """Whether `checkpoint_every_steps` asks for one."""
        every = self.ready.recipe.checkpoint_every_steps
        return every is not None and step % every == 0

    def late(self) -> bool:
        """Whether `checkpoint_every_minutes` have passed since the last one was written."""
        minutes = self.ready.recipe.checkpoint_every_minutes
        return minutes > 0 and self.clock() - self._since >= 60 * minutes

    def keep(self, step: int, position: Position, *, passing: bool = False) -> None:
        """Keep a step, once; raises TrainingError if weights are no numbers, or the disk is full.

        Lasting ones are dropped by `drop`, once it is known which was the best.
        """
        if step == self.kept:
            return
        student = self.ready.student
        if not all(weight.isfinite().all() for weight in student.weights):
            raise TrainingError(
                f"Weights are no numbers at step {step}: the learning rate is too high, or the "
                "precision too coarse. Set a smaller lr or precision=fp32; --resume latest goes on "
                "from the last good checkpoint."
            )
        averages = student.averages
        values = {
            "step": step,
            "position": as_json(position),
            "weights": student.state(),
            "averages": None if averages is None else averages.state_dict(),
            "optimizer": self.learning.optimizer.state_dict(),
            "scheduler": self.learning.scheduler.state_dict(),
            "scaler": self.learning.scaler.state_dict(),
        }
        self.run.keep(step, values, passing=passing)
        self.run.say(self.run.state().but(step=step))
        self.kept, self._since = step, self.clock()

    def drop(self) -> None:
        """Drop what is more than the recipe wants kept; never the best one."""
        self.run.drop(self.ready.recipe.keep_last, self.run.state().best_step)

    def go_on(self) -> tuple[int, Position]:
        """Take up the run's last checkpoint; the step, and the place in the data."""
        values = self.run.load(self.run.steps_kept()[-1])
        self.take(values)
        self.learning.optimizer.load_state_dict(values["optimizer"])
        self.learning.scheduler.load_state_dict(values["scheduler"])
        self.learning.scaler.load_state_dict(values["scaler"])
        self.kept = values["step"]
        return values["step"], Position.model_validate(values["position"])

    def take(self, values: dict) -> None:
        """Let the student have the weights, and the averages, of a checkpoint."""
        student = self.ready.student
        student.take(values["weights"])
        if student.averages is not None:
            student.averages.load_state_dict(values["averages"])
