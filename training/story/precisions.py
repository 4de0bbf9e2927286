"""In which precision a writer is taught: by measuring, not by guessing."""

from storybook.models.pace import settled, shape_of, weights_in
from storybook.models.precision import FP32, Precision
from training.story.base import Base
from training.story.find_batch_size import forward_backward, tokens_of
from training.story.recipe import StoryRecipe
from training.story.rows import StoryDataset

WAYS = (FP32, Precision(dtype="bf16"))
ROWS = 4
"""At once, where the batch is not chosen yet."""


def with_precision(recipe: StoryRecipe, base: Base, dataset: StoryDataset) -> StoryRecipe:
    """`recipe` with the precision that learns fastest here, if it leaves that open."""
    if recipe.precision != "auto":
        return recipe
    if recipe.load != "fp32":  # what is held in other formats is computed in them
        return recipe.but(precision="fp32")
    rows = ROWS if recipe.measure else recipe.batch
    tokens = tokens_of(base, rows, dataset.width(recipe, base.context))

    def step(way: Precision) -> None:
        forward_backward(base, tokens, way)
        base.model.zero_grad(set_to_none=True)

    base.model.train()
    way = settled(
        "auto",
        base.model.device,
        [list(tokens.shape), recipe.checkpointing, shape_of(base.model)],
        ways=WAYS,
        step=step,
        products=weights_in(base.model) * tokens.numel(),
        steps=recipe.max_steps or recipe.epochs * len(dataset.train_rows) / rows,
    )
    return recipe.but(precision=(way or FP32).dtype)
