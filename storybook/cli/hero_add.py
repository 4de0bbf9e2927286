"""`storybook hero add`: which photos are kept, and what was made of words."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from storybook.cli.options import Parser, Subcommands, add_subcommand
from storybook.config import load_settings, shipped, validated
from storybook.errors import HeroError
from storybook.hero import edits as hero_edits
from storybook.hero.folder import add_hero, display_name, hero_photos, new_hero_folder
from storybook.hero.uploads import checked
from storybook.images.photo_files import PHOTO_SUFFIXES, NameIndex, no_photo, passed_over, photos_in
from storybook.models import SafetyChecker
from storybook.records import Hero
from storybook.studio.safety_checkers import photo_safety_checker
from storybook.studio.studio import Studio
from storybook.terminal import print_table
from storybook.text_files import printable, read_text
from storybook.world import World, article, load_world

if TYPE_CHECKING:
    from storybook.hero.photo_quality import SetVerdict

LONGEST_CAPTION = 40


def declare_add(subcommands: Subcommands) -> None:
    add = add_subcommand(
        subcommands,
        "add",
        "a new hero, from photos",
        add_hero_from_photos,
        """
  storybook hero add rex --class dog --photos photos/rex
  storybook hero add rex --class dog --photos photos/rex --look "brown spotted" --leave-out
  storybook hero add rex --class dog --photos photos/rex --caption blip
""",
    )
    add.add_argument("name")
    says = "what it is, such as cat or dog"
    add.add_argument("--class", dest="kind", required=True, metavar="CLASS", help=says)
    add.add_argument(
        "--photos", type=Path, required=True, metavar="FOLDER", help="5 to 30 photos of it"
    )
    add.add_argument("--token", help="the rare word that it will be taught by, such as ohwx")
    add_look(add, "its coat, such as 'orange striped' (default: from the photos)")
    says = "put photos aside that the coach advises to leave out"
    add.add_argument("--leave-out", action="store_true", help=says)
    add_caption(add)


def add_caption(parser: Parser) -> None:
    """`--caption`."""
    says = (
        "have a model caption the photos that have no words: blip, blip2, vit-gpt2, "
        "efficientnet-lite0, a folder or a hub's name"
    )
    parser.add_argument("--caption", metavar="MODEL", help=says)


def add_look(parser: Parser, says: str) -> None:
    """`--look`, and `--studio`, whose painter has to know it."""
    parser.add_argument("--look", help=says)
    parser.add_argument(
        "--studio", metavar="NAME_OR_FILE", help="whose painter has to know the look"
    )


def add_hero_from_photos(
    name: str,
    kind: str,
    photos: Path,
    token: str | None,
    look: str | None,
    studio: str | None,
    leave_out: bool,
    caption: str | None,
) -> int:
    """A hero from photos: what the starter can make of it, and what the coach says of them."""
    from storybook.hero.coat_colour import coat_from_photos, species_in, stand_in_note
    from storybook.hero.photo_quality import judge_photos, token_fault
    from storybook.hero.seer import open_pet_seer

    new_hero_folder(name)
    world = load_world(shipped("assets"))
    species, own_kind = species_in(world, kind)
    wished, note = told_look(world, look, studio)
    checker = photo_safety_checker(load_settings(studio))
    taken, lines = _photos_in(photos, checker)
    if token is not None and (fault := token_fault(token)):
        raise HeroError(f"--token {token!r}: {fault}")
    seer = open_pet_seer()
    verdict, found = judge_photos(taken, seer), coat_from_photos(taken, world, seer)
    coat = found.coat if look is None else wished
    hero = {"name": display_name(name), "species": species, "kind": own_kind, "look": coat}
    folder = add_hero(validated(Hero, hero | {"token": token}, "the hero"), taken)
    kept = [path.name for path in hero_photos(name)]
    unfit = [
        file for file, each in zip(kept, verdict.photos, strict=True) if each.fitness == "leave out"
    ]
    if leave_out:
        hero_edits.leave_out_all(folder, unfit)
    _tell_photos(verdict.photos, taken, kept, set(unfit) if leave_out else set())
    for line in (*lines, *verdict.findings, stand_in_note(species, own_kind), note):
        if line:
            print(line)
    print(f"look: {coat}. From the photos: {found.coat}, {found.markings} ({found.reason})")
    if not found.sure and look is None:
        print(
            f"This is a guess. Say it yourself: storybook hero change {name} --look '...', with "
            f"one of: {', '.join(world.coats)}."
        )
    print(_which_kind(kind, species, verdict, folder))
    for line in _ends(name, folder, len(kept), unfit, out=leave_out):
        print(line)
    return have_captioned(name, caption) if caption is not None else 0


def have_captioned(name: str, model: str) -> int:
    """Have a hero's photos captioned, and say what came of it; 0 for all well.

    Raises HeroError that says what the captioner lacks.
    """
    from storybook.authoring.caption_hero import caption_photos

    got, bare = caption_photos(name, model)
    if not got and not bare:
        print("All photos have captions already.")
        return 0
    print(
        f"{got} photo{'s' * (got != 1)} got captions by {model}. Look through them: they lie "
        "beside the photos, and stand in the studio. To take them back: storybook hero change "
        f"{name} --undo"
    )
    if bare:
        print(f"Of {bare} it said nothing: they are learnt by the hero's name alone.")
    return 0


def _which_kind(kind: str, species: str, verdict: "SetVerdict", folder: Path) -> str:
    """What is to be said of whether the photos show what the owner says."""
    if not verdict.kind:
        return (
            f"Whether it is {article(kind)} that the photos show, nothing here can tell: "
            f"light, sharpness and likeness are measured. Look through {folder / 'photos'} "
            "yourself."
        )
    if verdict.kind == species or kind.lower() in (verdict.kind, verdict.word):
        return f"The photos show {article(verdict.kind)}."
    return (
        f"The photos look as if they show {article(verdict.kind)}, where you say {kind}: look "
        f"through {folder / 'photos'} yourself."
    )


def told_look(world: World, look: str | None, studio: str | None) -> tuple[str, str]:
    """The look that is meant by an owner's words, and what is to be said of it.

    A painter of anything, such as the studio `classic`'s, is told them as they stand. Raises
    HeroError for words that a painter of the drawn world does not know.
    """
    from storybook.hero.coat_colour import look_in

    if look is None:
        return "", ""
    if Studio(load_settings(studio)).draws_the_world:
        return look_in(world, look)
    return " ".join(look.split()), ""


def _ends(name: str, folder: Path, count: int, unfit: Sequence[str], *, out: bool) -> list[str]:
    """The last lines: what lies where, and what is to be done about photos that are not fit."""
    kept = count - len(unfit) if out else count
    says = [f"{folder} is made, with {kept} photo{'s' * (kept != 1)}."]
    if not unfit:
        return says
    named = ", ".join(unfit)
    if out:
        return [
            *says,
            f"Left out, in {folder / hero_edits.LEFT_OUT}: {named}. To take one in: "
            f"storybook hero change {name} --take-in {unfit[0]}",
        ]
    return [
        *says,
        f"Kept, though the coach advises to leave them out: {named}. To leave them "
        f"out: storybook hero change {name} --leave-out",
    ]


def _tell_photos(
    verdicts: Sequence, photos: Sequence[Path], kept: Sequence[str], out: set[str]
) -> None:
    """A table of all photos: under which name each lies here, and with which words."""
    index = NameIndex()
    words = [index.caption(photo) for photo in photos]
    columns = ["photo", "kept as", "verdict", "why"] + ["what is said of it"] * any(words)
    table = Table(*columns)
    for each, name, caption in zip(verdicts, kept, words, strict=True):
        row = [
            each.file,
            f"{name}, left out" if name in out else name,
            each.fitness,
            "; ".join(each.reasons),
        ]
        if any(words):
            row.append(_said(caption))
        table.add_row(*row)
    print_table(table)


def _said(caption: Path | None) -> str:
    """Which file's words belong to a photo, and how they begin."""
    if caption is None:
        return "nothing"
    text = " ".join(read_text(caption, HeroError).text.split())
    shown = text if len(text) <= LONGEST_CAPTION else f"{text[: LONGEST_CAPTION - 3].rstrip()}..."
    return f"{printable(Path(caption.name))}: {shown}"


