"""The baseline of the story recipe: as the source document's trainer had it.

Every pair is padded to the maximum, which is the longest text that the model takes, as that trainer
did (A16); or, which is kinder, to the longest pair. None shares a row with another, and the loss is
taken on question and story alike. `python -m benchmarks.plain_stories RECIPE WIDTH STEPS OUT` takes
so many steps on the recipe's pairs and writes their times and useful tokens (those that are no
padding) to OUT; WIDTH is "maximum" or "longest".
"""

import json
import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from random import Random

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from training.data.pairs import read_pairs
from training.story.recipe import load_story_recipe
from training.story.rows import IGNORE_INDEX, TokenizedPair, row_of
from training.story.train import frame_of

BATCH = 4


def padded(
    rows: Sequence[TokenizedPair], columns: int, pad_token_id: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens and labels, [rows, columns]."""
    tokens = torch.full((len(rows), columns), pad_token_id)
    labels = torch.full((len(rows), columns), IGNORE_INDEX)
    for place, row in enumerate(rows):
        tokens[place, : len(row.tokens)] = torch.tensor(row.tokens)
        labels[place, : len(row.tokens)] = torch.tensor(row.labels)
    return tokens, labels


def main(file: str, width: str, steps: str, out: str) -> None:
    recipe, _ = load_story_recipe(Path(file))
    tokenizer = AutoTokenizer.from_pretrained(recipe.base, local_files_only=True)
    base = AutoModelForCausalLM.from_pretrained(
        recipe.base, dtype=torch.float32, local_files_only=True
    )
    torch.manual_seed(recipe.seed)
    settings = {"r": recipe.rank, "lora_alpha": recipe.alpha, "lora_dropout": recipe.dropout}
    model = get_peft_model(base, LoraConfig(target_modules=list(recipe.targets), **settings))
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=recipe.lr, weight_decay=recipe.weight_decay)
    frame = frame_of(recipe)
    rows = [row_of(pair, frame, tokenizer, on_all=True) for pair in read_pairs(recipe.pairs)]
    longest = max(len(row.tokens) for row in rows)
    columns = {"longest": longest, "maximum": base.config.max_position_embeddings}[width]
    Random(recipe.seed).shuffle(rows)
    model.train()
    log = []
    for start in islice(range(0, len(rows) - BATCH + 1, BATCH), int(steps)):
        tokens, labels = padded(rows[start : start + BATCH], columns, tokenizer.pad_token_id)
        mask = (labels != IGNORE_INDEX).long()
        model(input_ids=tokens, attention_mask=mask, labels=labels).loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, recipe.clip_norm)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        log.append({"time": time.time(), "tokens": int(mask.sum())})
    Path(out).write_text("\n".join(map(json.dumps, log)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
