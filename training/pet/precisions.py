"""In which precision a painter is taught: by measuring, not by guessing."""

from dataclasses import replace

from accelerate.utils import broadcast_object_list

from storybook.errors import OutOfMemory
from storybook.models.devices import memory_of
from storybook.models.pace import settled, shape_of, weights_in
from storybook.models.precision import FP32, Precision, laid_out
from training.pet.find_batch_size import PICTURES_A_STEP, largest_batch
from training.pet.parallel_gradients import Gradients
from training.pet.setup import Prepared


def with_precision(ready: Prepared) -> Prepared:
    """`ready` with the precision that teaches fastest here, if its recipe leaves that open.

    The U-Net's weights lie in memory as the recipe says; none of them changes.
    """
    if ready.recipe.precision == "auto":
        ready = _in(ready, _quickest(ready))
    laid_out(ready.student.pipe.unet, Precision(channels_last=ready.recipe.channels_last))
    return ready


def _quickest(ready: Prepared) -> Precision:
    """Where the batch is not chosen yet, it is that of a step by which it will be."""
    recipe, unet = ready.recipe, ready.student.pipe.unet
    tried = replace(ready, recipe=recipe.but(batch=PICTURES_A_STEP)) if recipe.measure else ready
    batch = largest_batch(tried)
    area = ready.size_px[0] * ready.size_px[1] / ready.student.pipe.vae_scale_factor**2

    def step(way: Precision) -> None:
        laid_out(unet, way)
        Gradients(_in(tried, way)).add(batch, 1.0, learning_text=recipe.text_encoder)
        for weight in ready.student.weights:
            weight.grad = None

    learns = [recipe.kind, recipe.rank, recipe.text_encoder, recipe.checkpointing]
    work = f"Trying {len(batch.examples)} pictures at once"
    try:
        with memory_of(ready.device, work, "Try --set precision=fp32."):
            way = settled(
                "auto",
                ready.device,
                [*learns, ready.size_px, len(batch.examples), shape_of(unet)],
                step=step,
                products=weights_in(unet) * area * len(batch.examples),
                steps=ready.steps * recipe.accumulation,
            )
    except OutOfMemory:  # a step of the run itself will say so, or try with fewer pictures
        way = None
    # Where several processes measured, the first one's word counts.
    return Precision.model_validate(broadcast_object_list([(way or FP32).model_dump()])[0])


def _in(ready: Prepared, way: Precision) -> Prepared:
    recipe = ready.recipe.but(precision=way.dtype, channels_last=way.channels_last)
    return replace(ready, recipe=recipe)
