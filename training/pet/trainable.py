"""The model in training: which parameters are trained, how they are kept, how they are saved."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from diffusers import StableDiffusionPipeline
from diffusers.training_utils import EMAModel, cast_training_params
from peft import LoraConfig
from torch import Tensor, nn

from storybook.config import validated
from storybook.errors import TrainingError
from storybook.models.devices import quiet
from storybook.models.hypernetwork import Hypernetwork, HypernetworkConfig, attach
from storybook.models.sampling_defaults import SAMPLING
from storybook.world import WORLD
from training.formats.checkpoint import save_checkpoint, save_folder
from training.formats.header import Origin, Training
from training.formats.hypernetwork import new_hypernetwork, save_hypernetwork
from training.formats.lora import (
    ATTENTION,
    CONVOLUTIONS,
    TEXT,
    TRANSFORMER,
    Lora,
    put_on,
    save_diffusers_lora,
    save_kohya_lora,
    taught_lora,
)
from training.formats.lora_reader import read_lora
from training.pet.recipe import Recipe

TARGET_MODULES = {
    "attention": ATTENTION,
    "transformer": TRANSFORMER,
    "convolutions": (*TRANSFORMER, *CONVOLUTIONS),
}
HALVES = {"full_fp16": torch.float16, "full_bf16": torch.bfloat16}

State = dict[str, Tensor]
"""Trainable parameters, by `part.name`."""


@dataclass(slots=True)
class TrainableModel:
    """A pipeline with some of its parameters trainable: LoRA, DoRA, hypernetwork or all."""

    pipe: StableDiffusionPipeline
    recipe: Recipe
    trainable_params: dict[str, list[tuple[str, nn.Parameter]]]
    """Names and parameters of each part: `unet`, `text_encoder` or `hypernetwork`."""
    hypernetwork: Hypernetwork | None = None
    ema_model: EMAModel | None = field(default=None, init=False)

    @property
    def weights(self) -> list[nn.Parameter]:
        """All trainable parameters, in a fixed order."""
        return [weight for part in self.trainable_params.values() for _, weight in part]

    @property
    def num_params(self) -> int:
        """How many parameters are trained."""
        return sum(weight.numel() for weight in self.weights)

    @property
    def has_dora(self) -> bool:
        """Whether DoRA's magnitudes are among the trainable parameters."""
        names = (name for part in self.trainable_params.values() for name, _ in part)
        return any("lora_magnitude_vector" in name for name in names)

    def state(self) -> State:
        """A copy of the trainable parameters, on the CPU."""
        return {
            f"{part}.{name}": weight.detach().to("cpu", copy=True)
            for part, weights in self.trainable_params.items()
            for name, weight in weights
        }

    @torch.no_grad()
    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Load a `state`; raises TrainingError if it has other names or shapes than this model."""
        own = {
            f"{part}.{name}": weight
            for part, weights in self.trainable_params.items()
            for name, weight in weights
        }
        if {name: each.shape for name, each in own.items()} != {
            name: each.shape for name, each in state.items()
        }:
            raise TrainingError(
                "The checkpoint holds other weights than this recipe teaches: kind, rank or "
                "targets have changed. Put them back, or begin a new run."
            )
        for name, weight in own.items():
            weight.copy_(state[name])

    def load_checkpoint(self, values: Mapping[str, Any]) -> None:
        """Load the weights, and the averaged ones, of a run's checkpoint."""
        self.load_state(values["weights"])
        if self.ema_model is not None:
            self.ema_model.load_state_dict(values["averages"])

    def ema_step(self) -> None:
        """Update the exponential moving average of the weights, if there is one."""
        if self.ema_model is not None:
            self.ema_model.step(self.weights)

    @contextmanager
    def ema_weights(self) -> Iterator[None]:
        """Within it, the pipeline has its averaged weights, if there are any."""
        if self.ema_model is None:
            yield
            return
        self.ema_model.store(self.weights)
        self.ema_model.copy_to(self.weights)
        try:
            yield
        finally:
            self.ema_model.restore(self.weights)


def initial_lora(recipe: Recipe, pipe: StableDiffusionPipeline) -> Lora | None:
    """The adapter that `recipe` goes on from; ModelError if it is broken or does not fit `pipe`."""
    if recipe.network_weights is None:
        return None
    return read_lora(recipe.network_weights, pipe.unet, pipe.text_encoder)


