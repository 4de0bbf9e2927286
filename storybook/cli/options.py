"""What several commands share: a studio and its settings, a shard, examples, long work shown."""

import argparse
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from storybook.cli.help import Formatter
from storybook.cli.renamed import OldOption
from storybook.config import load_settings
from storybook.jobs.reporting import CliInvocation
from storybook.records import Event
from storybook.shard import Shard
from storybook.studio.studio import Studio
from storybook.terminal import show

Parser = argparse.ArgumentParser
Subcommands = argparse._SubParsersAction
Run = Callable[..., int | None]


def runs(parser: Parser, run: Run, examples: str = "", *, works: bool = False) -> None:
    """Let a command run a function, by its options' names as keywords, and show examples.

    One that `works` is given `arguments` as well, the words that were typed: long work notes itself
    as a job of them.
    """
    parser.set_defaults(run=run, **({"arguments": ()} if works else {}))
    parser.formatter_class = Formatter
    parser.epilog = f"examples:\n{examples.strip(chr(10))}" if examples else None


def add_subcommand(
    subcommands: Subcommands, name: str, does: str, run: Run, examples: str = ""
) -> Parser:
    """A command below a noun, such as `hero list`."""
    subparser = subcommands.add_parser(name, help=does)
    runs(subparser, run, examples)
    return subparser


def add_studio(parser: Parser, *, opened: bool = True) -> None:
    """`--studio`, and `--set` as `changes`.

    The command is given the studio that they and `--shard` name, or if not `opened` their words.
    """
    parser.set_defaults(opens_studio=opened)
    parser.add_argument(
        "--studio",
        metavar="NAME_OR_FILE",
        help="which models work (default: ./studio.toml or starter)",
    )
    add_set(parser, "change a setting, such as draw.candidates=4")


def add_set(parser: Parser, says: str) -> argparse.Action:
    """`--set` as `changes`."""
    return parser.add_argument(
        "--set", action="append", default=[], dest="changes", metavar="KEY=VALUE", help=says
    )


def add_list(parser: argparse._ActionsContainer, name: str, metavar: str, says: str) -> None:
    """An option that may be given again, each time for one more."""
    parser.add_argument(name, action="append", default=[], metavar=metavar, help=says)


def add_shard(parser: Parser) -> None:
    """`--shard`."""
    parser.add_argument(
        "--shard", default="1/1", metavar="I/N", help="do this part of the pages; run all N at once"
    )
    parser.add_argument("--share", action=OldOption, dest="shard", const="--shard")


def add_on(parser: Parser) -> None:
    """`--on` and `--workers`: a cluster of machines that does the work."""
    parser.add_argument(
        "--on",
        metavar="ray|ray://HOST:PORT",
        help="have it done by a Ray cluster; ray starts one here, or joins that of RAY_ADDRESS",
    )
    parser.add_argument(
        "--workers",
        type=from_1,
        help="with --on: how many (default: one a GPU, or else one a core)",
    )


def add_page(parser: Parser, says: str = "page number; 0 is the cover") -> None:
    """A book's folder, and a page of it."""
    parser.add_argument("folder", type=Path)
    parser.add_argument("page", type=int, help=says)


def from_1(text: str) -> int:
    """A number of things to be shown."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def with_studio(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a command with the studio that they name; no model is loaded."""
    if options.pop("opens_studio", False):
        settings = load_settings(options["studio"], options.pop("changes"))
        options["studio"] = Studio(settings, Shard.parse(options.pop("shard", "1/1")))
    return options


def show_work(
    events: Iterator[Event], arguments: Sequence[str], subject: Path, device: str
) -> bool:
    """Show long work, which notes itself as a job of these arguments; whether there was any."""
    warnings.simplefilter("ignore")  # a library's warnings are for us, not for the author
    by_hand = CliInvocation(
        module="storybook", arguments=tuple(arguments), subject=str(subject), device=device
    )
    return show(events, by_hand=by_hand)
