"""`python -m training stories generate | check | split`: summaries and stories."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict, Unpack

from storybook.errors import ConfigError, TrainingError
from storybook.terminal import show
from training.data.pair_check import PairReport, check, split
from training.data.pairs import Pair, read_pairs, write_all_pairs
from training.typed_arguments import runs

SHOWN = 20
"""Troubles that are printed; the rest is counted."""


def add_commands(commands: argparse._SubParsersAction) -> argparse._SubParsersAction:
    """Add `stories` to the command line; returns its subcommands, for others to add to."""
    stories = commands.add_parser("stories", help="make, check and split pairs to teach a writer")
    subcommands = stories.add_subparsers(required=True, metavar="COMMAND")

    make = subcommands.add_parser(
        "generate", help="ask a server for summaries, then for their stories"
    )
    make.add_argument("folder", type=Path, help="where pairs are kept; run again to go on")
    make.add_argument("--count", type=int, default=100, help="how many good pairs (100)")
    make.add_argument("--model", required=True, help="what the server calls its model")
    make.add_argument("--base-url", help="any OpenAI-compatible server; default: the vendor's")
    make.add_argument(
        "--key-variable",
        default="OPENAI_API_KEY",
        metavar="NAME",
        help="environment variable that holds the key",
    )
    make.add_argument("--at-once", type=int, default=4, help="questions in flight (4)")
    make.add_argument("--seed", type=int, default=1, help="another number, other ideas (1)")
    make.add_argument("--max-requests", type=int)
    make.add_argument("--max-tokens", type=int)
    make.add_argument("--max-cost", type=float, help="needs --cost-in and --cost-out")
    make.add_argument("--cost-in", type=float, default=0.0, help="of a million tokens asked")
    make.add_argument("--cost-out", type=float, default=0.0, help="of a million tokens replied")
    runs(make, _generate)

    look = subcommands.add_parser(
        "check", help="say what a set of pairs is like, and what is amiss"
    )
    _add_pairs(look)
    look.add_argument("--tokenizer", type=Path, help="a model's folder, to count its tokens")
    look.add_argument("--max-length", type=int, help="tokens that a pair may have in its frame")
    runs(look, _check)

    cut = subcommands.add_parser("split", help="cut into train and test, near-duplicates together")
    _add_pairs(cut)
    cut.add_argument("--test", type=float, default=0.2, help="share of the test (0.2)")
    cut.add_argument("--seed", type=int, default=1)
    runs(cut, _split)
    return subcommands


def _add_pairs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pairs", type=Path)
    raw = "texts without summaries, two blank lines apart in a .txt"
    parser.add_argument("--raw", action="store_true", help=raw)
    parser.add_argument("--summary-column", metavar="NAME", help="what the file calls a summary")
    parser.add_argument("--story-column", metavar="NAME", help="what the file calls a story")


class Cost(TypedDict):
    """What an answer of the server may cost at most, and what tokens cost."""

    max_requests: int | None
    max_tokens: int | None
    max_cost: float | None
    cost_in: float
    cost_out: float


def _generate(
    folder: Path,
    count: int,
    model: str,
    base_url: str | None,
    key_variable: str,
    at_once: int,
    seed: int,
    **cost: Unpack[Cost],
) -> None:
    from storybook.models.server_writer import open_server_writer
    from training.story.make_pairs import Ceiling, make_pairs

    if cost["max_cost"] is not None and not (cost["cost_in"] or cost["cost_out"]):
        raise ConfigError("--max-cost needs what tokens cost: --cost-in and --cost-out.")
    if count < 1 or at_once < 1:
        raise ConfigError("--count and --at-once are at least 1.")
    ceiling = Ceiling(
        requests=cost["max_requests"],
        tokens=cost["max_tokens"],
        cost=cost["max_cost"],
        cost_in=cost["cost_in"],
        cost_out=cost["cost_out"],
    )
    show(
        make_pairs(
            folder,
            count,
            lambda: open_server_writer(model, base_url=base_url, key_variable=key_variable),
            seed=seed,
            at_once=at_once,
            ceiling=ceiling,
        )
    )


class Columns(TypedDict):
    """How a file of pairs is read."""

    raw: bool
    summary_column: str | None
    story_column: str | None


def _check(
    pairs: Path, tokenizer: Path | None, max_length: int | None, **columns: Unpack[Columns]
) -> None:
    if max_length is not None and tokenizer is None:
        raise ConfigError("--max-length needs a --tokenizer, which counts the tokens.")
    length = None if tokenizer is None else _length_by(tokenizer)
    for line in report_lines(check(read_pairs(pairs, **columns), length, max_length)):
        print(line)


def _split(pairs: Path, test: float, seed: int, **columns: Unpack[Columns]) -> None:
    parts = zip(("train", "test"), split(read_pairs(pairs, **columns), test, seed), strict=True)
    made = {pairs.with_name(f"{pairs.stem}-{name}.json"): of for name, of in parts}
    write_all_pairs(made)
    for path, part in made.items():
        print(f"{path}: {len(part)} pairs")


def report_lines(report: PairReport) -> list[str]:
    """The report in lines for a terminal."""
    lines = [
        f"{report.pairs} pairs; median grade of the stories {report.grade}",
        "words (least, median, most): summaries {}, {}, {}; stories {}, {}, {}".format(
            *report.summary_words, *report.story_words
        ),
        "names: " + ", ".join(f"{name} {count}" for name, count in report.names),
        "themes: " + ", ".join(f"{word} {count}" for word, count in report.themes),
    ]
    if report.tokens is not None:
        lines.append("tokens of a pair: {}, {}, {}".format(*report.tokens))
    if report.too_long:
        lines.append(f"too long: pairs {_numbers(report.too_long)}")
    lines += [f"nearly the same: pairs {_numbers(each)}" for each in report.duplicate_groups]
    lines += [f"pair {each.pair}: {each.what}" for each in report.troubles[:SHOWN]]
    if len(report.troubles) > SHOWN:
        lines.append(f"and {len(report.troubles) - SHOWN} more troubles")
    return lines


def _length_by(folder: Path) -> Callable[[Pair], int]:
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as fault:
        raise TrainingError(f"--tokenizer {folder}: no tokenizer lies there.") from fault
    return lambda pair: len(tokenizer(f"{pair.summary} END {pair.story} END").input_ids)


def _numbers(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, numbers[:SHOWN]))
    return f"{shown} and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else shown
