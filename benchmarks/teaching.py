"""Teaching the starter's painter a pet, against a plain loop with the same order and noise."""

import json
import time
from itertools import pairwise
from pathlib import Path

import tomli_w
from rich.console import Console

from benchmarks.measure import run
from storybook.config import shipped
from storybook.text_files import split_lines

STEPS, BATCH, SIDE_PX = 60, 4, 128
WARM = 5
"""Steps that are not timed."""


def teaching(console: Console, folder: Path) -> None:
    """Print pictures a second, both losses, peak memory, and the time to the first step."""
    recipe = folder / "recipe.toml"
    recipe.write_bytes(tomli_w.dumps(pet_recipe()).encode())
    begun = time.time()
    ours = run(["training", "dreambooth", "recipe.toml", "--run", "run", "--device", "cpu"], folder)
    log = [json.loads(line) for line in split_lines((folder / "run" / "log.jsonl").read_text())]
    times = [line["time"] for line in log if line["stage"] == "teach"]
    measures = split_lines((folder / "run" / "measures.jsonl").read_text())
    losses = [json.loads(line).get("loss") for line in measures]
    plain = run(["benchmarks.plain_teaching", "recipe.toml", "plain.jsonl"], folder)
    theirs = [json.loads(line) for line in split_lines((folder / "plain.jsonl").read_text())]

    fast, slow = _speed(times), _speed([line["time"] for line in theirs])
    # Our loss is the mean of the steps since the last one that was written down.
    last = [line["loss"] for line in theirs[-10:]]
    console.print(
        f"{fast:.1f} pictures/s with {ours.peak_mb:.0f} MB, first step after "
        f"{times[0] - begun:.1f} s; "
        f"plain loop {slow:.1f} pictures/s with {plain.peak_mb:.0f} MB: "
        f"[bold]{fast / slow:.2f} times as fast[/bold]; mean loss of the last ten steps "
        f"{[each for each in losses if each is not None][-1]:.4f} and {sum(last) / len(last):.4f}"
    )


def _speed(times: list[float]) -> float:
    """Pictures a second from the median time of a step."""
    spent = sorted(after - before for before, after in pairwise(times[WARM:]))
    return BATCH / spent[len(spent) // 2]


def pet_recipe() -> dict[str, object]:
    """How the starter is taught a cat that comes along."""
    pets = shipped("assets", "pets")
    return {
        "preset": "none",
        "model": str(shipped("assets", "starter", "painter")),
        "resolution_px": SIDE_PX,
        "buckets": False,
        "rank": 16,
        "lr": 1e-3,
        "batch": BATCH,
        "max_steps": STEPS,
        "sample_every_epochs": 0,
        "save_every_epochs": 1000,
        "sample_prompts": ["a bhna cat sitting"],
        "concept": [
            {
                "photos": str(pets / "bhna-cat"),
                "token": "bhna",
                "class_word": "cat",
                "class_photos": str(pets / "cat"),
            }
        ],
    }
