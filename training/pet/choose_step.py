"""Make the result of a run anew from the weights of another step that was kept."""

from collections.abc import Iterator

import torch

from storybook.errors import TrainingError
from storybook.records import Event
from training.pet.metadata import origin_of, training_of
from training.pet.recipe import load_recipe
from training.pet.setup import prepare
from training.pet.trainable import save
from training.runs.run import RECIPE, Run


def choose_step(run: Run, step: int, device: torch.device) -> Iterator[Event]:
    """Write the weights of `step` into the run's result, in all forms of its recipe.

    Raises TrainingError that lists the steps that were kept, if `step` is none of them.
    """
    if step not in run.steps_kept():
        kept = ", ".join(map(str, run.steps_kept())) or "none"
        raise TrainingError(f"{run.folder} has kept no step {step}. Steps that were kept: {kept}.")
    state = run.state()
    recipe, _ = load_recipe(run.folder / RECIPE)
    yield Event(stage="open", done=0, total=1, note=f"the weights of step {step}")
    setup = yield from prepare(recipe, run, device)
    setup.model.load_checkpoint(run.load(step))
    with setup.model.ema_weights():
        origin = origin_of(setup, run, state.preset, step)
        written = save(setup.model, run.result, origin, training_of(setup))
    run.write_state(run.state().but(chosen_step=step))
    names = ", ".join(path.name for path in written)
    yield Event(stage="saved", done=1, total=1, note=f"step {step} in {run.result}: {names}")
