"""A tiny LLaMA in a GGUF file, written as llama.cpp's converter writes one."""

from pathlib import Path

import gguf
import numpy as np
import torch
from gguf.quants import quantize
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

from storybook.models.gguf_llama import NAMES, OUTER

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
HEADS, KEY_HEADS, BLOCKS, SIZE = 4, 2, 2, 64
TEXT = (
    "Once upon a time a small dog named Pip lost his red ball. He looked under the bed, and he "
    "looked in the garden. It's here! said the cat. They played until the moon came up, 12 times."
)


def vocabulary() -> tuple[list[str], list[str]]:
    """Tokens by their ids, the special ones first, and merges, by what TEXT says often."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=list(SPECIAL),
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator([TEXT] * 3, trainer)
    import json

    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    return tokens, [" ".join(each) for each in model["merges"]]


def tiny_model(vocab_size: int) -> LlamaForCausalLM:
    torch.manual_seed(7)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocab_size,
            hidden_size=SIZE,
            intermediate_size=SIZE,
            num_hidden_layers=BLOCKS,
            num_attention_heads=HEADS,
            num_key_value_heads=KEY_HEADS,
            max_position_embeddings=512,
            rms_norm_eps=1e-5,
            rope_theta=10_000.0,
            tie_word_embeddings=True,
        )
    ).eval()


def paired(values: np.ndarray, heads: int) -> np.ndarray:
    """Rows of two halves as llama.cpp keeps them: by pairs of a rotation."""
    halves = values.reshape(heads, 2, -1, *values.shape[1:])
    return halves.swapaxes(1, 2).reshape(values.shape)


def write_gguf(
    path: Path, *, quantised: bool = True, architecture: str = "llama", pre: str = "smollm"
) -> LlamaForCausalLM:
    """Write the model at `path` as GGUF; returns it as it was before it was quantised."""
    tokens, merges = vocabulary()
    model = tiny_model(len(tokens))
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(512)
    writer.add_embedding_length(SIZE)
    writer.add_block_count(BLOCKS)
    writer.add_feed_forward_length(SIZE)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_rope_freq_base(10_000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token in SPECIAL else 1 for token in tokens])
    writer.add_token_merges(merges)
    for which, number in (("unk", 0), ("bos", 1), ("eos", 2), ("pad", 2)):
        getattr(writer, f"add_{which}_token_id")(number)
    theirs = {ours: name for name, ours in OUTER.items()}
    parts = {ours: part for part, ours in NAMES.items()}
    for name, tensor in model.state_dict().items():
        values = tensor.numpy()
        if name == "lm_head.weight":
            continue  # tied
        if name not in theirs:
            _, _, block, rest = name.split(".", 3)
            part, kind = parts[rest.rpartition(".")[0]], rest.rpartition(".")[2]
            if part in ("attn_q", "attn_k"):
                values = paired(values, HEADS if part == "attn_q" else KEY_HEADS)
            theirs[name] = f"blk.{block}.{part}.{kind}"
        if quantised and values.ndim == 2:
            kind = gguf.GGMLQuantizationType.Q4_1
            writer.add_tensor(theirs[name], quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(theirs[name], np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return model
