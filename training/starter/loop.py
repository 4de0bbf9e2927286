"""Descending a loss within a budget, in a folder that can be left and taken up again."""

import math
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL.Image import Image
from torch import Tensor, nn

from storybook.errors import TrainingError
from storybook.files import replacing
from storybook.models.precision import FP32, Precision, autocast_to, fastest, to_memory_format
from storybook.records import Event, Record
from training.parallel_gradients import ParallelGradients
from training.starter.muon import Muon
from training.starter.plan import Plan

CHECKPOINT = "checkpoint.pt"
CHECKPOINT_EVERY_S = 120.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent: minutes of work and, if given, steps; whichever ends first."""

    minutes: float
    steps: int | None = None

    def spent(self, minutes: float, step: int) -> float:
        """The share of the budget that is gone, in [0, 1]."""
        by_count = step / self.steps if self.steps else 0.0
        return min(1.0, max(minutes / self.minutes, by_count))


@dataclass(frozen=True, slots=True)
class TrainSpec:
    """One model to teach: what is trained, on which loss, how fast."""

    name: str
    module: nn.Module
    loss: Callable[[nn.Module, torch.Generator], Tensor]
    """The loss of a fresh batch; all randomness comes from the generator."""
    show: Callable[[nn.Module], Image] | None = None
    """A picture of what has been learnt, kept with each checkpoint."""
    lr: float = 1e-3
    warm_up: int = 50
    weight_decay: float = 0.01
    decay_share: float = 1.0
    """The share of the budget, at its end, in which the rate falls; it is constant until then."""
    ema_decay: float | None = None
    """The result is the average of the weights over about 1 / (1 - decay) steps, if given."""
    batches_per_step: int = 1
    """How many batches make a step, each on a thread of its own."""
    mixed: bool = False
    """Whether the loss may be taken in bf16 where the machine is quick in it."""


@dataclass(frozen=True, slots=True)
class TrainContext:
    """At what size, where and for how long a model is taught."""

    plan: Plan
    folder: Path
    budget: Budget
    device: str
    precision: Precision | None = FP32
    """In what the loss is taken, by trainings that may; None measures what is quickest here."""


class TrainProgress(Record):
    """How far a training has come."""

    step: int = 0
    minutes: float = 0.0
    loss: float = math.nan
    """Mean of the loss over about the last 100 steps."""
    precision: Precision | None = None
    """None: not chosen yet, as for weights that come from elsewhere."""
    earlier_steps: int = 0
    """Steps of the runs in whose weights this training began."""
    earlier_minutes: float = 0.0


def learn(spec: TrainSpec, context: TrainContext) -> Iterator[Event]:
    """As `train_loop`, where and for how long the context says, in its precision."""
    precision = context.precision if spec.mixed else FP32
    yield from train_loop(spec, context.folder, context.budget, precision=precision)


def train_loop(
    spec: TrainSpec, folder: Path, budget: Budget, seed: int = 0, precision: Precision | None = FP32
) -> Iterator[Event]:
    """Teach `spec.module` until the budget is spent; afterwards it holds the averaged weights.

    Starts from the checkpoint in `folder` if there is one: with a budget of steps, stopping and
    going on gives the weights of not stopping, and closing the iterator keeps a checkpoint; so is
    the precision, which is measured first if it is None. Raises TrainingError for a loss of NaN.
    """
    module = spec.module.train()
    ema_model = deepcopy(module).requires_grad_(False) if spec.ema_decay else None
    optimizer = Muon(module, spec.weight_decay, spec.batches_per_step)
    generator = torch.Generator().manual_seed(seed)
    checkpoint = _CheckpointFile(folder / CHECKPOINT, module, ema_model, optimizer, generator)
    progress = checkpoint.load()
    gradients = _StepGradients(spec)
    if progress.precision is None and budget.spent(progress.minutes, progress.step) < 1:
        progress = progress.but(precision=precision or fastest(gradients.try_out))
    gradients.settle(progress.precision or FP32)
    begun = progress.step
    started, saved = time.monotonic() - 60 * progress.minutes, time.monotonic()

    while (spent := budget.spent(progress.minutes, progress.step)) < 1:
        value = gradients.take(generator)
        _check_loss(value, spec.name, progress.step, folder)
        nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step(spec.lr * _lr_factor(spent, progress.step, spec))
        if ema_model is not None:
            early = (1 + progress.step) / (10 + progress.step)
            _ema_update(ema_model, module, min(spec.ema_decay, early))

        progress = progress.but(
            step=progress.step + 1,
            minutes=(time.monotonic() - started) / 60,
            loss=_mean_loss(progress.loss, value),
        )
        try:
            yield _event(spec.name, progress, budget)
        except GeneratorExit:
            checkpoint.save(progress)
            raise
        if time.monotonic() - saved > CHECKPOINT_EVERY_S:
            checkpoint.save(progress)
            _show(spec, ema_model or module, folder, progress.step)
            saved = time.monotonic()

    if progress.step > begun:
        checkpoint.save(progress)
        _show(spec, ema_model or module, folder, progress.step)
    if ema_model is not None:
        module.load_state_dict(ema_model.state_dict())
    module.eval()


def progress_of(folder: Path) -> TrainProgress:
    """How far the training in `folder` has come; raises TrainingError if it has not begun."""
    return TrainProgress.model_validate(_read(folder)["progress"])


def load_learnt(module: nn.Module, folder: Path) -> nn.Module:
    """`module` with the checkpoint's weights, averaged where the training averages."""
    state = _read(folder)
    module.load_state_dict(state["shadow"] or state["module"])
    return module.eval()


