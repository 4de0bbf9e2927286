"""What `storybook doctor|show|pictures` do: they look, and change nothing. Front end only."""

import sys
from argparse import Namespace
from itertools import islice
from pathlib import Path

from rich.console import Console

from storybook.book.folder import Book
from storybook.book.search import pictures_in
from storybook.config import load_settings
from storybook.errors import BookError
from storybook.hero.folder import HERO
from storybook.models.infotext import read_infotext
from storybook.studio.doctor import examine
from storybook.terminal import shortened

HOMES = ("books", "results", "runs")
"""Where pictures are looked for unless a folder is named: of books, of `paint`, of trainings."""


def doctor(options: Namespace) -> int:
    """Returns 0 if everything that the studio needs is there, else 2."""
    findings = examine(load_settings(options.studio, options.set))
    for finding in findings:
        print(f"{'ok ' if finding.good else 'BAD'}  {finding.what}: {finding.says}")
    return 0 if all(finding.good for finding in findings) else 2


def show(options: Namespace) -> None:
    """What a picture was made from, as it says itself; of a book or a hero, how it stands."""
    named = Path(options.picture)
    if named.is_dir():
        _show_folder(named)
        return
    said = read_infotext(named)
    if said is None:
        raise BookError(f"{options.picture} does not say what it was made from.")
    facts = {
        "prompt": said.positive,
        "without": said.negative,
        "model": f"{said.model} {said.model_hash}".strip(),
        "size": f"{said.width_px} x {said.height_px} px" if said.width_px else "",
        "steps": said.steps,
        "guidance": said.guidance,
        "seed": said.seed,
        **{key.lower(): value for key, value in said.others},
    }
    for key, fact in facts.items():
        if fact not in ("", None):
            print(f"{key}: {fact}")


def _show_folder(folder: Path) -> None:
    """A book or a hero by its folder. Raises BookError for another folder."""
    from storybook.cli.hero_commands import tell_hero
    from storybook.cli.status_commands import tell_book
    from storybook.studio.studio import Studio

    if (folder / Book.BRIEF).is_file():
        tell_book(Book(folder), Studio(load_settings(None)))
    elif (folder / HERO).is_file():
        tell_hero(folder.name)
    else:
        raise BookError(
            f"{folder} is a folder, but no book and no hero. Name a picture in it, or list what "
            f"there is: storybook pictures {folder}"
        )


def pictures(options: Namespace) -> None:
    """Earlier pictures by their words, the newest first, each in a line of a terminal."""
    homes = [Path(home) for home in HOMES if Path(home).is_dir()]
    folders = [Path(options.folder)] if options.folder else homes or [Path(HOMES[0])]
    found = list(islice(pictures_in(*folders, words=options.find), options.most + 1))
    console = Console()
    for each in found[: options.most]:
        line = f"{each.path}  {each.said.positive}"
        print(shortened(line, console.width) if console.is_terminal else line)
    if not found:
        words = f" with {options.find!r}" if options.find else ""
        where = ", ".join(map(str, folders))
        print(f"No picture in {where}{words} says what it was made from.")
    elif len(found) > options.most:
        print(f"These are the newest {options.most}. For others: --find WORDS, or "
              f"--most {5 * options.most}", file=sys.stderr)  # fmt: skip
