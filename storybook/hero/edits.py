"""What an owner changes of a hero: photos turned, cropped, left out, captions, look and token.

Each change works on copies, and can be taken back. Besides what `folder.py` says, a hero's folder
has

left-out/03.jpg         photos that nobody is to learn from; they can be taken in again
.undo/000007/           one change: `change.json` and, in `before/`, the files as they were
"""

import io
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import tomli_w
from PIL import Image
from pydantic import ValidationError

from storybook.config import validated
from storybook.errors import HeroError
from storybook.files import move, replacing, write_whole
from storybook.hero.folder import HERO, hero_folder, hero_folders
from storybook.images.photo_files import NameIndex, photos_in
from storybook.images.photos import JPEG_QUALITY, looked_at, read_photo, where_the_pet_is
from storybook.records import Hero, Record
from storybook.text_files import read_text

if TYPE_CHECKING:
    from storybook.models.pet_seer import PetSeer

PHOTOS, LEFT_OUT, UNDO = "photos", "left-out", ".undo"
CHANGE, BEFORE = "change.json", "before"
KEPT = 50
"""So many changes can be taken back."""
LEAST_SHARE = 0.1
"""What a crop leaves of each side at least."""
AIR = 0.08
"""What a crop to the pet leaves around it, as a share of the photo's sides."""

Box = tuple[float, float, float, float]
"""Left, upper, right and lower edge, as shares of the sides."""


class HeroChange(Record):
    """One change of a hero's folder."""

    says: str
    """Such as `Photo 3 was turned`."""
    files: tuple[str, ...]
    """All files that it touched, relative to the hero's folder."""


def is_own(folder: Path) -> bool:
    """Whether a hero is its owner's, and may be changed; those that ship may not."""
    return folder.parent.resolve() == hero_folders()[0].resolve()


def copy_hero(name: str) -> Path:
    """Copy a hero that comes with the project, so that it is its owner's; returns the folder.

    The copy keeps the name, and goes before what it was made of.
    """
    folder = hero_folder(name)
    if is_own(folder):
        raise HeroError(f"{name} is yours already, in {folder}.")
    own = hero_folders()[0] / folder.name
    with replacing(own, new=True) as draft:
        shutil.copytree(folder, draft)
    return own


def turn(folder: Path, photo: str, quarters: int) -> None:
    """Turn a photo clockwise by so many quarters; raises HeroError if it is none of the hero's."""
    path = _photo(folder, photo)
    with _change(folder, f"{_called(photo)} was turned.", [path]):
        _keep(path, read_photo(path).rotate(-90 * quarters, expand=True))


def crop(folder: Path, photo: str, box: Box) -> None:
    """Cut a photo to a part of it; raises HeroError if little would be left."""
    path = _photo(folder, photo)
    left, upper, right, lower = box
    if not (0 <= left < right <= 1 and 0 <= upper < lower <= 1):
        raise HeroError(f"{box} is no part of a photo: say left, upper, right, lower from 0 to 1.")
    if min(right - left, lower - upper) < LEAST_SHARE:
        raise HeroError("That leaves too little of the photo: take more of it.")
    with _change(folder, f"{_called(photo)} was cropped.", [path]):
        whole = read_photo(path)
        width, height = whole.size
        _keep(
            path,
            whole.crop(
                (
                    round(left * width),
                    round(upper * height),
                    round(right * width),
                    round(lower * height),
                )
            ),
        )


def leave_out(folder: Path, photo: str) -> None:
    """Put a photo aside with its caption, so that nobody learns from it."""
    path = _photo(folder, photo)
    _move(folder, f"{_called(photo)} was left out.", path, folder / LEFT_OUT)


def leave_out_all(folder: Path, photos: Sequence[str]) -> None:
    """Put several photos aside, one by one, so that each can be taken back by itself."""
    for photo in photos:
        leave_out(folder, photo)


