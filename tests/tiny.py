"""Real classes at toy size, built from config: what the fast tests load in place of big models."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

BOS, EOS, PAD = "<s>", "</s>", "<pad>"
CHAT_TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"


def tiny_llama(
    folder: Path,
    *,
    learns: tuple[str, ...] = (),
    context: int = 512,
    seed: int = 0,
    shared_heads: int = 4,
) -> Path:
    """A two-layer LLaMA folder with tokenizer and chat template; returns the folder.

    It knows by heart what it `learns`, each text from its first word to the end of text; without
    anything to learn its weights are random. Its four heads have `shared_heads` of keys and values.
    """
    tokenizer = _tokenizer(learns or ("Once upon a time there was a cat. END",))
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=shared_heads,
        max_position_embeddings=context,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=True,
    )
    model = LlamaForCausalLM(config)
    for text in learns:
        _learn(model, tokenizer(f"{text}{EOS}", return_tensors="pt")["input_ids"])
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer(texts: tuple[str, ...]) -> PreTrainedTokenizerFast:
    """Byte-level BPE, so that any text can be read."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=2000,
            special_tokens=[PAD, BOS, EOS],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=BOS, eos_token=EOS, pad_token=PAD
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


def _learn(model: LlamaForCausalLM, ids: torch.Tensor) -> None:
    """Step until the text is known; ids are [1, t]."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(150):
        loss = model(ids, labels=ids).loss
        if loss.item() < 0.05:
            return
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
