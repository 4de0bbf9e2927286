"""One training step of a pet: the loss of a batch, and the gradient that it adds."""

from dataclasses import replace

import pytest
import torch

from pet_runs import CPU, lay_home, recipe
from training.parallel_gradients import ParallelGradients
from training.pet.measured import largest_batch
from training.pet.setup import TrainingSetup, prepare
from training.pet.train import train_step
from training.runs.run import Run


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> TrainingSetup:
    folder = tmp_path_factory.mktemp("home")
    chosen = recipe(lay_home(folder), noise_offset=0.1, min_snr=5.0)
    preparing = prepare(chosen, Run(folder / "run"), CPU)
    while True:
        try:
            next(preparing)
        except StopIteration as end:
            return end.value


def gradient(setup: TrainingSetup) -> torch.Tensor:
    """All that was added to the weights' `grad`, which is then forgotten."""
    found = torch.cat([weight.grad.flatten() for weight in setup.model.weights])
    for weight in setup.model.weights:
        weight.grad = None
    return found


def test_train_step_repeats_a_batch_and_adds_up(setup):
    gradients, batch = ParallelGradients(setup.model.weights, setup.device), largest_batch(setup)
    loss = train_step(setup, gradients, batch)
    once = gradient(setup)
    assert torch.isfinite(loss) and loss > 0 and once.abs().max() > 0
    assert [train_step(setup, gradients, batch) for _ in range(2)] == [loss, loss]
    assert torch.equal(gradient(setup), 2 * once), "a power of two rounds nothing"


def test_train_step_scales_loss_and_gradient(setup):
    gradients, batch = ParallelGradients(setup.model.weights, setup.device), largest_batch(setup)
    loss = train_step(setup, gradients, batch)
    once = gradient(setup)
    assert train_step(setup, gradients, batch, 0.5) == 0.5 * loss
    assert torch.equal(gradient(setup), 0.5 * once)


def test_train_step_draws_by_the_place_of_a_batch(setup):
    gradients, batch = ParallelGradients(setup.model.weights, setup.device), largest_batch(setup)
    losses = {
        float(train_step(setup, gradients, each))
        for each in (batch, replace(batch, number=batch.number + 1), replace(batch, epoch=7))
    }
    assert len(losses) == 3
