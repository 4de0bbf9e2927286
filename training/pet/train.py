"""DreamBooth (Ruiz et al. 2023): teach a painter a pet, from a folder of photos to a file.

Latents and prompt embeddings are made once; then only the U-Net works, and the text encoder if it
is trained. What a step learns from depends on the recipe and the step's place alone, so a run that
was stopped goes on as if it had not been.
"""

import math
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from importlib.metadata import version

import torch
from accelerate import PartialState
from torch import Tensor, distributed

from storybook.errors import TrainingError
from storybook.models.devices import explain_oom
from storybook.records import Event
from training.data.buckets import BucketBatch, Position, first_position, steps_from
from training.parallel_gradients import ParallelGradients
from training.pet.checkpoints import Checkpoints, Optimization
from training.pet.evaluate import Evaluation
from training.pet.measured import with_batch_size, with_precision
from training.pet.optimizers import (
    autocast,
    check_precision,
    new_optimizer,
    new_scaler,
    new_scheduler,
)
from training.pet.recipe import Recipe
from training.pet.sample_prompts import check_sample_files
from training.pet.samples import new_image_sampler
from training.pet.setup import TrainingSetup, prepare
from training.runs.run import Measure, Run, RunState
from training.runs.tensorboard import TensorBoardWriter

LOG_EVERY = 10
"""Steps between two readings of the loss: each makes a GPU wait."""

REMEDY = "Try --set batch=1, --set checkpointing=true, a smaller rank or resolution_px."
PACKAGES = ("torch", "diffusers", "transformers", "peft", "accelerate")


def train_step(
    setup: TrainingSetup,
    gradients: ParallelGradients,
    batch: BucketBatch,
    scale: Tensor | float = 1.0,
    *,
    train_text_encoder: bool = False,
) -> Tensor:
    """Add the gradient of `scale` times the summed loss of `batch` to the weights; that loss, [].

    Noise and timesteps come from the batch's place in the run alone: a resumed run repeats them.
    """
    drawn = setup.train_batch(batch)
    latents, captions, generator = drawn.latents, drawn.captions, drawn.generator  # [b, c, h, w]
    noise = _noise_like(latents, setup.recipe.noise_offset, generator)
    count = setup.noise_scheduler.config.num_train_timesteps
    timesteps = torch.randint(count, (len(latents),), generator=generator).to(setup.device)
    if not train_text_encoder:  # embeddings are cached before threads share the cache
        setup.text_cache.encode(captions)

    def loss_of(rows: slice) -> Tensor:
        part = (latents[rows], noise[rows], timesteps[rows], captions[rows])
        weights = None if drawn.pixel_weights is None else drawn.pixel_weights[rows]
        loss = denoising_loss(
            setup, *part, train_text_encoder=train_text_encoder, pixel_weights=weights
        )
        return (loss * drawn.loss_weights[rows]).sum() * scale

    return gradients.accumulate(loss_of, len(latents))


def _noise_like(latents: Tensor, offset: float, generator: torch.Generator) -> Tensor:
    """Noise [b, c, h, w]; an `offset` moves whole channels, so that dark and light are learnt."""
    noise = torch.randn(latents.shape, generator=generator).to(latents.device)
    if offset:
        shift = torch.randn((*latents.shape[:2], 1, 1), generator=generator)
        noise = noise + offset * shift.to(latents.device)
    return noise


def denoising_loss(
    setup: TrainingSetup,
    latents: Tensor,
    noise: Tensor,
    timesteps: Tensor,
    captions: Sequence[str],
    *,
    train_text_encoder: bool = False,
    pixel_weights: Tensor | None = None,
) -> Tensor:
    """The loss of each picture, [b], float32; whether it is finite, the caller sees.

    `latents` (x0) and `noise` are [b, c, h, w], `timesteps` [b] in [0, num_train_timesteps), and
    `pixel_weights`, if all do not count the same, [b, 1, h, w].
    """
    with autocast(setup.recipe, setup.device):
        prompt_embeds = setup.text_cache.encode(captions, train_encoder=train_text_encoder)
        return setup.painter.family.training_loss(
            setup.model.pipe,
            setup.noise_scheduler,
            latents,
            noise,
            timesteps,
            prompt_embeds,
            min_snr=setup.recipe.min_snr,
            pixel_weights=pixel_weights,
        )


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
    is_main_process = processes.is_main_process
    if is_main_process:
        if not resume:
            run.begin(recipe)
        versions = {name: version(name) for name in PACKAGES}
        before = run.state() if resume else RunState(state="running")
        run.write_state(before.but(state="running", message="", preset=preset, versions=versions))
    setup = yield from _set_up(recipe, run, device)

    optimization = _new_optimization(setup)
    checkpoints = Checkpoints(setup, optimization, run, clock)
    sampler = new_image_sampler(setup, run)
    step, position = 0, first_position(setup.order)
    if resume and run.steps_kept():
        step, position = checkpoints.resume()
    tensorboard = TensorBoardWriter(run.folder, step)
    evaluation = Evaluation(setup, run, sampler, tensorboard, checkpoints, denoising_loss)
    if is_main_process:
        run.write_state(run.state().but(step=step, steps=setup.steps))
        if evaluation.due(step, position) and run.state().looked_step != step:
            yield from evaluation.evaluate(step, position)
    yield from _train_loop(evaluation, optimization, step, position)
    tensorboard.close()
    processes.wait_for_everyone()
    if is_main_process:
        yield from evaluation.finish(preset)


