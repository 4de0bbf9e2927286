"""What `hero teach --set` takes: keys of the recipe that a pet is taught by, and of the studio what
a teaching asks of it.
"""

import ast
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from storybook.config import shipped
from storybook.errors import ConfigError

OF_STUDIO = ("draw.painter", "choose.critic", "device")
"""Who is taught, who judges the samples, and where."""
NEAR = 4
"""So many keys at most are offered in place of one that there is not."""


@cache
def recipe_keys() -> tuple[str, ...]:
    """The keys of a recipe, in its order: the fields of the record in `training/pet/recipe.py`.

    No room here imports training, which is another program to it. So its record is read as text.
    """
    source = shipped("training", "pet", "recipe.py").read_text(encoding="utf-8")
    classes = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    fields = next(each for each in classes if each.name == "Recipe").body
    return tuple(each.target.id for each in fields if isinstance(each, ast.AnnAssign))


def divided(changes: Iterable[str]) -> tuple[list[str], list[str]]:
    """`KEY=VALUE` texts for the studio, and those for the recipe, in their order.

    Raises ConfigError for a key that a teaching does not take, with those that look like it.
    """
    studio, recipe = [], []
    for change in changes:
        key, equals, _ = change.partition("=")
        key = key.strip()
        if not equals or not key:
            raise ConfigError(f"--set {change}: write KEY=VALUE, such as lr=1e-4.")
        if key in OF_STUDIO:
            studio.append(change)
        elif key.partition(".")[0] in recipe_keys():
            recipe.append(change)
        else:
            raise ConfigError(f"--set {key}: a teaching has no such setting. {_near(key)}")
    return studio, recipe


def _near(key: str) -> str:
    """The keys that `key` may be meant for, be it written as a studio's or as a recipe's."""
    names = (key, key.rpartition(".")[2])
    close = [
        each for name in names for each in get_close_matches(name, (*recipe_keys(), *OF_STUDIO))
    ]
    near = list(dict.fromkeys(close))[:NEAR]
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    of_studio = ", ".join(OF_STUDIO)
    return f"{hint}Of the studio it takes {of_studio}; for all: storybook hero teach --help"