def prepare_for_training(
    pipe: StableDiffusionPipeline, recipe: Recipe, device: torch.device, initial: Lora | None = None
) -> TrainableModel:
    """`pipe` on `device`, with the parameters that `recipe` trains, all others frozen.

    The trainable ones are float32, unless `recipe.precision` is full_fp16 or full_bf16. An adapter
    that goes on from an `initial` one begins as that; what that holds of a text encoder that is
    frozen here stays as it is, and is saved with the rest. Raises ConfigError for layers of a
    hypernetwork that cannot be built.
    """
    torch.manual_seed(recipe.seed)
    for part in (pipe.unet, pipe.text_encoder, pipe.vae):
        part.requires_grad_(False)
    half = HALVES.get(recipe.precision)
    with quiet():  # of no layers that are to stay in single precision
        pipe.unet.to(device, half)
        pipe.text_encoder.to(device, half)
        pipe.vae.to(device)
    parts: dict[str, nn.Module] = {"unet": pipe.unet}
    if recipe.text_encoder:
        parts["text_encoder"] = pipe.text_encoder
    match recipe.kind:
        case "hypernetwork":
            model = _with_hypernetwork(pipe, recipe, device)
        case "lora":
            if initial:
                put_on(initial, pipe.unet, pipe.text_encoder)
                pipe.text_encoder.requires_grad_(False)
            for name, part in parts.items():
                if initial and name in initial.parts:
                    part.set_adapter("default")  # which makes it learn
                    continue
                part.add_adapter(_lora_config(recipe, TEXT if name == "text_encoder" else None))
            model = TrainableModel(pipe, recipe, _trainable(parts))
        case "full":
            for part in parts.values():
                part.requires_grad_(True)
            model = TrainableModel(pipe, recipe, _trainable(parts))
    if half is None:
        for part in parts.values():
            cast_training_params(part)
    if recipe.checkpointing:
        pipe.unet.enable_gradient_checkpointing()
        if recipe.text_encoder:
            pipe.text_encoder.gradient_checkpointing_enable({"use_reentrant": False})
    if recipe.ema is not None:
        model.ema_model = EMAModel(
            model.weights, decay=recipe.ema, use_ema_warmup=False, foreach=True
        )
    return model


def save(model: TrainableModel, folder: Path, origin: Origin, training: Training) -> list[Path]:
    """Write the result into `folder` in all forms of the recipe; the files or folders written."""
    recipe, pipe, written = model.recipe, model.pipe, []
    file = folder / f"{recipe.called}.safetensors"
    precision = recipe.save_precision
    if recipe.kind == "lora":
        lora = taught_lora(pipe.unet, pipe.text_encoder)
    for form in recipe.forms:
        match form:
            case "diffusers":
                path = save_diffusers_lora(lora, folder, precision=precision, origin=origin)
            case "kohya":
                path = save_kohya_lora(
                    lora, file, precision=precision, origin=origin, training=training
                )
            case "folder":
                path = folder / "painter"
                save_folder(pipe, path, precision=precision, origin=origin)
                _keep_own(recipe.painter, path)
            case "safetensors" | "ckpt":
                path = file.with_suffix(f".{form}")
                save_checkpoint(pipe, path, precision=precision, origin=origin)
            case "hypernetwork":
                path = file.with_suffix(".pt")
                save_hypernetwork(model.hypernetwork, path, origin=origin)
        written.append(path)
    return written


def _keep_own(painter: Path, folder: Path) -> None:
    """A painter that brings its own words and wishes keeps them."""
    for name in (WORLD, SAMPLING):
        if (painter / name).is_file():
            shutil.copy(painter / name, folder)


def _trainable(parts: Mapping[str, nn.Module]) -> dict[str, list[tuple[str, nn.Parameter]]]:
    return {
        name: [(own, each) for own, each in part.named_parameters() if each.requires_grad]
        for name, part in parts.items()
    }


def _lora_config(recipe: Recipe, targets: tuple[str, ...] | None) -> LoraConfig:
    return LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha or recipe.rank,
        init_lora_weights="gaussian",
        target_modules=list(targets or TARGET_MODULES[recipe.targets]),
        use_dora=recipe.dora,
    )


def _with_hypernetwork(
    pipe: StableDiffusionPipeline, recipe: Recipe, device: torch.device
) -> TrainableModel:
    config = validated(
        HypernetworkConfig,
        {"layer_structure": recipe.layer_structure, "activation_func": recipe.activation},
        "the recipe's hypernetwork",
    )
    generator = torch.Generator().manual_seed(recipe.seed)
    hypernetwork = new_hypernetwork(pipe.unet, config, generator)
    hypernetwork.networks.to(device, pipe.unet.dtype)  # single, unless all are halves
    attach(hypernetwork, pipe.unet)
    trainable_params = {"hypernetwork": list(hypernetwork.networks.named_parameters())}
    return TrainableModel(pipe, recipe, trainable_params, hypernetwork)
