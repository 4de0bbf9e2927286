"""The commands of the command line, and which file has the options and the work of each.

Only argparse is imported at the top, and a command's file when the command is asked for, so that
`storybook --help` answers at once.
"""

import argparse
from collections.abc import Sequence
from importlib import import_module

VERBS = {
    "write": "tell the story",
    "split": "cut it into scenes",
    "describe": "say each scene for the painter",
    "draw": "draw candidate pictures",
    "choose": "pick the best picture of each page",
    "enlarge": "bring the picks to print size",
    "bind": "set the pages and make the PDF",
}

COMMANDS = {
    "new": ("books", "begin a book"),
    "stories": ("stories", "find and read the ready-made stories"),
    "paint": ("paint", "pictures of free words, outside a book"),
    "book": ("books", "begin a book and make it"),
    "make": ("books", "bring a book up to date"),
    "batch": ("batch", "make many books from a list of orders"),
    "cast": ("cast", "say who plays in a book, draw and change them"),
    "tellings": ("tellings", "tell a summary several times, to take one"),
    **{verb: ("books", does) for verb, does in VERBS.items()},
    "status": ("state", "say how far a book is"),
    "accept": ("state", "say that what a book could not keep is fine"),
    "show": ("pictures", "say what a picture was made from"),
    "pictures": ("pictures", "find earlier pictures by their words"),
    "export-html": ("books", "a book as one HTML file"),
    "export-epub": ("epub", "a book for e-readers, with its sound if it was narrated"),
    "keepsake": ("keepsake", "a colouring book, a poster, stickers, a calendar, a video, ..."),
    "press": ("press", "make the files that a printer takes, with a report"),
    "translate": ("translate", "the same pictures with the words in another language, or in both"),
    "narrate": ("narrate", "read a book aloud into files of sound"),
    "pick": ("pages", "choose a page's picture yourself"),
    "reroll": ("pages", "draw new pictures for a page"),
    "retell": ("pages", "tell one page again"),
    "inpaint": ("touch_up", "paint a spot of a page's picture anew"),
    "vary": ("touch_up", "draw more pictures like one of a page's"),
    "move-star": ("touch_up", "move the star of a page's picture, or make it larger"),
    "ask": ("touch_up", "change a page's picture by plain words"),
    "bring": ("touch_up", "give a page a picture of your own"),
    "crop": ("touch_up", "cut or turn a page's picture"),
    "undo": ("history", "undo what you did to a book last"),
    "redo": ("history", "do again what was undone"),
    "idea": ("books", "let the writer think up a summary"),
    "hero": ("hero", "list the heroes, show, add, change or teach one"),
    "jobs": ("jobs", "what runs and ran: list, follow, stop, go on"),
    "app": ("studio", "open the studio in the browser"),
    "serve": ("serve", "take orders for books over HTTP"),
    "doctor": ("studio", "say what this machine can do"),
    "models": ("models", "list models, or fetch one"),
}
"""Each command with its file in this room, and what it does."""

RENAMED = {"share": "export-html"}
"""Commands that had another name: for one release they do what the new one does, and say so."""


def parser(arguments: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """The command line, with the options of all commands or of those that `arguments` name."""
    top = argparse.ArgumentParser(
        prog="storybook",
        description="A summary of a few lines becomes an illustrated book that stars your own pet.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (file, does) in COMMANDS.items():
        command = commands.add_parser(name, help=does)
        if arguments is None or name in arguments:
            _declare(name, file, command)
    for name, now in RENAMED.items():
        command = commands.add_parser(name)  # without help it is in no list
        if arguments is None or name in arguments:
            _declare(now, COMMANDS[now][0], command)
            command.set_defaults(renamed=(name, now))
    return top


def _declare(name: str, file: str, command: argparse.ArgumentParser) -> None:
    import_module(f"storybook.cli.{file}").DECLARE[name](command)
