"""Names that an earlier edition had: for one release they do what the new ones do, and say so.

Nothing is said while arguments are parsed, so that jobs of before can be looked at in silence:
`renamed` of the parsed options holds both names, and who runs the command says them.
"""

import argparse
from collections.abc import Sequence


class OldOption(argparse.Action):
    """An option under its earlier name, which no help lists; `const` is its name today."""

    def __init__(self, option_strings: Sequence[str], dest: str, const: str) -> None:
        super().__init__(
            option_strings, dest, const=const, default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        setattr(namespace, self.dest, values)
        namespace.renamed = (self.option_strings[0], self.const)
