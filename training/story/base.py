"""The language model that a story LoRA is taught on: opened, quantised, fitted with an adapter."""

from dataclasses import dataclass
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model, prepare_model_for_kbit_training
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedTokenizerBase,
)

from storybook.errors import ModelError, TrainingError, first_line
from storybook.models import packaged
from storybook.models.devices import quiet
from storybook.models.hub import MOVED
from storybook.quantisation import is_quantised, show_bitsandbytes
from training.story.recipe import StoryRecipe

FILES = ["*.json", "*.safetensors", "*.model", "*.txt", "*.jinja"]
DTYPES = {
    "fp32": torch.float32,
    "fp16": torch.float16,
    "bf16": torch.bfloat16,
    "int8": torch.float16,
    "nf4": torch.bfloat16,
}
EVERY_LAYER = "all-linear"


@dataclass(frozen=True, slots=True)
class Base:
    """A base with an untaught adapter on it."""

    folder: Path
    model: PeftModel
    tokenizer: PreTrainedTokenizerBase

    @property
    def context(self) -> int:
        """So many tokens the base holds."""
        return self.model.config.max_position_embeddings


def open_base(recipe: StoryRecipe, device: torch.device) -> Base:
    """The base of a recipe on `device`; its weights are frozen, its pad is never its end of text.

    Raises ModelError if it cannot be opened, TrainingError if it cannot be taught.
    """
    if recipe.load == "fp16" and device.type == "cpu":
        raise TrainingError("load=fp16 needs a GPU: a CPU computes it slowly. Set fp32 or bf16.")
    if recipe.load == "nf4" and device.type == "cpu":
        # bitsandbytes' kernel for it knows no gradient there: all runs, and next to nothing learns.
        raise TrainingError(
            "load=nf4 needs a GPU: on a CPU nothing learns by it. Set int8 or bf16."
        )
    folder = folder_of(recipe.base)
    if recipe.load in ("int8", "nf4") or is_quantised(folder):
        show_bitsandbytes()
    tokenizer = open_tokenizer(folder)
    with quiet():
        try:
            model = AutoModelForCausalLM.from_pretrained(
                folder,
                dtype=DTYPES[recipe.load],
                quantization_config=_quantisation(recipe),
                device_map={"": device},
                use_safetensors=True,
                local_files_only=True,
            )
        except (OSError, ValueError, KeyError, ImportError) as fault:
            raise ModelError(
                f"{folder} is no causal language model: {first_line(fault)}"
            ) from fault
    if len(tokenizer) > model.config.vocab_size:
        raise ModelError(
            f"{folder}: the tokenizer has {len(tokenizer):,} tokens but the model knows "
            f"{model.config.vocab_size:,}. They belong to different models."
        )
    model.config.use_cache = False
    if recipe.load in ("int8", "nf4"):
        model = prepare_model_for_kbit_training(
            model, use_gradient_checkpointing=recipe.checkpointing
        )
    return Base(folder, _adapted(model, recipe), tokenizer)


def folder_of(base: str) -> Path:
    """Where a base lies: the folder itself, what was fetched by that name, or what the hub has.

    The hub's cache is asked before the hub.
    """
    if Path(base).is_dir():
        return Path(base)
    if base in packaged.known():
        return packaged.fetched(base)
    if base.count("/") != 1 or base.startswith((".", "/", "~")):
        raise ModelError(f"There is no folder {base}. Check the path of the base.")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        return Path(snapshot_download(MOVED.get(base, base), allow_patterns=FILES))
    except (HFValidationError, HfHubHTTPError, OSError) as fault:
        raise ModelError(
            f"{base} is no folder, and is not in the hub's cache: {first_line(fault)} Set "
            "HF_HUB_OFFLINE=0 to let it be fetched, or name a folder."
        ) from fault


def open_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a base, with a pad that is not its end of text.

    A writer whose pad is its end never learns to end: what is padded is left out of the loss.
    """
    with quiet():
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, KeyError, ImportError, TypeError) as fault:
            raise ModelError(f"{folder} has no usable tokenizer: {first_line(fault)}") from fault
    if tokenizer.eos_token_id is None:
        raise TrainingError(
            f"{folder}: the tokenizer knows no end of text, so that no story could end. Set "
            "eos_token in its tokenizer_config.json."
        )
    if tokenizer.pad_token_id in (None, tokenizer.eos_token_id):
        # As the source document did (SEEDS A16): LLaMA has no pad, and never writes <unk>.
        spare = tokenizer.unk_token or tokenizer.bos_token
        if spare in (None, tokenizer.eos_token):
            raise TrainingError(
                f"{folder}: the tokenizer has no pad, and no spare token to serve as one. Set "
                "pad_token in its tokenizer_config.json to a token that no story holds."
            )
        tokenizer.pad_token = spare
    tokenizer.padding_side = "right"
    return tokenizer


def _adapted(model: torch.nn.Module, recipe: StoryRecipe) -> PeftModel:
    names = {name.rpartition(".")[2] for name, _ in model.named_modules()}
    unknown = [name for name in recipe.targets if name not in names and name != EVERY_LAYER]
    if unknown:
        linear = sorted(
            {
                name.rpartition(".")[2]
                for name, module in model.named_modules()
                if isinstance(module, torch.nn.Linear)
            }
        )
        raise TrainingError(
            f"targets: {recipe.base} has no layer {unknown[0]}. It has {', '.join(linear)}; "
            f"{EVERY_LAYER} takes all but the head."
        )
    targets = EVERY_LAYER if EVERY_LAYER in recipe.targets else list(recipe.targets)
    torch.manual_seed(recipe.seed)
    return get_peft_model(
        model,
        LoraConfig(
            r=recipe.rank,
            lora_alpha=recipe.alpha,
            lora_dropout=recipe.dropout,
            target_modules=targets,
            use_dora=recipe.dora,
            use_rslora=recipe.rslora,
            bias="none",
            task_type="CAUSAL_LM",
        ),
    )


def _quantisation(recipe: StoryRecipe) -> BitsAndBytesConfig | None:
    match recipe.load:
        case "int8":
            return BitsAndBytesConfig(load_in_8bit=True)
        case "nf4":
            return BitsAndBytesConfig(
                load_in_4bit=True,
                bnb_4bit_quant_type="nf4",
                bnb_4bit_use_double_quant=recipe.double_quantisation,
                bnb_4bit_compute_dtype=DTYPES["nf4"],
            )
        case _:
            return None
