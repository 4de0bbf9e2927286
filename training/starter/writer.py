"""The starter's writer: a small LLaMA taught from nothing on composed tales, then story adapters.

`python -m training.starter.writer --minutes 40` makes `assets/starter/writer/`: `base/` (LLaMA and
tokenizer), an adapter for each manner of telling by the recipes that `make story-lora` follows
(`story-lora/`, `story-lora-bedtime/`), `generation.json` (how to sample) and `card.json`.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from storybook.files import follow_umask, replacing, write_whole
from storybook.models.weights import weights_digest
from storybook.records import Event
from storybook.story.delexicalize import ROLES
from training.data.pairs import write_pairs
from training.starter.loop import Budget, TrainSpec, progress_of, train_loop
from training.starter.pairs import composed_pairs
from training.starter.tales import Lexicon, load_lexicon
from training.starter.tales.compose import role_words
from training.starter.tales.tokens import (
    IGNORE_INDEX,
    MOST_MARKS,
    bare_batch,
    mark,
    train_tokenizer,
)
from training.starter.tales.words import MANNERS

OUT = Path(__file__).parents[2] / "assets" / "starter" / "writer"
RECIPES = Path(__file__).parents[1] / "recipes"
BASE = "base"
ADAPTERS = {"plain": "story-lora", "bedtime": "story-lora-bedtime"}
"""The folder of each manner's adapter."""
SHIPPED = ("adapter_config.json", "adapter_model.safetensors", "card.json", "frame.toml")
"""What of a run's result is shipped; the tokenizer is the base's."""
MARK_WEIGHT = 10.0
"""How much the mark of a page counts beside a word: one token says how long the whole tale is."""
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
    pairs: int
    """How many an adapter learns from, for two epochs."""


# Two and a half million weights. A third as many learnt in 17 minutes which words follow which,
# but not well which tale a summary asks for.
FULL = Size(192, 5, 6, 512, 1280, 800, 1500, 1500)
TOY = Size(32, 2, 2, 64, 700, 40, 512, 12)
LOOKED_AT = 60
"""Pairs, at most, that an adapter is only measured on."""


def train_writer(
    out: Path, work: Path, minutes: float, steps: int | None = None
) -> Iterator[Event]:
    """Teach the base within `minutes`, then an adapter for each manner, and export all to `out`.

    An adapter takes as long as its recipe does, some seven minutes of one core. Checkpoints in
    `work` let a stopped run go on. `steps` bounds each of the trainings as well. Raises
    TrainingError when a loss is no longer a number.
    """
    size = TOY if minutes < TOY_BELOW_MINUTES else FULL
    lexica = [load_lexicon(manner) for manner in MANNERS]
    tokenizer = _tokenizer(work / "tokenizer", lexica[0], size)
    base = new_base(size, tokenizer)
    yield from train_loop(_spec(base, lexica, tokenizer, size), work / BASE, Budget(minutes, steps))
    export_base(base, tokenizer, out / BASE)
    words = role_words(lexica[0]).model_dump_json(indent=1)
    write_whole(out / ROLES, f"{words}\n".encode())
    write_whole(out / "generation.json", (json.dumps(SAMPLING, indent=2) + "\n").encode())
    _write_card(out, work, base)
    for manner, folder in ADAPTERS.items():
        yield from teach_manner(manner, out / BASE, out / folder, work, size.pairs, steps)


def teach_manner(
    manner: str, base: Path, out: Path, work: Path, pairs: int, steps: int | None = None
) -> Iterator[Event]:
    """Teach an adapter on `base` by the manner's own recipe, and export it to `out`.

    A base's finished adapter is not taught again, and an unfinished one goes on.
    """
    from training.runs.run import Run
    from training.story.recipe import load_story_recipe
    from training.story.train import train

    folder = work / "pairs" / manner
    train_pairs = _written(folder / "train.json", manner, pairs, 1)
    test_pairs = _written(folder / "test.json", manner, min(pairs, LOOKED_AT), 2)
    settings = [f"base={base}", f"pairs={train_pairs}", f"test_pairs={test_pairs}"]
    if steps:  # a rehearsal: who was taught so little has nothing to tell
        settings += [f"max_steps={steps}", "sample_words=10"]
    recipe, preset = load_story_recipe(RECIPES / f"starter-{manner}.toml", settings=settings)
    run = Run(work / f"{manner}-{weights_digest(base)}")
    begun = (run.folder / "run.json").is_file()
    if not (begun and run.state().state == "done"):
        yield from run.logged(train(recipe, run, torch.device("cpu"), preset, resume=begun))
    with replacing(out) as draft:
        draft.mkdir()
        for name in SHIPPED:
            shutil.copy2(run.result / name, draft / name)


def _written(file: Path, manner: str, count: int, seed: int) -> Path:
    """The file of so many composed pairs, made where it is not there yet."""
    if not file.is_file():
        write_pairs(file, composed_pairs(count, seed, manner))
    return file


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


def export_base(base: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Weights in half precision, config and tokenizer, as transformers reads them."""
    shipped = LlamaForCausalLM(base.config)
    shipped.load_state_dict(base.state_dict())
    shipped.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    follow_umask(folder)


def _spec(
    base: LlamaForCausalLM, lexica: list[Lexicon], tokenizer: PreTrainedTokenizerFast, size: Size
) -> TrainSpec:
    names = [mark(to_go) for to_go in range(1, MOST_MARKS + 1)]
    marks = torch.tensor(tokenizer.convert_tokens_to_ids(names))

    def loss(learner: nn.Module, generator: torch.Generator) -> Tensor:
        seed = int(torch.randint(2**31, (), generator=generator))
        batch = bare_batch(Random(seed), lexica, tokenizer, size.batch_tokens)
        found = learner(input_ids=batch.tokens, attention_mask=batch.mask, use_cache=False)
        logits, labels = found.logits[:, :-1], batch.labels[:, 1:]  # [tales, tokens - 1, ...]
        losses = functional.cross_entropy(
            logits.transpose(1, 2), labels, ignore_index=IGNORE_INDEX, reduction="none"
        )
        weights = (labels != IGNORE_INDEX) + (MARK_WEIGHT - 1) * torch.isin(labels, marks)
        return (losses * weights).sum() / weights.sum()

    return TrainSpec("writer base", base, loss, lr=4e-3, batches_per_step=2)


def _tokenizer(folder: Path, lexicon: Lexicon, size: Size) -> PreTrainedTokenizerFast:
    if not folder.exists():
        with replacing(folder) as draft:
            train_tokenizer(lexicon, size.corpus_tales, size.vocabulary).save_pretrained(draft)
    return PreTrainedTokenizerFast.from_pretrained(folder)


def _write_card(out: Path, work: Path, base: LlamaForCausalLM) -> None:
    taught = progress_of(work / BASE)
    card = {
        "what": "A small LLaMA that tells children's tales; its adapters' cards lie beside them.",
        "made_by": "python -m training.starter.writer",
        "parameters": sum(weight.numel() for weight in base.parameters()),
        "steps": taught.step,
        "minutes": round(taught.minutes, 1),
        "loss": round(taught.loss, 4),
    }
    write_whole(out / "card.json", (json.dumps(card, indent=2) + "\n").encode())


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
