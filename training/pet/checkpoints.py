"""What is kept of a run while it learns, so that a stop costs nothing and a kill little."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from storybook.errors import TrainingError
from training.data.buckets import Position
from training.parallel_gradients import ParallelGradients
from training.pet.setup import TrainingSetup
from training.runs.run import Run, as_json


@dataclass(frozen=True, slots=True)
class Optimization:
    """What updates the weights."""

    optimizer: Optimizer
    lr_scheduler: LRScheduler
    scaler: torch.amp.GradScaler
    gradients: ParallelGradients

    def step(self, weights: Sequence[Tensor], clip_norm: float) -> None:
        """One step along the summed gradients, which are forgotten then; no clipping at 0."""
        self.scaler.unscale_(self.optimizer)
        if clip_norm:
            torch.nn.utils.clip_grad_norm_(weights, clip_norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.lr_scheduler.step()
        self.optimizer.zero_grad(set_to_none=True)


@dataclass(slots=True)
class Checkpoints:
    """Writes everything that is needed to go on, and takes it up again.

    By epochs and by steps checkpoints are kept to choose from; by minutes, and when a run is
    stopped, one that the next takes the place of.
    """

    setup: TrainingSetup
    optimization: Optimization
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
        every = self.setup.recipe.checkpoint_every_steps
        return every is not None and step % every == 0

    def late(self) -> bool:
        """Whether `checkpoint_every_minutes` have passed since the last one was written."""
        minutes = self.setup.recipe.checkpoint_every_minutes
        return minutes > 0 and self.clock() - self._since >= 60 * minutes

    def save(self, step: int, position: Position, *, passing: bool = False) -> None:
        """Save a step, once; raises TrainingError if weights are not finite, or the disk is full.

        Lasting ones are dropped by `drop`, once it is known which was the best.
        """
        if step == self.kept:
            return
        model = self.setup.model
        if not all(weight.isfinite().all() for weight in model.weights):
            raise TrainingError(
                f"Weights are no numbers at step {step}: the learning rate is too high, or the "
                "precision too coarse. Set a smaller lr or precision=fp32; --resume latest goes on "
                "from the last good checkpoint."
            )
        ema_model = model.ema_model
        values = {
            "step": step,
            "position": as_json(position),
            "weights": model.state(),
            "averages": None if ema_model is None else ema_model.state_dict(),
            "optimizer": self.optimization.optimizer.state_dict(),
            "scheduler": self.optimization.lr_scheduler.state_dict(),
            "scaler": self.optimization.scaler.state_dict(),
        }
        self.run.save_checkpoint(step, values, passing=passing)
        self.run.write_state(self.run.state().but(step=step))
        self.kept, self._since = step, self.clock()

    def drop(self) -> None:
        """Drop what is more than the recipe wants kept; never the best one."""
        self.run.drop(self.setup.recipe.keep_last, self.run.state().best_step)

    def resume(self) -> tuple[int, Position]:
        """Load the run's last checkpoint; the step, and the place in the data."""
        values = self.run.load(self.run.steps_kept()[-1])
        self.setup.model.load_checkpoint(values)
        self.optimization.optimizer.load_state_dict(values["optimizer"])
        self.optimization.lr_scheduler.load_state_dict(values["scheduler"])
        self.optimization.scaler.load_state_dict(values["scaler"])
        self.kept = values["step"]
        return values["step"], Position.model_validate(values["position"])
