"""What all the things are made with: a few strong colours, outlined shapes, rods and tubs."""

import skia

from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, darker, rgb
from training.starter.artist.shapes import Point

RED, BLUE, GOLD, BROWN = rgb("#d9473f"), rgb("#4a7fc1"), rgb("#f2bf3a"), rgb("#a8733f")
CREAM, GREEN = rgb("#fbf1dc"), rgb("#6a9e4c")


def figure(brush: Brush, *parts: tuple[skia.Path, Colour]) -> None:
    """Lay parts as one silhouette, outlined in the first one's own shade."""
    brush.figure(parts, darker(parts[0][1], 0.58))


def rod(path: skia.Path, width: float) -> skia.Path:
    """The shape of a round-ended stroke, `width` in the thing's own units."""
    pen = skia.Paint(
        Style=skia.Paint.kStroke_Style,
        StrokeWidth=width,
        StrokeCap=skia.Paint.kRound_Cap,
        StrokeJoin=skia.Paint.kRound_Join,
    )
    outline = skia.Path()
    pen.getFillPath(path, outline)
    return outline


def tub(top: Point, bottom: Point, dip: float) -> skia.Path:
    """A round vessel's wall from a rim to a floor, each (y, half width); both bend by `dip`."""
    (rim, wide), (floor, narrow) = top, bottom
    path = skia.Path()
    path.moveTo(-wide, rim)
    path.quadTo(0, rim + 2 * dip, wide, rim)
    path.lineTo(narrow, floor)
    path.quadTo(0, floor + 2 * dip, -narrow, floor)
    path.close()
    return path
