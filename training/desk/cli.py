"""`python -m training dataset look | caption | tag | merge | clean | latents | build`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict, Unpack

from storybook.errors import ConfigError, TrainingError
from storybook.files import replacing
from storybook.records import Event
from storybook.terminal import show
from training.data.records import Layout, Size
from training.desk import annotate_cli, latents_cli
from training.desk.annotate_cli import say
from training.desk.clean import DEFAULT, cleaned, load_rules
from training.desk.latents_cli import size_of
from training.desk.metadata import CAPTION, TAGS, merge, read_entries, write_entries
from training.typed_arguments import runs

SHEET = "contact-sheet.png"


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add `dataset` to the command line."""
    dataset = commands.add_parser("dataset", help="look at, caption, tag, clean and build datasets")
    subcommands = dataset.add_subparsers(required=True, metavar="COMMAND")
    _add_look(subcommands)
    annotate_cli.add_subcommands(subcommands)
    _add_merge(subcommands)
    _add_clean(subcommands)
    latents_cli.add_subcommand(subcommands)
    _add_build(subcommands)


class SourceOptions(TypedDict):
    """A folder or a metadata file, and how it is read."""

    source: Path
    photos: Path | None
    layout: Layout | None
    image_column: str
    text_column: str


def _add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="FOLDER")
    parser.add_argument("--photos", type=Path, help="where the pictures of a metadata file lie")
    parser.add_argument("--layout", help="read it as this, whatever it looks like")
    parser.add_argument("--image-column", default="image")
    parser.add_argument("--text-column", default="text")


def _how(source: SourceOptions) -> dict[str, Any]:
    """As readers take it."""
    return {
        "source": source["source"],
        "layout": source["layout"],
        "pictures": source["photos"],
        "columns": (source["image_column"], source["text_column"]),
    }


def _add_look(subcommands: argparse._SubParsersAction) -> None:
    parser = subcommands.add_parser(
        "look",
        help="what a folder is, how it is read, what is amiss",
        epilog="example: python -m training dataset look photos --sheet",
    )
    _add_source(parser)
    parser.add_argument("--resolution", type=size_of, default=(512, 512), metavar="PX[,PX]")
    parser.add_argument(
        "--sheet",
        nargs="?",
        type=Path,
        const=Path(SHEET),
        metavar="FILE",
        help=f"draw a contact sheet, {SHEET} by default",
    )
    runs(parser, _look)


def _look(resolution: Size, sheet: Path | None, **source: Unpack[SourceOptions]) -> None:
    from training.desk.look import Look, look, sheet_of

    ended: list[Look] = []

    def events() -> Iterator[Event]:
        ended.append((yield from look(**_how(source), resolution=resolution)))

    show(events())
    (found,) = ended
    for line in found.lines():
        print(line)
    if sheet is not None:
        with replacing(sheet) as draft:
            sheet_of(found.checked.examples, str(source["source"])).save(draft, "PNG")
        print(f"contact sheet: {sheet}")


def _add_merge(subcommands: argparse._SubParsersAction) -> None:
    parser = subcommands.add_parser(
        "merge",
        help="captions and tags beside pictures into metadata",
        epilog="example: python -m training dataset merge photos --out meta.json",
    )
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="META")
    begun = "metadata to begin from; --out itself, if it is there"
    parser.add_argument("--in", type=Path, dest="begun_from", metavar="META", help=begun)
    parser.add_argument("--full-path", action="store_true", help="for several folders")
    parser.add_argument("--caption-suffix", default=CAPTION)
    parser.add_argument("--tag-suffix", default=TAGS)
    runs(parser, _merge)


def _merge(
    folders: list[Path],
    out: Path,
    begun_from: Path | None,
    full_path: bool,
    caption_suffix: str,
    tag_suffix: str,
) -> None:
    begun_from = begun_from or (out if out.is_file() else None)
    merged = merge(
        folders,
        read_entries(begun_from) if begun_from else {},
        full_path=full_path,
        caption_suffix=caption_suffix,
        tag_suffix=tag_suffix,
    )
    if not merged.entries:
        raise TrainingError(
            f"None of {merged.pictures} pictures has a {caption_suffix} or {tag_suffix} beside "
            "it, so there is nothing to merge."
        )
    write_entries(merged.entries, out)
    say(merged.findings)
    print(
        f"{out}: {len(merged.entries)} entries; captions beside {merged.words['caption']} of "
        f"{merged.pictures} pictures, tags beside {merged.words['tags']}"
    )


def _add_clean(subcommands: argparse._SubParsersAction) -> None:
    parser = subcommands.add_parser(
        "clean",
        help="clean captions and tags of metadata by rules",
        epilog="example: python -m training dataset clean meta.json --dry-run",
    )
    parser.add_argument("metadata", type=Path, metavar="META")
    parser.add_argument("--out", type=Path, metavar="META")
    rules = f"pets, kohya, or a TOML file of your own ({DEFAULT})"
    parser.add_argument("--rules", default=DEFAULT, help=rules)
    parser.add_argument("--dry-run", action="store_true", help="only show each change")
    runs(parser, _clean)


def _clean(metadata: Path, out: Path | None, rules: str, dry_run: bool) -> None:
    if out is None and not dry_run:
        raise ConfigError("--out says where the cleaned metadata goes; --dry-run only shows it.")
    entries, changes = cleaned(read_entries(metadata), load_rules(rules))
    where = ""
    if dry_run:
        for change in changes:
            print(f"{change.key}, {change.field}\n  - {change.before}\n  + {change.after}")
    elif out is not None:
        write_entries(entries, out)
        where = f", in {out}"
    print(f"{len(changes)} changes in {len(entries)} entries by the rules {rules}{where}")


def _add_build(subcommands: argparse._SubParsersAction) -> None:
    parser = subcommands.add_parser(
        "build",
        help="a Hugging Face dataset of pictures and their words",
        epilog="example: python -m training dataset build photos --out datasets/rolo",
    )
    _add_source(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    push = "and send it to a hub, once it was said what and how much"
    parser.add_argument("--push", metavar="OWNER/NAME", help=push)
    parser.add_argument("--yes", action="store_true", help="send it without asking")
    runs(parser, _build)


def _build(out: Path, push: str | None, yes: bool, **source: Unpack[SourceOptions]) -> None:
    from training.data.readers import read_folder
    from training.desk import build

    reading = read_folder(**_how(source))
    show(build.build(reading.examples, out))
    say(reading.findings)
    print(f"{out}: {len(reading.examples)} pictures")
    if push is None:
        return
    print(build.what_is_pushed(out, push))
    if not yes and not _agreed():
        print("nothing was sent")
        return
    show(build.push(out, push))


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise ConfigError("Nobody is there to agree: say --yes to send it.")
    return input("Send it? [y/N] ").strip().lower() in ("y", "yes")