def _photos_in(folder: Path, checker: SafetyChecker | None) -> tuple[list[Path], list[str]]:
    """The photos of a folder, each once, and a line for each other file and for what was changed.

    What the studio in the browser refuses is passed over for the same reasons. Raises HeroError if
    no photo is left.
    """
    if not folder.is_dir():
        what = f"a file ({no_photo(folder)})" if folder.is_file() else "not there"
        raise HeroError(f"--photos {printable(folder)} is {what}. Name the folder of the photos.")
    index, taken = NameIndex(), {}
    photos, lines = [], []
    captions = set()
    for path in photos_in(folder):
        try:
            upload = checked(printable(Path(path.name)), path.read_bytes(), taken, checker)
        except OSError as fault:
            raise HeroError(f"{printable(path)} cannot be read: {fault.strerror}.") from fault
        captions.add(index.caption(path))
        if upload.fault:
            lines.append(f"passed over: {upload.says}")
            continue
        photos.append(path)
        taken[upload.digest] = upload.name
        if upload.notes:
            lines.append(upload.says)
        words = index.caption(path)
        if words and not (read := read_text(words, HeroError)).is_utf8:
            lines.append(f"{words.name} is {read.encoding}, and kept as UTF-8.")
    for path, reason in passed_over(folder, captions):
        lines.append(f"passed over: {printable(Path(path.name))} is {reason}.")
    if not photos:
        kinds = ", ".join(PHOTO_SUFFIXES)
        raise HeroError(
            " ".join([f"--photos {folder}: no photo ({kinds}) lies there.", *lines[:3]])
        )
    return photos, lines
