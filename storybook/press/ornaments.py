"""Ornaments: the few shapes that a book is dressed with."""

import math
import random

from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from storybook.press.colour import Srgb
from storybook.press.layout import EDGE_PT, Box

PAW = "paw"
TOES = (
    (-0.40, 0.10, 0.145, 0.20, 24),
    (-0.15, 0.36, 0.150, 0.22, 8),
    (0.15, 0.36, 0.150, 0.22, -8),
    (0.40, 0.10, 0.145, 0.20, -24),
)
"""Four toes of a paw: centre, radii and tilt in degrees, in paws."""
PAD = (
    (0.0, 0.10),
    (0.20, 0.10, 0.40, -0.20, 0.36, -0.36),
    (0.32, -0.52, 0.14, -0.44, 0.0, -0.44),
    (-0.14, -0.44, -0.32, -0.52, -0.36, -0.36),
    (-0.40, -0.20, -0.20, 0.10, 0.0, 0.10),
)
"""The pad's outline: where it begins, then cubic curves."""


def fill_with(canvas: Canvas, colour: Srgb) -> None:
    canvas.setFillColorRGB(colour.red, colour.green, colour.blue)


def stroke_with(canvas: Canvas, colour: Srgb, width_pt: float) -> None:
    canvas.setStrokeColorRGB(colour.red, colour.green, colour.blue)
    canvas.setLineWidth(width_pt)


def paw(canvas: Canvas, x: float, y: float, size_pt: float, tilt: float, colour: Srgb) -> None:
    """A paw print about `size_pt` high around (x, y), turned by `tilt` degrees.

    Its shape is kept once in the file, however often it is drawn.
    """
    if not canvas.hasForm(PAW):
        canvas.beginForm(PAW, -1, -1, 1, 1)
        _paw_shape(canvas)
        canvas.endForm()
    canvas.saveState()
    fill_with(canvas, colour)
    canvas.translate(x, y)
    canvas.rotate(tilt)
    canvas.scale(size_pt, size_pt)
    canvas.doForm(PAW)
    canvas.restoreState()


def paw_as_svg() -> str:
    """The same paw in SVG, one unit high around the origin, where y points down."""
    toes = "".join(
        f'<ellipse rx="{wide:g}" ry="{high:g}" '
        f'transform="translate({x:g} {-y:g}) rotate({-turn:g})"/>'
        for x, y, wide, high, turn in TOES
    )
    (x, y), *curves = PAD
    outline = "".join(
        "C" + " ".join(f"{part if index % 2 == 0 else -part:g}" for index, part in enumerate(curve))
        for curve in curves
    )
    return f'{toes}<path d="M{x:g} {-y:g}{outline}Z"/>'


def rule(canvas: Canvas, x: float, y: float, width_pt: float, colour: Srgb) -> None:
    """A short rule with a paw in its middle, centred on (x, y)."""
    stroke_with(canvas, colour, 1.2)
    canvas.setLineCap(1)
    for side in (-1, 1):
        canvas.line(x + side * 15, y, x + side * width_pt / 2, y)
    paw(canvas, x, y, 17, 0, colour)


def endpaper(canvas: Canvas, page: Box, ground: Srgb, figure: Srgb) -> None:
    """Paw prints wandering over the whole page."""
    fill_with(canvas, ground)
    canvas.rect(page.x, page.y, page.width, page.height, stroke=0, fill=1)
    step = 54
    for row in range(-1, math.ceil(page.height / step) + 1):
        for column in range(-1, math.ceil(page.width / step) + 1):
            x = step * (column + 0.5 * (row % 2)) + step / 2
            y = step * row + step / 2
            paw(canvas, x, y, 19, 28 if (row + column) % 2 else -22, figure)


