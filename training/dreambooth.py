"""The recipe: teach a painter a pet (Ruiz et al. 2023), from a folder of photos to a file.

Photos, and others of the class, become latents once, captions become states once; then only the
U-Net works. What a step learns from depends on the recipe and the step's place alone, so a run that
was stopped goes on as if it had not been.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import torch
from accelerate import PartialState
from torch import Tensor, distributed
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from storybook.errors import TrainingError
from storybook.models.devices import memory_of
from storybook.records import Event
from training.batches import measured
from training.board import Board
from training.data.buckets import Batch, Position, first_position, steps_from
from training.gradients import Gradients
from training.optimizers import (
    check_precision,
    clip,
    new_optimizer,
    new_scaler,
    new_scheduler,
)
from training.origin import origin_of, training_of
from training.prepared import Prepared, prepare
from training.recipe import Recipe
from training.run import Measure, Run, RunState, as_json, best_of
from training.sampling import Sampler, new_sampler
from training.student import save

LOOK_EVERY = 10
"""Steps between two looks at the loss: each look makes a GPU wait."""

REMEDY = "Try --set batch=1, --set checkpointing=true, a smaller rank or resolution_px."
PACKAGES = ("torch", "diffusers", "transformers", "peft", "accelerate")


@dataclass(frozen=True, slots=True)
class Learning:
    """What moves the weights."""

    optimizer: Optimizer
    scheduler: LRScheduler
    scaler: torch.amp.GradScaler
    gradients: Gradients


def train(
    recipe: Recipe, run: Run, device: torch.device, preset: str, *, resume: bool = False
) -> Iterator[Event]:
    """Teach the painter of `recipe` its concepts in `run`, and leave the result there.

    With `resume`, goes on from the run's last checkpoint; closing the iterator keeps one. Raises
    TrainingError when the run cannot go on, or when it has learnt nothing.
    """
    check_precision(recipe, device)
    processes = PartialState()
    chief = processes.is_main_process
    if chief and not resume:
        run.begin(recipe)
    if chief:
        versions = {name: version(name) for name in PACKAGES}
        run.say(RunState(state="running", preset=preset, versions=versions))
    with memory_of(device, "Opening the painter", REMEDY):
        ready = yield from prepare(recipe, run, device)
    if recipe.measure:  # no longer, once it was measured and written down
        ready = yield from measured(ready)
        recipe = ready.recipe
        if chief:
            run.rewrite(recipe)

    student, steps = ready.student, ready.steps
    optimizer = new_optimizer(student, recipe, processes.num_processes)
    learning = Learning(
        optimizer,
        new_scheduler(optimizer, recipe, steps),
        new_scaler(recipe, device),
        Gradients(ready),
    )
    sampler = new_sampler(student, run, _photos(ready))
    step, position, best = 0, first_position(ready.order), None
    if resume and run.steps_kept():
        step, position, best = _go_on(ready, learning, run)
    elif chief:
        yield Event(stage="samples", done=0, total=1, note="before the first step")
        run.measure(Measure(step=0, epoch=0, likeness=sampler.draw(0), validation=_judge(ready)))
        yield Event(stage="samples", done=1, total=1)
    if chief:
        run.say(run.state().but(step=step, steps=steps, best_step=best))

    begun, losses, last = step, [], ""
    board = Board(run.folder, step)
    batches = recipe.accumulation * processes.num_processes
    for group, after in steps_from(ready.order, position, batches):
        if step >= steps:
            break
        learning_text = recipe.text_encoder and step < recipe.stop_text * steps
        mine = group[processes.process_index :: processes.num_processes]
        with memory_of(device, f"Learning from {recipe.batch} pictures at once", REMEDY):
            losses.append(_descend(ready, learning, mine, group, step, learning_text))
        step, position = step + 1, after
        epoch_ends = position.batch == 0
        looks = step == steps or (epoch_ends and _due(recipe, position.epoch))
        if looks or step % LOOK_EVERY == 0 or step == begun + 1:
            loss = _mean(losses, step, run)
            losses = []
            last = f"epoch {position.epoch}, loss {loss:.4f}"
            rate = learning.scheduler.get_last_lr()[0]
            measure = Measure(step=step, epoch=position.epoch, loss=loss, lr=rate)
            if chief:
                run.measure(measure)
                board.show(measure)
        if looks and chief:
            best = _look(ready, learning, run, sampler, board, step, position)
        try:
            yield Event(stage="teach", done=step, total=steps, note=last)
        except GeneratorExit:
            if chief:
                _mean(losses, step, run)
                _keep(ready, learning, run, step, position, best)
            raise
    board.close()
    processes.wait_for_everyone()
    if chief:
        yield from _finish(ready, run, sampler, preset, best or step)


def _descend(
    ready: Prepared,
    learning: Learning,
    mine: Sequence[Batch],
    group: Sequence[Batch],
    step: int,
    learning_text: bool,
) -> Tensor:
    """One optimizer step on all batches of `group`, of which `mine` are this process's; its loss.

    Every picture of the group counts the same, however the batches are cut and shared.
    """
    pipe, weights = ready.student.pipe, ready.student.weights
    pipe.unet.train()
    pipe.text_encoder.train(learning_text)
    torch.manual_seed(ready.recipe.seed + step)  # for dropout, the one chance that torch keeps
    pictures = sum(len(batch.examples) for batch in group)
    scale = learning.scaler.scale(torch.ones((), device=ready.device))
    total = torch.zeros((), device=ready.device)
    for batch in mine:
        total += learning.gradients.add(batch, scale / pictures, learning_text=learning_text)
    total /= scale
    if distributed.is_available() and distributed.is_initialized():
        _share(ready, total, learning_text)
    learning.scaler.unscale_(learning.optimizer)
    clip(weights, ready.recipe.clip_norm)
    learning.scaler.step(learning.optimizer)
    learning.scaler.update()
    learning.scheduler.step()
    learning.optimizer.zero_grad(set_to_none=True)
    ready.student.average()
    return total


def _share(ready: Prepared, total: Tensor, learning_text: bool) -> None:
    """Add up gradients and loss of all processes; one without a batch at an epoch's end adds 0."""
    for part, named in ready.student.learners.items():
        if part == "text_encoder" and not learning_text:
            continue
        for _, weight in named:
            if weight.grad is None:
                weight.grad = torch.zeros_like(weight)
            distributed.all_reduce(weight.grad)
    distributed.all_reduce(total)


