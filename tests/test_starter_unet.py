from pathlib import Path

import numpy as np
import pytest
import torch

from storybook.world import load_world
from tests.test_artist import PLAIN
from training.starter.artist import parts_in
from training.starter.unet import (
    TIMESTEP_SHARES,
    new_schedule,
    solver,
    stratified,
    timesteps_at,
    weights_of_places,
)

WORLD = load_world(Path(__file__).parents[1] / "assets")


def test_new_schedule_ends_in_noise_alone_and_solver_begins_there():
    schedule = new_schedule()
    x0, noise = torch.full((1, 4, 8, 8), 100.0), torch.randn(1, 4, 8, 8)
    last = torch.tensor([len(schedule.betas) - 1])
    assert torch.equal(schedule.add_noise(x0, noise, last), noise)
    assert torch.equal(schedule.get_velocity(x0, noise, last), -x0)
    begun = solver()
    begun.set_timesteps(10)
    assert begun.timesteps[0] == last and begun.init_noise_sigma == 1
    assert begun.sigmas.isfinite().all()


def test_timesteps_at_teaches_each_range_its_share():
    drawn = timesteps_at(stratified(20000, torch.Generator().manual_seed(0)))
    assert drawn.min() >= 0 and drawn.max() == 999
    begin = 0
    for share, end in TIMESTEP_SHARES:
        found = ((drawn >= begin) & (drawn < end)).float().mean()
        assert found == pytest.approx(share, abs=0.002)  # each range's ends may be cut by one draw
        begin = end


def test_weights_of_places_are_higher_on_figures_however_small_they_are():
    near, far = PLAIN.but(shot="close"), PLAIN.but(shot="wide", species="mouse")
    weights = weights_of_places([near, far], WORLD, 32).float()
    assert weights.shape == (2, 32, 32)
    assert weights.mean((1, 2)).numpy() == pytest.approx(np.ones(2), abs=2e-3)  # fp16
    on, off = [], []
    for picture, each in zip((near, far), weights.numpy(), strict=True):
        figures = parts_in(picture, WORLD, 32) > 0
        on.append(each[figures].mean())
        off.append(each[~figures].mean())
    assert on[0] > off[0] and on[1] > off[1]
    assert on[1] > on[0]
