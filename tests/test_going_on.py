"""What a pet's teaching begins from: another adapter, another autoencoder, a model of a hub."""

import shutil

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL
from PIL import Image
from safetensors.torch import load_file, save_file

from pet_runs import CPU, lay_home, recipe, run_and_copy, run_of
from storybook.errors import ConfigError, ModelError, TrainingError
from storybook.models.painting import open_painter
from tiny_sd import tiny_painter
from training.formats.lora_reader import read_lora
from training.pet.dry_run import preflight
from training.pet.optimizers import new_optimizer, new_scheduler
from training.pet.recipe import load_recipe
from training.pet.trainable import prepare_for_training
from training.runs.run import Run


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return lay_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def before(home, tmp_path_factory):
    """A run that taught U-Net and text encoder, rank 3."""
    chosen = recipe(home, text_encoder=True, rank=3, alpha=6, save_precision="fp32")
    return run_of(chosen, tmp_path_factory.mktemp("before") / "run")


def sample(run, step):
    return np.asarray(Image.open(run.samples / f"{step:06d}-00.png"), int)


def lora_of(home, run):
    pipe = open_painter(home / "painter", device="cpu").pipe
    file = run.result / "pytorch_lora_weights.safetensors"
    return read_lora(file, pipe.unet, pipe.text_encoder)


@pytest.mark.parametrize(
    "name",
    [
        "bhna-cat.safetensors",
        "",  # finds the next one
        pytest.param("pytorch_lora_weights.safetensors", marks=pytest.mark.slow),
    ],
)
def test_train_goes_on_from_a_lora_with_other_pictures_and_repeats(home, before, tmp_path, name):
    concept = {"photos": str(home / "ohwx-dog"), "token": "bhna", "class_word": "cat", "repeats": 3}
    chosen = recipe(
        home,
        concept=[concept],
        rank=8,
        max_steps=2,
        text_encoder=True,
        network_weights=str(before.result / name),
        save_precision="fp32",
    )
    run = run_of(chosen, tmp_path / "run")
    assert np.abs(sample(run, 0) - sample(before, 6)).max() <= 1, "it begins as that one ended"
    assert np.abs(sample(run, 2) - sample(before, 6)).max() > 1
    then, now = lora_of(home, before), lora_of(home, run)
    assert (now.rank, now.alpha) == (3, 6), "its own, not the recipe's"
    for part in ("unet", "text_encoder"):
        layers = now.parts[part]
        assert layers.keys() == then.parts[part].keys()
        assert any(not torch.equal(layers[key].up, then.parts[part][key].up) for key in layers)


def test_train_leaves_the_text_encoder_of_a_lora_as_it_is_where_it_does_not_learn(
    home, before, tmp_path
):
    chosen = recipe(home, max_steps=2, network_weights=str(before.result), save_precision="fp32")
    now, then = lora_of(home, run_of(chosen, tmp_path / "run")), lora_of(home, before)
    assert now.text_encoder.keys() == then.text_encoder.keys()
    for key, layer in now.text_encoder.items():
        assert torch.equal(layer.up, then.text_encoder[key].up)
    assert any(not torch.equal(layer.up, then.unet[key].up) for key, layer in now.unet.items())


def test_train_gives_a_lora_without_a_text_encoder_one_where_it_learns(home, before, tmp_path):
    first = run_of(recipe(home, max_steps=2, rank=3), tmp_path / "first")
    chosen = recipe(home, max_steps=2, text_encoder=True, rank=5, network_weights=str(first.result))
    ranks = lora_of(home, run_of(chosen, tmp_path / "run")).parts
    assert {layer.rank for layer in ranks["unet"].values()} == {3}
    assert {layer.rank for layer in ranks["text_encoder"].values()} == {5}


def test_going_on_from_a_lora_goes_on_exactly_after_a_stop(home, before, tmp_path):
    chosen = recipe(home, max_steps=4, network_weights=str(before.result))
    both = run_and_copy(chosen, tmp_path, step=2)
    one, other = (run.load(4)["weights"] for run in both)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_lora_that_does_not_fit_is_refused_before_anything_is_drawn(home, tmp_path):
    (tmp_path / "no.safetensors").write_bytes(b"{}")
    chosen = recipe(home, network_weights=str(tmp_path / "no.safetensors"))
    with pytest.raises(ModelError):
        run_of(chosen, tmp_path / "run")
    with pytest.raises(ConfigError, match="only a LoRA goes on from one"):
        recipe(home, kind="full", network_weights="a.safetensors")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_lora_of_no_numbers_is_refused_before_the_first_step(home, before, tmp_path, value):
    tensors = load_file(before.result / "pytorch_lora_weights.safetensors")
    name = sorted(tensors)[0]
    tensors[name] = torch.full_like(tensors[name], value)
    save_file(tensors, tmp_path / "lost.safetensors")
    chosen = recipe(home, network_weights=str(tmp_path / "lost.safetensors"))
    with pytest.raises(ModelError, match="1 weights that are no numbers") as fault:
        list(preflight(chosen, Run(tmp_path / "run"), CPU))
    assert name in str(fault.value)


def test_preflight_says_what_it_goes_on_from(home, before, tmp_path):
    chosen = recipe(home, network_weights=str(before.result))
    said = "\n".join(preflight(chosen, Run(tmp_path / "run"), CPU))
    assert "rank 3, alpha 6, layers of unet and text_encoder" in said


