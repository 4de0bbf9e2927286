"""`python -m training stories compose`: pairs as the starter's writer is taught them."""

import argparse
from pathlib import Path

from storybook.errors import ConfigError, nearest
from training.typed_arguments import runs


def add_command(subcommands: argparse._SubParsersAction) -> None:
    """Add `compose` to the subcommands of `stories`."""
    tell = subcommands.add_parser(
        "compose", help="compose pairs as the starter's writer is taught them"
    )
    tell.add_argument("pairs", type=Path, help="the .json file to write")
    tell.add_argument("--count", type=int, default=1000, help="how many pairs (1000)")
    tell.add_argument("--seed", type=int, default=1, help="another number, other tales (1)")
    tell.add_argument("--manner", default="plain", help="plain, or bedtime: told in rhyme")
    runs(tell, _compose)


def _compose(pairs: Path, count: int, seed: int, manner: str) -> None:
    from training.data.pairs import write_pairs
    from training.starter.pairs import composed_pairs
    from training.starter.tales.words import MANNERS

    if count < 1:
        raise ConfigError("--count is at least 1.")
    if manner not in MANNERS:
        raise ConfigError(f"--manner {manner}: {nearest(manner, MANNERS)}")
    write_pairs(pairs, composed_pairs(count, seed, manner))
    print(f"{pairs}: {count} pairs")
