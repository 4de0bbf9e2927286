"""Who takes the steps, how long they are, and in which precision they are computed."""

from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from io import StringIO

import torch
from diffusers.optimization import get_scheduler
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from storybook.errors import TrainingError
from storybook.quantisation import show_bitsandbytes
from training.pet.recipe import Recipe
from training.pet.trainable import TrainableModel

AUTOCAST = {"fp16": torch.float16, "bf16": torch.bfloat16}


def new_optimizer(model: TrainableModel, recipe: Recipe, processes: int = 1) -> Optimizer:
    """AdamW (fused), its 8-bit form or Prodigy, with the text encoder's own learning rate."""
    scale = processes * recipe.batch * recipe.accumulation if recipe.scale_lr else 1
    rates = {"text_encoder": recipe.text_lr or recipe.lr / 2}
    groups = []
    for part, weights in model.trainable_params.items():
        lr = rates.get(part, recipe.lr) * scale
        groups.append({"params": [weight for _, weight in weights], "lr": lr, "name": part})
    betas = (recipe.adam_beta1, recipe.adam_beta2)
    adam = {"betas": betas, "eps": recipe.adam_epsilon, "weight_decay": recipe.weight_decay}
    match recipe.optimizer:
        case "adamw":
            return torch.optim.AdamW(groups, fused=True, **adam)
        case "adamw8bit":
            show_bitsandbytes()
            kind = _extra("bitsandbytes.optim", "AdamW8bit", "bitsandbytes")
            return kind(groups, **adam)
        case "prodigy":
            kind = _extra("prodigyopt", "Prodigy", "prodigyopt")
            # It finds the rate by itself; what is given is a factor. And it is told to be silent.
            with redirect_stdout(StringIO()):
                return kind([group | {"lr": 1.0} for group in groups], **adam)


def new_scheduler(optimizer: Optimizer, recipe: Recipe, steps: int) -> LRScheduler:
    """One of the field's six learning-rate schedules over `steps` optimizer steps."""
    if recipe.warmup_steps >= steps and recipe.scheduler != "constant":
        raise TrainingError(
            f"warmup_steps is {recipe.warmup_steps}, and the whole run has {steps} steps: the "
            "learning rate would never be reached. Set fewer, or more epochs."
        )
    return get_scheduler(
        recipe.scheduler,
        optimizer,
        num_warmup_steps=recipe.warmup_steps,
        num_training_steps=steps,
        num_cycles=recipe.cycles,
        power=recipe.power,
    )


def new_scaler(recipe: Recipe, device: torch.device) -> torch.amp.GradScaler:
    """Keeps small gradients above nothing in half precision; does nothing in any other."""
    if recipe.precision == "full_fp16":
        return _HalfScaler(device.type)
    return torch.amp.GradScaler(device.type, enabled=recipe.precision == "fp16")


def autocast(recipe: Recipe, device: torch.device) -> AbstractContextManager[None]:
    """Mixed precision, where the recipe asks for it."""
    dtype = AUTOCAST.get(recipe.precision)
    return nullcontext() if dtype is None else torch.autocast(device.type, dtype)


def check_precision(recipe: Recipe, device: torch.device) -> None:
    """Raise TrainingError for a precision that the device cannot learn in."""
    if recipe.precision in ("fp16", "full_fp16") and device.type == "cpu":
        raise TrainingError(
            f"precision = {recipe.precision} needs a GPU: a CPU learns in fp32, or in bf16 at less "
            "memory and, where it has no bf16 units, less speed. Try --set precision=fp32."
        )


class _HalfScaler(torch.amp.GradScaler):
    """One that also takes gradients that are halves themselves, which torch's refuses."""

    def _unscale_grads_(
        self, optimizer: Optimizer, inv_scale: Tensor, found_inf: Tensor, allow_fp16: bool
    ) -> dict[torch.device, Tensor]:
        return super()._unscale_grads_(optimizer, inv_scale, found_inf, True)


def _extra(module: str, name: str, package: str) -> type[Optimizer]:
    from importlib import import_module

    try:
        return getattr(import_module(module), name)
    except ImportError as fault:
        raise TrainingError(
            f"The optimizer {name} is not installed ({fault}): pip install {package}, or "
            "--set optimizer=adamw."
        ) from fault
