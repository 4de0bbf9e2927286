"""Evaluation of a run: samples, the loss on held-out pictures, and which step was the best."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from storybook.errors import TrainingError
from storybook.records import Event
from training.data.buckets import Position
from training.formats.lora import DORA_IN_KOHYA
from training.pet.checkpoints import Checkpoints
from training.pet.metadata import origin_of, training_of
from training.pet.samples import ImageSampler
from training.pet.setup import TrainingSetup
from training.pet.trainable import save
from training.runs.run import Measure, Run, best_of
from training.runs.tensorboard import TensorBoardWriter

VALIDATION_TIMESTEPS = 8
"""Each held-out picture is judged at so many evenly spaced timesteps, with fixed noise."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Evaluates the model between two steps, and leaves the best one as the result."""

    setup: TrainingSetup
    run: Run
    sampler: ImageSampler
    tensorboard: TensorBoardWriter
    checkpoints: Checkpoints
    loss: Callable[..., Tensor]
    """As `train.denoising_loss`: of each picture, [b]."""

    def due(self, step: int, position: Position) -> bool:
        """Whether to evaluate after `step`: the first, the last, or one that ends an epoch."""
        recipe, epoch = self.setup.recipe, position.epoch
        if step in (0, self.setup.steps):
            return True
        every = recipe.sample_every_epochs
        return position.batch == 0 and (
            epoch % recipe.save_every_epochs == 0 or bool(every and epoch % every == 0)
        )

    def evaluate(self, step: int, position: Position) -> Iterator[Event]:
        """Draw samples, take the validation loss, and write down which step is the best so far.

        The step is kept before, so that nothing is lost if this is stopped; it is done again then.
        """
        every, epoch = self.setup.recipe.sample_every_epochs, position.epoch
        samples_due = step in (0, self.setup.steps) or (every and epoch % every == 0)
        with self.setup.model.ema_weights():
            likeness = (yield from self.sampler.draw(step)) if samples_due else None
            self.setup.model.pipe.unet.eval()
            validation = validation_loss(self.setup, self.loss)
        measure = Measure(step=step, epoch=epoch, likeness=likeness, validation=validation)
        self.run.measure(measure)
        self.tensorboard.write(measure, self.sampler.grid)
        best = best_of(self.run.measures(), self.run.steps_kept())
        self.run.write_state(self.run.state().but(looked_step=step, best_step=best))
        self.checkpoints.drop()

    def finish(self, preset: str) -> Iterator[Event]:
        """Load the best step's weights, make sure that they changed something, and save them."""
        setup, run, steps = self.setup, self.run, self.setup.steps
        best = run.state().best_step or steps
        if best != steps:
            setup.model.load_checkpoint(run.load(best))
        with setup.model.ema_weights():
            if not self.sampler.has(best):
                yield from self.sampler.draw(best)
            if not self.sampler.changed(best):
                raise TrainingError(
                    f"After {steps} steps the painter draws what it drew before: it has learnt "
                    "nothing. Try a higher lr or more epochs."
                )
            origin = origin_of(setup, run, preset, best)
            written = save(setup.model, run.result, origin, training_of(setup))
        run.write_state(run.state().but(state="done", step=steps, best_step=best))
        names = ", ".join(path.name for path in written)
        note = f"step {best} in {run.result}: {names}"
        if "kohya" in setup.recipe.forms and setup.model.has_dora:
            note += f". {DORA_IN_KOHYA}"
        yield Event(stage="saved", done=1, total=1, note=note)


@torch.no_grad()
def validation_loss(setup: TrainingSetup, loss: Callable[..., Tensor]) -> float | None:
    """Mean loss of the held-out pictures at fixed timesteps with fixed noise; None without any."""
    examples = setup.data.held_out.examples
    if not examples:
        return None
    count = setup.noise_scheduler.config.num_train_timesteps
    spread = (torch.arange(VALIDATION_TIMESTEPS) + 0.5) / VALIDATION_TIMESTEPS
    timesteps = (spread * count).long().to(setup.device)
    total = 0.0
    for place, example in enumerate(examples):
        generator = torch.Generator().manual_seed(setup.recipe.seed + place)
        mean = setup.held_out[str(place)][0]
        latents = mean.expand(VALIDATION_TIMESTEPS, *mean.shape)
        noise = torch.randn(latents.shape, generator=generator).to(setup.device)
        captions = (next(iter(example.captions), ""),) * VALIDATION_TIMESTEPS
        total += loss(setup, latents, noise, timesteps, captions).mean().item()
    return total / len(examples)
