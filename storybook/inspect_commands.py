"""What `storybook doctor|show|pictures` do: they look, and change nothing. Front end only."""

from argparse import Namespace
from itertools import islice
from pathlib import Path

from storybook.config import load_settings
from storybook.doctor import examine
from storybook.errors import BookError
from storybook.gallery import pictures_in
from storybook.models.infotext import read_infotext

HOMES = ("books", "results", "runs")
"""Where pictures are looked for unless a folder is named: of books, of `paint`, of trainings."""


def doctor(options: Namespace) -> int:
    """Returns 0 if everything that the studio needs is there, else 2."""
    findings = examine(load_settings(options.studio, options.set))
    for finding in findings:
        print(f"{'ok ' if finding.good else 'BAD'}  {finding.what}: {finding.says}")
    return 0 if all(finding.good for finding in findings) else 2


def show(options: Namespace) -> None:
    """What a picture was made from, as it says itself."""
    said = read_infotext(Path(options.picture))
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


def pictures(options: Namespace) -> None:
    """Earlier pictures by their words, the newest first."""
    homes = [Path(home) for home in HOMES if Path(home).is_dir()]
    folders = [Path(options.folder)] if options.folder else homes or [Path(HOMES[0])]
    found = list(islice(pictures_in(*folders, words=options.find), options.most))
    for each in found:
        print(f"{each.path}  {each.said.positive}")
    if not found:
        words = f" with {options.find!r}" if options.find else ""
        where = ", ".join(map(str, folders))
        print(f"No picture in {where}{words} says what it was made from.")
