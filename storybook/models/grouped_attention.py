"""Attention for writing on a CPU, where heads share their keys and values.

torch's own kernel is slow for one query at a time: in bf16 it takes 10 ms a layer for 16 rows of
SmolLM2 at 600 positions, where a product of matrices takes 0.4 ms; and a cache that is joined anew
for every token costs half of what the model's own products do (`benchmarks/writing.py`).
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

    query [b, heads, t, d], key and value [b, kv_heads, past + t, d], mask [b, 1, t, past + t] with
    0 where one may look and a large negative number elsewhere; gives [b, t, heads, d]. No dropout:
    it is for writing alone.
    """
    rows, heads, length, width = query.shape
    kv_heads = key.shape[1]
    queries = query.reshape(rows, kv_heads, heads // kv_heads * length, width) * scaling
    scores = queries @ key.transpose(2, 3)  # [b, kv_heads, heads / kv_heads * t, past + t]
    scores = scores.view(rows, kv_heads, heads // kv_heads, length, -1)
    if attention_mask is not None:
        scores = scores + attention_mask[:, :, None]
    weights = scores.softmax(-1, dtype=torch.float32).to(value.dtype)
    attn_output = weights.view(rows, kv_heads, heads // kv_heads * length, -1) @ value
    return attn_output.view(rows, heads, length, width).transpose(1, 2), None


AttentionInterface.register(GROUPED, grouped_attention)
AttentionMaskInterface.register(GROUPED, eager_mask)


def group_heads(model: PreTrainedModel) -> None:
    """Have a model on a CPU attend by `grouped_attention` if its heads share keys and values."""
    config = model.config
    kv_heads = getattr(config, "num_key_value_heads", None)
    if model.device.type == "cpu" and kv_heads and kv_heads < config.num_attention_heads:
        model.set_attn_implementation(GROUPED)


class BlockLayer(DynamicLayer):
    """A layer's keys and values, [b, heads, t, d], that grow by blocks and not token by token.

    It gives the whole blocks, zeros behind the last token; masks are as wide, so that nothing looks
    there. A product with a part of a block is nine times as slow: torch copies it first.
    """

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()
        self._length = 0

    def update(
        self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any
    ) -> tuple[Tensor, Tensor]:
        """Take in new keys and values; gives all of them, and the room behind."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        past, new = self._length, key_states.shape[-2]
        self._length += new
        self.keys = _with_room(self.keys, key_states, past)
        self.values = _with_room(self.values, value_states, past)
        self.keys[:, :, past : self._length] = key_states
        self.values[:, :, past : self._length] = value_states
        return self.keys, self.values

    def get_seq_length(self) -> int:
        """How many tokens it has taken in."""
        return self._length


class BlockCache(Cache):
    """A cache of `BlockLayer`s; masks are as wide as its blocks, also while it is empty."""

    def __init__(self) -> None:
        super().__init__(layer_class_to_replicate=BlockLayer)

    def get_mask_sizes(self, query_length: int, layer_idx: int) -> tuple[int, int]:
        """How wide a mask is for so many tokens more, and where it begins."""
        return _whole_blocks(self.get_seq_length(layer_idx) + query_length), 0


def _whole_blocks(length: int) -> int:
    return (length + BLOCK - 1) // BLOCK * BLOCK


def _with_room(known: Tensor, new: Tensor, past: int) -> Tensor:
    """`known` [b, heads, blocks, d], or a copy with more blocks where `new` finds no room."""
    rows, heads, length, width = new.shape
    room = _whole_blocks(past + length)
    if past and known.shape[2] >= room:
        return known
    whole = new.new_zeros(rows, heads, room, width)
    if past:
        whole[:, :, :past] = known[:, :, :past]
    return whole
