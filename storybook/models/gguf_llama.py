"""A LLaMA out of a GGUF file: an ordinary folder with weights, tokenizer and chat template.

`gguf` reads the file and gives its weights back their precision; names, the order of rows that
rotary positions want, and the tokenizer are put right here. Theirs is the file of llama.cpp, whose
tokenizer is named by a word (`tokenizer.ggml.pre`): what it means is known for SMOLLM alone.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from storybook.errors import ModelError, first_line

if TYPE_CHECKING:
    from gguf import GGUFReader

ARCHITECTURE, SMOLLM = "llama", "smollm"
SPECIAL = 3
"""The type of a token that is none of a text: `<|im_end|>`."""
NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
"""Parts of a block, as llama.cpp and as transformers call them."""
OUTER = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
ROTATED = {"attn_q": "head_count", "attn_k": "head_count_kv"}
"""Parts whose rows llama.cpp keeps in pairs, with the number of their heads."""
SAMPLING = {"temperature": 0.6, "top_p": 0.9}
"""What it was found to tell best with, of what was tried by hand."""
CHAT = """\
{%- for message in messages -%}
{%- if loop.first and message['role'] != 'system' -%}
<|im_start|>system
You tell stories to children. You keep to what you are asked for.<|im_end|>
{% endif -%}
<|im_start|>{{ message['role'] }}
{{ message['content'] }}<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% endif -%}
"""
"""ChatML with a system line of ours; the file's own speaks of an assistant."""


def read_gguf_llama(data: bytes, name: str) -> dict[str, bytes]:
    """The files of a folder, by their names, of what the GGUF file `name` holds.

    Weights are in bfloat16. Equal bytes give equal files. Raises ModelError for a file that is
    broken or holds another network or tokenizer.
    """
    try:
        from gguf import GGUFReader
    except ImportError as fault:
        raise ModelError(
            "Opening a GGUF file needs the package gguf: pip install 'storybook[gguf]'"
        ) from fault
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gguf"
        path.write_bytes(data)
        try:
            reader = GGUFReader(path)
            metadata = {key: field.contents() for key, field in reader.fields.items()}
            _check(metadata, name)
            return _files(metadata, reader)
        except (ValueError, KeyError, IndexError, TypeError, OSError) as fault:
            raise ModelError(f"{name} is broken or cut off: {first_line(fault)}") from fault


def _check(metadata: Mapping[str, Any], name: str) -> None:
    """Raise ModelError unless it is a LLaMA with the tokenizer that is known here."""
    architecture = metadata["general.architecture"]
    pre_tokenizer = metadata.get("tokenizer.ggml.pre")
    if (architecture, pre_tokenizer) != (ARCHITECTURE, SMOLLM):
        raise ModelError(
            f"{name} holds a {architecture} whose tokenizer is {pre_tokenizer!r}; what is known "
            f"here is a {ARCHITECTURE} with {SMOLLM!r}."
        )


def _files(metadata: Mapping[str, Any], reader: "GGUFReader") -> dict[str, bytes]:
    tied = all(tensor.name != "output.weight" for tensor in reader.tensors)
    texts = {
        "config.json": _config(metadata, tied=tied),
        "generation_config.json": _ids(metadata),
        "generation.json": SAMPLING,
        "tokenizer.json": _tokenizer(metadata),
        "tokenizer_config.json": _tokenizer_config(metadata),
    }
    files = {
        file: (json.dumps(text, indent=1, ensure_ascii=False) + "\n").encode()
        for file, text in texts.items()
    }
    return files | {"chat_template.jinja": CHAT.encode(), "model.safetensors": _weights(reader)}


def _config(metadata: Mapping[str, Any], *, tied: bool) -> dict[str, Any]:
    of = {key.removeprefix("llama."): each for key, each in metadata.items()}
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": len(metadata["tokenizer.ggml.tokens"]),
        "hidden_size": int(of["embedding_length"]),
        "intermediate_size": int(of["feed_forward_length"]),
        "num_hidden_layers": int(of["block_count"]),
        "num_attention_heads": int(of["attention.head_count"]),
        "num_key_value_heads": int(of["attention.head_count_kv"]),
        "max_position_embeddings": int(of["context_length"]),
        "rms_norm_eps": _short(of["attention.layer_norm_rms_epsilon"]),
        "rope_theta": _short(of["rope.freq_base"]),
        "tie_word_embeddings": tied,
        "dtype": "bfloat16",
        **_ids(metadata),
    }


