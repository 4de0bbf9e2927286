"""The precision that a machine is quick in: chosen by the clock, kept with what is taught in it."""

import pytest
import torch
from torch import nn

from storybook.models.precision import (
    FP32,
    PRECISIONS,
    Precision,
    autocast_to,
    fastest,
    to_memory_format,
)
from training.starter.loop import Budget, TrainSpec, progress_of, train_loop

BF16 = Precision(dtype="bf16", channels_last=True)


class Machine:
    """Takes as long for a step in each way as it is told, by a clock of its own."""

    def __init__(self, seconds):
        self.seconds, self.now, self.steps = seconds, 0.0, []

    def step(self, way):
        self.steps.append(way)
        self.now += self.seconds[way]

    def clock(self):
        return self.now

    def fastest(self):
        return fastest(self.step, clock=self.clock)


@pytest.mark.parametrize("best", PRECISIONS, ids=str)
def test_quickest_is_the_way_that_takes_the_least_time(best):
    machine = Machine(dict.fromkeys(PRECISIONS, 1.0) | {best: 0.4})
    assert machine.fastest() == best
    assert all(machine.steps.count(way) > 2 for way in PRECISIONS)


def test_quickest_stays_with_plain_fp32_for_a_little():
    assert Machine(dict.fromkeys(PRECISIONS, 1.0) | {BF16: 0.95}).fastest() == FP32


def test_quickest_believes_no_single_slow_moment():
    machine = Machine(dict.fromkeys(PRECISIONS, 1.0))
    plain = machine.step

    def step(way):
        plain(way)
        if len(machine.steps) in (5, 9):  # something else has the machine just then
            machine.now += 30.0

    assert fastest(step, clock=machine.clock) == FP32


def test_computing_takes_products_in_bf16_and_leaves_weights_alone():
    layer = nn.Conv2d(3, 8, 3)
    picture = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    plain = layer(picture)
    with autocast_to(BF16, "cpu"):
        half = layer(picture)
    assert half.dtype == torch.bfloat16 and layer.weight.dtype == torch.float32
    # bf16 keeps 8 bits: each of 27 products and their sum is off by up to 2^-8 of its size.
    assert torch.allclose(half.float(), plain, atol=27 * 2**-8 * float(plain.detach().abs().max()))
    with autocast_to(FP32, "cpu"):
        assert torch.equal(layer(picture), plain)


def test_laid_out_changes_where_weights_lie_and_none_of_them():
    layer = nn.Conv2d(3, 8, 3)
    before = layer.weight.detach().clone()
    to_memory_format(layer, BF16)
    assert layer.weight.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(layer.weight, before)
    to_memory_format(layer, FP32)
    assert layer.weight.is_contiguous() and torch.equal(layer.weight, before)


def _spec(batches_per_step=1):
    module = nn.Sequential(nn.Conv2d(2, 4, 3), nn.Flatten(), nn.Linear(16, 1))
    for index, weight in enumerate(module.parameters()):
        nn.init.normal_(weight, std=0.3, generator=torch.Generator().manual_seed(index))

    def loss(module, chance):
        return module(torch.randn(4, 2, 4, 4, generator=chance)).float().square().mean()

    return TrainSpec(
        "conv", module, loss, ema_decay=0.9, batches_per_step=batches_per_step, mixed=True
    )


@pytest.mark.parametrize("batches_per_step", [1, 2])
def test_train_loop_goes_on_in_the_precision_that_it_began_with(tmp_path, batches_per_step):
    budget = Budget(minutes=60, steps=6)
    whole, part, again = _spec(batches_per_step), _spec(batches_per_step), _spec(batches_per_step)
    list(train_loop(whole, tmp_path / "whole", budget, precision=BF16))
    events = train_loop(part, tmp_path / "part", budget, precision=BF16)
    for _ in range(3):
        next(events)
    events.close()
    list(train_loop(again, tmp_path / "part", budget, precision=FP32))
    assert progress_of(tmp_path / "part").precision == BF16
    for one, other in zip(whole.module.parameters(), again.module.parameters(), strict=True):
        assert torch.equal(one, other)  # two runs of the same code on the same machine


def test_train_loop_measures_where_it_is_told_no_precision(tmp_path):
    measured, told = _spec(), _spec()
    list(train_loop(measured, tmp_path / "one", Budget(60, steps=3), precision=None))
    chosen = progress_of(tmp_path / "one").precision
    assert chosen in PRECISIONS
    # Measuring uses up no chance and leaves no gradient behind.
    list(train_loop(told, tmp_path / "two", Budget(60, steps=3), precision=chosen))
    for one, other in zip(measured.module.parameters(), told.module.parameters(), strict=True):
        assert torch.equal(one, other)
