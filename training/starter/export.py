"""What goes on the shelf: ordinary folders that plain diffusers, transformers and spandrel open."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn
from transformers import CLIPImageProcessor, CLIPProcessor

from storybook.files import follow_umask, replacing, save_weights
from storybook.models.classifier import save_classifier
from storybook.models.control import ControlledEnlarger
from storybook.models.sampling_defaults import SAMPLING, SamplingDefaults, sampling_defaults
from storybook.records import Event
from training.starter.cards import CARD, Card, card_of, write_record
from training.starter.classifier import recognised
from training.starter.clip import CriticModel, new_critic, retrieval, tokenizer_in
from training.starter.control import Exercise, gain
from training.starter.dataset import Drawings
from training.starter.esrgan import new_enlarger
from training.starter.loop import TrainProgress, load_learnt, progress_of
from training.starter.measure import Eyes, best_sampling
from training.starter.pictures import Picture
from training.starter.plan import DATA_SEED
from training.starter.taught import taught_in, write_taught
from training.starter.unet import new_painter, pipeline_of
from training.starter.vae import psnr, scaling_factor
from training.starter.workshop import COMPONENTS, Workshop, learnt_classifier, learnt_vae

ENLARGER = "x4.safetensors"


def export_critic(shop: Workshop, held_out: Drawings) -> Iterator[Event]:
    """`critic/`: a CLIPModel with its processor and classifier, and how well they know drawings."""
    critic, progress = _critic(shop), progress_of(shop.work / "clip")
    classifier = learnt_classifier(shop)
    images = held_out.images(torch.arange(len(held_out.pictures)))
    named = recognised(classifier, images, held_out.pictures)
    tokenizer = tokenizer_in(shop.work / "tokenizer", shop.world, shop.plan)
    figures = {
        "held_out_retrieval_among_100": retrieval(critic.clip, tokenizer, held_out, shop.world),
        "held_out_pictures": len(held_out.pictures),
    }
    folder = shop.out / "critic"
    with _exported(folder) as draft:
        _in_half(critic.clip).save_pretrained(draft)
        _say_single_precision(draft)
        CLIPProcessor(
            image_processor=_image_processor(shop.plan.critic_px), tokenizer=tokenizer
        ).save_pretrained(draft)
        _tokenizer_files(shop, draft)
        save_classifier(classifier, draft)
        taught = progress_of(shop.work / "classifier")
        parts = (_card(shop, "classifier", taught, classifier, named),)
        write_record(
            draft, CARD, _card(shop, "critic", progress, critic.clip, figures, parts=parts)
        )
    yield Event(stage="export", done=1, total=1, note=f"{folder} {figures}")


def export_painter(
    shop: Workshop, latents: torch.Tensor, pictures: Sequence[Picture], held_out: Drawings
) -> Iterator[Event]:
    """`painter/`: a StableDiffusionPipeline, its world, best sampler settings, lessons and card."""
    tokenizer = tokenizer_in(shop.work / "tokenizer", shop.world, shop.plan)
    critic = _critic(shop).to(shop.device)
    eyes = Eyes(critic.clip, learnt_classifier(shop))
    painter = load_learnt(new_painter(shop.plan, critic.clip), shop.work / "unet").to(shop.device)
    vae = learnt_vae(shop).to(shop.device)
    scale = scaling_factor(latents)
    pipeline = pipeline_of(painter, vae, tokenizer, scale)
    sampling, figures = yield from best_sampling(pipeline, eyes, held_out, shop.world, shop.plan)
    seen = psnr(vae, held_out, shop.device)

    folder = shop.out / "painter"
    with _exported(folder) as draft:
        for part in (painter, vae):
            _in_half(part)
        pipeline.save_pretrained(draft, safe_serialization=True)
        _say_single_precision(draft / "text_encoder")
        _tokenizer_files(shop, draft / "tokenizer")
        shutil.copy(shop.world_file, draft / shop.world_file.name)
        write_record(draft, SAMPLING, sampling)
        shutil.copy(shop.work / COMPONENTS, draft / COMPONENTS)
        write_taught(draft, pictures, before=taught_in(shop.work))
        taught = progress_of(shop.work / "vae")
        vae_card = _card(shop, "vae", taught, vae, {"held_out_psnr_db": seen})
        progress = progress_of(shop.work / "unet")
        card = _card(shop, "painter", progress, painter, figures, parts=(vae_card,))
        write_record(draft, CARD, card)
    yield Event(stage="export", done=1, total=1, note=f"{folder} psnr {seen:.1f} dB, {sampling}")


def export_enlarger(shop: Workshop) -> Iterator[Event]:
    """`enlarger/x4.safetensors`: weights by the names that spandrel knows the family by."""
    enlarger = load_learnt(new_enlarger(shop.plan), shop.work / "esrgan")
    folder = shop.out / "enlarger"
    with _exported(folder) as draft:
        draft.mkdir(parents=True, exist_ok=True)
        weights = {
            name: weight.half().contiguous() for name, weight in enlarger.state_dict().items()
        }
        save_weights(weights, draft / ENLARGER)
        progress = progress_of(shop.work / "esrgan")
        figures, learnt_from = {"loss": progress.loss}, shop.plan.large_drawings
        card = _card(shop, "enlarger", progress, enlarger, figures, learnt_from)
        write_record(draft, CARD, card)
    yield Event(stage="export", done=1, total=1, note=str(folder))


def export_control(
    shop: Workshop, enlarger: ControlledEnlarger, seen: Sequence[Exercise]
) -> Iterator[Event]:
    """`control/`: a ControlNetModel, and how much nearer to drawings it leads the painter."""
    figures = gain(enlarger, seen) | {"held_out_pictures": len(seen)}
    folder = shop.out / "control"
    with _exported(folder) as draft:
        _in_half(enlarger.controlnet).save_pretrained(draft)
        progress = progress_of(shop.work / "control")
        learnt_from = shop.plan.control_drawings
        card = _card(shop, "control", progress, enlarger.controlnet, figures, learnt_from)
        write_record(draft, CARD, card)
    yield Event(stage="export", done=1, total=1, note=f"{folder} {figures}")


def sampling_of(shop: Workshop) -> SamplingDefaults:
    """How the exported painter is best sampled."""
    return sampling_defaults(shop.out / "painter")


def _critic(shop: Workshop) -> CriticModel:
    tokenizer = tokenizer_in(shop.work / "tokenizer", shop.world, shop.plan)
    return load_learnt(new_critic(shop.plan, tokenizer, shop.world), shop.work / "clip")


def _image_processor(size_px: int) -> CLIPImageProcessor:
    side = {"height": size_px, "width": size_px}
    return CLIPImageProcessor(
        size={"shortest_edge": size_px}, crop_size=side, image_mean=[0.5] * 3, image_std=[0.5] * 3
    )


def _card(
    shop: Workshop,
    model: str,
    progress: TrainProgress,
    module: nn.Module,
    figures: dict[str, float],
    pictures: int | None = None,
    parts: tuple[Card, ...] = (),
) -> Card:
    learnt_from = shop.plan.vae_drawings if model == "vae" else shop.plan.drawings
    return card_of(
        model,
        progress,
        module,
        source_digest=shop.source,
        data_seed=DATA_SEED,
        pictures=pictures or learnt_from,
        figures=figures,
        parts=parts,
    )


def _in_half(module: nn.Module) -> nn.Module:
    """Half the size on disk; what is lost is far below one level of a pixel."""
    return module.half().cpu()


def _say_single_precision(folder: Path) -> None:
    """Weights lie in half precision, but a CPU must open them in single: its halves are slow."""
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    for part in (config, config.get("text_config"), config.get("vision_config")):
        if part is not None:
            part["dtype"] = "float32"
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _tokenizer_files(shop: Workshop, folder: Path) -> None:
    """`vocab.json` and `merges.txt`, by which older libraries and other tools read a tokenizer."""
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(shop.work / "tokenizer" / name, folder / name)


@contextmanager
def _exported(folder: Path) -> Iterator[Path]:
    """Where a folder is put together that takes the place of the one that stands there."""
    with replacing(folder) as draft:
        yield draft
        follow_umask(draft)