def _ids(metadata: Mapping[str, Any]) -> dict[str, int]:
    """The pad is not the end of a turn, or a model that is taught would never learn to end."""
    which = {"bos": "bos", "eos": "eos", "pad": "unknown"}
    return {
        f"{ours}_token_id": int(metadata[f"tokenizer.ggml.{theirs}_token_id"])
        for ours, theirs in which.items()
    }


def _short(number: float) -> float:
    """A number of single precision as it was meant: 1e-05, not 9.999999747378752e-06."""
    return float(f"{number:.6g}")


def _tokenizer(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """`tokenizer.json`: BPE over bytes, each digit alone, and no text put before a text.

    transformers' own reading of the file leaves letters for spaces in a text and does not part
    digits, so that the model reads noise.
    """
    tokens, kinds = metadata["tokenizer.ggml.tokens"], metadata["tokenizer.ggml.token_type"]
    by_byte = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": _special_tokens(tokens, kinds),
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Digits", "individual_digits": True},
                by_byte | {"trim_offsets": True},
            ],
        },
        "post_processor": by_byte | {"trim_offsets": False},
        "decoder": by_byte | {"trim_offsets": True},
        "model": _bpe(tokens, metadata["tokenizer.ggml.merges"]),
    }


def _special_tokens(tokens: Sequence[str], kinds: Sequence[int]) -> list[dict[str, Any]]:
    never = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return [
        {"id": number, "content": token, **never, "special": True}
        for number, (token, kind) in enumerate(zip(tokens, kinds, strict=True))
        if kind == SPECIAL
    ]


def _bpe(tokens: Sequence[str], merges: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "BPE",
        "dropout": None,
        "unk_token": None,
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": False,
        "byte_fallback": False,
        "ignore_merges": False,
        "vocab": {token: number for number, token in enumerate(tokens)},
        "merges": [merge.split(" ") for merge in merges],
    }


def _tokenizer_config(metadata: Mapping[str, Any]) -> dict[str, Any]:
    tokens = metadata["tokenizer.ggml.tokens"]

    def token(which: str) -> str:
        return tokens[int(metadata[f"tokenizer.ggml.{which}_token_id"])]

    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": token("bos"),
        "eos_token": token("eos"),
        "unk_token": token("unknown"),
        "pad_token": token("unknown"),
        "model_max_length": int(metadata["llama.context_length"]),
        "clean_up_tokenization_spaces": False,
    }


def _weights(reader: "GGUFReader") -> bytes:
    """All weights in bfloat16, as a safetensors file."""
    import torch
    from safetensors.torch import save

    tensors = {
        name: torch.from_numpy(np.array(values, np.float32)).to(torch.bfloat16)
        for name, values in _tensors(reader)
    }
    return save(tensors, metadata={"format": "pt"})


def _tensors(reader: "GGUFReader") -> Iterator[tuple[str, np.ndarray]]:
    """Names and float32 values as transformers has them, matrices [out, in].

    Raises ValueError for a tensor that no LLaMA has.
    """
    from gguf.quants import dequantize

    metadata = {key: reader.fields[f"llama.attention.{key}"].contents() for key in ROTATED.values()}
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type)
        if tensor.name in OUTER:
            yield OUTER[tensor.name], values
            continue
        _, block, part, kind = tensor.name.split(".")
        if part in ROTATED:
            values = unpaired(values, int(metadata[ROTATED[part]]))
        yield f"model.layers.{block}.{NAMES[part]}.{kind}", values


def unpaired(values: np.ndarray, heads: int) -> np.ndarray:
    """Rows [heads * n, in] that stand by pairs of a rotation, in halves as transformers wants them.

    >>> unpaired(np.arange(4)[:, None], 1).T.tolist()
    [[0, 2, 1, 3]]
    """
    pairs = values.reshape(heads, -1, 2, *values.shape[1:])  # [heads, n / 2, 2, in]
    return pairs.swapaxes(1, 2).reshape(values.shape)
