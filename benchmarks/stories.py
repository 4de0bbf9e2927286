"""Teaching the starter's writer stories, against the recipe as the source document had it."""

import json
from pathlib import Path

import tomli_w
from rich.console import Console

from benchmarks.measure import run
from storybook.config import shipped
from storybook.text_files import split_lines
from training.data.pairs import write_pairs
from training.starter.pairs import composed_pairs
from training.story.recipe import load_story_recipe
from training.story.rows import row_of
from training.story.train import frame_of

PAIRS, HELD_OUT = 160, 4
BASELINES = {"longest": 30, "maximum": 12}
"""What each pair is padded to, and for how many steps that is timed."""
WARM = 5
"""Steps that are not timed."""


def stories(console: Console, folder: Path) -> None:
    """Print useful tokens a second and peak memory of both."""
    recipe = folder / "stories.toml"
    recipe.write_bytes(tomli_w.dumps(stories_recipe(folder)).encode())
    ours = run(
        ["training", "story-lora", "stories.toml", "--run", "told", "--device", "cpu"], folder
    )
    log = [json.loads(line) for line in split_lines((folder / "told" / "log.jsonl").read_text())]
    times = [line["time"] for line in log if line["stage"] == "teach"]
    fast = _useful_tokens(recipe) / len(times) / _step(times)
    console.print(f"{fast:,.0f} useful tokens/s with {ours.peak_mb:.0f} MB")
    for width, steps in BASELINES.items():
        plain = run(["benchmarks.plain_stories", "stories.toml", width, str(steps), width], folder)
        theirs = [json.loads(line) for line in split_lines((folder / width).read_text())]
        mean = sum(line["tokens"] for line in theirs) / len(theirs)
        slow = mean / _step([line["time"] for line in theirs])
        console.print(
            f"padded to the {width}, a pair a row: {slow:,.0f} with {plain.peak_mb:.0f} MB: "
            f"[bold]{fast / slow:.2f} times as fast[/]"
        )


def _useful_tokens(file: Path) -> int:
    """Of all pairs that one epoch learns from; padding is not among them."""
    from transformers import AutoTokenizer

    recipe, _ = load_story_recipe(file)
    tokenizer = AutoTokenizer.from_pretrained(recipe.base, local_files_only=True)
    frame = frame_of(recipe)
    return sum(len(row_of(pair, frame, tokenizer).tokens) for pair in composed_pairs(PAIRS, seed=1))


def _step(times: list[float]) -> float:
    """Seconds of a step, the mean: ours are of different widths."""
    return (times[-1] - times[WARM]) / (len(times) - 1 - WARM)


def stories_recipe(folder: Path) -> dict[str, object]:
    """Pairs in a folder, and how they are taught."""
    write_pairs(folder / "train.json", composed_pairs(PAIRS, seed=1))
    write_pairs(folder / "test.json", composed_pairs(HELD_OUT, seed=2))
    return {
        "preset": "none",
        "base": str(shipped("assets", "starter", "writer", "base")),
        "pairs": str(folder / "train.json"),
        "test_pairs": str(folder / "test.json"),
        "page": "<|$to_go to go|> $text",
        "batch": 4,
        "lr": 1e-3,
        "epochs": 1,
        "sample_words": 10,
    }
