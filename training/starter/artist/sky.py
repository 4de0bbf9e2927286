"""Skies by light: what is behind everything outdoors, what windows show, and rain."""

import skia

from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, argb, mix, rgb
from training.starter.artist.shapes import blob, box, curve, oval

_SKIES = {
    "day": (rgb("#8fcbee"), rgb("#eaf5ef")),
    "sunset": (rgb("#d9798a"), rgb("#ffd592")),
    "night": (rgb("#182449"), rgb("#43578f")),
    "rain": (rgb("#7f93a8"), rgb("#c3ced6")),
}
MOON, CRATER = rgb("#fbf3cf"), rgb("#e4d7a8")
SUN, LOW_SUN = rgb("#fde08a"), rgb("#ff9a5c")
CLOUD, RED_CLOUD, RAIN_CLOUD = rgb("#fcfcf8"), rgb("#f7ac92"), rgb("#66788d")
_STARS = ((8, 16), (24, 8), (36, 24), (48, 10), (60, 22), (14, 32), (92, 30), (94, 10))
DROP = Colour(236, 244, 250)
# Fewer around the middle, so that faces stay clear.
_STREAKS = (
    (9, 4),
    (27, 12),
    (46, 2),
    (66, 9),
    (88, 3),
    (15, 29),
    (81, 27),
    (97, 36),
    (4, 52),
    (24, 56),
    (92, 60),
    (74, 50),
    (14, 78),
    (38, 84),
    (62, 80),
    (86, 84),
)


def draw_sky(brush: Brush, low: float, sun_x: float = 74) -> None:
    """Fill the canvas to below the horizon at y = `low`; sun or moon are at `sun_x` in 48..75."""
    fill_sky(brush, box(-2, -2, 104, low + 14))
    if brush.light == "night":
        for x, y in _STARS:
            if abs(x - sun_x) > 12:
                pure(brush, oval(x, y, 1.05, 1.05), MOON)
        brush.glow(sun_x, 20, 26, MOON, 0.4)
        _moon(brush, sun_x, 20, 8)
    elif brush.light == "sunset":
        brush.glow(sun_x, low - 8, 46, Colour(255, 226, 150), 0.8)
        pure(brush, oval(sun_x, low - 10, 9.5, 9.5), LOW_SUN)
        cloud(brush, 24, 18, 10, RED_CLOUD)
        cloud(brush, 89, 12, 7, RED_CLOUD)
    elif brush.light == "rain":
        for x, y, size in ((-2, 12, 14), (52, 10, 16), (103, 12, 13)):
            cloud(brush, x, y, size, mix(RAIN_CLOUD, CLOUD, 0.3))
        for x, y, size in ((25, 18, 14), (78, 17, 13)):
            cloud(brush, x, y, size, RAIN_CLOUD)
    else:
        brush.glow(sun_x, 20, 26, SUN, 0.6)
        pure(brush, oval(sun_x, 20, 7.5, 7.5), SUN)
        cloud(brush, 24, 18, 10, CLOUD)
        cloud(brush, 91, 12, 7, CLOUD)


def fill_sky(brush: Brush, path: skia.Path) -> None:
    """Fill a shape with the sky's colours alone."""
    top, bottom = _SKIES[brush.light]
    bounds = path.getBounds()
    shader = skia.GradientShader.MakeLinear(
        [skia.Point(0, bounds.top()), skia.Point(0, bounds.bottom())], [argb(top), argb(bottom)]
    )
    brush.canvas.drawPath(path, skia.Paint(AntiAlias=True, Shader=shader))


def window_view(brush: Brush, x: float, y: float, width: float, height: float) -> None:
    """Sky in a window pane and a hill below it: moon at night, low sun at sunset, drops in rain."""
    pane = box(x, y, width, height)
    fill_sky(brush, pane)
    hill = oval(x + width * 0.45, y + height * 1.1, width * 0.75, height * 0.36)
    with brush.inside(pane):
        if brush.light == "night":
            _moon(brush, x + width * 0.74, y + height * 0.27, width * 0.16)
            for u, v in ((0.2, 0.22), (0.34, 0.62), (0.82, 0.66)):
                pure(brush, oval(x + width * u, y + height * v, 0.9, 0.9), MOON)
            pure(brush, hill, rgb("#2b3a5c"))
        elif brush.light == "sunset":
            sun = oval(x + width * 0.74, y + height * 0.6, width * 0.19, width * 0.19)
            pure(brush, sun, LOW_SUN)
            pure(brush, hill, rgb("#a2706f"))
        elif brush.light == "rain":
            cloud(brush, x + width * 0.3, y + height * 0.14, width * 0.28, RAIN_CLOUD)
            cloud(brush, x + width * 0.8, y + height * 0.2, width * 0.24, RAIN_CLOUD)
            pure(brush, hill, rgb("#7d9488"))
            for u, v in ((0.25, 0.3), (0.55, 0.2), (0.9, 0.36), (0.42, 0.62), (0.75, 0.66)):
                _streak(brush, x + width * u, y + height * v, height * 0.24, 1.0)
        else:
            cloud(brush, x + width * 0.72, y + height * 0.34, width * 0.18, CLOUD)
            pure(brush, hill, rgb("#a9cd8c"))


def draw_rain(brush: Brush) -> None:
    """Lay streaks of rain over a whole scene; the canvas is 100 x 100."""
    for x, y in _STREAKS:
        _streak(brush, x, y, 12, 1.1)


def draw_puddles(brush: Brush) -> None:
    """Two puddles that mirror the sky, on either side of where the animals stand."""
    for x, y, half in ((22, 85, 12), (80, 84, 11)):
        rim = [(-1, 0), (-0.6, -0.21), (0.1, -0.17), (0.7, -0.24), (1, 0), (0.4, 0.24), (-0.5, 0.2)]
        pure(brush, blob([(x + u * half, y + v * half) for u, v in rim]), rgb("#b3c5d3"), 0.85)
        pure(brush, oval(x - half * 0.15, y - half * 0.05, half * 0.5, half * 0.08), DROP, 0.8)


def cloud(brush: Brush, x: float, y: float, size: float, colour: Colour) -> None:
    """A soft cloud with a flat foot, about two and a half sizes wide."""
    path = box(x - size * 1.25, y - size * 0.12, size * 2.5, size * 0.42, size * 0.21)
    for u, v, radius in ((-0.6, -0.1, 0.36), (0.05, -0.26, 0.5), (0.66, -0.08, 0.34)):
        path.addCircle(x + u * size, y + v * size, radius * size)
    pure(brush, path, colour, 0.9)


def _streak(brush: Brush, x: float, y: float, long: float, width: float) -> None:
    """A falling drop's trace from (x, y) down to the left."""
    path = curve((x, y), (x - long * 0.32, y + long))
    pen = skia.Paint(AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeWidth=width)
    pen.setStrokeCap(skia.Paint.kRound_Cap)
    pen.setColor(argb(DROP, 0.62))
    brush.canvas.drawPath(path, pen)


def _moon(brush: Brush, x: float, y: float, radius: float) -> None:
    pure(brush, oval(x, y, radius, radius), MOON)
    for u, v, share in ((-0.3, -0.22, 0.22), (0.3, 0.34, 0.26)):
        spot = oval(x + u * radius, y + v * radius, share * radius, share * radius)
        pure(brush, spot, CRATER)


def pure(brush: Brush, path: skia.Path, colour: Colour, alpha: float = 1.0) -> None:
    """Fill with the colour of what gives light itself, which no tint changes."""
    brush.canvas.drawPath(path, skia.Paint(AntiAlias=True, Color=argb(colour, alpha)))
