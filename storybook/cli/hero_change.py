"""`storybook hero change`: another look, class or photos of a hero."""

from collections.abc import Sequence
from pathlib import Path

from storybook.cli.hero_add import add_caption, add_look, have_captioned, told_look
from storybook.cli.options import Subcommands, add_subcommand
from storybook.config import shipped
from storybook.errors import HeroError
from storybook.hero import edits as hero_edits
from storybook.hero.folder import hero_folder, load_hero
from storybook.hero.text import kind_of
from storybook.world import article, load_world


def declare_change(subcommands: Subcommands) -> None:
    says = "another look, class or photos of a hero"
    change = add_subcommand(
        subcommands,
        "change",
        says,
        change_hero,
        """
  storybook hero change rex --look "black and white"
  storybook hero change rex --class cat --pronoun she
  storybook hero change rex --leave-out            photos that the coach advises to leave out
  storybook hero change rex --leave-out 02.jpg 05.jpg
  storybook hero change rex --take-in 02.jpg
  storybook hero change rex --caption blip         captions for photos that have none
""",
    )
    change.add_argument("name")
    add_look(change, "its coat, such as 'orange striped'")
    change.add_argument("--class", dest="kind", metavar="CLASS", help="what it is, such as cat")
    change.add_argument("--token", help="the rare word that it will be taught by, such as ohwx")
    change.add_argument("--pronoun", choices=("he", "she", "they"), help="what it is called by")
    says = "put photos aside; without a name those that the coach advises to leave out"
    change.add_argument("--leave-out", nargs="*", metavar="PHOTO", help=says)
    says = "let photos be learnt from again"
    change.add_argument("--take-in", nargs="+", default=[], metavar="PHOTO", help=says)
    add_caption(change)
    change.add_argument("--undo", action="store_true", help="take back the last change")


def change_hero(
    name: str,
    look: str | None,
    studio: str | None,
    kind: str | None,
    token: str | None,
    pronoun: str | None,
    leave_out: Sequence[str] | None,
    take_in: Sequence[str],
    caption: str | None,
    undo: bool,
) -> int:
    """Change facts or photos of a hero, as the studio's page does; each can be taken back."""
    one = load_hero(name)
    facts, notes = _facts(look, studio, kind)
    facts |= {key: value for key, value in (("token", token), ("pronoun", pronoun)) if value}
    photos = leave_out is not None or bool(take_in) or caption is not None
    if not (facts or photos or undo):
        raise HeroError(
            "Say what to change: --look, --class, --token, --pronoun, --leave-out, --take-in, "
            "--caption, or --undo."
        )
    if undo and (facts or photos):
        raise HeroError("--undo takes the last change back, and stands alone.")
    folder = hero_folder(name)
    if not hero_edits.is_own(folder):
        if undo or photos:
            raise HeroError(f"{one.name} comes with the project, and has nothing to change in it.")
        folder = hero_edits.copy_hero(name)
        print(f"{one.name} comes with the project: {folder} is your copy, which goes before it.")
    if undo:
        print(f"Taken back: {hero_edits.undo(folder).says}")
        return 0
    if facts:
        changed = hero_edits.change_facts(folder, one, **facts)
        same = " already" if changed == one else ""
        print(f"{one.name} is {article(kind_of(changed))}{same}.")
    for note in notes:
        print(note)
    _change_photos(folder, leave_out, take_in)
    return have_captioned(name, caption) if caption is not None else 0


def _facts(
    look: str | None, studio: str | None, kind: str | None
) -> tuple[dict[str, str | None], list[str]]:
    """What is to be known of a hero from now on, and what is to be said of it."""
    from storybook.hero.coat_colour import species_in, stand_in_note

    if studio is not None and look is None:
        raise HeroError("--studio: it says whose painter has to know the look. Say one: --look.")
    world, facts, notes = load_world(shipped("assets")), {}, []
    if look is not None:
        facts["look"], note = told_look(world, look, studio)
        notes.append(note)
    if kind is not None:
        facts["species"], facts["kind"] = species_in(world, kind)
        notes.append(stand_in_note(facts["species"], facts["kind"]))
    return facts, list(filter(None, notes))


def _change_photos(folder: Path, leave_out: Sequence[str] | None, take_in: Sequence[str]) -> None:
    for photo in take_in:
        hero_edits.take_in_again(folder, photo)
        print(f"Taken in again: {photo}")
    if leave_out is None:
        return
    unfit = leave_out or hero_edits.unfit(folder)
    hero_edits.leave_out_all(folder, unfit)
    print(f"Left out: {', '.join(unfit)}" if unfit else "The coach advises to leave out none.")
