"""Going on from models on a shelf: their weights become checkpoints, to be taught further.

What was learnt from nothing need not be learnt again on another machine. Optimisers start anew.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from safetensors.torch import load_file
from torch import nn
from transformers import CLIPModel, CLIPTextModel, CLIPTokenizer

from storybook.errors import TrainingError, last_line
from storybook.files import replacing
from storybook.models.classifier import WEIGHTS
from storybook.records import Event
from storybook.world import load_world
from training.starter.cards import CARD, Card
from training.starter.classifier import classifier_of
from training.starter.clip import new_critic, tokenizer_in
from training.starter.control import new_control
from training.starter.esrgan import new_enlarger
from training.starter.export import ENLARGER
from training.starter.grow import grown_state, with_words
from training.starter.loop import CHECKPOINT, TrainProgress, write_checkpoint
from training.starter.taught import TAUGHT
from training.starter.unet import new_painter
from training.starter.vae import new_vae
from training.starter.workshop import COMPONENTS, Workshop


def take_up(shop: Workshop, shelf: Path) -> Iterator[Event]:
    """Lay a checkpoint for each picture model on `shelf` that the work folder has none of yet.

    Raises TrainingError for weights of another size than the plan's, or with other latents.
    """
    if not (shelf / "painter" / COMPONENTS).exists():
        raise TrainingError(
            f"{shelf / 'painter'} has no {COMPONENTS}: it was made with other latents. "
            "Make a painter from nothing: leave --go-on-from out."
        )
    same_words = load_world(shelf / "painter") == shop.world
    _take_files(shop.work, shelf / "painter", same_words)
    painter_card, critic_card = _card(shelf / "painter"), _card(shelf / "critic")
    cards = {part.model: part for part in painter_card.parts}
    tokenizer = tokenizer_in(shop.work / "tokenizer", shop.world, shop.plan)
    old_tokenizer = CLIPTokenizer.from_pretrained(shelf / "painter" / "tokenizer")
    critic = new_critic(shop.plan, tokenizer, shop.world)
    painter = new_painter(shop.plan, critic.clip)
    vae = new_vae(shop.plan)
    enlarger = new_enlarger(shop.plan)

    folder = shelf / "painter"
    _copy(vae, AutoencoderKL.from_pretrained(folder / "vae").state_dict(), folder)
    clip = with_words(CLIPModel.from_pretrained(shelf / "critic"), old_tokenizer, tokenizer)
    _copy(critic.clip, clip.state_dict(), shelf / "critic")
    _take_unet(painter.unet, UNet2DConditionModel.from_pretrained(folder / "unet"), folder)
    text_encoder = with_words(
        CLIPTextModel.from_pretrained(folder / "text_encoder"), old_tokenizer, tokenizer
    )
    _copy(painter.text_encoder, text_encoder.state_dict(), folder)
    _copy(enlarger, load_file(shelf / "enlarger" / ENLARGER), shelf / "enlarger")
    taken = (
        ("vae", vae, cards["vae"]),
        ("clip", critic, critic_card),
        ("unet", painter, painter_card),
        ("esrgan", enlarger, _card(shelf / "enlarger")),
    )
    classifier = classifier_of(shop.world)
    # One that names other things, or none, as before there was one, is made from nothing.
    if (shelf / "critic" / WEIGHTS).is_file() and same_words:
        _copy(classifier, load_file(shelf / "critic" / WEIGHTS), shelf / "critic")
        taken += (("classifier", classifier, critic_card.parts[0]),)
    levels = len(UNet2DConditionModel.load_config(folder / "unet")["block_out_channels"])
    # A ControlNet is of one U-Net's shape: a grown painter's is made from nothing.
    if (shelf / "control").is_dir() and levels == len(shop.plan.unet_channels):
        control = new_control(painter.unet)
        taught = ControlNetModel.from_pretrained(shelf / "control").state_dict()
        _copy(control, taught, shelf / "control")
        taken += (("control", control, _card(shelf / "control")),)
    for done, (name, module, card) in enumerate(taken, start=1):
        if not (shop.work / name / CHECKPOINT).exists():
            progress = TrainProgress(earlier_steps=card.steps, earlier_minutes=card.minutes)
            write_checkpoint(shop.work / name, module.float(), progress)
        note = f"{name} after {card.minutes} minutes"
        yield Event(stage="take up", done=done, total=len(taken), note=note)


def _take_files(work: Path, painter: Path, same_words: bool) -> None:
    """What latents are, what was taught, and the tokenizer if the world has not changed."""
    work.mkdir(parents=True, exist_ok=True)
    for name in (COMPONENTS, TAUGHT):
        if (painter / name).exists() and not (work / name).exists():
            shutil.copy(painter / name, work / name)
    if same_words and not (work / "tokenizer").exists():
        with replacing(work / "tokenizer") as draft:
            shutil.copytree(painter / "tokenizer", draft)


def _take_unet(target: UNet2DConditionModel, source: UNet2DConditionModel, folder: Path) -> None:
    """The weights of `source` in `target`, which may have one outer level more."""
    levels = [len(unet.config.block_out_channels) for unet in (source, target)]
    if levels[0] + 1 == levels[1]:
        target.load_state_dict(grown_state(source.state_dict(), target)[0])
    else:
        _copy(target, source.state_dict(), folder)


def _card(folder: Path) -> Card:
    return Card.model_validate_json((folder / CARD).read_text(encoding="utf-8"))


def _copy(module: nn.Module, weights: dict[str, torch.Tensor], folder: Path) -> None:
    try:
        module.load_state_dict(weights)
    except RuntimeError as fault:
        raise TrainingError(
            f"{folder} cannot be taken up by this plan: {last_line(fault)}"
        ) from fault
