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
from transformers import CLIPModel, CLIPTextModel

from storybook.errors import TrainingError
from storybook.models.classifier import WEIGHTS
from storybook.records import Event
from training.starter.cards import CARD, Card
from training.starter.classifier import classifier_of
from training.starter.clip import new_critic, tokenizer_in
from training.starter.control import new_control
from training.starter.esrgan import new_enlarger
from training.starter.export import ENLARGER
from training.starter.loop import CHECKPOINT, Progress, lay_checkpoint
from training.starter.steps import COMPONENTS, Workshop
from training.starter.unet import new_painter
from training.starter.vae import new_vae


def take_up(shop: Workshop, shelf: Path) -> Iterator[Event]:
    """Lay a checkpoint for each picture model on `shelf` that the work folder has none of yet.

    Raises TrainingError for weights of another size than the plan's, or with other latents.
    """
    if not (shop.work / "tokenizer").exists():
        shutil.copytree(shelf / "painter" / "tokenizer", shop.work / "tokenizer")
    if not (shelf / "painter" / COMPONENTS).exists():
        raise TrainingError(
            f"{shelf / 'painter'} has no {COMPONENTS}: it was made with other latents. "
            "Make a painter from nothing: leave --go-on-from out."
        )
    if not (shop.work / COMPONENTS).exists():
        shop.work.mkdir(parents=True, exist_ok=True)
        shutil.copy(shelf / "painter" / COMPONENTS, shop.work / COMPONENTS)
    painter_card, critic_card = _card(shelf / "painter"), _card(shelf / "critic")
    cards = {part.model: part for part in painter_card.parts}
    tokenizer = tokenizer_in(shop.work / "tokenizer", shop.world, shop.plan)
    critic = new_critic(shop.plan, tokenizer, shop.world)
    painter = new_painter(shop.plan, critic.clip)
    vae = new_vae(shop.plan)
    enlarger = new_enlarger(shop.plan)

    folder = shelf / "painter"
    _copy(vae, AutoencoderKL.from_pretrained(folder / "vae").state_dict(), folder)
    _copy(critic.clip, CLIPModel.from_pretrained(shelf / "critic").state_dict(), shelf / "critic")
    _copy(painter.unet, UNet2DConditionModel.from_pretrained(folder / "unet").state_dict(), folder)
    heard = CLIPTextModel.from_pretrained(folder / "text_encoder").state_dict()
    _copy(painter.text_encoder, heard, folder)
    _copy(enlarger, load_file(shelf / "enlarger" / ENLARGER), shelf / "enlarger")
    taken = (
        ("vae", vae, cards["vae"]),
        ("clip", critic, critic_card),
        ("unet", painter, painter_card),
        ("esrgan", enlarger, _card(shelf / "enlarger")),
    )
    if (shelf / "critic" / WEIGHTS).is_file():  # a critic from before it had a classifier has none
        classifier = classifier_of(shop.world)
        _copy(classifier, load_file(shelf / "critic" / WEIGHTS), shelf / "critic")
        taken += (("classifier", classifier, critic_card.parts[0]),)
    if (shelf / "control").is_dir():
        control = new_control(painter.unet)
        taught = ControlNetModel.from_pretrained(shelf / "control").state_dict()
        _copy(control, taught, shelf / "control")
        taken += (("control", control, _card(shelf / "control")),)
    for done, (name, module, card) in enumerate(taken, start=1):
        if not (shop.work / name / CHECKPOINT).exists():
            progress = Progress(step=card.steps, minutes=card.minutes)
            lay_checkpoint(shop.work / name, module.float(), progress)
        note = f"{name} after {card.minutes} minutes"
        yield Event(stage="take up", done=done, total=len(taken), note=note)


def _card(folder: Path) -> Card:
    return Card.model_validate_json((folder / CARD).read_text(encoding="utf-8"))


def _copy(module: nn.Module, weights: dict[str, torch.Tensor], folder: Path) -> None:
    try:
        module.load_state_dict(weights)
    except RuntimeError as fault:
        reason = str(fault).splitlines()[-1].strip()
        raise TrainingError(f"{folder} cannot be taken up by this plan: {reason}") from fault
