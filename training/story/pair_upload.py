"""Pairs that come in through a browser: kept under a name of ours, checked, and taught from."""

import hashlib
import re
import tomllib
from pathlib import Path

import tomli_w

from storybook.config import Settings
from storybook.errors import TrainingError
from storybook.files import write_whole
from storybook.models import packaged
from training.data.pair_check import PairReport, check
from training.data.pairs import read_pairs
from training.runs.run import STATE

PAIRS = ".pairs"
KINDS = ("json", "jsonl", "csv", "tsv", "txt")
MOST_MB = 60
NAME = re.compile(r"[\w-]{1,40}")
RECIPES = Path(__file__).parents[1] / "recipes"
STARTERS = "starter-plain"
"""The recipe whose settings fit the writer that comes along."""


def take_in(runs: Path, name: str, data: bytes) -> tuple[Path, PairReport]:
    """Keep a file of pairs, and say what it is like; raises TrainingError for one that is none.

    Of `name` only the ending counts; the file is named by its content.
    """
    kind = name.rsplit(".", 1)[-1].lower()
    if kind not in KINDS:
        raise TrainingError(f"Bring pairs as one of: {', '.join(KINDS)}.")
    if not data.strip():
        raise TrainingError("The file is empty.")
    if len(data) > MOST_MB * 1_000_000:
        raise TrainingError(f"The file has {len(data) / 1e6:.0f} MB; at most {MOST_MB} are taken.")
    kept = runs / PAIRS / f"{hashlib.sha256(data).hexdigest()[:12]}.{kind}"
    write_whole(kept, data)
    try:
        return kept, check(read_pairs(kept))
    except TrainingError as fault:
        kept.unlink()
        raise TrainingError(str(fault).replace(str(kept), "The file")) from fault


def write_recipe(pairs: Path, name: str, settings: Settings, runs: Path) -> Path:
    """The recipe that teaches a studio's writer from `pairs`; raises TrainingError.

    The starter's writer is taught as the project taught it, another one by the preset `auto`.
    """
    if not NAME.fullmatch(name):
        raise TrainingError(f"{name!r} is no name: use letters, digits, - and _ only.")
    if (runs / name / STATE).is_file():
        raise TrainingError(f"There is a run {name} already. Choose another name.")
    base = packaged.on_disk(settings.write.writer)
    if not base.is_dir():
        raise TrainingError(
            f"The studio's writer ({base}) lies in no folder here, so it cannot be taught."
        )
    table: dict[str, object] = {"preset": "auto"}
    if (base / "roles.json").is_file():
        table = tomllib.loads((RECIPES / f"{STARTERS}.toml").read_text(encoding="utf-8"))
        table.pop("test_pairs")
    table |= {"base": str(base), "pairs": str(pairs), "title": name}
    path = runs / PAIRS / f"{name}.toml"
    write_whole(path, tomli_w.dumps(table).encode())
    return path
