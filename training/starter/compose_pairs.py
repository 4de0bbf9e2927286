"""`python -m training stories compose`: pairs as the starter's writer is taught them."""

import argparse
from pathlib import Path

from storybook.errors import ConfigError, nearest


def add_command(deeds: argparse._SubParsersAction) -> None:
    """Add `compose` to the deeds of `stories`."""
    tell = deeds.add_parser("compose", help="compose pairs as the starter's writer is taught them")
    tell.add_argument("pairs", type=Path, help="the .json file to write")
    tell.add_argument("--count", type=int, default=1000, help="how many pairs (1000)")
    tell.add_argument("--seed", type=int, default=1, help="another number, other tales (1)")
    tell.add_argument("--manner", default="plain", help="plain, or bedtime: told in rhyme")
    tell.set_defaults(run_command=_compose)


def _compose(options: argparse.Namespace) -> None:
    from training.data.pairs import write_pairs
    from training.starter.pairs import composed_pairs
    from training.starter.tales.words import MANNERS

    if options.count < 1:
        raise ConfigError("--count is at least 1.")
    if options.manner not in MANNERS:
        raise ConfigError(f"--manner {options.manner}: {nearest(options.manner, MANNERS)}")
    write_pairs(options.pairs, composed_pairs(options.count, options.seed, options.manner))
    print(f"{options.pairs}: {options.count} pairs")
