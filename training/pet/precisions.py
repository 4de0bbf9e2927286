"""In which precision a painter is taught: by measuring, not by guessing."""

from collections.abc import Callable
from dataclasses import replace

from accelerate.utils import broadcast_object_list
from torch import Tensor

from storybook.errors import OutOfMemory
from storybook.models.devices import memory_of
from storybook.models.pace import settled, shape_of, weights_in
from storybook.models.precision import FP32, Precision, laid_out
from training.pet.find_batch_size import PICTURES_A_STEP, largest_batch
from training.pet.parallel_gradients import ParallelGradients
from training.pet.setup import TrainingSetup


def with_precision(setup: TrainingSetup, train_step: Callable[..., Tensor]) -> TrainingSetup:
    """`setup` with the precision in which `train_step` is quickest, if its recipe leaves that open.

    The U-Net's weights lie in memory as the recipe says; none of them changes.
    """
    if setup.recipe.precision == "auto":
        setup = _in(setup, _quickest(setup, train_step))
    laid_out(setup.model.pipe.unet, Precision(channels_last=setup.recipe.channels_last))
    return setup


def _quickest(setup: TrainingSetup, train_step: Callable[..., Tensor]) -> Precision:
    """Where the batch is not chosen yet, it is that of a step by which it will be."""
    recipe, unet = setup.recipe, setup.model.pipe.unet
    tried = replace(setup, recipe=recipe.but(batch=PICTURES_A_STEP)) if recipe.measure else setup
    batch = largest_batch(tried)
    area = setup.size_px[0] * setup.size_px[1] / setup.model.pipe.vae_scale_factor**2

    def step(way: Precision) -> None:
        laid_out(unet, way)
        gradients = ParallelGradients(tried)
        train_step(_in(tried, way), gradients, batch, train_text_encoder=recipe.text_encoder)
        for weight in setup.model.weights:
            weight.grad = None

    learns = [recipe.kind, recipe.rank, recipe.text_encoder, recipe.checkpointing]
    work = f"Trying {len(batch.examples)} pictures at once"
    try:
        with memory_of(setup.device, work, "Try --set precision=fp32."):
            way = settled(
                "auto",
                setup.device,
                [*learns, setup.size_px, len(batch.examples), shape_of(unet)],
                step=step,
                products=weights_in(unet) * area * len(batch.examples),
                steps=setup.steps * recipe.accumulation,
            )
    except OutOfMemory:  # a step of the run itself will say so, or try with fewer pictures
        way = None
    # Where several processes measured, the first one's word counts.
    return Precision.model_validate(broadcast_object_list([(way or FP32).model_dump()])[0])


def _in(setup: TrainingSetup, way: Precision) -> TrainingSetup:
    recipe = setup.recipe.but(precision=way.dtype, channels_last=way.channels_last)
    return replace(setup, recipe=recipe)
