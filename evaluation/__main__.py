"""python -m evaluation: how good the studio's models are, on what they have not seen."""

import argparse
import sys
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Unpack

from rich.console import Console

from evaluation.options import Options, add_options, bench_of, chosen_of
from evaluation.records import Bench, PartResult
from evaluation.report import kept_parts, print_parts, save_part, write_report
from storybook.cli.options import add_on
from storybook.cli.run import exit_code
from storybook.cluster.connect import check_on
from storybook.cluster.shards import run_shards, without_on
from storybook.records import Event, digest
from storybook.shard import Shard
from storybook.studio.studio import Studio
from storybook.studio.tellers import tellers_of
from storybook.terminal import show
from training.quiet import quiet

PARTS = {
    "pictures": ("painter", "critic"),
    "stories": ("writer",),
    "adapter": ("writer",),
    "books": ("writer", "painter", "critic", "enlarger"),
    "pets": ("painter",),
}
"""What is evaluated, with the models that its figures depend on."""


def main() -> int:
    """Evaluate the chosen parts and report all; 2 if the author can mend what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument("--only", help=f"parts to evaluate, of {','.join(PARTS)}")
    share = "only make a share of the pictures, stories and books, such as 1/4; nothing is judged"
    parser.add_argument("--shard", metavar="N/OF", help=share)
    add_on(parser)
    options = vars(add_options(parser).parse_args())
    quiet()
    return exit_code(
        lambda: _run(**options), "stopped. Parts that were finished are kept; run it again."
    )


def _run(
    only: str | None,
    shard: str | None,
    on: str | None,
    workers: int | None,
    **options: Unpack[Options],
) -> None:
    chosen = chosen_of(only, PARTS, "part")
    if on:
        show(run_shards(check_on(on), "evaluation", without_on(sys.argv[1:]), workers))
    bench = bench_of(alone=shard is None, **options)
    if shard is not None:
        for name in chosen:
            show(_share_of(name, bench, Shard.parse(shard)), f"{name}: ")
        return
    models = _models(bench.studio)
    for name in chosen:
        save_part(_kept_in(name, bench.work, models), name, _watched(_evaluate(name, bench), name))
    parts = {
        name: part
        for name in PARTS
        for part in kept_parts(_kept_in(name, bench.work, models), [name]).values()
    }
    print_parts(parts, Console())
    print(write_report(parts, bench.out, models))  # noqa: T201


def _kept_in(name: str, work: Path, models: Mapping[str, str]) -> Path:
    """Where what a part finds is kept: what was found of other models says nothing of these."""
    return work / f"found-{digest({door: models[door] for door in PARTS[name]})}"


def _evaluate(name: str, bench: Bench) -> Generator[Event, None, PartResult]:
    from evaluation import books, pets, pictures, stories, story_eval

    parts = (pictures, stories, story_eval, books, pets)
    return dict(zip(PARTS, parts, strict=True))[name].evaluate(bench)


def _share_of(name: str, bench: Bench, shard: Shard) -> Iterator[Event]:
    """Make a share of what a part is to judge; an adapter's comparison is no work for several."""
    from evaluation import books, pets, pictures, stories

    shares = {
        "pictures": pictures.paint_pictures_share,
        "stories": stories.tell_share,
        "books": books.make_share,
        "pets": pets.paint_pets_share,
    }
    return shares[name](bench, shard) if name in shares else iter(())


def _watched(events: Generator[Event, None, PartResult], name: str) -> PartResult:
    """Draw a bar for each stage of a part; what the part found."""
    found: list[PartResult] = []

    def told() -> Iterator[Event]:
        found.append((yield from events))

    show(told(), f"{name}: ")
    return found[0]


def _models(studio: Studio) -> dict[str, str]:
    """Whose work was evaluated; a name holds the digest of the weights."""
    return {
        "writer": " and ".join(each.writer_name for each in tellers_of(studio)),
        "painter": studio.painter_name(),
        "critic": studio.critic_name,
        "enlarger": studio.enlarger_name(),
    }


if __name__ == "__main__":
    sys.exit(main())
