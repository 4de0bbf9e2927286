"""The options of `storybook hero`. Nothing but argparse is imported, as in parser.py."""

import argparse

from storybook.cli.help import with_help


def add_hero(commands: argparse._SubParsersAction) -> None:
    """`hero list|show|add|change|remove|restore|teach|choose-step`."""
    hero = commands.add_parser(
        "hero", help="list the heroes, show, add, change or teach one", **with_help("hero")
    )
    deeds = hero.add_subparsers(dest="deed", required=True, metavar="DEED")
    deeds.add_parser("list", help="all known heroes")
    deeds.add_parser("show", help="one hero").add_argument("name")
    _add_add(deeds)
    _add_change(deeds)
    remove = deeds.add_parser(
        "remove", help="put a hero into the trash", **with_help("hero remove")
    )
    remove.add_argument("name")
    restore = deeds.add_parser("restore", help="put a hero back from the trash")
    restore.add_argument("name", nargs="?", help="without it, the trash is listed")
    _add_teach(deeds)
    choose = deeds.add_parser(
        "choose-step",
        help="draw a hero by another step of its teaching",
        **with_help("hero choose-step"),
    )
    choose.add_argument("name")
    choose.add_argument("step", type=int, help="one that runs/NAME/checkpoints kept")


def _add_add(deeds: argparse._SubParsersAction) -> None:
    add = deeds.add_parser("add", help="a new hero, from photos", **with_help("hero add"))
    add.add_argument("name")
    add.add_argument("--class", dest="kind", required=True, metavar="CLASS",
                     help="what it is, such as cat or dog")  # fmt: skip
    add.add_argument("--photos", required=True, metavar="FOLDER", help="5 to 30 photos of it")
    add.add_argument("--token", help="the rare word that it will be taught by, such as ohwx")
    _add_look(add, "its coat, such as 'orange striped' (default: from the photos)")
    add.add_argument("--leave-out", action="store_true",
                     help="put photos aside that the coach advises to leave out")  # fmt: skip


def _add_change(deeds: argparse._SubParsersAction) -> None:
    change = deeds.add_parser(
        "change", help="another look, class or photos of a hero", **with_help("hero change")
    )
    change.add_argument("name")
    _add_look(change, "its coat, such as 'orange striped'")
    change.add_argument("--class", dest="kind", metavar="CLASS", help="what it is, such as cat")
    change.add_argument("--token", help="the rare word that it will be taught by, such as ohwx")
    change.add_argument("--pronoun", choices=("he", "she", "they"), help="what it is called by")
    change.add_argument("--leave-out", nargs="*", metavar="PHOTO",
                        help="put photos aside; without a name those that the coach advises "
                        "to leave out")  # fmt: skip
    change.add_argument("--take-in", nargs="+", default=[], metavar="PHOTO",
                        help="let photos be learnt from again")  # fmt: skip
    change.add_argument("--undo", action="store_true", help="take back the last change")


def _add_look(command: argparse.ArgumentParser, said: str) -> None:
    command.add_argument("--look", help=said)
    command.add_argument("--studio", metavar="NAME_OR_FILE",
                         help="whose painter has to know the look")  # fmt: skip


def _add_teach(deeds: argparse._SubParsersAction) -> None:
    teach = deeds.add_parser("teach", help="teach the painter to draw a hero from its photos",
                             **with_help("hero teach"))  # fmt: skip
    teach.add_argument("name")
    teach.add_argument("--studio", metavar="NAME_OR_FILE", help="whose painter learns")
    teach.add_argument("--preset", default="auto",
                       help="how it is taught (default: auto, by measuring)")  # fmt: skip
    teach.add_argument(
        "--set",
        action="append",
        default=[],
        dest="teaching",
        metavar="KEY=VALUE",
        help="change a key of the recipe, such as lr=1e-4, or what is asked of the studio",
    )
    teach.add_argument("--resume", action="store_true", help="go on where a teaching was stopped")
    teach.add_argument("--dry-run", action="store_true", help="only say what would be done")
    teach.add_argument("--anyway", action="store_true",
                       help="teach photos to a painter that knows drawings only")  # fmt: skip
