"""`python -m evaluation.story_eval`: did the story LoRA make its base tell better?

Base and adapter are asked the same, each once for every summary: what `write` mends by asking again
is not to hide what was learnt.
"""

import argparse
import json
import sys
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from rich.console import Console

from evaluation.records import Bench, MetricRow, MetricTable, PartResult
from evaluation.report import print_parts
from evaluation.stories import figures_of, told_by
from evaluation.story_judge import marks, means_of
from evaluation.summaries import Case, cases_in, composed_cases, written_cases
from storybook.cli.options import add_set
from storybook.cli.run import exit_code
from storybook.config import load_settings
from storybook.errors import ConfigError, TrainingError
from storybook.models import Writer
from storybook.models.writers import adapter_folder
from storybook.records import Event
from storybook.story.prompt_frame import PromptFrame
from storybook.studio.studio import Studio
from storybook.terminal import show
from training.quiet import quiet

BETTER = ("valid", "clauses told in order")
"""What an adapter must raise above its base."""
COVERED, VALID = 0.85, 0.97
"""Aims for summaries written by hand, which are what a parent types."""


def compare(
    adapter: str,
    base: str | None,
    summaries: Path | None,
    counts: tuple[int, int],
    settings: Sequence[str],
    judge: Writer | None = None,
) -> Iterator[Event]:
    """Tell all summaries by base and adapter, and print what each is worth.

    `adapter` is its folder or its run's; `base` None is the one that it names. Without `summaries`
    (a TOML file, or a text of one a line) the `counts` first of those written by hand, and
    composed, are told. A `judge` gives marks, too. Raises TrainingError if the adapter is no better
    than its base.
    """
    folder = adapter_folder(adapter)
    taught = _studio(
        [*settings, f"write.writer={base or _base_of(folder)}", f"write.adapter={folder}"]
    )
    groups = (
        {"by hand": cases_in(summaries)}
        if summaries
        else {
            "by hand": written_cases(counts[0]),
            "composed": composed_cases(counts[1], taught.world),
        }
    )
    part = yield from _compared(taught, groups, judge)
    print_parts({"stories": part}, Console())
    if part.examples:
        raise TrainingError(f"The adapter is not better than its base: {'; '.join(part.examples)}.")


def evaluate(bench: Bench) -> Generator[Event, None, PartResult]:
    """The studio's story adapter beside its base, on unseen summaries."""
    groups = {
        "by hand": written_cases(bench.extent.written),
        "composed": composed_cases(bench.extent.compared, bench.world),
    }
    return (yield from _compared(bench.studio, groups))


def _compared(
    taught: Studio, groups: dict[str, Sequence[Case]], judge: Writer | None = None
) -> Generator[Event, None, PartResult]:
    """Tell all cases by the base and with the adapter; examples say where it is no better."""
    plain = Studio(taught.settings.but(write=taught.settings.write.but(adapter=None)))
    total = 2 * sum(map(len, groups.values()))
    found: dict[str, dict[str, float | None]] = {}
    done = 0
    for name, studio in (("base", plain), ("adapter", taught)):
        with studio.writer() as writer:
            for group, cases in groups.items():
                tellings, given = [], []
                for case in cases:
                    tellings.append(
                        told_by([(studio, writer)], case, frame=taught.frame, attempts=1)
                    )
                    given += [marks(judge, case, tellings[-1])] if judge else []
                    done += 1
                    yield Event(stage="tell", done=done, total=total, note=f"{name}, {group}")
                figures = figures_of(cases, tellings, taught.world)
                found[f"{name}, {group}"] = figures | (means_of(given) if judge else {})
    lost = tuple(
        f"{what}, {group}: {found[f'base, {group}'][what]} by the base, "
        f"{found[f'adapter, {group}'][what]} with the adapter"
        for what in BETTER
        for group in groups
        if (found[f"adapter, {group}"][what] or 0) <= (found[f"base, {group}"][what] or 0)
    )
    return PartResult(title="Story adapter", tables=(_table(found, taught.frame),), examples=lost)


def _studio(settings: Sequence[str]) -> Studio:
    return Studio(load_settings("starter", settings))


def _base_of(folder: Path) -> str:
    """The base that an adapter names: a folder that lies beside it, or a path or name as it is."""
    try:
        config = (folder / "adapter_config.json").read_text(encoding="utf-8")
        named = json.loads(config)["base_model_name_or_path"]
    except (OSError, ValueError, KeyError) as fault:
        raise TrainingError(
            f"{folder} is no adapter that names its base: say it by --base."
        ) from fault
    beside = folder.parent / Path(named).name
    return str(beside) if beside.is_dir() else named


def _table(found: dict[str, dict[str, float | None]], frame: PromptFrame) -> MetricTable:
    aims = {"valid": VALID, "clauses told in order": COVERED}
    names = list(next(iter(found.values())))
    return MetricTable(
        title="told once, without a second try",
        columns=tuple(found),
        rows=tuple(
            MetricRow(
                what=name, values=tuple(each[name] for each in found.values()), aim=aims.get(name)
            )
            for name in names
        ),
        meaning=f"Asked as: {frame.question[:60]} ...",
        aimed=tuple(n for n, name in enumerate(found) if name == "adapter, by hand"),
    )


def main() -> int:
    """Compare as the command line says; 2 if the author can mend what went wrong."""
    options = _parser().parse_args()
    quiet()
    return exit_code(lambda: _run(**vars(options)), "stopped; run it again to go on.")


def _run(
    adapter: str,
    base: str | None,
    summaries: Path | None,
    hand: int,
    composed: int,
    judge: str | None,
    base_url: str | None,
    changes: Sequence[str],
) -> None:
    if base_url and not judge:
        raise ConfigError("--base-url: it is the judge's. Name one: --judge MODEL.")
    marks = None
    if judge:
        from storybook.models.server_writer import open_server_writer

        marks = open_server_writer(judge, base_url=base_url)
    show(compare(adapter, base, summaries, (hand, composed), changes, marks))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.story_eval",
        description="Tell all summaries by a base and by its story LoRA, and compare.",
    )
    parser.add_argument("adapter", help="an adapter's folder, or its run's")
    parser.add_argument("--base", help="the base's folder; by default the one it was taught on")
    parser.add_argument("--summaries", type=Path, help="a file with one a line, or a TOML table")
    parser.add_argument("--hand", type=int, default=60, help="summaries written by hand (60)")
    parser.add_argument("--composed", type=int, default=40, help="composed summaries (40)")
    parser.add_argument("--judge", metavar="MODEL", help="a server's model that gives marks, too")
    parser.add_argument("--base-url", help="its OpenAI-compatible server; default: the vendor's")
    add_set(parser, "change the studio")
    return parser


if __name__ == "__main__":
    sys.exit(main())
