"""The baseline of teaching: what the example scripts of diffusers do in each step.

Every step opens its pictures from disk one by one, resizes them, runs the autoencoder and the text
encoder, then the U-Net with a LoRA. `python -m benchmarks.plain_teaching RECIPE OUT` takes the
steps of a recipe in the recipe's own order with its own noise, so that losses can be compared, and
writes them with the time of each step to OUT.
"""

import json
import sys
import time
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
import torch
from diffusers import DDPMScheduler, StableDiffusionPipeline
from diffusers.optimization import get_scheduler
from peft import LoraConfig
from PIL import Image
from torch.nn import functional

from training.data.buckets import BucketBatch, batches_from, first_position, fit
from training.formats.lora import TRANSFORMER
from training.pet.dataset import Dataset, gather
from training.pet.recipe import Recipe, load_recipe


def main(file: str, out: str) -> None:
    recipe, _ = load_recipe(Path(file))
    pipe = StableDiffusionPipeline.from_pretrained(recipe.model, local_files_only=True)
    for part in (pipe.unet, pipe.vae, pipe.text_encoder):
        part.requires_grad_(False)
    torch.manual_seed(recipe.seed)
    rank = {"r": recipe.rank, "lora_alpha": recipe.rank}
    targets = list(TRANSFORMER)
    pipe.unet.add_adapter(LoraConfig(**rank, init_lora_weights="gaussian", target_modules=targets))
    weights = [weight for weight in pipe.unet.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=recipe.lr, weight_decay=recipe.weight_decay)
    steps = recipe.max_steps
    rates = get_scheduler(recipe.scheduler, optimizer, recipe.warmup_steps, steps)
    schedule = DDPMScheduler.from_config(pipe.scheduler.config)
    dataset = gather(recipe, recipe.size_px(0), [None]).train
    order = dataset.order(recipe)
    pipe.unet.train()
    log = []
    for batch, _ in islice(batches_from(order, first_position(order)), steps):
        loss = step_loss(pipe, schedule, recipe, dataset, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, recipe.clip_norm)
        optimizer.step()
        rates.step()
        optimizer.zero_grad()
        log.append({"time": time.time(), "loss": loss.item()})
    Path(out).write_text("\n".join(map(json.dumps, log)) + "\n", encoding="utf-8")


def step_loss(
    pipe: StableDiffusionPipeline,
    schedule: DDPMScheduler,
    recipe: Recipe,
    dataset: Dataset,
    batch: BucketBatch,
) -> torch.Tensor:
    place = f"{recipe.seed}/{batch.epoch}/{batch.number}"
    generator = torch.Generator().manual_seed(Random(place).getrandbits(62))
    examples = [dataset.examples[index] for index in batch.examples]
    pixels = torch.stack([opened(each.path, recipe.resolution_px) for each in examples])
    latents = pipe.vae.encode(pixels).latent_dist.sample(generator) * pipe.vae.config.scaling_factor
    noise = torch.randn(latents.shape, generator=generator)
    timesteps = torch.randint(len(schedule.betas), (len(latents),), generator=generator)
    length = {"padding": "max_length", "max_length": pipe.tokenizer.model_max_length}
    captions = [each.captions[0] for each in examples]
    tokens = pipe.tokenizer(captions, **length, truncation=True, return_tensors="pt").input_ids
    prompt_embeds = pipe.text_encoder(tokens)[0]
    noisy_latents = schedule.add_noise(latents, noise, timesteps)
    model_pred = pipe.unet(noisy_latents, timesteps, prompt_embeds).sample
    target = noise
    if schedule.config.prediction_type == "v_prediction":
        target = schedule.get_velocity(latents, noise, timesteps)
    losses = functional.mse_loss(model_pred, target, reduction="none").mean((1, 2, 3))
    weights = torch.tensor([recipe.prior_weight if each.is_class else 1.0 for each in examples])
    return (losses * weights).mean()


def opened(path: Path, side_px: int) -> torch.Tensor:
    """A picture [3, h, w] in [-1, 1]."""
    image = fit(Image.open(path).convert("RGB"), (side_px, side_px))
    return torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1).float() / 127.5 - 1


if __name__ == "__main__":
    main(*sys.argv[1:])
