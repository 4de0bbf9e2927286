"""Masked training: a mask goes where its picture goes, and the loss touches what it says."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from pet_runs import CPU, lay_home, recipe
from storybook.errors import TrainingError
from training.parallel_gradients import ParallelGradients
from training.pet import masks
from training.pet.latent_cache import CropAugmentation
from training.pet.masks import mask_weights, pet_masks
from training.pet.measured import largest_batch
from training.pet.setup import TrainingSetup, prepare
from training.pet.train import denoising_loss, train_step
from training.runs.run import Run


class LeftHalf:
    """Sees a pet on the left half of whatever is shown; of grey pictures, on none of it."""

    def look(self, photo: Image.Image) -> SimpleNamespace:
        mask = np.zeros((64, 64), bool)
        mask[:, :32] = np.asarray(photo).std() > 1
        return SimpleNamespace(mask=mask)


@pytest.fixture(autouse=True)
def left_half(monkeypatch):
    monkeypatch.setattr(masks, "open_pet_seer", LeftHalf)


def end_of(events):
    """What a generator of events returns."""
    while True:
        try:
            next(events)
        except StopIteration as end:
            return end.value


@pytest.fixture(scope="module")
def setup(tmp_path_factory) -> TrainingSetup:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(masks, "open_pet_seer", LeftHalf)
        folder = tmp_path_factory.mktemp("home")
        chosen = recipe(lay_home(folder), mask="auto", flip=True)
        return end_of(prepare(chosen, Run(folder / "run"), CPU))


def test_weights_of_is_one_on_the_mean_and_a_tenth_outside():
    cache = {"0": torch.tensor([[1.0, 1, 0, 0], [1, 1, 0, 0]]), "2": torch.zeros(2, 4)}
    latents = torch.zeros(3, 4, 2, 4)
    weights = mask_weights(cache, ["0", "1", "2"], latents, 0.1)
    assert weights.shape == (3, 1, 2, 4)
    assert weights.mean((1, 2, 3)).tolist() == pytest.approx([1, 1, 1])
    assert (weights[0, 0, :, 2:] / weights[0, 0, :, :2]).flatten().tolist() == pytest.approx(
        [0.1] * 4
    )
    assert torch.equal(weights[1:], torch.ones(2, 1, 2, 4)), "no pet: all counts alike"
    nothing = mask_weights(cache, ["0"], latents[:1], 0.0)
    assert nothing[0, 0, :, 2:].abs().max() == 0 and torch.isfinite(nothing).all()
    assert torch.equal(mask_weights(cache, ["0"], latents[:1], 1.0), torch.ones(1, 1, 2, 4))


def test_pet_masks_are_mirrored_as_pictures_are_and_leave_the_class_alone(setup):
    taught = [place for place, each in enumerate(setup.data.train.examples) if not each.is_class]
    assert taught and setup.masks.keys() == {
        name for place in taught for name in (str(place), f"{place}.flip")
    }
    for place in taught:
        mask, mirrored = setup.masks[str(place)], setup.masks[f"{place}.flip"]
        assert mask.shape == setup.latent_cache[str(place)].shape[2:]
        assert torch.equal(mask.flip(1), mirrored)
        assert mask[:, 0].min() > 0.9 and mask[:, -1].max() < 0.1


def test_pet_masks_are_cut_as_pictures_are(setup):
    wide = replace(setup.data.train, buckets=((64, 64),) * len(setup.data.train.buckets))
    augment = CropAugmentation(cuts=3, anywhere=True, jitter_px=16, seed=5)
    cache = end_of(pet_masks(wide, flip=False, augment=augment))
    place = next(at for at, each in enumerate(wide.examples) if not each.is_class)
    ramp = Image.fromarray(np.tile(np.arange(256, dtype=np.uint8), (256, 1)))
    for cut, part in enumerate(augment.crops(ramp, (64, 64), place)):
        edge = 8 - int((np.asarray(part)[0] >= 128).sum() / 8)
        pets = int((cache[f"{place}.{cut}"][0] > 0.5).sum())
        assert abs(pets - edge) <= 1, "the mask is grown by two of 64 pixels"


def test_the_masked_loss_touches_what_it_says(setup):
    batch = largest_batch(setup)
    drawn = setup.train_batch(batch)
    count = len(drawn.latents)
    noise = torch.randn(drawn.latents.shape, generator=torch.Generator().manual_seed(1))
    part = (drawn.latents, noise, torch.full((count,), 500), drawn.captions)
    nothing = torch.zeros(count, 1, *drawn.latents.shape[2:])
    left = nothing.clone()
    left[..., : left.shape[3] // 2] = 1
    with torch.no_grad():
        whole = denoising_loss(setup, *part)
        halves = [denoising_loss(setup, *part, pixel_weights=each) for each in (left, 1 - left)]
        assert torch.allclose(halves[0] + halves[1], whole, rtol=1e-5)
        assert denoising_loss(setup, *part, pixel_weights=nothing).abs().max() == 0
        assert torch.equal(denoising_loss(setup, *part, pixel_weights=nothing + 1), whole)


def test_train_step_weighs_by_the_masks(setup):
    gradients, batch = ParallelGradients(setup.model.weights, setup.device), largest_batch(setup)
    masked = train_step(setup, gradients, batch)
    all_alike = replace(setup, recipe=setup.recipe.but(unmasked_weight=1.0))
    off = replace(setup, masks=None)
    assert train_step(all_alike, gradients, batch) == train_step(off, gradients, batch) != masked
    for weight in setup.model.weights:
        weight.grad = None


def test_mask_auto_without_anybody_who_sees_is_refused_before_anything_is_opened(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(masks, "open_pet_seer", lambda: None)
    chosen = recipe(tmp_path, mask="auto")  # there is no painter, either
    with pytest.raises(TrainingError, match=r"models get efficientnet-lite0; or set mask=off"):
        end_of(prepare(chosen, Run(tmp_path / "run"), CPU))


def test_pictures_on_which_no_pet_is_seen_are_counted(setup, monkeypatch):
    blind = SimpleNamespace(look=lambda photo: SimpleNamespace(mask=np.zeros((64, 64), bool)))
    monkeypatch.setattr(masks, "open_pet_seer", lambda: blind)
    events = list(pet_masks(setup.data.train, flip=False, augment=None))
    assert "no pet is seen on" in events[-1].note and events[-1].done == events[-1].total
