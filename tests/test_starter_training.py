"""Making the starter: every step at toy size, through the driver's own functions."""

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from storybook.errors import TrainingError
from storybook.models.control import open_control
from storybook.models.painting import open_painter
from storybook.models.precision import FP32, Precision
from storybook.models.sampling_defaults import SamplingDefaults
from storybook.world import WORLD, load_world
from training.starter import measure
from training.starter.artist import draw
from training.starter.control_pairs import load_pairs, pairs_in
from training.starter.dataset import (
    Drawings,
    draw_all,
    load_drawings,
    near_miss,
    pictures_in,
    source_digest,
    words_for,
)
from training.starter.loop import CHECKPOINT, Budget, TrainSpec, progress_of, train_loop
from training.starter.muon import Muon
from training.starter.pictures import caption, random_picture
from training.starter.plan import TOY
from training.starter.resume import take_up
from training.starter.steps import STEPS
from training.starter.taught import fingerprint, taught_in
from training.starter.vae import components_in, components_of, latents_of
from training.starter.vocabulary import new_tokenizer
from training.starter.workshop import COMPONENTS, Workshop

ASSETS = Path(__file__).parents[1] / "assets"
TINY = replace(TOY, control_drawings=8)
PICTURE_STEPS = ("vae", "clip", "classifier", "unet", "esrgan", "control")
LAID = Precision(dtype="bf16", channels_last=True)


@pytest.fixture(scope="module")
def world():
    return load_world(ASSETS)


def new_shop(world, folder):
    source = source_digest(world)
    return Workshop(world, ASSETS / WORLD, source, TINY, folder / "work", folder / "out", workers=1)


