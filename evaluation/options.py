"""What an evaluation can be told on the command line."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from evaluation.records import FULL, QUICK, Bench
from storybook.config import load_settings, shipped
from storybook.studio.studio import Studio
from storybook.world import load_world


def add_options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add what every evaluation understands."""
    parser.add_argument("--studio", default="starter", help="whose models: a name or a .toml file")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="changes",
        metavar="KEY=VALUE",
        help="change a setting",
    )
    parser.add_argument(
        "--work", type=Path, default=Path("evaluation-work"), help="kept for the next run"
    )
    parser.add_argument("--out", type=Path, default=Path("docs"), help="where the report is put")
    parser.add_argument("--device", default="cpu", help="of judging and teaching: cpu or cuda")
    parser.add_argument("--judge-steps", type=int, help="how long the judge is taught")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--quick", action="store_true", help="a few of everything; the report stays in the work"
    )
    return parser


def bench_of(
    *,
    studio: str,
    changes: Sequence[str],
    work: Path,
    out: Path,
    device: str,
    judge_steps: int | None,
    threads: int,
    quick: bool,
) -> Bench:
    """Whose models are evaluated, on how much, as the options say."""
    import torch

    torch.set_num_threads(threads)
    extent = QUICK if quick else FULL
    kept = work / "quick" if quick else work
    opened = Studio(load_settings(studio, changes))
    return Bench(
        studio=opened,
        # What a painter was not taught to hear is no fault of its pictures.
        world=opened.world if opened.draws_the_world else load_world(shipped("assets")),
        extent=replace(extent, judge_steps=judge_steps or extent.judge_steps),
        work=kept,
        # A quick look is no figure to publish.
        out=kept if quick else out,
        device=device,
        workers=threads,
    )
