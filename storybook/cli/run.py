"""Run one command of the command line.

Exit 0; 2 with one line on stderr for what the author can mend; 1 with a traceback for our own bug.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from storybook.cli.parser import parser

ELSEWHERE = {
    "doctor": "storybook.cli.inspect_commands",
    "hero": "storybook.cli.hero_commands",
    "jobs": "storybook.cli.job_commands",
    "models": "storybook.cli.model_commands",
    "pictures": "storybook.cli.inspect_commands",
    "show": "storybook.cli.inspect_commands",
    "status": "storybook.cli.status_commands",
    "stories": "storybook.cli.story_commands",
}
"""Commands that stand in a module of their own, so that the others' libraries are not imported."""

TYPED = {name: name for name in ("summary", "title", "look", "set", "find")} | {"teaching": "set"}
"""Options whose values are text for people or models, by what they are called when typed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    speak_any_language()
    options = _parsed(arguments)
    if renamed := getattr(options, "renamed", None):
        print("storybook: {} is deprecated, use {}.".format(*renamed), file=sys.stderr)
    options.arguments = sys.argv[1:] if arguments is None else arguments
    from storybook.errors import StorybookError, in_one_line

    try:
        commands = import_module(ELSEWHERE.get(options.command, "storybook.cli.commands"))
        return getattr(commands, options.command)(options) or 0
    except StorybookError as fault:
        print(f"storybook: {in_one_line(fault)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("storybook: stopped. Nothing is lost; run the command again to go on.",
              file=sys.stderr)  # fmt: skip
        return 130
    except BrokenPipeError:  # who reads has enough, such as `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as fault:
        if fault.filename is None and fault.errno is None:
            raise
        where = f"{fault.filename}: " if fault.filename else ""
        print(f"storybook: {where}{fault.strerror}. Nothing is lost; mend it and run again.",
              file=sys.stderr)  # fmt: skip
        return 2


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options of a command; the numbers of `accept` may stand behind its options, too."""
    whole = parser()
    options, rest = whole.parse_known_args(arguments)
    if options.command == "accept":
        options.number += [int(word) for word in rest if word.isdecimal()]
        rest = [word for word in rest if not word.isdecimal()]
    if rest:
        whole.error(f"unrecognized arguments: {' '.join(rest)}")
    for name, value in vars(options).items():
        said = value if isinstance(value, list) else [value]
        if name in TYPED and not all(map(_is_text, said)):
            whole.error(f"{TYPED[name]}: some of its letters are not in the terminal's encoding")
    return options


def _is_text(value: str | None) -> bool:
    """Whether all bytes that a word was typed or pasted as are letters."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value or "")


def speak_any_language() -> None:
    """Let a letter that a terminal or a pipe cannot take be a `?`, and no end of the work."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