def test_a_whole_painter_goes_on_from_what_it_became(home, tmp_path):
    first = run_of(recipe(home, kind="full", max_steps=2, save_precision="fp32"), tmp_path / "one")
    chosen = recipe(home, kind="full", max_steps=1, model=str(first.result / "painter"))
    again = run_of(chosen, tmp_path / "two")
    assert np.abs(sample(again, 0) - sample(first, 2)).max() <= 1


def test_vae_of_a_recipe_encodes_draws_and_is_saved(home, tmp_path):
    other = tiny_painter(tmp_path / "other", seed=7, levels=1) / "vae"
    chosen = recipe(home, kind="full", max_steps=1, vae=str(other), save_precision="fp32")
    run = run_of(chosen, tmp_path / "run")
    plain = run_of(recipe(home, kind="full", max_steps=1), tmp_path / "plain")
    assert np.abs(sample(run, 0) - sample(plain, 0)).max() > 4
    assert run.measures()[1].loss != plain.measures()[1].loss, "it learnt from other latents"
    kept = AutoencoderKL.from_pretrained(run.result / "painter" / "vae", local_files_only=True)
    own = AutoencoderKL.from_pretrained(other, local_files_only=True)
    assert all(torch.equal(*pair) for pair in zip(kept.parameters(), own.parameters(), strict=True))


def test_vae_that_is_none_is_a_line(home, tmp_path):
    with pytest.raises(ModelError, match="does not exist"):
        run_of(recipe(home, vae=str(tmp_path / "no.safetensors")), tmp_path / "run")


@pytest.fixture(scope="module")
def model(home):
    """A painter with layers of an adapter that learn; what optimizes them is each test's own."""
    return prepare_for_training(
        open_painter(home / "painter", device="cpu").pipe, recipe(home), CPU
    )


@pytest.mark.parametrize("optimizer", ["adamw", "adamw8bit", "prodigy"])
def test_new_optimizer_takes_adams_settings(home, model, optimizer):
    pytest.importorskip({"adamw8bit": "bitsandbytes", "prodigy": "prodigyopt"}.get(optimizer, "os"))
    chosen = recipe(home, optimizer=optimizer, adam_beta1=0.8, adam_beta2=0.95, adam_epsilon=1e-6)
    for group in new_optimizer(model, chosen).param_groups:
        assert tuple(group["betas"])[:2] == (0.8, 0.95) and group["eps"] == 1e-6


def test_model_of_a_hub_is_taught_from_what_was_fetched(home, tmp_path):
    shutil.copytree(home / "painter", tmp_path / "models" / "tiny-painter")
    run = run_of(recipe(home, model="somebody/tiny-painter", max_steps=1), tmp_path / "run")
    kept, _ = load_recipe(run.folder / "recipe.toml")
    assert str(kept.model) == "somebody/tiny-painter", "another machine may have it elsewhere"
    with pytest.raises(ModelError, match="storybook models get somebody/nothing"):
        run_of(recipe(home, model="somebody/nothing"), tmp_path / "other")


@pytest.mark.parametrize(
    "scheduler",
    ["constant", "constant_with_warmup", "linear", "cosine", "cosine_with_restarts", "polynomial"],
)
def test_new_scheduler_knows_the_fields_six(home, model, scheduler):
    chosen = recipe(home, scheduler=scheduler, lr=1.0, warmup_steps=4, cycles=2, power=2.0)
    optimizer = new_optimizer(model, chosen)
    schedule, rates = new_scheduler(optimizer, chosen, 20), []
    for _ in range(20):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    warms = scheduler != "constant"
    assert rates[:3] == pytest.approx([0, 0.25, 0.5] if warms else [1, 1, 1])
    assert rates[4] == pytest.approx(1.0)
    falls = {
        "linear": 1 / 16,
        "cosine": 0.0096,
        "cosine_with_restarts": 0.038,
        "polynomial": 1 / 256,
    }
    # diffusers' polynomial ends a little above nothing.
    assert rates[19] == pytest.approx(falls.get(scheduler, 1.0), rel=0.02, abs=2e-4)


def test_clip_skip_is_refused_for_stable_diffusion_2(home, tmp_path):
    shutil.copytree(home / "painter", tmp_path / "two")
    config = tmp_path / "two" / "text_encoder" / "config.json"
    config.write_text(config.read_text().replace("quick_gelu", "gelu"))
    chosen = recipe(home, model=str(tmp_path / "two"), clip_skip=2)
    with pytest.raises(TrainingError, match="clip_skip is for Stable Diffusion 1"):
        run_of(chosen, tmp_path / "run")


def test_a_run_that_is_done_goes_on_where_more_epochs_are_asked_for(home, tmp_path):
    """More can always be taught, as EveryDream says."""
    once = recipe(home, max_steps=None, epochs=1, max_samples=2)
    run = run_of(once, tmp_path / "run")
    assert (run.state().step, run.state().state) == (3, "done")
    run_of(once.but(epochs=2), run.folder, resume=True)
    assert (run.state().step, run.state().steps, run.state().state) == (6, 6, "done")
    whole = run_of(once.but(epochs=2), tmp_path / "whole")
    one, other = (each.load(6)["weights"] for each in (run, whole))
    assert all(torch.equal(one[name], other[name]) for name in one)
