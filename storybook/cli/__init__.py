"""The command line: `main` is its door; `parser` knows the words, and each `*_commands` does what
some of them say.
"""

from storybook.cli.run import main

__all__ = ["main"]
