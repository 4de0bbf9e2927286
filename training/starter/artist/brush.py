"""A brush lays shapes on a canvas in one of the studio's three styles, under one light."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import skia

from training.starter.artist.colour import Colour, argb, darker, lighter, tint_of

THING = "thing"
"""The name of the part that is the picture's thing."""


def head_of(kind: str) -> str:
    """The name of the part of a figure that is its head."""
    return f"{kind} head"


class Brush:
    """Holds a skia canvas; colours are given as at day and laid as the light shows them.

    `star` is true while the ones that the picture is about are drawn: they keep more of their own
    colour at sunset and night. `unit` is one percent of the picture in the canvas's current
    coordinates, so that outlines keep their width when a figure is scaled.
    """

    def __init__(self, canvas: skia.Canvas, style: str, light: str, *, indoors: bool) -> None:
        self.canvas, self.style, self.light = canvas, style, light
        self.star = False
        self.unit = 1.0
        self._base_scale = canvas.getTotalMatrix().getScaleY()
        self._star_tint = tint_of(light, star=True, indoors=indoors)
        self._place_tint = tint_of(light, star=False, indoors=indoors)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """What is drawn within belongs to `name`; see `parts`."""
        yield

    def tinted(self, colour: Colour) -> Colour:
        """The colour as this light shows it."""
        return (self._star_tint if self.star else self._place_tint).on(colour)

    def flat(self, path: skia.Path, colour: Colour, alpha: float = 1.0) -> None:
        """Fill evenly."""
        self.canvas.drawPath(
            path, skia.Paint(AntiAlias=True, Color=argb(self.tinted(colour), alpha))
        )

    def line(self, path: skia.Path, colour: Colour, width: float, alpha: float = 1.0) -> None:
        """Stroke with round ends; `width` in percent of the picture."""
        self.canvas.drawPath(path, self._pen(self.tinted(colour), width * self.unit, alpha))

    def fill(self, path: skia.Path, colour: Colour, *, edge: bool = True) -> None:
        """Fill as the style does: a wash, a cut paper with its shadow, or waxy crayon."""
        if self.style == "gouache":
            if edge:
                self._drop_shadow(path)
            self.flat(path, colour)
        elif self.style == "crayon":
            self.flat(path, colour)
            if edge:
                pen = self._pen(self.tinted(darker(colour, 0.45)), 0.85 * self.unit, 0.75)
                pen.setPathEffect(self._shaky())
                self.canvas.drawPath(path, pen)
        elif not edge:
            self.flat(path, colour)
        else:
            self._wash(path, colour)
            pen = self._pen(self.tinted(darker(colour, 0.34)), 0.45 * self.unit, 0.5)
            self.canvas.drawPath(path, pen)

    def figure(self, parts: Sequence[tuple[skia.Path, Colour]], outline: Colour) -> None:
        """Lay overlapping parts as one silhouette with one outline around all of them."""
        self.contour([path for path, _ in parts], outline)
        for path, colour in parts:
            self.lay(path, colour)

    def contour(self, paths: Sequence[skia.Path], outline: Colour) -> None:
        """What shows around a figure's parts once they are laid: an outline, or a thin shadow."""
        if self.style == "gouache":
            for path in paths:
                self._drop_shadow(path)
            return
        is_wax = self.style == "crayon"
        pen = self._pen(self.tinted(outline), (2.4 if is_wax else 1.9) * self.unit, 1.0)
        if is_wax:
            pen.setPathEffect(self._shaky())
        for path in paths:
            self.canvas.drawPath(path, pen)

    def lay(self, path: skia.Path, colour: Colour, whole: skia.Rect | None = None) -> None:
        """Fill a part of a figure without an edge; a wash runs over the `whole` of the figure."""
        if self.style == "watercolour":
            self._wash(path, colour, whole)
        else:
            self.flat(path, colour)

    @contextmanager
    def inside(self, path: skia.Path, *, out: bool = False) -> Iterator[None]:
        """Only what falls inside the path is drawn, or with `out` only what falls outside."""
        self.canvas.save()
        way = skia.ClipOp.kDifference if out else skia.ClipOp.kIntersect
        self.canvas.clipPath(path, way, True)
        yield
        self.canvas.restore()

    @contextmanager
    def lifted(self, bounds: skia.Rect, colour: Colour, alpha: float) -> Iterator[None]:
        """What is drawn within bounds stands out by a seam of light or shade around it."""
        spread = 0.85 / self.canvas.getTotalMatrix().getScaleY() * self._base_scale
        halo = skia.ImageFilters.DropShadow(0, 0, spread, spread, argb(colour, alpha), None)
        self.canvas.saveLayer(bounds, skia.Paint(ImageFilter=halo))
        yield
        self.canvas.restore()

    def glow(self, x: float, y: float, radius: float, colour: Colour, alpha: float) -> None:
        """Light that fades out from (x, y); the colour is the light's own."""
        colours = [argb(colour, alpha), argb(colour, alpha * 0.45), argb(colour, 0.0)]
        shader = skia.GradientShader.MakeRadial(skia.Point(x, y), radius, colours)
        square = skia.Rect(x - radius, y - radius, x + radius, y + radius)
        self.canvas.drawRect(square, skia.Paint(Shader=shader))

    def gradient(self, path: skia.Path, top: Colour, bottom: Colour) -> None:
        """Fill from `top` to `bottom`, tinted."""
        bounds = path.getBounds()
        shader = skia.GradientShader.MakeLinear(
            [skia.Point(0, bounds.top()), skia.Point(0, bounds.bottom())],
            [argb(self.tinted(top)), argb(self.tinted(bottom))],
        )
        self.canvas.drawPath(path, skia.Paint(AntiAlias=True, Shader=shader))

    def shade(self, x: float, y: float, half_width: float, half_height: float) -> None:
        """A contact shadow on the ground."""
        deep = 0.5 if self.light == "night" else 0.3
        for grow, alpha in ((1.0, deep * 0.5), (0.72, deep * 0.6)):
            rect = skia.Rect(
                x - half_width * grow,
                y - half_height * grow,
                x + half_width * grow,
                y + half_height * grow,
            )
            dusk = argb(Colour(38, 34, 66), alpha)
            self.canvas.drawOval(rect, skia.Paint(AntiAlias=True, Color=dusk))

    def _wash(self, path: skia.Path, colour: Colour, whole: skia.Rect | None = None) -> None:
        bounds = whole or path.getBounds()
        shader = skia.GradientShader.MakeLinear(
            [
                skia.Point(bounds.left(), bounds.top()),
                skia.Point(bounds.left() + bounds.width() * 0.3, bounds.bottom()),
            ],
            [
                argb(self.tinted(lighter(colour, 0.14))),
                argb(self.tinted(colour)),
                argb(self.tinted(darker(colour, 0.12))),
            ],
        )
        self.canvas.drawPath(path, skia.Paint(AntiAlias=True, Shader=shader))

    def _drop_shadow(self, path: skia.Path) -> None:
        self.canvas.save()
        self.canvas.translate(0.35 * self.unit, 0.75 * self.unit)
        self.canvas.drawPath(path, skia.Paint(AntiAlias=True, Color=argb(Colour(40, 30, 60), 0.2)))
        self.canvas.restore()

    def _pen(self, colour: Colour, width: float, alpha: float) -> skia.Paint:
        return skia.Paint(
            AntiAlias=True,
            Style=skia.Paint.kStroke_Style,
            StrokeWidth=width,
            StrokeCap=skia.Paint.kRound_Cap,
            StrokeJoin=skia.Paint.kRound_Join,
            Color=argb(colour, alpha),
        )

    def _shaky(self) -> skia.PathEffect:
        return skia.DiscretePathEffect.Make(2.4 * self.unit, 0.2 * self.unit, 7)
