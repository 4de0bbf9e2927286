"""What a story run leaves: an adapter that peft reads, and all that is needed to use it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from math import exp
from pathlib import Path

from storybook.files import follow_umask, replacing, write_whole
from storybook.models.weights import weights_digest
from storybook.records import digest
from storybook.story.prompt_frame import PromptFrame, write_frame
from training.data.pairs import Pair
from training.runs.run import Measure, Run
from training.story.base import Base
from training.story.recipe import StoryRecipe
from training.story.rows import StoryDataset

CARD, MERGED = "card.json", "merged"


def write_result(
    run: Run,
    recipe: StoryRecipe,
    base: Base,
    frame: PromptFrame,
    dataset: StoryDataset,
    preset: str,
    figures: Sequence[Measure],
) -> Path:
    """Put the adapter, tokenizer, frame and card into the run's `result/`; that folder.

    `figures` are the measures before the first step and of the step whose weights these are.
    """
    base.model.peft_config["default"].base_model_name_or_path = recipe.base
    card = card_of(recipe, base, dataset, preset, figures) | {"run": run.folder.name}
    with replacing(run.result) as folder:
        base.model.save_pretrained(folder, save_embedding_layers=False)
        (folder / "README.md").unlink(missing_ok=True)  # peft's form with nothing filled in
        base.tokenizer.save_pretrained(folder)
        write_frame(frame, folder)
        write_whole(folder / CARD, (json.dumps(card, indent=2) + "\n").encode())
        if recipe.merge:
            merged = base.model.merge_and_unload()
            merged.config.use_cache = True
            merged.save_pretrained(folder / MERGED)
            base.tokenizer.save_pretrained(folder / MERGED)
            write_frame(frame, folder / MERGED)
        follow_umask(folder)
    return run.result


def card_of(
    recipe: StoryRecipe, base: Base, dataset: StoryDataset, preset: str, figures: Sequence[Measure]
) -> dict[str, object]:
    """Who was taught to whom, on what, how, and how well it is known."""
    before, after = figures
    return {
        "what": "A LoRA that tells stories.",
        "made_by": "python -m training story-lora",
        "title": recipe.title,
        "base": Path(recipe.base).name,
        "base_digest": weights_digest(base.folder),
        "preset": preset,
        "settings": recipe.model_dump(mode="json", exclude_defaults=True),
        "pairs": {
            "learnt_from": len(dataset.train_rows),
            "looked_at": len(dataset.test_rows),
            "dropped": dataset.dropped,
            "digest": pairs_digest([*dataset.train, *dataset.test]),
        },
        "held_out": {
            "loss_before": round(before.validation, 4),
            "loss": round(after.validation, 4),
            "perplexity_before": round(exp(before.validation), 3),
            "perplexity": round(exp(after.validation), 3),
        },
        "step": after.step,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def pairs_digest(pairs: Sequence[Pair]) -> str:
    """Twelve hex digits over pairs."""
    return digest(*(pair.model_dump() for pair in pairs))
