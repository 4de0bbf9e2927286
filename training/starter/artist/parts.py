"""Which part of whom every pixel of a picture shows: the same drawing, with names for colours."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import skia

from storybook.world import World
from training.starter.artist.brush import THING, Brush, head_of
from training.starter.artist.colour import Colour
from training.starter.artist.people import PEOPLE

GROUND = "ground"


def parts_of(world: World) -> tuple[str, ...]:
    """The names of all parts; a part's place among them is its label."""
    kinds = (*world.species, *PEOPLE)
    return (GROUND, THING, *kinds, *(head_of(kind) for kind in kinds))


class PartsBrush(Brush):
    """Lays the label of the part at hand, without light, shade or soft edges.

    A label is the canvas's red channel; what belongs to no part is ground, 0.
    """

    def __init__(self, canvas: skia.Canvas, parts: Sequence[str]) -> None:
        super().__init__(canvas, "crayon", "day", indoors=False)
        self._labels = {name: label for label, name in enumerate(parts)}
        self._label = 0

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        before, self._label = self._label, self._labels[name]
        yield
        self._label = before

    def _paint(self, **how: object) -> skia.Paint:
        return skia.Paint(AntiAlias=False, Color=skia.Color(self._label, 0, 0), **how)

    def flat(self, path: skia.Path, colour: Colour, alpha: float = 1.0) -> None:
        self.canvas.drawPath(path, self._paint())

    def line(self, path: skia.Path, colour: Colour, width: float, alpha: float = 1.0) -> None:
        pen = self._paint(Style=skia.Paint.kStroke_Style, StrokeWidth=width * self.unit)
        self.canvas.drawPath(path, pen)

    def fill(self, path: skia.Path, colour: Colour, *, edge: bool = True) -> None:
        self.flat(path, colour)

    def contour(self, paths: Sequence[skia.Path], outline: Colour) -> None:
        for path in paths:
            self.line(path, outline, 2.4)

    def lay(self, path: skia.Path, colour: Colour, whole: skia.Rect | None = None) -> None:
        self.flat(path, colour)

    def gradient(self, path: skia.Path, top: Colour, bottom: Colour) -> None:
        self.flat(path, top)

    @contextmanager
    def lifted(self, bounds: skia.Rect, colour: Colour, alpha: float) -> Iterator[None]:
        yield

    @contextmanager
    def inside(self, path: skia.Path, *, out: bool = False) -> Iterator[None]:
        self.canvas.save()
        way = skia.ClipOp.kDifference if out else skia.ClipOp.kIntersect
        self.canvas.clipPath(path, way, False)  # a soft edge would blend labels
        yield
        self.canvas.restore()

    def glow(self, x: float, y: float, radius: float, colour: Colour, alpha: float) -> None:
        """Light belongs to no part."""

    def shade(self, x: float, y: float, half_width: float, half_height: float) -> None:
        """A shadow belongs to no part."""
