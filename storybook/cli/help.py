"""What `--help` adds to the options: the choices that there are here today.

Heroes, styles, formats and presets are files. They are looked for when help is asked for, so that
nothing is read, or imported, for any other command.
"""

import argparse
from collections.abc import Callable, Iterable


def heroes() -> Iterable[str]:
    """Names of all heroes."""
    from storybook.hero.folder import hero_names

    return hero_names()


def coats() -> Iterable[str]:
    """What the starter can draw a hero in."""
    from storybook.config import shipped
    from storybook.world import load_world

    return load_world(shipped("assets")).coats


def styles() -> Iterable[str]:
    """Names of all styles."""
    from storybook.prompts import styles as known

    return known()


def formats() -> Iterable[str]:
    """Names of all formats."""
    from storybook.press.formats import format_names

    return format_names()


def studios() -> Iterable[str]:
    """Names of the studios that come along, and may make a real book."""
    from storybook.config import studios as known

    return (name for name in known() if name != "doubles")


def presets() -> Iterable[str]:
    """Names of the manners in which a pet is taught."""
    from storybook.config import shipped

    return sorted(path.stem for path in shipped("training", "presets", "pet").glob("*.toml"))


def teaching_keys() -> Iterable[str]:
    """What `hero teach --set` takes: of the studio first, then of the recipe by the alphabet."""
    from storybook.authoring.teach_settings import OF_STUDIO, recipe_keys

    return (*OF_STUDIO, *sorted(recipe_keys()))


CHOICES: dict[str, Callable[[], Iterable[str]]] = {
    "hero": heroes,
    "style": styles,
    "format": formats,
    "studio": studios,
    "preset": presets,
    "look": coats,
}
"""Options whose choices are looked for, by their names; an action may bring its own as `known`."""


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help whose options say which choices there are."""

    def _get_help_string(self, action: argparse.Action) -> str:
        """As argparse's own formatters that add to the help of an option do it."""
        text = action.help or ""
        look = getattr(action, "known", CHOICES.get(action.dest))
        if action.option_strings and look:
            known = ", ".join(look()).replace("%", "%%")
            text += f"; there are: {known}" if known else ""
        return text
