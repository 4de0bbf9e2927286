"""Planes of land that places outdoors share, from far to near (100 x 100, y down)."""

from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, darker, lighter
from training.starter.artist.shapes import blob


def ground(brush: Brush, top: float, colour: Colour) -> None:
    """Even ground from y = `top` to the lower rim, where the animals stand."""
    path = blob([(-10, top + 1), (25, top - 1), (60, top + 1), (110, top), (114, 114), (-14, 114)])
    brush.gradient(path, lighter(colour, 0.22), darker(colour, 0.06))


def hill(brush: Brush, left: float, middle: float, right: float, colour: Colour) -> None:
    """A ridge across the picture, by its height at the left, middle and right."""
    ridge = [
        (-14, left),
        (22, (left + middle) / 2 - 2),
        (50, middle),
        (80, (middle + right) / 2 - 2),
        (114, right),
        (116, 90),
        (-16, 90),
    ]
    brush.fill(blob(ridge), colour, edge=brush.style == "gouache")
