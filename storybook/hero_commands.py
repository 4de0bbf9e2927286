"""What `storybook hero list|show|add|teach|choose-step` do. Front end only, as commands.py is."""

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

from rich.table import Table

from storybook.config import load_settings, overridden, shipped, validated
from storybook.errors import HeroError
from storybook.hero import (
    add_hero,
    hero_folder,
    hero_names,
    hero_photos,
    load_hero,
    new_hero_folder,
)
from storybook.photo_files import PHOTO_SUFFIXES, NameIndex, passed_over, photos_in
from storybook.records import Hero
from storybook.studio import Studio
from storybook.teaching import (
    RECIPE,
    adopt,
    are_drawings,
    lay_recipe,
    own_painter_note,
    token_for,
    token_in,
)
from storybook.terminal import print_table
from storybook.text_files import printable, read_text
from storybook.uploads import checked
from storybook.world import load_world

RUNS = Path("runs")


def hero(options: Namespace) -> int:
    """Returns 0, or what the teaching returned."""
    match options.deed:
        case "list":
            for name in hero_names():
                one = load_hero(name)
                print(f"{name:12} {one.name}, {one.words}")
        case "show":
            one = load_hero(options.name)
            print(f"{one.name}, {one.words}\nfolder: {hero_folder(options.name)}")
            print(f"photos: {len(hero_photos(options.name))}")
            print(f"token: {one.token or 'none'}\nadapter: {one.adapter or 'none'}")
            print(own_painter_note(one, hero_folder(options.name)) or _how_drawn(one))
        case "add":
            _add(options)
        case "teach":
            return _teach(options)
        case "choose-step":
            return _choose_step(options)
    return 0


def _add(options: Namespace) -> None:
    """A hero from photos: what the starter can make of it, and what the coach says of them."""
    from storybook.looks import derive_look, species_in
    from storybook.photo_coach import judge_photos, token_fault

    new_hero_folder(options.name)
    world = load_world(shipped("assets"))
    species, note = species_in(world, options.kind)
    photos, lines = _photos_in(Path(options.photos))
    if options.token is not None and (fault := token_fault(options.token)):
        raise HeroError(f"--token {options.token!r}: {fault}")
    verdict, look = judge_photos(photos), derive_look(photos, world)
    coat = look.coat if options.look is None else options.look
    asked = {"name": options.name, "species": species, "look": coat, "token": options.token}
    folder = add_hero(validated(Hero, asked, "the hero"), photos)
    table = Table("photo", "verdict", "why")
    for each in verdict.photos:
        table.add_row(each.file, each.fitness, "; ".join(each.reasons))
    print_table(table)
    for line in (*lines, *verdict.findings, *filter(None, [note])):
        print(line)
    print(f"look: {coat}. From the photos: {look.coat}, {look.markings} ({look.reason})")
    if not look.sure and options.look is None:
        print(f"This is a guess. Set look in {folder}/hero.toml, or add it anew with --look, to "
              f"one of: {', '.join(world.coats)}.")  # fmt: skip
    print(f"{folder} is made, with {len(photos)} photos.")


def _photos_in(folder: Path) -> tuple[list[Path], list[str]]:
    """The photos of a folder, each once, and a line for each other file and for what was changed.

    What the studio in the browser refuses is passed over for the same reasons. Raises HeroError if
    no photo is left.
    """
    index, taken = NameIndex(), {}
    photos, lines = [], []
    captions = set()
    for path in photos_in(folder):
        try:
            upload = checked(printable(Path(path.name)), path.read_bytes(), taken)
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


def _teach(options: Namespace) -> int:
    """Teach the studio's painter a hero, in a process of its own; then the hero draws with it."""
    one, folder = load_hero(options.name), hero_folder(options.name)
    photos = hero_photos(options.name)
    if not photos:
        raise HeroError(
            f"{folder} has no photos to learn from. Add the hero from photos: "
            f"storybook hero add {options.name} --class {one.species} --photos FOLDER"
        )
    settings = load_settings(options.studio)
    if Studio(settings).draws_the_world and not are_drawings(photos) and not options.anyway:
        raise HeroError(
            f"The {settings.name} painter knows drawings, not photos: it already draws {one.name} "
            f"by its look ({one.words}), and would learn little from photos. For the real thing: "
            "--studio classic. To see for yourself: --anyway."
        )
    if overridden({}, options.set).get("kind") == "hypernetwork":
        raise HeroError(
            "A hero is drawn with an adapter or a painter of its own, not with a hypernetwork. "
            "Leave kind out, or teach one by itself: python -m training dreambooth RECIPE.toml"
        )
    run = RUNS / folder.name
    recipe = run / RECIPE
    if not (options.resume and recipe.is_file()):
        token = token_for(one, Path(settings.draw.painter))
        recipe = lay_recipe(one, folder, token, settings, preset=options.preset)
    command = [sys.executable, "-m", "training", "dreambooth", str(recipe), "--run", str(run)]
    command += ["--device", settings.device]
    for change in options.set:
        command += ["--set", change]
    if options.resume:
        command += ["--resume", "latest"]
    if options.dry_run:
        command += ["--dry-run"]
    ended = _wait_for(command)
    if ended or options.dry_run:
        return ended
    # The run knows the word that it taught, and the hero may have been changed meanwhile.
    one = load_hero(options.name).but(token=token_in(run / RECIPE) or one.token)
    taught = adopt(one, folder, run / "result")
    if note := own_painter_note(load_hero(options.name), folder):
        print(note)
    print(f"{one.name} is taught: {taught}. Look at {run / 'samples' / 'grid.png'}, then make a "
          f"book: storybook book --summary '...' --hero {options.name}")  # fmt: skip
    return 0


def _how_drawn(one: Hero) -> str:
    return f"drawn as: {one.words}" + ("" if one.taught else " (not taught)")


def _choose_step(options: Namespace) -> int:
    """Let a hero be drawn by the weights of another step that its teaching kept."""
    one, folder = load_hero(options.name), hero_folder(options.name)
    run = RUNS / folder.name
    ended = _wait_for(
        [sys.executable, "-m", "training", "choose-step", str(run), str(options.step)]
    )
    if ended:
        return ended
    taught = adopt(one, folder, run / "result")
    print(f"{one.name} is drawn as it was taught by step {options.step}: {taught}.")
    return 0


def _wait_for(command: list[str]) -> int:
    """Run a command to its end; returns its exit code."""
    with subprocess.Popen(command) as teaching:
        try:
            return teaching.wait()
        except KeyboardInterrupt:  # it was told as well, and keeps a checkpoint before it ends
            return teaching.wait()