def taught_in_all(shop, in_bf16):
    """Teach every picture model of a workshop for two steps, those named in bf16, and export it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(measure, "MANY_STEPS", 4)
        patched.setattr(measure, "STEPS", (2, 3))
        for name in PICTURE_STEPS:
            way = LAID if name in in_bf16 else FP32
            events = list(STEPS[name](replace(shop, precision=way), Budget(minutes=60, steps=2)))
            assert events[-1].stage == "export" or name in ("vae", "clip")
    return shop


@pytest.fixture(scope="module")
def shop(world, tmp_path_factory):
    """A workshop in which every picture model was taught; the quickest alone in bf16, in which a
    processor without units for it takes ten times as long."""
    return taught_in_all(new_shop(world, tmp_path_factory.mktemp("starter")), in_bf16=("vae",))


def test_the_painter_is_an_ordinary_pipeline(shop):
    from diffusers import StableDiffusionPipeline

    folder = shop.out / "painter"
    pipeline = StableDiffusionPipeline.from_pretrained(folder)
    pipeline.set_progress_bar_config(disable=True)
    sampling = json.loads((folder / "sampling.json").read_text())
    assert set(sampling) == {"width_px", "height_px", "steps", "guidance", "karras"}
    image = pipeline(
        "watercolour of a grey cat running",
        num_inference_steps=2,
        width=sampling["width_px"],
        height=sampling["height_px"],
    ).images[0]
    assert image.size == (TINY.picture_px, TINY.picture_px)
    assert pipeline.unet.dtype == pipeline.text_encoder.dtype == torch.float32
    assert load_world(folder) == shop.world


def test_no_weight_of_the_painter_is_missing(shop):
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextModel

    folder = shop.out / "painter"
    for kind, name in ((UNet2DConditionModel, "unet"), (AutoencoderKL, "vae")):
        _, info = kind.from_pretrained(folder / name, output_loading_info=True)
        assert not info["missing_keys"] and not info["unexpected_keys"]
    _, info = CLIPTextModel.from_pretrained(folder / "text_encoder", output_loading_info=True)
    assert not info["missing_keys"] and not info["unexpected_keys"]


def test_latents_are_the_components_of_the_drawings(shop):
    drawings = load_drawings(shop.drawings_folder / "taught", shop.world, TINY.drawings, 7)
    components = components_in(shop.out / "painter" / COMPONENTS, drawings, TINY.latent_channels)
    latents = latents_of(drawings, components)
    config = json.loads((shop.out / "painter" / "vae" / "config.json").read_text())
    side = TINY.picture_px // 8
    assert latents.shape == (len(drawings.pictures), TINY.latent_channels, side, side)
    assert float((latents * config["scaling_factor"]).std()) == pytest.approx(1, abs=1e-3)
    spread = latents[::4].std(dim=(0, 2, 3))  # of the drawings in which they were found
    assert (spread.diff() < 0).all(), "the components that say most come first"
    crop = drawings.images(torch.tensor([0]))[:, :, 8:24, 16:32]
    assert torch.allclose(components.fold(crop), latents[:1, :, 1:3, 2:4], atol=1e-5)


def test_components_are_found_again_to_the_sign(shop):
    drawings = load_drawings(shop.drawings_folder / "taught", shop.world, TINY.drawings, 7)
    found = components_of(drawings, TINY.latent_channels)
    kept = load_file(shop.work / COMPONENTS)
    assert torch.allclose(found.basis, kept["basis"], atol=1e-4)
    largest = found.basis.gather(0, found.basis.abs().argmax(0, keepdim=True))
    assert (largest > 0).all()


def test_the_critic_is_an_ordinary_clip(shop):
    from PIL import Image
    from transformers import CLIPModel, CLIPProcessor

    folder = shop.out / "critic"
    clip, info = CLIPModel.from_pretrained(folder, output_loading_info=True)
    assert not info["missing_keys"] and not info["unexpected_keys"]
    assert clip.dtype == torch.float32
    inputs = CLIPProcessor.from_pretrained(folder)(
        text=["a grey cat", "a brown dog"],
        images=Image.new("RGB", (200, 100)),
        return_tensors="pt",
        padding=True,
    )
    assert clip(**inputs).logits_per_image.shape == (1, 2)


def test_the_classifier_names_every_attribute(shop):
    from PIL import Image

    from storybook.models.classifier import open_classifier

    classifier = open_classifier(shop.out / "critic", torch.device("cpu"))
    probabilities = classifier.probabilities(Image.new("RGB", (96, 64), "teal"))
    assert set(probabilities["coat"]) == set(shop.world.coats)
    assert set(probabilities["thing"]) == {*shop.world.things, None}
    assert set(probabilities["characters"]) == {1, 2, 3}
    assert all(sum(each.values()) == pytest.approx(1, abs=1e-5) for each in probabilities.values())
    card = json.loads((shop.out / "critic" / "card.json").read_text())
    assert set(card["parts"][0]["figures"]) == set(probabilities)


def test_the_enlarger_is_found_by_spandrel(shop):
    from spandrel import ModelLoader

    model = ModelLoader().load_from_file(shop.out / "enlarger" / "x4.safetensors")
    assert model.architecture.id == "Compact" and model.scale == 4
    assert model(torch.rand(1, 3, 10, 12)).shape == (1, 3, 40, 48)


def test_the_controlnet_opens_with_its_painter_and_has_learnt(shop):
    painter = open_painter(shop.out / "painter", device="cpu")
    control = open_control(shop.out / "control", painter)
    ways = (*control.controlnet_down_blocks, control.controlnet_mid_block)
    assert all(way.weight.any() for way in ways), "an untaught one's are nothing"
    assert control.conv_in.weight.shape == painter.pipe.unet.conv_in.weight.shape
    card = json.loads((shop.out / "control" / "card.json").read_text())
    figures = card["figures"]
    assert card["pictures"] == TINY.control_drawings and figures["held_out_pictures"] == 2
    assert 5 < figures["held_out_psnr_db"] < 60 and 5 < figures["held_out_psnr_db_without"] < 60


def test_the_controlnet_s_pairs_are_made_once(shop):
    (path,) = (shop.work / "control").glob("pairs-*.safetensors")
    assert open_painter(shop.out / "painter", device="cpu").name in path.name
    before = path.stat().st_mtime_ns
    events = list(STEPS["control"](shop, Budget(minutes=60, steps=2)))
    assert [event.stage for event in events] == ["export"]
    assert path.stat().st_mtime_ns == before


def test_pairs_are_a_painter_s_picture_and_the_artist_s_drawing_of_it(tmp_path):
    folder = ASSETS / "starter" / "painter"
    world = load_world(folder)  # what ships may know less of the world than the artist draws
    painter = open_painter(folder, device="cpu")
    sampling = SamplingDefaults.model_validate_json((folder / "sampling.json").read_bytes())
    shown = pictures_in(world, 8, 0)[:4]
    drawn = [
        Drawings(tuple(shown), np.stack([np.array(draw(each, world, size)) for each in shown]))
        for size in (256, 512)
    ]
    components = components_in(folder / COMPONENTS, drawn[0], 24)
    making = pairs_in(tmp_path / "pairs", painter, components, *drawn, world, sampling)
    assert [event.note for event in making] == ["pictures of 256 px by the painter"]
    pairs = load_pairs(tmp_path / "pairs")
    assert pairs.x0.shape == pairs.soft.shape == (4, 24, 64, 64)
    assert pairs.edges.shape == (4, 256, 256) and pairs.edges.max() == 255
    assert pairs.prompt_embeds.shape == (4, 48, 192) and pairs.uncond_embeds.shape == (48, 192)
    clean, soft = pairs.x0.float(), pairs.soft.float()
    own, others = (clean - soft).square().mean(), (clean - soft.roll(1, 0)).square().mean()
    assert own < others / 3
    assert clean[:, 12:].std() > 1.3 * soft[:, 12:].std(), "the artist's has the finer detail"


def test_cards_say_what_was_done(shop):
    card = json.loads((shop.out / "painter" / "card.json").read_text())
    assert card["precision"] == "fp32"
    assert card["steps"] == 2 and card["minutes"] >= 0 and card["parameters"] > 0
    (vae,) = card["parts"]
    assert vae["model"] == "vae" and "held_out_psnr_db" in vae["figures"]
    assert vae["precision"] == "bf16, channels_last"


# The VAE's card says quickly that a step is taught in the precision of its workshop.
@pytest.mark.slow
def test_every_picture_model_is_taught_in_bf16(world, tmp_path):
    shop = taught_in_all(new_shop(world, tmp_path), in_bf16=PICTURE_STEPS)
    for name in PICTURE_STEPS:
        progress = progress_of(shop.work / name)
        assert progress.precision == LAID and math.isfinite(progress.loss), name


def test_a_finished_step_is_not_taught_again(shop):
    before = (shop.work / "esrgan" / CHECKPOINT).stat().st_mtime_ns
    events = list(STEPS["esrgan"](shop, Budget(minutes=60, steps=2)))
    assert [event.stage for event in events] == ["export"]
    assert progress_of(shop.work / "esrgan").step == 2
    assert (shop.work / "esrgan" / CHECKPOINT).stat().st_mtime_ns == before


def test_models_on_a_shelf_are_taken_up_and_taught_further(shop, tmp_path):
    again = replace(shop, work=tmp_path / "work", out=tmp_path / "out")
    events = list(take_up(again, shop.out))
    assert [event.note.split()[0] for event in events] == [
        "vae",
        "clip",
        "unet",
        "esrgan",
        "classifier",
        "control",
    ]
    first = load_file(shop.out / "painter/unet/diffusion_pytorch_model.safetensors")
    kept = torch.load(again.work / "unet" / CHECKPOINT, weights_only=True)["module"]
    name = next(iter(first))
    assert torch.equal(kept[f"unet.{name}"], first[name].float())
    list(STEPS["esrgan"](again, Budget(minutes=60, steps=1)))
    further = progress_of(again.work / "esrgan")
    assert (further.step, further.earlier_steps) == (1, 2) and math.isfinite(further.loss)
    card = json.loads((again.out / "enlarger" / "card.json").read_text())
    assert card["steps"] == 3
    drawn = load_drawings(shop.drawings_folder / "taught", shop.world, shop.plan.drawings, 7)
    assert taught_in(again.work) == {fingerprint(one) for one in drawn.pictures}
    other = replace(again, work=tmp_path / "wide", plan=replace(TINY, latent_channels=8))
    with pytest.raises(TrainingError, match="painter cannot be taken up by this plan"):
        list(take_up(other, shop.out))
    with pytest.raises(TrainingError, match="made with other latents"):
        list(take_up(other, tmp_path))


def test_a_shelf_without_a_classifier_is_taken_up_and_the_painter_waits_for_one(shop, tmp_path):
    """What ships is of before the critic had one: hours of painting must not end without eyes."""
    shelf = shutil.copytree(shop.out, tmp_path / "shelf")
    (shelf / "critic" / "classifier.safetensors").unlink()
    again = replace(shop, work=tmp_path / "work", out=tmp_path / "out")
    events = list(take_up(again, shelf))
    assert [event.note.split()[0] for event in events] == [
        "vae",
        "clip",
        "unet",
        "esrgan",
        "control",
    ]
    with pytest.raises(TrainingError, match=r"classifier.* is missing: run the step"):
        for event in STEPS["unet"](again, Budget(minutes=60, steps=9)):
            assert event.stage != "unet"


def test_stopping_and_going_on_gives_the_same_weights(tmp_path):
    budget = Budget(minutes=60, steps=6)
    whole, part = _spec(), _spec()
    list(train_loop(whole, tmp_path / "whole", budget))
    events = train_loop(part, tmp_path / "part", budget)
    for _ in range(3):
        next(events)
    events.close()
    again = _spec()
    list(train_loop(again, tmp_path / "part", budget))
    assert torch.equal(whole.module.weight, again.module.weight)
    assert progress_of(tmp_path / "part").step == 6


def test_the_rate_stays_until_the_last_share_of_the_budget(tmp_path, monkeypatch):
    rates = []
    monkeypatch.setattr(Muon, "step", lambda self, lr: rates.append(lr))
    list(train_loop(replace(_spec(), lr=1.0, warm_up=2, decay_share=0.5), tmp_path, Budget(60, 8)))
    assert rates[:5] == [0.5, 1, 1, 1, 1]
    assert 1 > rates[5] > rates[6] > rates[7] > 0.02


def test_a_loss_that_is_no_number_ends_as_failed(tmp_path):
    broken = TrainSpec(
        "vae", nn.Linear(2, 1), lambda module, chance: module.weight.sum() * torch.nan
    )
    with pytest.raises(TrainingError, match="vae: the loss is nan at step 0"):
        list(train_loop(broken, tmp_path, Budget(minutes=60, steps=3)))
    assert not (tmp_path / CHECKPOINT).exists()


def test_drawing_goes_on_where_it_was_stopped(shop, world, tmp_path):
    folder = tmp_path / "held-out"
    shutil.copytree(shop.drawings_folder / "held-out", folder)
    block = next(folder.glob("*.npy"))
    before = block.read_bytes()
    block.unlink()
    assert list(draw_all(folder, world, TINY.held_out, TINY.picture_px, seed=8, workers=2))
    assert block.read_bytes() == before
    assert not list(draw_all(folder, world, TINY.held_out, TINY.picture_px, seed=8, workers=1))
    assert len(load_drawings(folder, world, TINY.held_out, seed=8).pictures) == TINY.held_out


def test_a_near_miss_differs_in_one_attribute_and_in_its_caption(world):
    rng = Random(1)
    for _ in range(200):
        picture = random_picture(world, rng)
        missed = near_miss(picture, world, rng)
        changed = [
            key for key, value in picture.model_dump().items() if getattr(missed, key) != value
        ]
        assert len(changed) == 1
        assert caption(missed, world) != caption(picture, world)


def test_the_tokenizer_holds_captions_whole_and_reads_anything(world):
    tokenizer = new_tokenizer(world, 2000, 48)
    rng = Random(2)
    for _ in range(200):
        picture = random_picture(world, rng)
        assert len(tokenizer(caption(picture, world)).input_ids) <= 48
        assert len(tokenizer(words_for(picture, world, rng)).input_ids) <= 48
    said = tokenizer.decode(tokenizer("Żółw 日本 🐱").input_ids, skip_special_tokens=True)
    assert said == "żółw 日本 🐱"
    words = tokenizer.tokenize("grey striped kitten")
    assert words == ["grey</w>", "striped</w>", "kitten</w>"]


def _spec() -> TrainSpec:
    module = nn.Linear(3, 1, bias=False)
    nn.init.ones_(module.weight)

    def loss(module: nn.Module, chance: torch.Generator) -> torch.Tensor:
        return module(torch.randn(4, 3, generator=chance)).square().mean()

    return TrainSpec("line", module, loss, ema_decay=0.9)
