"""Skies by light: what is behind everything outdoors, and what windows show."""

import random

import skia

from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, argb, lighter, rgb
from training.starter.artist.shapes import blob, box, oval

_SKIES = {
    "day": (rgb("#9fd0ea"), rgb("#eaf5ef")),
    "sunset": (rgb("#d9798a"), rgb("#ffd592")),
    "night": (rgb("#182449"), rgb("#43578f")),
}
MOON, SUN, LOW_SUN = rgb("#fbf3cf"), rgb("#fde38f"), rgb("#ff9a5c")


def draw_sky(brush: Brush, rng: random.Random, low: float) -> None:
    """Fill the canvas down to y = `low` with sky, and put sun, moon, stars or clouds in it."""
    fill_sky(brush, box(-2, -2, 104, low + 4))
    x = rng.choice([18.0, 30.0, 72.0, 84.0]) + rng.uniform(-4, 4)
    if brush.light == "night":
        for _ in range(14):
            star = oval(rng.uniform(3, 97), rng.uniform(3, low * 0.7), 0.75, 0.75)
            _pure(brush, star, Colour(250, 244, 214))
        brush.glow(x, 17, 24, MOON, 0.4)
        _pure(brush, oval(x, 17, 7.5, 7.5), MOON)
        _pure(brush, oval(x - 2.2, 15.4, 1.5, 1.5), rgb("#e4d7a8"))
        _pure(brush, oval(x + 2.2, 19.5, 1.9, 1.9), rgb("#e4d7a8"))
    elif brush.light == "sunset":
        brush.glow(x, low - 8, 44, Colour(255, 226, 150), 0.75)
        _pure(brush, oval(x, low - 9, 9, 9), LOW_SUN)
        for _ in range(2):
            cloud(
                brush,
                rng.uniform(5, 95),
                rng.uniform(10, low * 0.5),
                rng.uniform(7, 10),
                rgb("#f7a98f"),
            )
    else:
        brush.glow(x, 15, 24, SUN, 0.6)
        _pure(brush, oval(x, 15, 6.5, 6.5), SUN)
        for _ in range(2):
            cloud(
                brush,
                rng.uniform(5, 95),
                rng.uniform(10, low * 0.45),
                rng.uniform(7, 10),
                rgb("#fbfbf5"),
            )


def fill_sky(brush: Brush, path: skia.Path) -> None:
    """Fill a shape with the sky's colours alone."""
    top, bottom = _SKIES[brush.light]
    bounds = path.getBounds()
    shader = skia.GradientShader.MakeLinear(
        [skia.Point(0, bounds.top()), skia.Point(0, bounds.bottom())], [argb(top), argb(bottom)]
    )
    brush.canvas.drawPath(path, skia.Paint(AntiAlias=True, Shader=shader))


def window_view(brush: Brush, x: float, y: float, width: float, height: float) -> None:
    """Sky in a window pane, with a moon at night and a low sun at sunset."""
    pane = box(x, y, width, height)
    fill_sky(brush, pane)
    brush.canvas.save()
    brush.canvas.clipPath(pane, skia.ClipOp.kIntersect, True)
    if brush.light == "night":
        _pure(brush, oval(x + width * 0.68, y + height * 0.3, width * 0.15, width * 0.15), MOON)
        for u, v in ((0.2, 0.2), (0.35, 0.55), (0.85, 0.7), (0.12, 0.8)):
            _pure(brush, oval(x + width * u, y + height * v, 0.6, 0.6), MOON)
    elif brush.light == "sunset":
        _pure(brush, oval(x + width * 0.3, y + height * 0.62, width * 0.17, width * 0.17), LOW_SUN)
        _pure(
            brush,
            oval(x + width * 0.6, y + height * 1.08, width * 0.7, height * 0.3),
            rgb("#a2706f"),
        )
    else:
        cloud(brush, x + width * 0.6, y + height * 0.35, width * 0.2, rgb("#fbfbf5"))
        brush.flat(
            oval(x + width * 0.4, y + height * 1.08, width * 0.7, height * 0.36), rgb("#a9cd8c")
        )
    brush.canvas.restore()


def cloud(brush: Brush, x: float, y: float, size: float, colour: Colour) -> None:
    """A soft cloud about two and a half sizes wide."""
    s = size
    outline = [
        (-1.3, 0.1),
        (-0.9, -0.35),
        (-0.3, -0.62),
        (0.35, -0.45),
        (0.9, -0.3),
        (1.3, 0.12),
        (0.6, 0.3),
        (-0.7, 0.3),
    ]
    _pure(brush, blob([(x + u * s, y + v * s) for u, v in outline]), lighter(colour, 0.1), 0.85)


def _pure(brush: Brush, path: skia.Path, colour: Colour, alpha: float = 1.0) -> None:
    """Fill with the light's own colour, which no tint changes."""
    brush.canvas.drawPath(path, skia.Paint(AntiAlias=True, Color=argb(colour, alpha)))
