"""The steps of `make starter`: what each learns from and what it puts on the shelf."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from storybook.records import Event
from training.starter.dataset import Drawings, draw_all, load_drawings
from training.starter.loop import Budget, load_learnt
from training.starter.plan import DATA_SEED
from training.starter.workshop import COMPONENTS, Workshop, learnt_classifier, learnt_vae

if TYPE_CHECKING:
    from training.starter.vae import Components


def make_vae(shop: Workshop, budget: Budget) -> Iterator[Event]:
    """Teach the autoencoder; the painter is exported with it."""
    from training.starter.vae import new_vae, teach_vae

    yield from _draw(shop, shop.plan.vae_drawings)
    drawings = _drawings(shop, shop.plan.vae_drawings)
    yield from teach_vae(
        new_vae(shop.plan),
        _components(shop, drawings),
        drawings,
        _held_out(shop),
        shop.context("vae", budget),
    )


def make_clip(shop: Workshop, budget: Budget) -> Iterator[Event]:
    """Teach the critic's CLIP, which encodes the painter's prompts."""
    from training.starter.clip import new_critic, teach_clip, tokenizer_in

    yield from _draw(shop, shop.plan.drawings)
    tokenizer = tokenizer_in(shop.work / "tokenizer", shop.world, shop.plan)
    yield from teach_clip(
        new_critic(shop.plan, tokenizer, shop.world),
        tokenizer,
        _drawings(shop, shop.plan.drawings),
        shop.world,
        shop.context("clip", budget),
    )


def make_classifier(shop: Workshop, budget: Budget) -> Iterator[Event]:
    """Teach the critic's classifier, and export the critic."""
    from training.starter.classifier import classifier_of, teach_classifier
    from training.starter.export import export_critic

    yield from _draw(shop, shop.plan.drawings)
    yield from teach_classifier(
        classifier_of(shop.world),
        _drawings(shop, shop.plan.drawings),
        shop.context("classifier", budget),
    )
    yield from export_critic(shop, _held_out(shop))


def make_unet(shop: Workshop, budget: Budget) -> Iterator[Event]:
    """Teach the U-Net with its text encoder on cached latents, and export the painter."""
    from training.starter.clip import new_critic, tokenizer_in
    from training.starter.export import export_painter
    from training.starter.unet import new_painter, teach_unet
    from training.starter.vae import latents_of

    yield from _draw(shop, shop.plan.drawings)
    vae = learnt_vae(shop).to(shop.device)
    tokenizer = tokenizer_in(shop.work / "tokenizer", shop.world, shop.plan)
    critic = load_learnt(new_critic(shop.plan, tokenizer, shop.world), shop.work / "clip")
    learnt_classifier(shop)  # which measures the painter at the end: said now, if it is missing
    drawings = _drawings(shop, shop.plan.drawings)
    latents = latents_of(drawings, _components(shop, drawings))
    yield from teach_unet(
        new_painter(shop.plan, critic.clip),
        vae,
        tokenizer,
        latents,
        drawings.pictures,
        shop.world,
        shop.context("unet", budget),
    )
    yield from export_painter(shop, latents, drawings.pictures, _held_out(shop))


def make_esrgan(shop: Workshop, budget: Budget) -> Iterator[Event]:
    """Teach the enlarger and export it."""
    from training.starter.esrgan import new_enlarger, teach_enlarger
    from training.starter.export import export_enlarger

    plan, folder = shop.plan, shop.drawings_folder / "large"
    yield from draw_all(
        folder, shop.world, plan.large_drawings, plan.large_px, DATA_SEED + 2, shop.workers
    )
    vae = learnt_vae(shop).to(shop.device)
    yield from teach_enlarger(
        new_enlarger(plan),
        vae,
        load_drawings(folder, shop.world, plan.large_drawings, DATA_SEED + 2),
        shop.context("esrgan", budget),
    )
    yield from export_enlarger(shop)


def make_control(shop: Workshop, budget: Budget) -> Iterator[Event]:
    """Teach the ControlNet with the painter and the enlarger that were exported, and export it."""
    from storybook.models.enlargers import open_enlarger
    from storybook.models.painting import open_painter
    from training.starter.control import exercises, new_enlarger, teach_control
    from training.starter.control_pairs import pairs_in
    from training.starter.export import ENLARGER, export_control, sampling_of

    plan, folder = shop.plan, shop.drawings_folder / "twice"
    yield from _draw(shop, plan.control_drawings)
    yield from draw_all(
        folder, shop.world, plan.control_drawings, 2 * plan.picture_px, DATA_SEED, shop.workers
    )
    painter = open_painter(shop.out / "painter", device=shop.device)
    then = open_enlarger(shop.out / "enlarger" / ENLARGER, device=shop.device)
    small = _drawings(shop, plan.control_drawings)
    components, sampling = _components(shop, small), sampling_of(shop)
    pairs = yield from pairs_in(
        shop.work / "control" / f"pairs-{painter.name}-{plan.control_drawings}.safetensors",
        painter,
        components,
        small,
        load_drawings(folder, shop.world, plan.control_drawings, DATA_SEED),
        shop.world,
        sampling,
    )
    seen = exercises(
        painter, components, _held_out(shop), shop.world, sampling, plan.measured_pictures
    )
    enlarger = new_enlarger(painter, then)
    yield from teach_control(enlarger, pairs, seen, shop.context("control", budget))
    yield from export_control(shop, enlarger, seen)


def make_writer(shop: Workshop, budget: Budget) -> Iterator[Event]:
    """Teach the writer and its story adapter."""
    from training.starter.writer import train_writer

    yield from train_writer(shop.out / "writer", shop.work / "writer", budget.minutes)


Step = Callable[[Workshop, Budget], Iterator[Event]]

STEPS: dict[str, Step] = {
    "vae": make_vae,
    "clip": make_clip,
    "classifier": make_classifier,
    "unet": make_unet,
    "esrgan": make_esrgan,
    "control": make_control,
    "writer": make_writer,
}

SHARES = {
    "vae": 0.18,
    "clip": 0.07,
    "classifier": 0.06,
    "unet": 0.35,
    "esrgan": 0.05,
    "control": 0.10,
    "writer": 0.19,
}
"""How an hour is split: the VAE bounds what can be seen, the rest gain from all they get."""


def _draw(shop: Workshop, count: int) -> Iterator[Event]:
    plan, folder = shop.plan, shop.drawings_folder
    for name, number, seed in (("held-out", plan.held_out, 1), ("taught", count, 0)):
        yield from draw_all(
            folder / name, shop.world, number, plan.picture_px, DATA_SEED + seed, shop.workers
        )


def _drawings(shop: Workshop, count: int) -> Drawings:
    return load_drawings(shop.drawings_folder / "taught", shop.world, count, DATA_SEED)


def _components(shop: Workshop, drawings: Drawings) -> Components:
    from training.starter.vae import components_in

    return components_in(shop.work / COMPONENTS, drawings, shop.plan.latent_channels)


def _held_out(shop: Workshop) -> Drawings:
    return load_drawings(
        shop.drawings_folder / "held-out", shop.world, shop.plan.held_out, DATA_SEED + 1
    )