def _set_up(
    recipe: Recipe, run: Run, device: torch.device
) -> Generator[Event, None, TrainingSetup]:
    """All that a run needs; what its recipe left to be measured is written into the run."""
    with explain_oom(device, "Opening the painter", REMEDY):
        setup = yield from prepare(recipe, run, device)
    setup = with_precision(setup, train_step)
    if recipe.measure:  # no longer, once it was measured and written down
        setup = yield from with_batch_size(setup, train_step)
    if PartialState().is_main_process and setup.recipe != recipe:
        run.rewrite(setup.recipe)
    return setup


def _new_optimization(setup: TrainingSetup) -> Optimization:
    optimizer = new_optimizer(setup.model, setup.recipe, setup.processes)
    lr_scheduler = new_scheduler(optimizer, setup.recipe, setup.steps)
    scaler = new_scaler(setup.recipe, setup.device)
    gradients = ParallelGradients(setup.model.weights, setup.device)
    return Optimization(optimizer, lr_scheduler, scaler, gradients)


def _train_loop(
    evaluation: Evaluation, optimization: Optimization, step: int, position: Position
) -> Iterator[Event]:
    """All steps after `step`, an event each; losses are measured and checkpoints kept between."""
    setup, run, checkpoints = evaluation.setup, evaluation.run, evaluation.checkpoints
    is_main_process = PartialState().is_main_process
    begun, losses, loss = step, [], math.nan
    batches = setup.recipe.accumulation * setup.processes
    for group, after in steps_from(setup.order, position, batches):
        if step >= setup.steps:
            break
        with explain_oom(
            setup.device, f"Learning from {setup.recipe.batch} pictures at once", REMEDY
        ):
            losses.append(_optimizer_step(setup, optimization, group, step))
        step, position = step + 1, after
        eval_due = evaluation.due(step, position)
        if eval_due or step % LOG_EVERY == 0 or step == begun + 1:
            loss = _mean_loss(losses, step, run)
            losses = []
            rate = optimization.lr_scheduler.get_last_lr()[0]
            measure = Measure(step=step, epoch=position.epoch, loss=loss, lr=rate)
            if is_main_process:
                run.measure(measure)
                evaluation.tensorboard.write(measure)
        save_due = eval_due or checkpoints.due(step)
        if is_main_process and (save_due or checkpoints.late()):
            _mean_loss(losses, step, run)  # nothing that is no number is kept
            checkpoints.save(step, position, passing=not save_due)  # before anything slow is done
            if not eval_due:
                checkpoints.drop()
        try:
            yield Event(
                stage="teach", done=step, total=setup.steps, note=_note(setup, position, loss)
            )
        except GeneratorExit:
            if is_main_process:
                _mean_loss(losses, step, run)
                checkpoints.save(step, position, passing=True)
            raise
        if eval_due and is_main_process:
            yield from evaluation.evaluate(step, position)


def _optimizer_step(
    setup: TrainingSetup, optimization: Optimization, group: Sequence[BucketBatch], step: int
) -> Tensor:
    """One optimizer step on all batches of `group`, shared by the processes; its loss, [].

    Every picture of the group counts the same, however the batches are cut and shared.
    """
    recipe, model, processes = setup.recipe, setup.model, PartialState()
    with_text = recipe.text_encoder and step < recipe.stop_text * setup.steps
    for part, learns in ((model.pipe.unet, True), (model.pipe.text_encoder, with_text)):
        if part.training != learns:  # it would go through a thousand modules
            part.train(learns)
    torch.manual_seed(recipe.seed + step)  # for dropout, which draws from torch's own generator
    pictures = sum(len(batch.examples) for batch in group)
    scale = optimization.scaler.scale(torch.ones((), device=setup.device))
    total = torch.zeros((), device=setup.device)
    for batch in group[processes.process_index :: processes.num_processes]:
        total += train_step(
            setup, optimization.gradients, batch, scale / pictures, train_text_encoder=with_text
        )
    total /= scale
    if distributed.is_available() and distributed.is_initialized():
        _all_reduce(setup, total, with_text)
    optimization.step(model.weights, recipe.clip_norm)
    model.ema_step()
    return total


def _all_reduce(setup: TrainingSetup, total: Tensor, train_text_encoder: bool) -> None:
    """Add up gradients and loss of all processes; one without a batch at an epoch's end adds 0."""
    for part, named in setup.model.trainable_params.items():
        if part == "text_encoder" and not train_text_encoder:
            continue
        for _, weight in named:
            if weight.grad is None:
                weight.grad = torch.zeros_like(weight)
            distributed.all_reduce(weight.grad)
    distributed.all_reduce(total)


def _note(setup: TrainingSetup, position: Position, loss: float) -> str:
    """In which epoch the last step was, and the loss when it was read last."""
    epoch = position.epoch + (position.batch > 0)
    return f"epoch {epoch} of {setup.epochs}, loss {loss:.4f}"


def _mean_loss(losses: Sequence[Tensor], step: int, run: Run) -> float:
    """The mean of `losses`; raises TrainingError if it is not finite."""
    mean = torch.stack(list(losses)).mean().item() if losses else 0.0
    if not math.isfinite(mean):
        kept = run.steps_kept()
        again = f"--resume latest goes on from step {kept[-1]}" if kept else "begin anew"
        raise TrainingError(
            f"The loss is {mean} at step {step}: the learning rate is too high, or the precision "
            f"too coarse. Set a smaller lr or precision=fp32; {again}."
        )
    return mean
