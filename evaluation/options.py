"""What an evaluation can be told on the command line."""

import argparse
import os
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, Unpack

from evaluation.records import FULL, QUICK, Bench
from storybook.cli.options import add_set
from storybook.config import load_settings, shipped
from storybook.errors import ConfigError, nearest
from storybook.studio.studio import Studio
from storybook.world import load_world


def add_options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add what every evaluation understands."""
    parser.add_argument("--studio", default="starter", help="whose models: a name or a .toml file")
    add_set(parser, "change a setting")
    parser.add_argument(
        "--work", type=Path, default=Path("evaluation-work"), help="kept for the next run"
    )
    parser.add_argument("--out", type=Path, default=Path("docs"), help="where the report is put")
    parser.add_argument("--device", default="cpu", help="of judging and teaching: cpu or cuda")
    parser.add_argument("--judge-steps", type=int, help="how long the judge is taught")
    threads = "of this process (all cores; one with --shard)"
    parser.add_argument("--threads", type=int, help=threads)
    parser.add_argument(
        "--quick", action="store_true", help="a few of everything; the report stays in the work"
    )
    return parser


class Options(TypedDict):
    """What `add_options` adds."""

    studio: str
    changes: Sequence[str]
    work: Path
    out: Path
    device: str
    judge_steps: int | None
    threads: int | None
    quick: bool


def chosen_of(only: str | None, known: Collection[str], what: str) -> list[str]:
    """The names that `--only` says, all without it; ConfigError for one that is no `what`."""
    chosen = only.split(",") if only else list(known)
    for name in chosen:
        if name not in known:
            raise ConfigError(f"--only: {name} is no {what}. {nearest(name, known)}")
    return chosen


def bench_of(*, alone: bool = True, **options: Unpack[Options]) -> Bench:
    """Whose models are evaluated, on how much, as the options say.

    One that is not `alone` on its machine takes a single thread, unless it is told otherwise.
    """
    import torch

    threads = options["threads"] or (os.cpu_count() or 1 if alone else 1)
    torch.set_num_threads(threads)
    quick, work = options["quick"], options["work"]
    extent = QUICK if quick else FULL
    kept = work / "quick" if quick else work
    opened = Studio(load_settings(options["studio"], options["changes"]))
    return Bench(
        studio=opened,
        # What a painter was not taught to hear is no fault of its pictures.
        world=opened.world if opened.draws_the_world else load_world(shipped("assets")),
        extent=replace(extent, judge_steps=options["judge_steps"] or extent.judge_steps),
        work=kept,
        # A quick look is no figure to publish.
        out=kept if quick else options["out"],
        device=options["device"],
        workers=threads,
    )
