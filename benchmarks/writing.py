"""Writing side by side as our writer does, against torch's own attention and linear layers."""

import time
from collections.abc import Callable
from functools import partial

import torch
from rich.console import Console
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM

from storybook.models.grouped_attention import BlockCache, group_heads
from storybook.models.packed_linear import pack_linears

ROWS, QUESTION, TOKENS = 16, 500, 12
SHAPE = {
    "vocab_size": 49_152,
    "hidden_size": 576,
    "intermediate_size": 1_536,
    "num_hidden_layers": 30,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "tie_word_embeddings": True,
}
"""SmolLM2-135M's; with random weights, since their values cost nothing."""


def writing(console: Console) -> None:
    """Print seconds of the processor for a token of all rows, in both, for bf16 and fp32."""
    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(**SHAPE)).eval()
    for dtype in (torch.float32, torch.bfloat16):  # packed last: it cannot be undone
        model = model.to(dtype)
        model.set_attn_implementation("sdpa")
        plain = _token_s(model, partial(DynamicCache, config=model.config))
        group_heads(model)
        pack_linears(model)
        ours = _token_s(model, BlockCache)
        console.print(
            f"{str(dtype).removeprefix('torch.')}, {ROWS} rows after {QUESTION} tokens: "
            f"{1e3 * ours:.0f} ms of the processor a token, torch's own {1e3 * plain:.0f}: "
            f"[bold]{plain / ours:.2f} times as fast[/]"
        )


@torch.inference_mode()
def _token_s(model: LlamaForCausalLM, new_cache: Callable[[], object]) -> float:
    cache, tokens = new_cache(), torch.randint(model.config.vocab_size, (ROWS, QUESTION))
    mask = torch.ones_like(tokens)
    model(tokens, attention_mask=mask, past_key_values=cache, use_cache=True, logits_to_keep=1)
    begin = time.process_time()
    for _ in range(TOKENS):
        mask = torch.cat([mask, mask[:, :1]], 1)
        model(tokens[:, :1], attention_mask=mask, past_key_values=cache, use_cache=True)
    return (time.process_time() - begin) / TOKENS
