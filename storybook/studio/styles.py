"""Which styles a studio's painter can draw: one of the drawn world knows those it was taught."""

from storybook.errors import ConfigError
from storybook.prompts import style, styles
from storybook.records import Style
from storybook.studio.studio import Studio


def drawn_styles(studio: Studio) -> tuple[str, ...]:
    """The names of the styles that a book of this studio may be drawn in."""
    known = studio.world.styles
    return tuple(name for name in styles() if name in known or not studio.draws_the_world)


def style_for(name: str, studio: Studio) -> Style:
    """A style by its name; raises ConfigError if there is none, or the painter was taught none."""
    found = style(name)
    drawn = drawn_styles(studio)
    if name not in drawn:
        raise ConfigError(
            f"This studio's painter was taught no {name!r}: it draws {', '.join(drawn)}. Give the "
            "book one of them, or draw it with a full-size studio."
        )
    return found
