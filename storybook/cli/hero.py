"""`storybook hero`: the heroes listed, shown, thrown away and put back; the rest stands beside."""

from datetime import datetime

from storybook.authoring.teach_hero import own_painter_note
from storybook.authoring.teach_run import RUNS
from storybook.cli.hero_add import declare_add
from storybook.cli.hero_change import declare_change
from storybook.cli.hero_draw import declare_draw
from storybook.cli.hero_teach import declare_choose_step, declare_teach
from storybook.cli.options import Parser, Subcommands, add_subcommand, runs
from storybook.errors import HeroError, StorybookError, in_one_line, nearest
from storybook.hero.edits import left_out
from storybook.hero.folder import (
    hero_folder,
    hero_folders,
    hero_in,
    hero_names,
    hero_photos,
    load_hero,
)
from storybook.hero.text import kind_of, state_of
from storybook.hero.trash import derived_of, put_back, throw_away
from storybook.jobs.manager import JOBS
from storybook.trash import trash_in
from storybook.world import article


def declare(parser: Parser) -> None:
    """`hero list|show|add|change|draw|remove|restore|teach|choose-step`."""
    runs(
        parser,
        list_heroes,
        """
  storybook hero list
  storybook hero show rex
  storybook hero add rex --class dog --photos photos/rex
  storybook hero teach rex --studio classic
""",
    )
    subcommands = parser.add_subparsers(required=True, metavar="DEED")
    add_subcommand(subcommands, "list", "all known heroes", list_heroes, "  storybook hero list")
    show = add_subcommand(subcommands, "show", "one hero", tell_hero, "  storybook hero show rex")
    show.add_argument("name")
    declare_add(subcommands)
    declare_change(subcommands)
    declare_draw(subcommands)
    _declare_trash(subcommands)
    declare_teach(subcommands)
    declare_choose_step(subcommands)


def _declare_trash(subcommands: Subcommands) -> None:
    examples = """
  storybook hero remove rex
  storybook hero restore rex                       and back again
"""
    says = "put a hero into the trash"
    remove = add_subcommand(subcommands, "remove", says, remove_hero, examples)
    remove.add_argument("name")
    examples = """
  storybook hero restore                           what is in the trash
  storybook hero restore rex
"""
    says = "put a hero back from the trash"
    restore = add_subcommand(subcommands, "restore", says, restore_hero, examples)
    restore.add_argument("name", nargs="?", help="without it, the trash is listed")


def list_heroes() -> None:
    """All heroes; one that cannot be read hides no other."""
    for name in hero_names():
        try:
            one = load_hero(name)
        except StorybookError as fault:
            print(f"{name:12} cannot be read: {in_one_line(fault)}")
            continue
        says = state_of(name, one, RUNS, JOBS)
        print(f"{name:12} {one.name}, {article(kind_of(one))}. {says}")


def tell_hero(name: str) -> None:
    """One hero: what it is, where it lies, and how it is drawn."""
    folder = hero_folder(name)
    one = hero_in(folder)
    print(f"{one.name}, {article(kind_of(one))}. {state_of(name, one, RUNS, JOBS)}")
    print(f"folder: {folder}")
    aside = len(left_out(folder))
    print(f"photos: {len(hero_photos(name))}{f', and {aside} left out' if aside else ''}")
    if one.token:
        print(f"taught by the word: {one.token}")
    drawn = f"drawn as: {one.words}{'' if one.taught else ' (not taught)'}"
    print(own_painter_note(one, folder) or drawn)


def remove_hero(name: str) -> None:
    """Put a hero and what was taught of it into the trash."""
    one, every = load_hero(name), derived_of(name, RUNS)
    throw_away(name, RUNS, JOBS)
    print(f"{one.name} lies in the trash, with {every.says}. Books stay as they are.")
    print(f"To put it back: storybook hero restore {every.folder.name}")
    if every.folder.name in hero_names():
        print(f"The {every.folder.name} that comes with the project stars in new books now.")


def restore_hero(name: str | None) -> None:
    """Put the hero of that name back that was thrown away last; without a name, list the trash."""
    thrown = trash_in(hero_folders()[0])
    if name is None:
        for each in thrown:
            print(f"{each.name:12} thrown away {datetime.fromtimestamp(each.thrown):%d %B, %H:%M}")
        if not thrown:
            print("The trash of heroes is empty.")
        return
    found = next((each for each in thrown if each.name == name.lower()), None)
    if found is None:
        names = (each.name for each in thrown)
        raise HeroError(f"The trash has no hero {name!r}. {nearest(name, names)}")
    print(f"{put_back(found.folder, RUNS)} is back.")


DECLARE = {"hero": declare}
