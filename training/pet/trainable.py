"""The painter as it is taught: which weights learn, how they are kept, and how they are saved."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch
from diffusers import StableDiffusionPipeline
from diffusers.training_utils import EMAModel, cast_training_params
from peft import LoraConfig
from torch import Tensor, nn

from storybook.config import validated
from storybook.errors import TrainingError
from storybook.models.devices import quiet
from storybook.models.hypernetwork import Design, Hypernetwork, attach
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

TARGETS = {
    "attention": ATTENTION,
    "transformer": TRANSFORMER,
    "convolutions": (*TRANSFORMER, *CONVOLUTIONS),
}
HALVES = {"full_fp16": torch.float16, "full_bf16": torch.bfloat16}

State = dict[str, Tensor]
"""Weights that learn, by `part.name`."""


@dataclass(slots=True)
class Student:
    """A painter of whose weights some learn."""

    pipe: StableDiffusionPipeline
    recipe: Recipe
    learners: dict[str, list[tuple[str, nn.Parameter]]]
    """The weights that learn of each part: `unet`, `text_encoder` or `hypernetwork`."""
    hypernetwork: Hypernetwork | None = None
    averages: EMAModel | None = field(default=None, init=False)

    @property
    def weights(self) -> list[nn.Parameter]:
        """All weights that learn."""
        return [weight for part in self.learners.values() for _, weight in part]

    @property
    def size(self) -> int:
        """How many numbers learn."""
        return sum(weight.numel() for weight in self.weights)

    @property
    def has_dora(self) -> bool:
        """Whether lengths of outputs are among what learns."""
        names = (name for part in self.learners.values() for name, _ in part)
        return any("lora_magnitude_vector" in name for name in names)

    def state(self) -> State:
        """A copy of what learns, on the CPU."""
        return {
            f"{part}.{name}": weight.detach().to("cpu", copy=True)
            for part, weights in self.learners.items()
            for name, weight in weights
        }

    @torch.no_grad()
    def take(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a `state`; raises TrainingError if it is another student's."""
        own = {
            f"{part}.{name}": weight
            for part, weights in self.learners.items()
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

    def average(self) -> None:
        """Let the averages follow the weights, if there are any."""
        if self.averages is not None:
            self.averages.step(self.weights)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Within it, the painter draws with its averaged weights, if there are any."""
        if self.averages is None:
            yield
            return
        self.averages.store(self.weights)
        self.averages.copy_to(self.weights)
        try:
            yield
        finally:
            self.averages.restore(self.weights)


def adapter_before(recipe: Recipe, pipe: StableDiffusionPipeline) -> Lora | None:
    """The adapter that `recipe` goes on from; ModelError if it is broken or does not fit `pipe`."""
    if recipe.network_weights is None:
        return None
    return read_lora(recipe.network_weights, pipe.unet, pipe.text_encoder)


def enrol(
    pipe: StableDiffusionPipeline,
    recipe: Recipe,
    device: torch.device,
    before: Lora | None = None,
) -> Student:
    """`pipe` on `device`, with the weights that `recipe` teaches ready to learn, all others not.

    An adapter that goes on from the one `before` begins as that one. What it holds of a text
    encoder that is not to learn stays as it is, and is saved with the rest.
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
            student = _with_hypernetwork(pipe, recipe, device)
        case "lora":
            if before:
                put_on(before, pipe.unet, pipe.text_encoder)
                pipe.text_encoder.requires_grad_(False)
            for name, part in parts.items():
                if before and name in before.parts:
                    part.set_adapter("default")  # which makes it learn
                    continue
                part.add_adapter(_lora_config(recipe, TEXT if name == "text_encoder" else None))
            student = Student(pipe, recipe, _learners(parts))
        case "full":
            for part in parts.values():
                part.requires_grad_(True)
            student = Student(pipe, recipe, _learners(parts))
    if half is None:
        for part in parts.values():
            cast_training_params(part)
    if recipe.checkpointing:
        pipe.unet.enable_gradient_checkpointing()
        if recipe.text_encoder:
            pipe.text_encoder.gradient_checkpointing_enable({"use_reentrant": False})
    if recipe.ema is not None:
        student.averages = EMAModel(
            student.weights, decay=recipe.ema, use_ema_warmup=False, foreach=True
        )
    return student


def save(student: Student, folder: Path, origin: Origin, training: Training) -> list[Path]:
    """Write the result into `folder` in all forms of the recipe; the files or folders written."""
    recipe, pipe, written = student.recipe, student.pipe, []
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
                # A painter that brings its own words and wishes keeps them.
                for name in (WORLD, SAMPLING):
                    if (recipe.painter / name).is_file():
                        shutil.copy(recipe.painter / name, path)
            case "safetensors" | "ckpt":
                path = file.with_suffix(f".{form}")
                save_checkpoint(pipe, path, precision=precision, origin=origin)
            case "hypernetwork":
                path = file.with_suffix(".pt")
                save_hypernetwork(student.hypernetwork, path, origin=origin)
        written.append(path)
    return written


def _learners(parts: Mapping[str, nn.Module]) -> dict[str, list[tuple[str, nn.Parameter]]]:
    return {
        name: [(own, each) for own, each in part.named_parameters() if each.requires_grad]
        for name, part in parts.items()
    }


def _lora_config(recipe: Recipe, targets: tuple[str, ...] | None) -> LoraConfig:
    return LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha or recipe.rank,
        init_lora_weights="gaussian",
        target_modules=list(targets or TARGETS[recipe.targets]),
        use_dora=recipe.dora,
    )


def _with_hypernetwork(
    pipe: StableDiffusionPipeline, recipe: Recipe, device: torch.device
) -> Student:
    design = validated(
        Design,
        {"layer_structure": recipe.layer_structure, "activation_func": recipe.activation},
        "the recipe's hypernetwork",
    )
    generator = torch.Generator().manual_seed(recipe.seed)
    hypernetwork = new_hypernetwork(pipe.unet, design, generator)
    hypernetwork.networks.to(device, pipe.unet.dtype)  # single, unless all are halves
    attach(hypernetwork, pipe.unet)
    learners = {"hypernetwork": list(hypernetwork.networks.named_parameters())}
    return Student(pipe, recipe, learners, hypernetwork)