def _look(
    ready: Prepared,
    learning: Learning,
    run: Run,
    sampler: Sampler,
    board: Board,
    step: int,
    position: Position,
) -> int | None:
    """Draw samples, judge the held-out pictures, keep a checkpoint; the best step so far."""
    recipe, epoch = ready.recipe, position.epoch
    last = step == ready.steps
    every = recipe.sample_every_epochs
    with ready.student.averaged():
        likeness = sampler.draw(step) if last or (every and epoch % every == 0) else None
        validation = _judge(ready)
    measure = Measure(step=step, epoch=epoch, likeness=likeness, validation=validation)
    run.measure(measure)
    board.show(measure, sampler.grid)
    kept = {*run.steps_kept(), step}
    best = best_of(run.measures(), kept)
    _keep(ready, learning, run, step, position, best)
    run.say(run.state().but(step=step, best_step=best))
    return best


def _finish(ready: Prepared, run: Run, sampler: Sampler, preset: str, best: int) -> Iterator[Event]:
    """Take the best step's weights, make sure that they changed something, and save them."""
    student, steps = ready.student, ready.steps
    if best != steps:
        _take(ready, run.load(best))
    with student.averaged():
        if not sampler.has(best):
            sampler.draw(best)
        if not sampler.changed(best):
            raise TrainingError(
                f"After {steps} steps the painter draws what it drew before: it has learnt "
                "nothing. Try a higher lr or more epochs."
            )
        written = save(student, run.result, origin_of(ready, run, preset, best), training_of(ready))
    run.say(run.state().but(state="done", step=steps, best_step=best))
    names = ", ".join(path.name for path in written)
    yield Event(stage="saved", done=1, total=1, note=f"step {best} in {run.result}: {names}")


def _keep(
    ready: Prepared, learning: Learning, run: Run, step: int, position: Position, best: int | None
) -> None:
    averages = ready.student.averages
    values = {
        "step": step,
        "best": best,
        "position": as_json(position),
        "weights": ready.student.state(),
        "averages": None if averages is None else averages.state_dict(),
        "optimizer": learning.optimizer.state_dict(),
        "scheduler": learning.scheduler.state_dict(),
        "scaler": learning.scaler.state_dict(),
    }
    run.keep(step, values, ready.recipe.keep_last, best)


def _go_on(ready: Prepared, learning: Learning, run: Run) -> tuple[int, Position, int | None]:
    """Take up the run's last checkpoint; the step, the place in the data and the best step."""
    values = run.load(run.steps_kept()[-1])
    _take(ready, values)
    learning.optimizer.load_state_dict(values["optimizer"])
    learning.scheduler.load_state_dict(values["scheduler"])
    learning.scaler.load_state_dict(values["scaler"])
    return values["step"], Position.model_validate(values["position"]), values["best"]


def _take(ready: Prepared, values: dict) -> None:
    ready.student.take(values["weights"])
    if ready.student.averages is not None:
        ready.student.averages.load_state_dict(values["averages"])


def _judge(ready: Prepared) -> float | None:
    ready.student.pipe.unet.eval()
    return ready.validation()


def _due(recipe: Recipe, epoch: int) -> bool:
    """Whether samples or a checkpoint are due when `epoch` epochs are done."""
    every = recipe.sample_every_epochs
    return epoch % recipe.save_every_epochs == 0 or bool(every and epoch % every == 0)


def _mean(losses: Sequence[Tensor], step: int, run: Run) -> float:
    """The mean loss; raises TrainingError if it is no number."""
    mean = torch.stack(list(losses)).mean().item() if losses else 0.0
    if not math.isfinite(mean):
        kept = run.steps_kept()
        again = f"--resume latest goes on from step {kept[-1]}" if kept else "begin anew"
        raise TrainingError(
            f"The loss is {mean} at step {step}: the learning rate is too high, or the precision "
            f"too coarse. Set a smaller lr or precision=fp32; {again}."
        )
    return mean


def _photos(ready: Prepared) -> dict[str, list]:
    """The photos of each concept, by its name."""
    found: dict[str, list] = {}
    for example in ready.gathered.lessons.examples:
        if not example.is_class:
            found.setdefault(example.concept, []).append(example.path)
    return found
