"""The starter's writer: a small LLaMA taught from nothing on composed tales, then a story adapter.

`python -m training.starter.writer --minutes 40` makes `assets/starter/writer/`: `base/` (LLaMA and
tokenizer), `story-lora/` (a peft adapter), `generation.json` (how to sample) and `card.json` (what
was measured).
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import Tensor, nn
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from storybook.records import Event
from storybook.roles import ROLES
from training.starter.loop import Budget, Lesson, descend, progress_of
from training.starter.tales import Lexicon, load_lexicon
from training.starter.tales.compose import role_words
from training.starter.tales.measure import Figures, measure
from training.starter.tales.tokens import (
    MOST_MARKS,
    UNTAUGHT,
    Batch,
    bare_batch,
    mark,
    story_batch,
    train_tokenizer,
)

OUT = Path(__file__).parents[2] / "assets" / "starter" / "writer"
BASE, ADAPTER = "base", "story-lora"
MARK_WEIGHT = 10.0
"""How much the mark of a page counts beside a word: one token says how long the whole tale is."""
BASE_SHARE = 0.75
"""The share of the time that the base takes; the adapter has only the frame to learn."""
TOY_BELOW_MINUTES = 1.3
"""Less time than this teaches nothing at full size."""

SAMPLING = {"temperature": 0.7, "top_p": 0.9, "repetition_penalty": 1.0}
"""A refrain has to repeat, so repetition is not punished."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the writer is and how much it reads at once."""

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    corpus_tales: int
    """How many tales the tokenizer is made from."""
    batch_tokens: int
    measured_tales: int


# Two and a half million weights. A third as many learnt in 17 minutes which words follow which,
# but not well which tale a summary asks for.
FULL = Size(192, 5, 6, 512, 1280, 800, 1500, 24)
TOY = Size(32, 2, 2, 64, 700, 40, 512, 2)

Batches = Callable[[Random, Lexicon, PreTrainedTokenizerFast, int], Batch]


def train_writer(
    out: Path, work: Path, minutes: float, steps: int | None = None
) -> Iterator[Event]:
    """Teach base and adapter within `minutes`, export them to `out`, and measure both.

    Checkpoints in `work` let a stopped run go on. `steps` bounds each of the two lessons as well.
    Raises TrainingError when a loss is no longer a number.
    """
    size = TOY if minutes < TOY_BELOW_MINUTES else FULL
    lexicon = load_lexicon()
    tokenizer = _tokenizer(work / "tokenizer", lexicon, size)
    base = new_base(size, tokenizer)
    yield from descend(
        _lesson("writer base", base, lexicon, tokenizer, size, bare_batch, lr=4e-3),
        work / BASE,
        Budget(minutes * BASE_SHARE, steps),
    )
    export_base(base, tokenizer, out / BASE)
    adapted = new_adapter(LlamaForCausalLM.from_pretrained(out / BASE, dtype=torch.float32))
    yield from descend(
        _lesson("writer adapter", adapted, lexicon, tokenizer, size, story_batch, lr=2e-3),
        work / ADAPTER,
        Budget(minutes * (1 - BASE_SHARE), steps),
        seed=1,
    )
    export_adapter(adapted, out / ADAPTER)
    words = role_words(lexicon).model_dump_json(indent=1)
    (out / ROLES).write_text(words + "\n", encoding="utf-8")
    (out / "generation.json").write_text(json.dumps(SAMPLING, indent=2) + "\n", encoding="utf-8")
    yield Event(stage="writer figures", done=0, total=1)
    with adapted.disable_adapter():
        before = measure(adapted, tokenizer, lexicon, size.measured_tales, SAMPLING)
    after = measure(adapted, tokenizer, lexicon, size.measured_tales, SAMPLING)
    _write_card(out, work, base, before, after)
    yield Event(stage="writer figures", done=1, total=1, note=f"story loss {after.story_loss:.3f}")


def new_base(size: Size, tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """A LLaMA that knows nothing, always the same one."""
    torch.manual_seed(0)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=size.width,
            intermediate_size=size.inner,
            num_hidden_layers=size.layers,
            num_attention_heads=size.heads,
            max_position_embeddings=1536,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def new_adapter(base: LlamaForCausalLM) -> PeftModel:
    """`base` frozen, with an untaught LoRA on its queries and values; sizes of seed A12 and A13."""
    torch.manual_seed(0)
    base.name_or_path = BASE
    return get_peft_model(
        base,
        LoraConfig(
            r=8,
            lora_alpha=32,
            lora_dropout=0.01,
            target_modules=["q_proj", "v_proj"],
            task_type="CAUSAL_LM",
        ),
    )


def export_base(base: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Weights in half precision, config and tokenizer, as transformers reads them."""
    shipped = LlamaForCausalLM(base.config)
    shipped.load_state_dict(base.state_dict())
    shipped.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def export_adapter(adapted: PeftModel, folder: Path) -> None:
    """The adapter alone, as peft reads it; its base is named by the folder beside it."""
    adapted.save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)


def _lesson(
    name: str,
    module: nn.Module,
    lexicon: Lexicon,
    tokenizer: PreTrainedTokenizerFast,
    size: Size,
    batches: Batches,
    lr: float,
) -> Lesson:
    names = [mark(to_go) for to_go in range(1, MOST_MARKS + 1)]
    marks = torch.tensor(tokenizer.convert_tokens_to_ids(names))

    def loss(learner: nn.Module, chance: torch.Generator) -> Tensor:
        seed = int(torch.randint(2**31, (), generator=chance))
        batch = batches(Random(seed), lexicon, tokenizer, size.batch_tokens)
        found = learner(input_ids=batch.tokens, attention_mask=batch.mask, use_cache=False)
        said, wanted = found.logits[:, :-1], batch.labels[:, 1:]  # [tales, tokens - 1, ...]
        losses = functional.cross_entropy(
            said.transpose(1, 2), wanted, ignore_index=UNTAUGHT, reduction="none"
        )
        weights = (wanted != UNTAUGHT) + (MARK_WEIGHT - 1) * torch.isin(wanted, marks)
        return (losses * weights).sum() / weights.sum()

    return Lesson(name, module, loss, lr=lr, twins=2)


def _tokenizer(folder: Path, lexicon: Lexicon, size: Size) -> PreTrainedTokenizerFast:
    if not folder.exists():
        train_tokenizer(lexicon, size.corpus_tales, size.vocabulary).save_pretrained(folder)
    return PreTrainedTokenizerFast.from_pretrained(folder)


def _write_card(
    out: Path, work: Path, base: LlamaForCausalLM, before: Figures, after: Figures
) -> None:
    taught, adapted = progress_of(work / BASE), progress_of(work / ADAPTER)
    card = {
        "what": "A small LLaMA that tells children's tales, and its story adapter.",
        "made_by": "python -m training.starter.writer",
        "parameters": sum(weight.numel() for weight in base.parameters()),
        "base": {"steps": taught.step, "minutes": round(taught.minutes, 1)},
        "adapter": {"steps": adapted.step, "minutes": round(adapted.minutes, 1)},
        "held_out": {"base": before.model_dump(), "with_adapter": after.model_dump()},
    }
    (out / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Run `train_writer` and show how it goes."""
    parser = argparse.ArgumentParser(prog="python -m training.starter.writer", description=__doc__)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--work", type=Path, default=Path("starter-work") / "writer")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for event in train_writer(options.out, options.work, options.minutes):
        sys.stdout.write(f"{event.stage} {event.done}/{event.total} {event.note}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
