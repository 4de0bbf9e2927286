"""Hand-made outlines: smooth paths through a few points. Units are the caller's, y points down."""

import math
from collections.abc import Sequence

import skia

Point = tuple[float, float]


def blob(points: Sequence[Point], scale: Point = (1.0, 1.0)) -> skia.Path:
    """A closed smooth curve through the points (Catmull-Rom), each multiplied by `scale`."""
    points = [(x * scale[0], y * scale[1]) for x, y in points]
    path = skia.Path()
    path.moveTo(*points[0])
    count = len(points)
    for i in range(count):
        (ax, ay), (bx, by) = points[i - 1], points[i]
        (cx, cy), (dx, dy) = points[(i + 1) % count], points[(i + 2) % count]
        path.cubicTo(
            bx + (cx - ax) / 6, by + (cy - ay) / 6, cx - (dx - bx) / 6, cy - (dy - by) / 6, cx, cy
        )
    path.close()
    return path


def curve(*points: Point) -> skia.Path:
    """An open smooth curve through the points."""
    path = skia.Path()
    path.moveTo(*points[0])
    padded = [points[0], *points, points[-1]]
    for (ax, ay), (bx, by), (cx, cy), (dx, dy) in zip(
        padded, padded[1:], padded[2:], padded[3:], strict=False
    ):
        path.cubicTo(
            bx + (cx - ax) / 6, by + (cy - ay) / 6, cx - (dx - bx) / 6, cy - (dy - by) / 6, cx, cy
        )
    return path


def polygon(*points: Point) -> skia.Path:
    """A closed shape with straight edges."""
    path = skia.Path()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.close()
    return path


def oval(x: float, y: float, half_width: float, half_height: float) -> skia.Path:
    """An ellipse around (x, y)."""
    path = skia.Path()
    path.addOval(skia.Rect(x - half_width, y - half_height, x + half_width, y + half_height))
    return path


def box(x: float, y: float, width: float, height: float, corner: float = 0.0) -> skia.Path:
    """A rectangle from its top left, with round corners."""
    path = skia.Path()
    path.addRoundRect(skia.Rect(x, y, x + width, y + height), corner, corner)
    return path


def limb(root: Point, knee: Point, paw: Point, thick: float, thin: float) -> skia.Path:
    """A bent taper from `root` to a round `paw`; `thick` and `thin` are half widths there."""
    left, right = [], []
    for t in (0.0, 0.35, 0.7, 1.0):
        x = _bend(root[0], knee[0], paw[0], t)
        y = _bend(root[1], knee[1], paw[1], t)
        dx = (1 - t) * (knee[0] - root[0]) + t * (paw[0] - knee[0])
        dy = (1 - t) * (knee[1] - root[1]) + t * (paw[1] - knee[1])
        size = math.hypot(dx, dy) or 1.0
        half = thick + (thin - thick) * t
        left.append((x + dy / size * half, y - dx / size * half))
        right.append((x - dy / size * half, y + dx / size * half))
    size = math.hypot(paw[0] - knee[0], paw[1] - knee[1]) or 1.0
    reach = thin * 0.9 / size
    tip = (paw[0] + (paw[0] - knee[0]) * reach, paw[1] + (paw[1] - knee[1]) * reach)
    return blob([*left, tip, *reversed(right)])


def body(
    hip: tuple[float, float, float], chest: tuple[float, float, float], sag: float
) -> skia.Path:
    """One soft mass around two circles (x, y, radius); `sag` lowers the belly between them."""
    (hx, hy, hr), (cx, cy, cr) = hip, chest
    along = math.atan2(cy - hy, cx - hx)

    def around(x: float, y: float, radius: float, turn: float) -> Point:
        angle = along + math.radians(turn)
        return x + radius * math.cos(angle), y + radius * math.sin(angle)

    middle = ((hx + cx) / 2, (hy + cy) / 2, (hr + cr) / 2)
    return blob(
        [
            around(hx, hy, hr, 180),
            around(hx, hy, hr, 230),
            around(hx, hy, hr, 285),
            around(*middle[:2], middle[2] * 0.93, 270),
            around(cx, cy, cr, 280),
            around(cx, cy, cr, 320),
            around(cx, cy, cr, 0),
            around(cx, cy, cr, 50),
            around(*middle[:2], middle[2] * (0.95 + sag), 90),
            around(hx, hy, hr, 80),
            around(hx, hy, hr, 130),
        ]
    )


def _bend(start: float, control: float, end: float, t: float) -> float:
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t * t * end
