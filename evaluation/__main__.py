"""python -m evaluation: how good the studio's models are, on what they have not seen."""

import argparse
import sys
from collections.abc import Generator, Iterator
from typing import Unpack

from rich.console import Console

from evaluation.options import Options, add_options, bench_of, chosen_of
from evaluation.records import Bench, Part
from evaluation.report import kept_parts, print_parts, save_part, write_report
from storybook.cli.run import exit_code
from storybook.records import Event, digest
from storybook.studio.studio import Studio
from storybook.terminal import show
from training.quiet import quiet

PARTS = ("pictures", "stories", "adapter", "books", "pets")


def main() -> int:
    """Evaluate the chosen parts and report all; 2 if the author can mend what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument("--only", help=f"parts to evaluate, of {','.join(PARTS)}")
    options = vars(add_options(parser).parse_args())
    quiet()
    return exit_code(
        lambda: _run(**options), "stopped. Parts that were finished are kept; run it again."
    )


def _run(only: str | None, **options: Unpack[Options]) -> None:
    chosen = chosen_of(only, PARTS, "part")
    bench = bench_of(**options)
    models = _models(bench.studio)
    # What was found of other models says nothing of these.
    found = bench.work / f"found-{digest(models)}"
    for name in chosen:
        save_part(found, name, _watched(_evaluate(name, bench), name))
    parts = kept_parts(found, PARTS)
    print_parts(parts, Console())
    print(write_report(parts, bench.out, models))  # noqa: T201


def _evaluate(name: str, bench: Bench) -> Generator[Event, None, Part]:
    from evaluation import books, pets, pictures, stories, story_eval

    parts = (pictures, stories, story_eval, books, pets)
    return dict(zip(PARTS, parts, strict=True))[name].evaluate(bench)


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
        "enlarger": studio.enlarger_name(),
    }


if __name__ == "__main__":
    sys.exit(main())
