"""The command line: `main` is its door, `parser` its table of commands; each other file declares
the options of some beside what they do.
"""

from storybook.cli.run import main

__all__ = ["main"]
