"""What a file of weights is in place of what was asked for, told by its tensors' names."""

import re
from collections.abc import Iterable

_OTHERS = (
    (r"boft_", "a BOFT adapter, which is not read"),
    (r"\.oft_|oft_blocks|oft_diag", "an OFT adapter, which is not read"),
    (r"\.[ab][12]\.weight", "a GLoRA adapter, which is not read"),
    (r"vera_lambda", "a VeRA adapter, which is not read"),
    (r"\.lora_E\b|ranknum", "an AdaLoRA adapter, which is not read"),
    (r"fourierft_|hra_u|bone_|shira_|randlora_", "an adapter of peft's that is not read"),
    (r"lora_embedding_[AB]", "a LoRA of an embedding layer, which is not read"),
    (r"\.lora_B\.bias", "a LoRA with biases, which is not read"),
    (
        r"^(bundle_emb|emb_params$|string_to_param|clip_[lg]$)",
        "words of textual inversion (draw.embeddings)",
    ),
    (r"lllite_", "a ControlNet-LLLite"),
    (r"^(control_model\.|input_hint_block)|controlnet_", "a ControlNet"),
    (r"ip_adapter|image_proj", "an IP-Adapter"),
    (r"double_blocks|single_transformer_blocks", "a Flux, or an adapter for one"),
    (
        r"joint_blocks|transformer\.transformer_blocks|lora_transformer_",
        "an adapter for another family, such as Stable Diffusion 3",
    ),
    (r"(^|\.)model\.layers\.\d", "an adapter for a language model"),
    (r"^params_ema|RRDB_trunk|body\.\d+\.rdb", "an enlarger"),
)
_WHOLE = (
    (r"^(model\.diffusion_model|cond_stage_model|conditioner)\.", "a whole painter (draw.painter)"),
    (r"^first_stage_model\.|^(en|de)coder\.(down|up)", "an autoencoder (draw.vae)"),
)
_OF_XL = (
    (
        r"lora_te2_|^text_encoder_2\.|_(in|out)put_blocks_\d+_1_transformer_blocks_[1-9]"
        r"|attentions[._]\d[._]transformer_blocks[._][1-9]",
        "an adapter for Stable Diffusion XL",
    ),
)
_PARTS = (
    (r"^conditioner\.embedders\.", "the refiner of Stable Diffusion XL"),
    (r"^first_stage_model\.|^(en|de)coder\.(down|up)", "an autoencoder (draw.vae)"),
)
_ADAPTERS = (
    (r"hada_w1", "a LoHa adapter"),
    (r"lokr_w", "a LoKr adapter"),
    (r"ia3_l|\.on_input$", "an IA3 adapter"),
    (r"^lora_(unet|te)", "a LoRA of kohya's trainer"),
    (r"^base_model\.model\.|lora_[AB]\.", "a LoRA as peft writes it"),
    (r"^(unet|text_encoder)\.|lora[._](up|down)", "a LoRA as diffusers writes it"),
)


def no_adapter(names: Iterable[str]) -> str:
    """What a file is, or is for, that is no adapter for a painter; nothing if it does not show."""
    return _first(names, _OTHERS + _WHOLE + _OF_XL)


def no_painter(names: Iterable[str]) -> str:
    """What a file is that is no painter of a family that is known; nothing if it does not show."""
    return _first(names, _OTHERS + _ADAPTERS + _PARTS)


def _first(names: Iterable[str], looks: tuple[tuple[str, str], ...]) -> str:
    every = list(names)
    return next((what for look, what in looks if any(re.search(look, each) for each in every)), "")
