"""Teaching stories at LLaMA-7B's true size, with random weights: speed and memory of a GPU.

    python -m benchmarks.gpu_stories                      prints a table for the docs
    python -m benchmarks.gpu_stories --tiny --device cpu  the same steps at toy size, to try it

Rows are full, as packed rows nearly are. Random weights cost what real ones do.
"""

import argparse
import time

import torch
from peft import LoraConfig, PeftModel, get_peft_model, prepare_model_for_kbit_training
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

from storybook.errors import OutOfMemory
from storybook.models.devices import device_of, explain_oom
from storybook.quantisation import show_bitsandbytes

WARM, TIMED = 2, 6
TINY = LlamaConfig(
    vocab_size=128,
    hidden_size=64,
    intermediate_size=96,
    num_hidden_layers=2,
    num_attention_heads=4,
    max_position_embeddings=64,
)
# Seed A13's micro-batch of 12 was of 256 tokens; the others fill rows of 2,048.
ROWS = ((1, 2048), (4, 2048), (8, 2048), (12, 256))
LOADS = ("bf16", "int8", "nf4")
KEPT = "lm_head"
"""Stays in half precision, as transformers leaves it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    device, config = device_of(options.device), TINY if options.tiny else LlamaConfig()
    cuda = device.type == "cuda"
    print(f"{torch.cuda.get_device_name(device) if cuda else 'CPU'}, torch {torch.__version__}\n")
    print("| base in | rows | checkpointing | tokens/s | peak GB |\n|---|---|---|---|---|")
    for load in LOADS:
        for checkpointing in (False, True):
            for batch, width in ROWS:
                width = min(width, config.max_position_embeddings)
                try:
                    speed, peak = measured(config, load, batch, width, device, checkpointing)
                    figures = f"{speed:,.0f} | {peak:.1f}"
                except OutOfMemory:
                    figures = "does not fit |"
                said = "yes" if checkpointing else "no"
                print(f"| {load} | {batch} x {width:,} | {said} | {figures} |", flush=True)


def measured(
    config: LlamaConfig,
    load: str,
    batch: int,
    width: int,
    device: torch.device,
    checkpointing: bool,
) -> tuple[float, float]:
    """Tokens a second, and peak memory in GB (0 where the device does not tell)."""
    cuda = device.type == "cuda"
    if cuda:
        torch.cuda.empty_cache()
    with explain_oom(device, f"Learning from {batch} rows", "A smaller batch fits."):
        model = adapted(config, load, device, checkpointing=checkpointing)
        if cuda:  # what quantising took for a moment is not what teaching takes
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats(device)
        weights = [each for each in model.parameters() if each.requires_grad]
        optimizer = torch.optim.AdamW(weights, lr=3e-4)
        tokens = torch.randint(config.vocab_size, (batch, width), device=device)
        model.train()
        for step in range(WARM + TIMED):
            if step == WARM:
                _wait(device)
                started = time.perf_counter()
            with torch.autocast(device.type, torch.bfloat16):
                model(input_ids=tokens, labels=tokens, use_cache=False).loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        _wait(device)
    seconds = time.perf_counter() - started
    peak = torch.cuda.max_memory_allocated(device) / 1e9 if cuda else 0.0
    return TIMED * batch * width / seconds, peak


def adapted(
    config: LlamaConfig, load: str, device: torch.device, *, checkpointing: bool
) -> PeftModel:
    """A random base as `load` holds it, with the storybook preset's LoRA on it."""
    torch.manual_seed(0)
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        with device:
            model = LlamaForCausalLM(config)
    finally:
        torch.set_default_dtype(default)
    if load != "bf16":
        quantise(model, load, device)
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=checkpointing)
    elif checkpointing:
        model.gradient_checkpointing_enable()
        model.enable_input_require_grads()
    lora = LoraConfig(r=8, lora_alpha=32, lora_dropout=0.01, target_modules=["q_proj", "v_proj"])
    return get_peft_model(model, lora)


def quantise(model: LlamaForCausalLM, load: str, device: torch.device) -> None:
    """Put bitsandbytes' layers in place of all linear ones but the head, one after another."""
    show_bitsandbytes()
    import bitsandbytes as bnb

    for name, module in list(model.named_modules()):
        if not isinstance(module, nn.Linear) or name == KEPT:
            continue
        weight = module.weight.data.cpu()
        if load == "nf4":
            size, nf4 = (module.in_features, module.out_features), {"quant_type": "nf4"}
            layer = bnb.nn.Linear4bit(*size, bias=False, compute_dtype=torch.bfloat16, **nf4)
            layer.weight = bnb.nn.Params4bit(
                weight, requires_grad=False, compress_statistics=True, quant_type="nf4"
            )
        else:
            layer = bnb.nn.Linear8bitLt(
                module.in_features, module.out_features, bias=False, has_fp16_weights=False
            )
            layer.weight = bnb.nn.Int8Params(weight, requires_grad=False, has_fp16_weights=False)
        model.set_submodule(name, layer.to(device))
    model.is_loaded_in_4bit = load == "nf4"
    model.is_loaded_in_8bit = load == "int8"


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


if __name__ == "__main__":
    main()
