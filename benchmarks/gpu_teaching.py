"""Teaching at Stable Diffusion 1.5's true size, with random weights: speed and memory of a GPU.

    python -m benchmarks.gpu_teaching                      prints a table for docs/training.md
    python -m benchmarks.gpu_teaching --tiny --device cpu  the same steps at toy size, to try it

Weights, latents and states are random: they cost what real ones do.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDPMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

from storybook.errors import OutOfMemory
from storybook.models.checkpoint import Checkpoint
from storybook.models.devices import device_of, explain_oom
from storybook.models.painting import DiffusionPainter
from storybook.models.sd1 import FAMILY
from training.data.buckets import BucketBatch
from training.data.records import Example
from training.parallel_gradients import ParallelGradients
from training.pet.dataset import Dataset, GatheredDataset
from training.pet.optimizers import new_optimizer, new_scaler
from training.pet.recipe import Concept, Recipe
from training.pet.setup import TrainingSetup
from training.pet.train import train_step
from training.pet.trainable import prepare_for_training

WARM, TIMED = 3, 10
BATCHES = (1, 4, 16)
KINDS = (
    ("LoRA 16", {"kind": "lora", "rank": 16}),
    ("full, 8-bit Adam", {"kind": "full", "optimizer": "adamw8bit"}),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a U-Net and of what it hears and sees."""

    unet: dict[str, object]
    positions: int
    width: int
    side: int
    """Of the latents."""


SD15 = Shape({"sample_size": 64, "cross_attention_dim": 768, "attention_head_dim": 8}, 77, 768, 64)
TINY = Shape(
    {
        "sample_size": 8,
        "cross_attention_dim": 16,
        "attention_head_dim": 8,
        "block_out_channels": (16, 32),
        "layers_per_block": 1,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        "norm_num_groups": 8,
    },
    77,
    16,
    8,
)


class RandomPromptEmbeds:
    """In place of captions: the same random states for all."""

    def __init__(self, shape: Shape, device: torch.device) -> None:
        self._prompt_embeds = torch.randn(1, shape.positions, shape.width, device=device)

    def encode(self, captions: Sequence[str], *, train_encoder: bool = False) -> Tensor:
        return self._prompt_embeds.expand(len(captions), -1, -1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    device, shape = device_of(options.device), TINY if options.tiny else SD15
    cuda = device.type == "cuda"
    print(f"{torch.cuda.get_device_name(device) if cuda else 'CPU'}, torch {torch.__version__}\n")
    print("| what | batch | checkpointing | pictures/s | peak GB |\n|---|---|---|---|---|")
    for (name, settings), checkpointing, batch in product(KINDS, (False, True), BATCHES):
        recipe = Recipe(
            model=Path("random"),
            concept=(Concept(photos=Path("random")),),
            batch=batch,
            checkpointing=checkpointing,
            precision="bf16" if cuda else "fp32",
            **settings,
        )
        try:
            speed, peak = measured(recipe, shape, device)
            figures = f"{speed:.1f} | {peak:.1f}"
        except OutOfMemory:
            figures = "does not fit |"
        print(f"| {name} | {batch} | {'yes' if checkpointing else 'no'} | {figures} |", flush=True)


def measured(recipe: Recipe, shape: Shape, device: torch.device) -> tuple[float, float]:
    """Pictures a second, and peak memory in GB (0 where the device does not tell)."""
    cuda = device.type == "cuda"
    if cuda:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
    with explain_oom(device, f"Learning from {recipe.batch} pictures", "A smaller batch fits."):
        setup = prepared(recipe, shape, device)
        model = setup.model
        model.pipe.unet.train()
        optimizer, scaler = new_optimizer(model, recipe), new_scaler(recipe, device)
        gradients = ParallelGradients(setup.model.weights, setup.device)
        for step in range(WARM + TIMED):
            if step == WARM:
                _wait(device)
                started = time.perf_counter()
            batch = BucketBatch((0, 0), tuple(range(recipe.batch)), 0, step)
            train_step(setup, gradients, batch, 1 / recipe.batch)
            torch.nn.utils.clip_grad_norm_(model.weights, recipe.clip_norm)
            scaler.step(optimizer)
            optimizer.zero_grad(set_to_none=True)
        _wait(device)
    seconds = time.perf_counter() - started
    peak = torch.cuda.max_memory_allocated(device) / 1e9 if cuda else 0.0
    return TIMED * recipe.batch / seconds, peak


def _pipe(shape: Shape) -> StableDiffusionPipeline:
    return StableDiffusionPipeline(
        vae=AutoencoderKL(block_out_channels=(8,), norm_num_groups=8),
        text_encoder=CLIPTextModel(CLIPTextConfig(num_hidden_layers=1)),
        tokenizer=None,
        unet=UNet2DConditionModel(**shape.unet),
        scheduler=_schedule(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def prepared(recipe: Recipe, shape: Shape, device: torch.device) -> TrainingSetup:
    """All that a step needs, at random; the small parts that a step does not use are tiny."""
    pipe = _pipe(shape)
    names = [str(place) for place in range(recipe.batch)]
    examples = tuple(Example(path=Path(name), captions=("",)) for name in names)
    dataset = Dataset(examples, ((0, 0),) * len(names), ((0, 0),) * len(names))
    latents = {name: torch.randn(2, 4, shape.side, shape.side, device=device) for name in names}
    schedule = _schedule()
    schedule.alphas_cumprod = schedule.alphas_cumprod.to(device)
    painter = DiffusionPainter("random", FAMILY, Checkpoint(recipe.painter), pipe, schedule, 1)
    return TrainingSetup(
        recipe,
        painter,
        prepare_for_training(pipe, recipe, device),
        schedule,
        RandomPromptEmbeds(shape, device),
        GatheredDataset(dataset, dataset, ()),
        latents,
        {},
        device,
        8 * shape.side,
    )


def _schedule() -> DDPMScheduler:
    return DDPMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        steps_offset=1,
    )


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


if __name__ == "__main__":
    main()
