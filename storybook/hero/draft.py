"""A pet that is being added: its photos lie in a draft, a folder, until it has a name.

heroes/.drafts/0123456789ab/
  3f2a....jpg       a photo as it is kept, named by its pixels
  said.jsonl        what was said of each file that was brought: Line
"""

import re
import secrets
import shutil
import time
from pathlib import Path

from storybook.errors import HeroError
from storybook.files import write_whole
from storybook.hero.uploads import Upload, checked
from storybook.images.photo_files import photos_in
from storybook.models import SafetyChecker
from storybook.records import Record
from storybook.text_files import split_lines

DRAFTS, SAID = ".drafts", "said.jsonl"
DRAFT_ID = re.compile(r"[0-9a-f]{12}")
FORGOTTEN_S = 7 * 24 * 3600
"""A draft that nobody touched for so long is thrown away when the next one is begun."""


class FileNote(Record):
    """What was said of one file."""

    says: str
    good: bool
    name: str
    digest: str = ""


def new_draft(heroes: Path, now: float | None = None) -> Path:
    """An empty folder for the photos of a pet that has no name yet; old ones are thrown away."""
    root = heroes / DRAFTS
    now = time.time() if now is None else now
    for old in root.glob("*"):
        if now - old.stat().st_mtime > FORGOTTEN_S:
            shutil.rmtree(old, ignore_errors=True)
    draft = root / secrets.token_hex(6)
    draft.mkdir(parents=True)
    return draft


def draft_at(heroes: Path, name: str) -> Path | None:
    """The draft of that name; None if there is none, or if the name is that of no draft."""
    folder = heroes / DRAFTS / name
    return folder if DRAFT_ID.fullmatch(name) and folder.is_dir() else None


def take_in(draft: Path, name: str, data: bytes, checker: SafetyChecker | None = None) -> Upload:
    """Look at a file, and keep it in the draft if it is a photo that is not there yet.

    And one that the `checker` does not refuse.
    """
    there = {path.stem for path in photos_in(draft)}
    known = {line.digest: line.name for line in said_of(draft) if line.digest in there}
    upload = checked(name, data, known, checker)
    if not upload.fault:
        write_whole(draft / f"{upload.digest}{upload.suffix}", upload.data)
    line = FileNote(says=upload.says, good=not upload.fault, name=upload.name, digest=upload.digest)
    with (draft / SAID).open("a", encoding="utf-8") as file:
        file.write(line.model_dump_json() + "\n")
    return upload


def said_of(draft: Path) -> list[FileNote]:
    """What was said of the files that were brought, in their order."""
    path = draft / SAID
    lines = split_lines(path.read_text(encoding="utf-8")) if path.is_file() else []
    return [FileNote.model_validate_json(line) for line in lines if line.endswith("}")]


def photos_of(draft: Path) -> list[Path]:
    """The photos that were taken, in the order in which they came."""
    order = {line.digest: place for place, line in enumerate(said_of(draft))}
    return sorted(photos_in(draft), key=lambda path: order.get(path.stem, len(order)))


def name_of(draft: Path, photo: Path) -> str:
    """What the file was called from which a photo came."""
    return {line.digest: line.name for line in said_of(draft)}.get(photo.stem, photo.name)


def take_out(draft: Path, photo: str) -> None:
    """Throw a photo out of a draft; raises HeroError if it is none of it."""
    if photo not in {path.name for path in photos_in(draft)}:
        raise HeroError(f"There is no photo {photo!r} among those that you brought.")
    (draft / photo).unlink()


def forget_refused(draft: Path) -> None:
    """Say no more of the files that were not taken."""
    kept = [line.model_dump_json() + "\n" for line in said_of(draft) if line.good]
    write_whole(draft / SAID, "".join(kept).encode())


def throw_away(draft: Path) -> None:
    """Delete a draft with its photos."""
    shutil.rmtree(draft)