def unfit(folder: Path) -> list[str]:
    """The photos of a hero that the coach advises to leave out, by name."""
    from storybook.hero.photo_quality import judge_photos
    from storybook.hero.seer import open_pet_seer

    judged = judge_photos(photos_in(folder / PHOTOS), open_pet_seer()).photos
    return [each.file for each in judged if each.fitness == "leave out"]


def take_in_again(folder: Path, photo: str) -> None:
    """Let a photo that was left out be learnt from again."""
    path = folder / LEFT_OUT / photo
    if path not in left_out(folder):
        raise HeroError(f"There is no photo {photo!r} among those that were left out.")
    _move(folder, f"{_called(photo)} was taken in again.", path, folder / PHOTOS)


def left_out(folder: Path) -> list[Path]:
    """The photos that nobody is to learn from."""
    return photos_in(folder / LEFT_OUT)


def caption_of(photo: Path) -> str:
    """What is said of a photo when it is learnt from; empty if nobody said anything.

    Raises HeroError for words in an encoding that cannot be told.
    """
    words = NameIndex().caption(photo)
    return read_text(words, HeroError).text.strip() if words else ""


def say_of(folder: Path, photo: str, caption: str) -> None:
    """Set the caption of a photo; an empty one is taken away."""
    say_of_all(folder, {photo: caption})


def say_of_all(folder: Path, captions: Mapping[str, str]) -> None:
    """Set the captions of several photos, by their names, as one change."""
    due: dict[Path, str] = {}
    for photo, caption in captions.items():
        path, words = _photo(folder, photo), " ".join(caption.split())
        with suppress(HeroError):  # words that nobody can read may be replaced
            if words == caption_of(path):
                continue
        due[NameIndex().caption(path) or path.with_suffix(".txt")] = words
    if not due:
        return
    called = _called(next(iter(captions)), capital=False)
    says = f"What is said of {called} was changed."
    if len(captions) > 1:
        says = f"Captions of {len(due)} photo{'s' * (len(due) != 1)} were written."
    with _change(folder, says, list(due)):
        for file, words in due.items():
            if words:
                write_whole(file, f"{words}\n".encode())
            else:
                file.unlink()


def add_photos(folder: Path, photos: Sequence[Path]) -> None:
    """Copy further photos, which were made fit before, behind those that the hero has."""
    numbers = [
        int(path.stem)
        for path in (*photos_in(folder / PHOTOS), *left_out(folder))
        if path.stem.isdigit()
    ]
    first = max(numbers, default=0) + 1
    targets = [
        folder / PHOTOS / f"{number:02d}{photo.suffix}"
        for number, photo in enumerate(photos, start=first)
    ]
    count = len(photos)
    with _change(folder, f"{count} photo{'s' * (count != 1)} came to it.", targets):
        for photo, target in zip(photos, targets, strict=True):
            write_whole(target, photo.read_bytes())


def change_facts(folder: Path, hero: Hero, **changes: str | None) -> Hero:
    """Change what is known of a hero: look, species and kind, token, pronoun; returns it as it is.

    Raises HeroError for a token that is a common word, and for a class or a token that a painter
    was taught already; ConfigError for what a hero cannot have.
    """
    from storybook.hero.photo_quality import token_fault

    token = changes.get("token")
    if token and token != hero.token and (fault := token_fault(token)):
        raise HeroError(f"{token}: {fault}")
    changed = validated(Hero, hero.model_dump() | changes, "the hero")
    if hero.taught and (changed.token, changed.species) != (hero.token, hero.species):
        raise HeroError(
            f"{hero.name} was taught as {hero.words}, and stays that. Add it under another name to "
            "teach it anew."
        )
    if changed != hero:
        save_hero(folder, changed)
    return changed


def save_hero(folder: Path, hero: Hero) -> None:
    """Write `hero.toml` anew."""
    path = folder / HERO
    with _change(folder, f"What is known of {hero.name} was changed.", [path]):
        write_whole(path, tomli_w.dumps(hero.model_dump(exclude_defaults=True)).encode())


