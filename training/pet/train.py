"""The recipe: teach a painter a pet (Ruiz et al. 2023), from a folder of photos to a file.

Photos, and others of the class, become latents once, captions become states once; then only the
U-Net works. What a step learns from depends on the recipe and the step's place alone, so a run that
was stopped goes on as if it had not been.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version

import torch
from accelerate import PartialState
from torch import Tensor, distributed

from storybook.errors import TrainingError
from storybook.models.devices import memory_of
from storybook.records import Event
from training.data.buckets import Batch, Position, first_position, steps_from
from training.formats.lora import DORA_IN_KOHYA
from training.pet.checkpoints import Checkpoints, Learning
from training.pet.find_batch_size import measured
from training.pet.metadata import origin_of, training_of
from training.pet.optimizers import check_precision, clip, new_optimizer, new_scaler, new_scheduler
from training.pet.parallel_gradients import Gradients
from training.pet.precisions import with_precision
from training.pet.recipe import Recipe
from training.pet.sample_prompts import check_sample_files
from training.pet.samples import Sampler, new_sampler
from training.pet.setup import Prepared, prepare
from training.pet.trainable import save
from training.runs.run import Measure, Run, RunState, best_of
from training.runs.tensorboard import Board

LOOK_EVERY = 10
"""Steps between two looks at the loss: each look makes a GPU wait."""

REMEDY = "Try --set batch=1, --set checkpointing=true, a smaller rank or resolution_px."
PACKAGES = ("torch", "diffusers", "transformers", "peft", "accelerate")


def train(
    recipe: Recipe,
    run: Run,
    device: torch.device,
    preset: str,
    *,
    resume: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Event]:
    """Teach the painter of `recipe` its concepts in `run`, and leave the result there.

    With `resume`, goes on from the run's last checkpoint; closing the iterator keeps one. `clock`
    gives seconds. Raises TrainingError when the run cannot go on, or when it has learnt nothing.
    """
    check_precision(recipe, device)
    check_sample_files(recipe)
    processes = PartialState()
    chief = processes.is_main_process
    if chief and not resume:
        run.begin(recipe)
    if chief:
        versions = {name: version(name) for name in PACKAGES}
        before = run.state() if resume else RunState(state="running")
        run.say(before.but(state="running", message="", preset=preset, versions=versions))
    with memory_of(device, "Opening the painter", REMEDY):
        ready = yield from prepare(recipe, run, device)
    ready = with_precision(ready)
    if recipe.measure:  # no longer, once it was measured and written down
        ready = yield from measured(ready)
    if chief and ready.recipe != recipe:
        run.rewrite(ready.recipe)
    recipe = ready.recipe

    student, steps = ready.student, ready.steps
    optimizer = new_optimizer(student, recipe, processes.num_processes)
    scheduler, scaler = new_scheduler(optimizer, recipe, steps), new_scaler(recipe, device)
    learning = Learning(optimizer, scheduler, scaler, Gradients(ready))
    checkpoints = Checkpoints(ready, learning, run, clock)
    sampler = new_sampler(ready, run)
    step, position = 0, first_position(ready.order)
    if resume and run.steps_kept():
        step, position = checkpoints.go_on()
    board = Board(run.folder, step)
    if chief:
        run.say(run.state().but(step=step, steps=steps))
        if _looks(ready, step, position) and run.state().looked_step != step:
            yield from _look(ready, run, sampler, board, checkpoints, step, position)

    begun, losses, loss = step, [], math.nan
    batches = recipe.accumulation * processes.num_processes
    for group, after in steps_from(ready.order, position, batches):
        if step >= steps:
            break
        learning_text = recipe.text_encoder and step < recipe.stop_text * steps
        mine = group[processes.process_index :: processes.num_processes]
        with memory_of(device, f"Learning from {recipe.batch} pictures at once", REMEDY):
            losses.append(_descend(ready, learning, mine, group, step, learning_text))
        step, position = step + 1, after
        looks = _looks(ready, step, position)
        if looks or step % LOOK_EVERY == 0 or step == begun + 1:
            loss = _mean(losses, step, run)
            losses = []
            rate = scheduler.get_last_lr()[0]
            measure = Measure(step=step, epoch=position.epoch, loss=loss, lr=rate)
            if chief:
                run.measure(measure)
                board.show(measure)
        lasts, late = looks or checkpoints.due(step), checkpoints.late()
        if chief and (lasts or late):
            _mean(losses, step, run)
            checkpoints.keep(step, position, passing=not lasts)  # before anything slow is done
            if not looks:
                checkpoints.drop()
        try:
            yield Event(stage="teach", done=step, total=steps, note=_note(ready, position, loss))
        except GeneratorExit:
            if chief:
                _mean(losses, step, run)
                checkpoints.keep(step, position, passing=True)
            raise
        if looks and chief:
            yield from _look(ready, run, sampler, board, checkpoints, step, position)
    board.close()
    processes.wait_for_everyone()
    if chief:
        yield from _finish(ready, run, sampler, checkpoints, preset)


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


def _looks(ready: Prepared, step: int, position: Position) -> bool:
    """Whether samples or held-out pictures are to be looked at after `step`: it ends an epoch."""
    recipe, epoch = ready.recipe, position.epoch
    if step in (0, ready.steps):
        return True
    every = recipe.sample_every_epochs
    return position.batch == 0 and (
        epoch % recipe.save_every_epochs == 0 or bool(every and epoch % every == 0)
    )


def _look(
    ready: Prepared,
    run: Run,
    sampler: Sampler,
    board: Board,
    checkpoints: Checkpoints,
    step: int,
    position: Position,
) -> Iterator[Event]:
    """Draw samples, judge the held-out pictures, and say which step was the best so far.

    The step is kept before, so that nothing is lost if this is stopped; it is done again then.
    """
    recipe, epoch = ready.recipe, position.epoch
    every = recipe.sample_every_epochs
    samples_due = step in (0, ready.steps) or (every and epoch % every == 0)
    with ready.student.averaged():
        likeness = (yield from sampler.draw(step)) if samples_due else None
        validation = _judge(ready)
    measure = Measure(step=step, epoch=epoch, likeness=likeness, validation=validation)
    run.measure(measure)
    board.show(measure, sampler.grid)
    best = best_of(run.measures(), run.steps_kept())
    run.say(run.state().but(looked_step=step, best_step=best))
    checkpoints.drop()


def _finish(
    ready: Prepared, run: Run, sampler: Sampler, checkpoints: Checkpoints, preset: str
) -> Iterator[Event]:
    """Take the best step's weights, make sure that they changed something, and save them."""
    student, steps = ready.student, ready.steps
    best = run.state().best_step or steps
    if best != steps:
        checkpoints.take(run.load(best))
    with student.averaged():
        if not sampler.has(best):
            yield from sampler.draw(best)
        if not sampler.changed(best):
            raise TrainingError(
                f"After {steps} steps the painter draws what it drew before: it has learnt "
                "nothing. Try a higher lr or more epochs."
            )
        written = save(student, run.result, origin_of(ready, run, preset, best), training_of(ready))
    run.say(run.state().but(state="done", step=steps, best_step=best))
    names = ", ".join(path.name for path in written)
    note = f"step {best} in {run.result}: {names}"
    if "kohya" in student.recipe.forms and student.has_dora:
        note += f". {DORA_IN_KOHYA}"
    yield Event(stage="saved", done=1, total=1, note=note)


def _note(ready: Prepared, position: Position, loss: float) -> str:
    """In which epoch the last step was, and the loss when it was looked at last."""
    epoch = position.epoch + (position.batch > 0)
    return f"epoch {epoch} of {ready.epochs}, loss {loss:.4f}"


def _judge(ready: Prepared) -> float | None:
    ready.student.pipe.unet.eval()
    return ready.validation()


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
