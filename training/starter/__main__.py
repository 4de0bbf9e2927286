"""python -m training.starter: make the models that Storybook ships, from nothing."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from storybook.cli.run import exit_code
from storybook.errors import StorybookError, nearest
from storybook.events import event_log
from storybook.models.precision import FP32, Precision
from storybook.records import Event
from storybook.terminal import show
from storybook.world import WORLD, load_world
from training.quiet import quiet
from training.starter.loop import Budget
from training.starter.plan import FULL, TOY
from training.starter.steps import SHARES, STEPS
from training.starter.workshop import Workshop

ASSETS = Path(__file__).parents[2] / "assets"

PRECISIONS = {"auto": None, "fp32": FP32, "bf16": Precision(dtype="bf16", channels_last=True)}

TOY_BELOW_MINUTES = 5.0
"""Less time than this teaches nothing at full size, so every step runs at toy size instead."""


def main() -> int:
    """Run the chosen steps; 2 if the author can mend what went wrong."""
    options = _parser().parse_args()
    quiet()

    def run() -> None:
        show(_log(_make(**vars(options)), options.work / "log.jsonl"))

    return exit_code(run, "stopped; run it again to go on.")


def _make(
    minutes: float,
    only: str | None,
    out: Path,
    work: Path,
    go_on_from: Path | None,
    device: str,
    precision: str,
    threads: int,
) -> Iterator[Event]:
    chosen = only.split(",") if only else list(STEPS)
    for name in chosen:
        if name not in STEPS:
            raise StorybookError(f"{name} is no step. {nearest(name, STEPS)}")
    import torch

    from training.starter.dataset import source_digest

    torch.set_num_threads(threads)
    world = load_world(ASSETS)
    shop = Workshop(
        world=world,
        source=source_digest(world),
        world_file=ASSETS / WORLD,
        plan=TOY if minutes < TOY_BELOW_MINUTES else FULL,
        work=work,
        out=out,
        device=device,
        workers=threads,
        precision=PRECISIONS[precision],
    )
    if go_on_from:
        from training.starter.resume import take_up

        yield from take_up(shop, go_on_from)
    for name in chosen:
        share = SHARES[name] / sum(SHARES[step] for step in chosen)
        yield from STEPS[name](shop, Budget(minutes * share))


def _log(events: Iterator[Event], path: Path) -> Iterator[Event]:
    with event_log(path) as write:
        for event in events:
            write(event)
            yield event


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.starter", description=__doc__)
    parser.add_argument(
        "--minutes",
        type=float,
        default=60,
        help="training time, shared among the steps; drawing and measuring come on top, about a "
        f"quarter more. Below {TOY_BELOW_MINUTES:.0f}: all steps at toy size.",
    )
    parser.add_argument("--only", help=f"steps to run, of {','.join(STEPS)}")
    parser.add_argument("--out", type=Path, default=ASSETS / "starter", help="where models are put")
    parser.add_argument(
        "--work", type=Path, default=Path("starter-work"), help="drawings and checkpoints"
    )
    parser.add_argument(
        "--go-on-from",
        type=Path,
        metavar="FOLDER",
        help="models of an earlier run to teach further, for --minutes more",
    )
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument(
        "--precision",
        choices=list(PRECISIONS),
        default="auto",
        help="in what models are taught: auto measures what this machine is quick in",
    )
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    return parser


if __name__ == "__main__":
    sys.exit(main())
