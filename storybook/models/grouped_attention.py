"""Attention for writing on a CPU, where heads share their keys and values.

torch's own kernel is slow for one query at a time: in bf16 it takes 10 ms a layer for 16 rows of
SmolLM2 at 600 positions, where a product of matrices takes 0.6 ms; and a cache that is joined anew
for every token costs half of what the model's own products do. In all 1.9 times as fast in bf16,
and no slower in fp32 (`benchmarks/writing.py`, on a busy core).
"""

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface, Cache, PreTrainedModel
from transformers.cache_utils import DynamicLayer
from transformers.masking_utils import eager_mask

GROUPED = "grouped"
BLOCK = 128
"""So many positions a cache grows by when it is full."""


def grouped_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    **_: Any,
) -> tuple[Tensor, None]:
    """softmax(query key^T scaling + mask) value, the queries that share a key in one product.

    query [b, heads, t, d], key and value [b, shared, past + t, d], mask [b, 1, t, past + t] with 0
    where one may look and a large negative number elsewhere; gives [b, t, heads, d]. No dropout: it
    is for writing alone.
    """
    rows, heads, length, width = query.shape
    shared = key.shape[1]
    queries = query.reshape(rows, shared, heads // shared * length, width) * scaling
    scores = queries @ key.transpose(2, 3)  # [b, shared, heads / shared * t, past + t]
    scores = scores.view(rows, shared, heads // shared, length, -1)
    if attention_mask is not None:
        scores = scores + attention_mask[:, :, None]
    weights = scores.softmax(-1, dtype=torch.float32).to(value.dtype)
    found = weights.view(rows, shared, heads // shared * length, -1) @ value
    return found.view(rows, heads, length, width).transpose(1, 2), None


AttentionInterface.register(GROUPED, grouped_attention)
AttentionMaskInterface.register(GROUPED, eager_mask)


def group_heads(model: PreTrainedModel) -> None:
    """Have a model on a CPU attend by `grouped_attention` if its heads share keys and values."""
    config = model.config
    shared = getattr(config, "num_key_value_heads", None)
    if model.device.type == "cpu" and shared and shared < config.num_attention_heads:
        model.set_attn_implementation(GROUPED)


class BlockLayer(DynamicLayer):
    """A layer's keys and values, [b, heads, t, d], that grow by blocks and not token by token."""

    def update(
        self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any
    ) -> tuple[Tensor, Tensor]:
        """Take in new keys and values; gives all of them."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        past = self.get_seq_length()
        total = past + key_states.shape[-2]
        self.keys = _grown(self.keys, key_states, past, total)
        self.values = _grown(self.values, value_states, past, total)
        return self.keys, self.values


def block_cache() -> Cache:
    """An empty cache of `BlockLayer`s."""
    return Cache(layer_class_to_replicate=BlockLayer)


def _grown(known: Tensor, new: Tensor, past: int, total: int) -> Tensor:
    """`known` with `new` behind it, in the same memory where there is room behind."""
    rows, heads, _, width = new.shape
    whole = known._base if known._base is not None else known
    if not (whole.dim() == 4 and len(whole) == rows and whole.shape[2] >= total):
        whole = new.new_empty(rows, heads, (total + BLOCK - 1) // BLOCK * BLOCK, width)
        if past:
            whole[:, :, :past] = known
    whole[:, :, past:total] = new
    return whole[:, :, :total]
