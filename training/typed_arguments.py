"""Options of a command as typed arguments of the function that it runs."""

import argparse
from collections.abc import Callable


def runs(parser: argparse.ArgumentParser, run: Callable[..., None]) -> None:
    """Let a command run a function, whose keywords are the names of its options."""

    def run_command(options: argparse.Namespace) -> None:
        run(**{name: value for name, value in vars(options).items() if name != "run_command"})

    parser.set_defaults(run_command=run_command)
