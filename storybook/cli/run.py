"""Run one command of the command line.

Exit 0; 2 with one line on stderr for what the author can mend; 1 with a traceback for our own bug.
"""

import os
import sys
from collections.abc import Callable, Sequence

from storybook.cli.parser import parser

TYPED = {name: name for name in ("summary", "title", "look", "find")} | {"changes": "set"}
"""Options whose values are text for people or models, by what they are called when typed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    speak_any_language()
    words = sys.argv[1:] if arguments is None else arguments
    run, options, renamed = _parsed(words)
    if renamed:
        print("storybook: {} is deprecated, use {}.".format(*renamed), file=sys.stderr)

    def run_command() -> int | None:
        from storybook.cli.options import with_studio

        return run(**with_studio(options))

    return exit_code(run_command, "stopped. Nothing is lost; run the command again to go on.")


def exit_code(run: Callable[[], int | None], stopped: str) -> int:
    """Run a command: its exit code, or that of what ended it, which is said in one line on stderr.

    2 for what the author can mend, 130 with `stopped` as the line if they stopped it, 0 if whoever
    reads what it prints has enough. Raises what is our own bug.
    """
    from storybook.errors import StorybookError, in_one_line

    try:
        return run() or 0
    except StorybookError as fault:
        print(f"storybook: {in_one_line(fault)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"storybook: {stopped}", file=sys.stderr)
        return 130
    except BrokenPipeError:  # who reads has enough, such as `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as fault:
        if fault.filename is None and fault.errno is None:
            raise
        where = f"{fault.filename}: " if fault.filename else ""
        says = f"{where}{fault.strerror}. Nothing is lost; mend it and run again."
        print(f"storybook: {says}", file=sys.stderr)
        return 2


def _parsed(
    words: Sequence[str],
) -> tuple[Callable[..., int | None], dict[str, object], tuple[str, str] | None]:
    """What runs, its options by their names, and an earlier name that was typed with today's.

    The numbers of `accept` may stand behind its options, too.
    """
    whole = parser(words)
    options, rest = whole.parse_known_args(words)
    if options.command == "accept":
        options.number += [int(word) for word in rest if word.isdecimal()]
        rest = [word for word in rest if not word.isdecimal()]
    if rest:
        whole.error(f"unrecognized arguments: {' '.join(rest)}")
    given = vars(options)
    for name in given.keys() & TYPED.keys():
        values = given[name] if isinstance(given[name], list) else [given[name]]
        if not all(map(_is_text, values)):
            whole.error(f"{TYPED[name]}: some of its letters are not in the terminal's encoding")
    del given["command"]
    if "arguments" in given:
        given["arguments"] = tuple(words)
    return given.pop("run"), given, given.pop("renamed", None)


def _is_text(value: str | None) -> bool:
    """Whether all bytes that a word was typed or pasted as are letters."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value or "")


def speak_any_language() -> None:
    """Let a letter that a terminal or a pipe cannot take be a `?`, and no end of the work."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
