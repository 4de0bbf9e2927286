"""python -m training.evaluation: how good the studio's models are, on what they have not seen."""

import argparse
import os
import sys
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from storybook.config import load_settings, shipped
from storybook.errors import StorybookError, nearest
from storybook.records import Event, digest
from storybook.studio import Studio
from storybook.world import load_world
from training.evaluation.records import FULL, QUICK, Bench, Part
from training.evaluation.report import kept_parts, print_parts, save_part, write_report
from training.terminal import quiet, show

PARTS = ("pictures", "stories", "books", "pets")


def main() -> int:
    """Evaluate the chosen parts and report all; 2 if the author can mend what went wrong."""
    options = _options()
    quiet()
    try:
        chosen = options.only.split(",") if options.only else list(PARTS)
        for name in chosen:
            if name not in PARTS:
                raise StorybookError(f"{name} is no part. {nearest(name, PARTS)}")
        bench = _bench(options)
        models = _models(bench.studio)
        # What was found of other models says nothing of these.
        found = bench.work / f"found-{digest(models)}"
        for name in chosen:
            save_part(found, name, _watched(_evaluate(name, bench), name))
        parts = kept_parts(found, PARTS)
        print_parts(parts, Console())
        print(write_report(parts, bench.out, models))  # noqa: T201
    except StorybookError as error:
        print(f"storybook: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


def _bench(options: argparse.Namespace) -> Bench:
    import torch

    torch.set_num_threads(options.threads)
    extent = QUICK if options.quick else FULL
    work = options.work / "quick" if options.quick else options.work
    return Bench(
        studio=Studio(load_settings(options.studio, options.set)),
        world=load_world(shipped("assets")),
        extent=replace(extent, judge_steps=options.judge_steps or extent.judge_steps),
        work=work,
        # A quick look is no figure to publish.
        out=work if options.quick else options.out,
        device=options.device,
        workers=options.threads,
    )


def _evaluate(name: str, bench: Bench) -> Generator[Event, None, Part]:
    from training.evaluation import books, pets, pictures, stories

    parts = {"pictures": pictures, "stories": stories, "books": books, "pets": pets}
    return parts[name].evaluate(bench)


def _watched(events: Generator[Event, None, Part], name: str) -> Part:
    """Draw a bar for each stage of a part; what the part found."""
    found: list[Part] = []

    def told() -> Iterator[Event]:
        found.append((yield from events))

    show(told(), f"{name}: ")
    return found[0]


def _models(studio: Studio) -> dict[str, str]:
    """Whose work was evaluated; a name holds the digest of the weights."""
    return {
        "writer": studio.writer_name,
        "painter": studio.painter_name(),
        "critic": studio.critic_name,
        "enlarger": studio.enlarger_name,
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.evaluation", description=__doc__)
    parser.add_argument("--only", help=f"parts to evaluate, of {','.join(PARTS)}")
    parser.add_argument("--studio", default="starter", help="whose models: a name or a .toml file")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting"
    )
    parser.add_argument(
        "--work", type=Path, default=Path("evaluation-work"), help="kept for the next run"
    )
    parser.add_argument("--out", type=Path, default=Path("docs"), help="where the report is put")
    parser.add_argument("--device", default="cpu", help="the judge's: cpu or cuda")
    parser.add_argument("--judge-steps", type=int, help="how long the judge is taught")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--quick", action="store_true", help="a few of everything; the report stays in the work"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
