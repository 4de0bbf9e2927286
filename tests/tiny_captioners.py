"""Real captioners of transformers' at a few thousand weights, saved as folders."""

from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import (
    Blip2Config,
    Blip2ForConditionalGeneration,
    Blip2Processor,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipImageProcessor,
    BlipProcessor,
    GPT2Config,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
    VisionEncoderDecoderConfig,
    VisionEncoderDecoderModel,
    ViTConfig,
    ViTImageProcessor,
)

SIDE_PX = 32
SPECIAL = ("[PAD]", "[BOS]", "[EOS]", "[UNK]", "<image>")
WORDS = (
    *SPECIAL,
    "a",
    "cat",
    "dog",
    "on",
    "in",
    "the",
    "sofa",
    "garden",
    "brown",
    "white",
    "asleep",
    "photo",
    "of",
    "USER",
    "ASSISTANT",
    ":",
    "Describe",
    "picture",
    "one",
    "sentence",
    ".",
)
VISION = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": SIDE_PX,
    "patch_size": 16,
}
TEXT = {
    "vocab_size": len(WORDS),
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 128,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
CHAT = (
    "{% for m in messages %}USER : {% for c in m.content %}"
    "{% if c.type == 'image' %}<image> {% else %}{{ c.text }} {% endif %}{% endfor %}{% endfor %}"
    "ASSISTANT :"
)


def tokenizer():
    """One token a word."""
    made = Tokenizer(WordLevel({word: place for place, word in enumerate(WORDS)}, "[UNK]"))
    made.pre_tokenizer = Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="[PAD]",
        bos_token="[BOS]",
        eos_token="[EOS]",
        unk_token="[UNK]",
        additional_special_tokens=["<image>"],
    )


def eyes():
    return BlipImageProcessor(size={"height": SIDE_PX, "width": SIDE_PX})


def blip(folder: Path) -> Path:
    text = {**TEXT, "encoder_hidden_size": 16, "sep_token_id": 2, "projection_dim": 8}
    config = BlipConfig(
        text_config=text, vision_config=VISION, projection_dim=8, image_text_hidden_size=8
    )
    BlipProcessor(eyes(), tokenizer()).save_pretrained(folder)
    return _saved(BlipForConditionalGeneration(config), folder)


def blip2(folder: Path) -> Path:
    text = {
        "model_type": "opt",
        "vocab_size": len(WORDS),
        "hidden_size": 16,
        "ffn_dim": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "max_position_embeddings": 128,
        "word_embed_proj_dim": 16,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": 2,
    }
    qformer = {
        "vocab_size": len(WORDS),
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "encoder_hidden_size": 16,
    }
    config = Blip2Config(
        vision_config=VISION,
        qformer_config=qformer,
        text_config=text,
        num_query_tokens=2,
        image_token_index=4,
    )
    Blip2Processor(eyes(), tokenizer(), num_query_tokens=2).save_pretrained(folder)
    return _saved(Blip2ForConditionalGeneration(config), folder)


def vit_gpt2(folder: Path) -> Path:
    decoder = GPT2Config(
        vocab_size=len(WORDS),
        n_positions=128,
        n_embd=16,
        n_layer=1,
        n_head=2,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    config = VisionEncoderDecoderConfig.from_encoder_decoder_configs(ViTConfig(**VISION), decoder)
    config.decoder_start_token_id, config.pad_token_id, config.eos_token_id = 1, 0, 2
    ViTImageProcessor(size={"height": SIDE_PX, "width": SIDE_PX}).save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return _saved(VisionEncoderDecoderModel(config), folder, "decoder.transformer.wte.weight")


def chat(folder: Path) -> Path:
    vision = {**VISION, "model_type": "clip_vision_model"}
    config = LlavaConfig(
        vision_config=vision,
        text_config={**TEXT, "model_type": "llama"},
        image_token_index=4,
        image_seq_length=4,
        vision_feature_layer=-1,
    )
    LlavaProcessor(
        eyes(),
        tokenizer(),
        patch_size=16,
        vision_feature_select_strategy="default",
        image_token="<image>",
        num_additional_image_tokens=1,
        chat_template=CHAT,
    ).save_pretrained(folder)
    return _saved(LlavaForConditionalGeneration(config), folder)


def _saved(model, folder: Path, words: str = "") -> Path:
    """With weights drawn from a seed, so large that words differ from picture to picture.

    In the table of `words`, if one is named, those that are none are unlikely to be said.
    """
    chance = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.randn(weight.shape, generator=chance) * 0.5)
        if words:
            model.get_parameter(words)[: len(SPECIAL)] = 0
    model.save_pretrained(folder)
    return folder
