"""Which styles a studio's painter can draw: one of the drawn world knows those it was taught."""

from storybook.errors import ConfigError
from storybook.prompts import style, styles
from storybook.records import Brief, Style
from storybook.studio.studio import Studio

FINISHES = {"watercolour": 1, "gouache": 1, "crayon": 1, "pastel": 1, "ink": 1}
"""The styles that have a finish (`storybook.images.finishing`), each with its edition: raise it
where the same finish comes out otherwise, so that plates are made anew."""


def drawn_styles(studio: Studio) -> tuple[str, ...]:
    """The names of the styles that a book of this studio may be drawn in."""
    known, every = studio.world.styles, styles()
    return tuple(
        name for name, one in every.items() if one.taught in known or not studio.draws_the_world
    )


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


def finish_for(brief: Brief, studio: Studio) -> str:
    """The finish that a book's pictures are given in a studio; empty for none.

    What a small painter paints is finished in the book's style, if the brief says so, or if the
    painter was taught another one for it.
    """
    if not studio.draws_the_world or brief.style not in FINISHES:
        return ""
    return brief.style if brief.finish or brief.style not in studio.world.styles else ""