def card_path(canvas: Canvas, box: Box, seed: int) -> PDFPathObject:
    """A card cut by hand: round corners, sides that are not quite straight."""
    rng = random.Random(seed)
    bow = [rng.uniform(1.0, 4.0) for _ in range(4)]
    r, k = 22, 22 * 0.45
    path = canvas.beginPath()
    path.moveTo(box.x + r, box.y)
    path.curveTo(
        box.x + box.width / 3,
        box.y - bow[0],
        box.right - box.width / 3,
        box.y + bow[0],
        box.right - r,
        box.y,
    )
    path.curveTo(box.right - k, box.y, box.right, box.y + k, box.right, box.y + r)
    path.curveTo(
        box.right + bow[1], box.y + box.height / 2, box.right, box.top - r, box.right, box.top - r
    )
    path.curveTo(box.right, box.top - k, box.right - k, box.top, box.right - r, box.top)
    path.curveTo(
        box.right - box.width / 3,
        box.top - bow[2],
        box.x + box.width / 3,
        box.top + bow[2],
        box.x + r,
        box.top,
    )
    path.curveTo(box.x + k, box.top, box.x, box.top - k, box.x, box.top - r)
    path.curveTo(box.x - bow[3], box.y + box.height / 2, box.x, box.y + r, box.x, box.y + r)
    path.curveTo(box.x, box.y + k, box.x + k, box.y, box.x + r, box.y)
    path.close()
    return path


TAIL_WIDE_PT, BUBBLE_PT = 26.0, 40.0
"""How wide a bubble's tail begins, and the radius of its corners."""


def bubble_path(canvas: Canvas, box: Box) -> PDFPathObject:
    """A bubble with round corners."""
    path = canvas.beginPath()
    path.roundRect(box.x, box.y, box.width, box.height, min(BUBBLE_PT, box.height / 2))
    return path


def tail_path(
    canvas: Canvas, box: Box, root: tuple[float, float], tip: tuple[float, float]
) -> PDFPathObject:
    """A bubble's tail, from inside of its edge to `tip`, with a little bow.

    It is a path of its own: in one path what lies in both would be left out.
    """
    path, half = canvas.beginPath(), TAIL_WIDE_PT / 2
    inside = 2.0 if root[1] >= box.top else -2.0
    x, y = root[0], root[1] - inside
    bow = (tip[0] - x) * 0.15
    middle = (y + tip[1]) / 2
    path.moveTo(x - half, y)
    path.curveTo(x - half / 2 + bow, y, (x + tip[0]) / 2 - half / 3 + bow, middle, *tip)
    path.curveTo((x + tip[0]) / 2 + half / 3 + bow, middle, x + half / 2 + bow, y, x + half, y)
    path.close()
    return path


def _paw_shape(canvas: Canvas) -> None:
    """One paw high, around the origin, in whatever colour is set."""
    for toe_x, toe_y, wide, high, turn in TOES:
        canvas.saveState()
        canvas.translate(toe_x, toe_y)
        canvas.rotate(turn)
        canvas.ellipse(-wide, -high, wide, high, stroke=0, fill=1)
        canvas.restoreState()
    pad = canvas.beginPath()
    pad.moveTo(*PAD[0])
    for curve in PAD[1:]:
        pad.curveTo(*curve)
    pad.close()
    canvas.drawPath(pad, stroke=0, fill=1)


def wavy_path(canvas: Canvas, box: Box, side: str, seed: int) -> PDFPathObject:
    """`box` with one side, `bottom` or `right`, a gentle wave that swings at most EDGE_PT."""
    swing = EDGE_PT * random.Random(seed).choice((-1, 1))
    path = canvas.beginPath()
    path.moveTo(box.x, box.top)
    if side == "right":
        third = box.height / 3
        path.lineTo(box.right, box.top)
        path.curveTo(
            box.right + swing, box.top - third, box.right - swing, box.y + third, box.right, box.y
        )
        path.lineTo(box.x, box.y)
    else:
        third = box.width / 3
        path.lineTo(box.right, box.top)
        path.lineTo(box.right, box.y)
        path.curveTo(box.right - third, box.y + swing, box.x + third, box.y - swing, box.x, box.y)
    path.close()
    return path
