"""What `storybook hero list|show|change|remove|restore|teach|choose-step` do. Front end only."""

import sys
from argparse import Namespace
from datetime import datetime
from pathlib import Path

from storybook.authoring import teach_run
from storybook.authoring.teach_hero import adopt, own_painter_note
from storybook.authoring.teach_run import RUNS
from storybook.authoring.teach_settings import divided
from storybook.cli.hero_add_commands import add, told_look
from storybook.config import load_settings, shipped
from storybook.errors import HeroError, StorybookError, in_one_line, nearest
from storybook.hero import edits as hero_edits
from storybook.hero.folder import hero_folder, hero_folders, hero_names, hero_photos, load_hero
from storybook.hero.text import kind_of, state_of
from storybook.hero.trash import derived_of, put_back, throw_away
from storybook.jobs.manager import JOBS
from storybook.records import Hero
from storybook.trash import trash_in
from storybook.world import article, load_world


def hero(options: Namespace) -> int:
    """Returns 0, or what the teaching returned."""
    deeds = {
        "list": _list,
        "show": lambda options: tell_hero(options.name),
        "add": add,
        "change": _change,
        "remove": _remove,
        "restore": _restore,
        "teach": _teach,
        "choose-step": _choose_step,
    }
    return deeds[options.deed](options) or 0


def _list(options: Namespace) -> None:
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
    one, folder = load_hero(name), hero_folder(name)
    print(f"{one.name}, {article(kind_of(one))}. {state_of(name, one, RUNS, JOBS)}")
    print(f"folder: {folder}")
    aside = len(hero_edits.left_out(folder))
    print(f"photos: {len(hero_photos(name))}{f', and {aside} left out' if aside else ''}")
    if one.token:
        print(f"taught by the word: {one.token}")
    print(own_painter_note(one, folder) or _how_drawn(one))


def _change(options: Namespace) -> None:
    """Change facts or photos of a hero, as the studio's page does; each can be taken back."""
    one = load_hero(options.name)
    facts, notes = _facts(options)
    photos = options.leave_out is not None or bool(options.take_in)
    if not (facts or photos or options.undo):
        raise HeroError(
            "Say what to change: --look, --class, --token, --pronoun, --leave-out, --take-in, or "
            "--undo."
        )
    folder = hero_folder(options.name)
    if not hero_edits.is_own(folder):
        if options.undo or photos:
            raise HeroError(f"{one.name} comes with the project, and has nothing to change in it.")
        folder = hero_edits.copy_hero(options.name)
        print(f"{one.name} comes with the project: {folder} is your copy, which goes before it.")
    if options.undo:
        print(f"Taken back: {hero_edits.undo(folder).says}")
        return
    if facts:
        changed = hero_edits.change_facts(folder, one, **facts)
        same = " already" if changed == one else ""
        print(f"{one.name} is {article(kind_of(changed))}{same}.")
    for note in notes:
        print(note)
    _change_photos(folder, options)


def _facts(options: Namespace) -> tuple[dict[str, str | None], list[str]]:
    """What is to be known of a hero from now on, and what is to be said of it."""
    from storybook.hero.coat_colour import species_in, stand_in_note

    world, facts, notes = load_world(shipped("assets")), {}, []
    if options.look is not None:
        facts["look"], note = told_look(world, options.look, options.studio)
        notes.append(note)
    if options.kind is not None:
        facts["species"], facts["kind"] = species_in(world, options.kind)
        notes.append(stand_in_note(facts["species"], facts["kind"]))
    facts |= {key: value for key in ("token", "pronoun")
              if (value := getattr(options, key)) is not None}  # fmt: skip
    return facts, list(filter(None, notes))


def _change_photos(folder: Path, options: Namespace) -> None:
    for photo in options.take_in:
        hero_edits.take_in_again(folder, photo)
        print(f"Taken in again: {photo}")
    if options.leave_out is None:
        return
    unfit = options.leave_out or hero_edits.unfit(folder)
    hero_edits.leave_out_all(folder, unfit)
    print(f"Left out: {', '.join(unfit)}" if unfit else "The coach advises to leave out none.")


def _remove(options: Namespace) -> None:
    """Put a hero and what was taught of it into the trash."""
    one, every = load_hero(options.name), derived_of(options.name, RUNS)
    throw_away(options.name, RUNS, JOBS)
    print(f"{one.name} lies in the trash, with {every.says}. Books stay as they are.")
    print(f"To put it back: storybook hero restore {every.folder.name}")
    if every.folder.name in hero_names():
        print(f"The {every.folder.name} that comes with the project stars in new books now.")


def _restore(options: Namespace) -> None:
    """Put the hero of that name back that was thrown away last; without a name, list the trash."""
    thrown = trash_in(hero_folders()[0])
    if options.name is None:
        for each in thrown:
            print(f"{each.name:12} thrown away {datetime.fromtimestamp(each.thrown):%d %B, %H:%M}")
        if not thrown:
            print("The trash of heroes is empty.")
        return
    found = next((each for each in thrown if each.name == options.name.lower()), None)
    if found is None:
        names = (each.name for each in thrown)
        raise HeroError(f"The trash has no hero {options.name!r}. {nearest(options.name, names)}")
    print(f"{put_back(found.folder, RUNS)} is back.")


def _teach(options: Namespace) -> int:
    """Teach the studio's painter a hero, in a process of its own; then the hero draws with it."""
    of_studio, of_recipe = divided(options.teaching)
    teaching = teach_run.prepare(
        teach_run.TeachRequest(
            options.name,
            options.preset,
            of_recipe,
            of_studio,
            options.resume,
            options.dry_run,
            options.anyway,
        ),
        load_settings(options.studio, of_studio),
    )
    ended = teach_run.run_training(teaching.command)
    if ended or options.dry_run:
        return ended
    taught, one = teach_run.finish(options.name), load_hero(options.name)
    if note := own_painter_note(one, teaching.folder):
        print(note)
    print(
        f"{one.name} is taught: {taught}. Look at {teaching.run / 'samples' / 'grid.png'}, then "
        f"make a book: storybook book --summary '...' --hero {options.name}"
    )
    return 0


def _how_drawn(one: Hero) -> str:
    return f"drawn as: {one.words}" + ("" if one.taught else " (not taught)")


def _choose_step(options: Namespace) -> int:
    """Let a hero be drawn by the weights of another step that its teaching kept."""
    one, folder = load_hero(options.name), hero_folder(options.name)
    run = RUNS / folder.name
    ended = teach_run.run_training(
        [sys.executable, "-m", "training", "choose-step", str(run), str(options.step)]
    )
    if ended:
        return ended
    taught = adopt(one, folder, run / "result")
    print(f"{one.name} is drawn as it was taught by step {options.step}: {taught}.")
    return 0
