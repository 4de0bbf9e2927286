"""Prompt embeddings of a CLIP text encoder: chunks of 75 tokens, emphasis, and clip skip.

Painting and training both go through `hidden_states_of`, so that a prompt is embedded as it was in
training. Gradients flow unless the caller forbids them.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from storybook.models.prompt_syntax import sections
from storybook.models.scheduling import resolve_syntax

SMALLEST_MEAN = 0.02
"""Of the deviation. CLIP-L's mean is a tenth; a mean of about nothing cannot be restored."""

BACK_TRACK = 20
"""So many tokens at the end of a full chunk may be moved to the next one."""

COMMA = ",</w>"
"""A comma in CLIP's vocabulary."""

Chunk = list[int]
"""The tokens of one chunk, without its start and end."""


def chunk_length(tokenizer: CLIPTokenizer, encoder: CLIPTextModel) -> int:
    """Tokens that a chunk holds beside its start and end: 75 with CLIP-L."""
    return min(tokenizer.model_max_length, encoder.config.max_position_embeddings) - 2


def encode_prompt(
    tokenizer: CLIPTokenizer, encoder: CLIPTextModel, prompt: str, clip_skip: int = 1
) -> Tensor:
    """Prompt embeddings [positions, d] for cross-attention, positions a multiple of the encoder's.

    A prompt longer than a chunk goes on in further ones, each with its own start and end, as A1111
    does it; so does what follows a `BREAK`. Emphasis scales a token's hidden states and then
    restores the chunk's mean. `clip_skip` as in `hidden_states_of`.
    """
    chunks, weights = prompt_chunks(tokenizer, encoder, prompt)
    hidden_states = hidden_states_of(tokenizer, encoder, chunks, clip_skip)
    return torch.cat([apply_emphasis(*each) for each in zip(hidden_states, weights, strict=True)])


def prompt_chunks(
    tokenizer: CLIPTokenizer, encoder: CLIPTextModel, prompt: str
) -> tuple[list[Chunk], list[list[float]]]:
    """The chunks of a prompt, at least one, and the weight of each of their tokens."""
    length, comma = chunk_length(tokenizer, encoder), tokenizer.convert_tokens_to_ids(COMMA)
    chunks: list[Chunk] = []
    weights: list[list[float]] = []
    parts = sections(resolve_syntax(prompt)[0])
    for number, section in enumerate(parts, 1):
        weighted = [(new, span.weight) for span in section for new in _ids(tokenizer, span.text)]
        if not weighted and chunks and number == len(parts):
            break  # a BREAK at the end begins nothing
        for start, end in chunk_cuts([token == comma for token, _ in weighted], length):
            chunks.append([token for token, _ in weighted[start:end]])
            weights.append([weight for _, weight in weighted[start:end]])
    return chunks, weights


def chunk_cuts(commas: Sequence[bool], length: int) -> list[tuple[int, int]]:
    """Where the chunks of a prompt's tokens start and end; `commas` says which of them are commas.

    A chunk that is full ends after its last comma if that is one of its last `BACK_TRACK` tokens,
    as A1111 does it, so that the words between two commas are encoded together. None is cut off
    before a comma. No tokens make one chunk without any.
    """
    cuts, start = [], 0
    while len(commas) - start > length:
        end = start + length
        if not commas[end]:
            near = range(end - 1, max(end - BACK_TRACK, start) - 1, -1)
            end = next((place + 1 for place in near if commas[place]), end)
        cuts.append((start, end))
        start = end
    return [*cuts, (start, len(commas))]


def encode_captions(
    tokenizer: CLIPTokenizer,
    encoder: CLIPTextModel,
    captions: Sequence[str],
    *,
    max_tokens: int = 75,
    clip_skip: int = 1,
) -> Tensor:
    """Prompt embeddings [b, positions, d] of captions; brackets are letters here, no emphasis.

    Tokens above `max_tokens` are cut off. All get as many chunks as the longest one needs.
    """
    length = chunk_length(tokenizer, encoder)
    cut = [_cut(ids[:max_tokens], length) for ids in caption_ids(tokenizer, captions)]
    longest = max(map(len, cut))
    chunks = [chunk for each in cut for chunk in each + [[]] * (longest - len(each))]
    hidden_states = hidden_states_of(
        tokenizer, encoder, chunks, clip_skip
    )  # [b * longest, length + 2, d]
    return hidden_states.reshape(len(cut), -1, hidden_states.shape[-1])


def caption_ids(tokenizer: CLIPTokenizer, captions: Sequence[str]) -> list[list[int]]:
    """The tokens of each caption, without start and end, uncut."""
    return tokenizer(list(captions), add_special_tokens=False, verbose=False).input_ids


def hidden_states_of(
    tokenizer: CLIPTokenizer, encoder: CLIPTextModel, chunks: Sequence[Chunk], clip_skip: int = 1
) -> Tensor:
    """The encoder's hidden states of each chunk, [n, length + 2, d].

    `clip_skip` counts as A1111 and kohya do: 1 is the last layer, 2 the one before it, always
    through the final norm.
    """
    tokens = input_ids_of(tokenizer, encoder, chunks)
    if clip_skip == 1:
        return encoder(tokens)[0]
    layers = encoder(tokens, output_hidden_states=True).hidden_states
    return getattr(encoder, "text_model", encoder).final_layer_norm(layers[-clip_skip])


def input_ids_of(
    tokenizer: CLIPTokenizer, encoder: CLIPTextModel, chunks: Sequence[Chunk]
) -> Tensor:
    """The encoder's input [n, length + 2], int64: each row with its start, end and padding."""
    length = chunk_length(tokenizer, encoder)
    start, end, pad = tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id
    rows = [[start, *chunk, end, *[pad] * (length - len(chunk))] for chunk in chunks]
    return torch.tensor(rows, device=encoder.device)


def _ids(tokenizer: CLIPTokenizer, text: str) -> list[int]:
    return tokenizer(text, add_special_tokens=False, verbose=False).input_ids


def _cut(ids: list[int], length: int) -> list[Chunk]:
    return [ids[start : start + length] for start in range(0, max(len(ids), 1), length)]


def apply_emphasis(hidden_states: Tensor, weights: list[float]) -> Tensor:
    """One chunk's hidden states [length + 2, d], each token's scaled by its weight."""
    if all(weight == 1 for weight in weights):
        return hidden_states
    rest = len(hidden_states) - 1 - len(weights)
    scale = torch.tensor(
        [1.0, *weights, *[1.0] * rest], device=hidden_states.device, dtype=hidden_states.dtype
    )
    weighted = hidden_states * scale[:, None]
    mean, after = hidden_states.mean(), weighted.mean()
    if min(mean.abs(), after.abs()) < SMALLEST_MEAN * hidden_states.std():
        return weighted
    return weighted * (mean / after)
