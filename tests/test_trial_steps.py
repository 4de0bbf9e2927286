"""How many rows at once learn fastest, with seconds by script; and gradients on several cores."""

import pytest
import torch

from training import trial_steps
from training.parallel_gradients import ParallelGradients
from training.trial_steps import find_batch_size, seconds_per_step

CPU = torch.device("cpu")


def chosen(monkeypatch, seconds: dict[int, float], most: int) -> tuple[int, list[str]]:
    """The size that is found where a step of so many rows takes so long; and what is said."""
    monkeypatch.setattr(trial_steps, "seconds_per_step", lambda step, device, trials: step())

    def trial(size: int):
        def step() -> float:
            if size not in seconds:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return seconds[size]

        return step, 10 * size

    finding, notes = find_batch_size(trial, most, CPU, rows="rows", learnt="tokens"), []
    while True:
        try:
            notes.append(next(finding).note)
        except StopIteration as end:
            return end.value, notes


def test_find_batch_size_goes_on_while_it_pays(monkeypatch):
    best, notes = chosen(monkeypatch, {1: 1.0, 2: 1.2, 4: 2.3, 8: 4.0}, 8)
    assert best == 2, "four take nearly twice as long as two"
    assert notes == ["1 rows: 10.0 tokens/s", "2 rows: 16.7 tokens/s", "4 rows: 17.4 tokens/s"]


def test_find_batch_size_stops_at_the_most_and_where_no_more_fit(monkeypatch):
    quick = dict.fromkeys((1, 2, 4, 8, 16), 1.0)
    assert chosen(monkeypatch, quick, 5)[0] == 4
    assert chosen(monkeypatch, {1: 1.0, 2: 1.0}, 16)[0] == 2
    assert chosen(monkeypatch, {}, 16) == (1, []), "the run itself will say that it does not fit"


def test_find_batch_size_hands_on_other_faults(monkeypatch):
    def trial(size: int):
        raise OSError("a broken file")

    with pytest.raises(OSError, match="broken"):
        next(find_batch_size(trial, 4, CPU, rows="rows", learnt="tokens"))


def test_seconds_per_step_does_not_count_the_first(monkeypatch):
    taken, now = [], iter([3.0, 7.0])
    monkeypatch.setattr(trial_steps.time, "perf_counter", lambda: next(now))
    assert seconds_per_step(lambda: taken.append(1), CPU, trials=4) == 1.0
    assert len(taken) == 5


@pytest.mark.parametrize("cores", [1, 2, 3])
def test_accumulate_adds_up_what_one_core_finds(cores):
    """In single precision sums of eight products are off by 8 roundings of 2**-24 at most."""
    torch.manual_seed(0)
    inputs, frozen = torch.randn(8, 4), torch.nn.Parameter(torch.randn(4), requires_grad=False)
    unused = torch.nn.Parameter(torch.zeros(2))
    weight = torch.nn.Parameter(torch.randn(4))

    def loss_of(rows: slice) -> torch.Tensor:
        return ((inputs[rows] * weight * frozen).sum(1) ** 2).sum()

    gradients = ParallelGradients([weight, frozen, unused], CPU, cores)
    loss = gradients.accumulate(loss_of, len(inputs))
    (wanted,) = torch.autograd.grad(loss_of(slice(None)), [weight])
    assert torch.allclose(weight.grad, wanted, rtol=8 * 2**-24 * 8, atol=1e-5)
    assert loss.item() == pytest.approx(loss_of(slice(None)).item(), rel=1e-6)
    assert unused.grad is None and frozen.grad is None
    gradients.accumulate(loss_of, len(inputs))
    assert torch.allclose(weight.grad, 2 * wanted, rtol=8 * 2**-24 * 8, atol=2e-5)