def pet_box(photo: Image.Image, seer: "PetSeer | None" = None) -> Box:
    """The part of a photo in which the pet is seen, or seems to stand, with some air.

    All of it if unsure.
    """
    where = where_the_pet_is(looked_at(photo), seer.look(photo) if seer else None)
    if not where.any():
        return (0.0, 0.0, 1.0, 1.0)
    rows, columns = where.any(axis=1).nonzero()[0], where.any(axis=0).nonzero()[0]
    height, width = where.shape
    left, right = columns[0] / width - AIR, (columns[-1] + 1) / width + AIR
    upper, lower = rows[0] / height - AIR, (rows[-1] + 1) / height + AIR
    left, upper, right, lower = (
        round(min(1.0, max(0.0, x)), 2) for x in (left, upper, right, lower)
    )
    return (left, upper, right, lower)


def last_change(folder: Path) -> HeroChange | None:
    """The change that `undo` would take back; None if there is none that can be read."""
    with suppress(OSError, ValidationError, IndexError):
        return HeroChange.model_validate_json((_changes(folder)[-1] / CHANGE).read_bytes())
    return None


def undo(folder: Path) -> HeroChange:
    """Take back the last change; raises HeroError if there is none."""
    change = last_change(folder)
    if change is None:
        raise HeroError(f"There is nothing to take back in {folder}.")
    place = _changes(folder)[-1]
    for name in change.files:
        before, now = place / BEFORE / name, folder / name
        if before.is_file():
            write_whole(now, before.read_bytes())
        else:
            now.unlink(missing_ok=True)
    shutil.rmtree(place)
    return change


@contextmanager
def _change(folder: Path, says: str, touched: Sequence[Path]) -> Iterator[None]:
    """Keep the files that are about to be changed, made or taken away, so that it can be undone."""
    if not is_own(folder):
        raise HeroError(f"{folder.name} comes with the project and stays as it is. Copy it first.")
    changes = _changes(folder)
    number = int(changes[-1].name) + 1 if changes else 1
    files = tuple(path.relative_to(folder).as_posix() for path in touched)
    place = folder / UNDO / f"{number:06d}"
    with replacing(place, new=True) as draft:
        for name in files:
            if (folder / name).is_file():
                write_whole(draft / BEFORE / name, (folder / name).read_bytes())
        write_whole(draft / CHANGE, HeroChange(says=says, files=files).model_dump_json().encode())
    try:
        yield
    except BaseException:
        shutil.rmtree(place)
        raise
    for old in changes[: max(0, len(changes) + 1 - KEPT)]:
        shutil.rmtree(old)


def _changes(folder: Path) -> list[Path]:
    return sorted((folder / UNDO).glob("[0-9]*"))


def _move(folder: Path, says: str, photo: Path, to: Path) -> None:
    parts = [photo, *filter(None, [NameIndex().caption(photo)])]
    targets = [to / path.name for path in parts]
    if taken := [path.name for path in targets if path.exists()]:
        raise HeroError(f"{to} has a {taken[0]} already: move that away first.")
    with _change(folder, says, [*parts, *targets]):
        to.mkdir(exist_ok=True)
        for path, target in zip(parts, targets, strict=True):
            move(path, target)


def _photo(folder: Path, photo: str) -> Path:
    path = folder / PHOTOS / photo
    if path not in photos_in(folder / PHOTOS):
        raise HeroError(f"{folder.name} has no photo {photo!r}.")
    return path


def _keep(path: Path, photo: Image.Image) -> None:
    """Write a photo in the form that its name says."""
    data, form = io.BytesIO(), {".png": "PNG", ".webp": "WEBP"}.get(path.suffix.lower(), "JPEG")
    photo.save(data, form, **({} if form == "PNG" else {"quality": JPEG_QUALITY}))
    write_whole(path, data.getvalue())


def _called(photo: str, *, capital: bool = True) -> str:
    stem = Path(photo).stem
    name = f"photo {int(stem)}" if stem.isdigit() else f"photo {stem}"
    return name.capitalize() if capital else name