def write_checkpoint(folder: Path, module: nn.Module, progress: TrainProgress) -> None:
    """Keep `module` as if a training had come so far with it.

    How the optimiser stood is not known: whoever goes on begins with a fresh one.
    """
    _save(
        folder / CHECKPOINT,
        {
            "progress": progress.model_dump(),
            "module": module.state_dict(),
            "shadow": None,
            "optimizer": None,
            "chance": None,
        },
    )


def _read(folder: Path) -> dict:
    path = folder / CHECKPOINT
    if not path.exists():
        raise TrainingError(f"{path} is missing: run the step that makes it first.")
    return torch.load(path, weights_only=True, map_location="cpu")


def _save(path: Path, state: dict) -> None:
    with replacing(path) as draft, draft.open("wb") as file:
        torch.save(state, file)


class _StepGradients:
    """Takes the gradients of a step, of a batch on each of several threads."""

    def __init__(self, spec: TrainSpec) -> None:
        self.module, self.loss, self.batches = spec.module, spec.loss, spec.batches_per_step
        self.device = next(spec.module.parameters()).device
        self.gradients = ParallelGradients(
            spec.module.parameters(), self.device, spec.batches_per_step
        )
        self.precision = FP32

    def settle(self, precision: Precision) -> None:
        """Take gradients in a precision from now on."""
        self.precision = precision
        to_memory_format(self.module, precision)

    def try_out(self, precision: Precision) -> None:
        """Take one gradient in a precision, and forget it."""
        self.settle(precision)
        self.take(torch.Generator().manual_seed(0))
        for weight in self.module.parameters():
            weight.grad = None

    def take(self, generator: torch.Generator) -> float:
        """Leave the mean gradient of all batches in the module; their mean loss."""
        seeds = torch.randint(2**62, (self.batches,), generator=generator).tolist()

        def loss_of(batch: slice) -> Tensor:
            with autocast_to(self.precision, self.device):
                loss = self.loss(self.module, torch.Generator().manual_seed(seeds[batch.start]))
            return loss / self.batches

        return self.gradients.accumulate(loss_of, self.batches).item()


@dataclass(frozen=True, slots=True)
class _CheckpointFile:
    path: Path
    module: nn.Module
    ema_model: nn.Module | None
    optimizer: Muon
    generator: torch.Generator

    def save(self, progress: TrainProgress) -> None:
        _save(
            self.path,
            {
                "progress": progress.model_dump(),
                "module": self.module.state_dict(),
                "shadow": self.ema_model.state_dict() if self.ema_model is not None else None,
                "optimizer": self.optimizer.state_dict(),
                "chance": self.generator.get_state(),
            },
        )

    def load(self) -> TrainProgress:
        if not self.path.exists():
            return TrainProgress()
        state = _read(self.path.parent)
        self.module.load_state_dict(state["module"])
        if self.ema_model is not None:
            self.ema_model.load_state_dict(state["shadow"] or state["module"])
        if state["optimizer"] is not None:
            self.optimizer.load_state_dict(state["optimizer"])
            self.generator.set_state(state["chance"])
        return TrainProgress.model_validate(state["progress"])


def _mean_loss(mean: float, value: float) -> float:
    """The running mean with one value more; weights that come from elsewhere have none yet."""
    return value if math.isnan(mean) else mean + 0.01 * (value - mean)


def _check_loss(loss: float, name: str, step: int, folder: Path) -> None:
    if not math.isfinite(loss):
        raise TrainingError(
            f"{name}: the loss is {loss} at step {step}. The last good state is "
            f"{folder / CHECKPOINT}; run again to go on from it, or delete {folder} to begin anew."
        )


def _lr_factor(spent: float, step: int, spec: TrainSpec) -> float:
    """A share of the full learning rate: a ramp of `warm_up` steps, then it stays, and in the last
    `decay_share` of the budget it falls to 2 % along a cosine.

    One that stays can be taught further without a loss: how long that will be need not be known
    (Haegele et al. 2024, "Scaling laws and compute-optimal training beyond fixed durations").
    """
    fallen = max(0.0, 1 - (1 - spent) / spec.decay_share)
    ramp = min(1.0, (step + 1) / spec.warm_up)
    return ramp * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * fallen)))


@torch.no_grad()
def _ema_update(ema_model: nn.Module, module: nn.Module, decay: float) -> None:
    torch._foreach_lerp_(list(ema_model.parameters()), list(module.parameters()), 1 - decay)


def _event(name: str, progress: TrainProgress, budget: Budget) -> Event:
    total_s = max(1, round(60 * budget.minutes))
    spent = budget.spent(progress.minutes, progress.step)
    note = f"step {progress.step}, loss {progress.loss:.4f}"
    return Event(stage=name, done=round(spent * total_s), total=total_s, note=note)


def _show(spec: TrainSpec, learnt: nn.Module, folder: Path, step: int) -> None:
    if spec.show is None:
        return
    learnt.eval()
    with torch.inference_mode():
        picture = spec.show(learnt)
    learnt.train()
    with replacing(folder / "samples" / f"{step:06d}.png") as draft:
        picture.save(draft, "PNG")
