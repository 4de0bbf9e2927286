"""What an animal wears: the colours of its parts, and where stripes and spots lie."""

from dataclasses import dataclass

import skia

from storybook.world import Coat
from training.starter.artist.brush import Brush
from training.starter.artist.colour import INK, Colour, darker, lighter, lightness, mix, rgb
from training.starter.artist.shapes import Point, blob, curve, limb, oval

Circle = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Dress:
    """Colours of a coat as it lies on one species; marks are few and wide, to show from afar."""

    base: Colour
    far: Colour
    pale: Colour
    muzzle: Colour
    belly: Colour
    paw: Colour
    ear: Colour
    ear_tip: Colour | None
    ear_inner: Colour
    outline: Colour
    line: Colour
    mark: Colour
    pattern: str

    def mark_head(self, brush: Brush, width: float, height: float) -> None:
        """Lay the coat's marks on a head around the origin."""

        def wedge(start: Point, end: Point, half: float) -> skia.Path:
            (x, y), (to_x, to_y) = start, end
            middle = ((x + to_x) / 2 * width, (y + to_y) / 2 * height)
            return limb((x * width, y * height), middle, (to_x * width, to_y * height), half, 1.2)

        if self.pattern == "striped":
            for x, low in ((-0.32, -0.55), (0.1, -0.42), (0.52, -0.55)):
                brush.flat(wedge((x, -1.1), (x * 0.9 + 0.02, low), 3.2), self.mark)
            for side in (-1, 1):
                brush.flat(wedge((side * 1.1, 0.3), (side * 0.66, 0.36), 3.0), self.mark)
        elif self.pattern == "spotted":
            for x, y, r in ((-0.3, -0.12, 0.4), (0.62, -0.78, 0.3), (-0.9, 0.55, 0.24)):
                brush.flat(oval(x * width, y * height, r * width, r * 1.2 * height), self.mark)
        elif self.pattern == "chest":
            blaze = [(0.04, -1.0), (0.24, -0.95), (0.36, 0.3), (0.1, 0.6), (-0.1, 0.3)]
            brush.flat(blob(blaze, scale=(width, height)), self.mark)

    def mark_body(self, brush: Brush, hip: Circle, chest: Circle) -> None:
        """Lay the coat's marks across a body between two circles (x, y, radius)."""
        if self.pattern == "striped":
            for share in (-0.1, 0.32, 0.74):
                start = _across(hip, chest, share, -1.2)
                middle = _across(hip, chest, share - 0.08, -0.6)
                end = _across(hip, chest, share, 0.1)
                brush.flat(limb(start, middle, end, 3.6, 1.8), self.mark)
        elif self.pattern == "spotted":
            for share, across, r in ((-0.1, -0.45, 6.4), (0.5, -0.6, 5.6), (0.4, 0.4, 5.2)):
                brush.flat(oval(*_across(hip, chest, share, across), r, r * 0.92), self.mark)

    def mark_front(self, brush: Brush, hip: Circle, chest: Circle) -> None:
        """Lay the coat's marks beside the belly of a body that shows its front."""
        x, y, _ = hip
        for side in (-1, 1):
            if self.pattern == "striped":
                for rise in (2, 17):
                    start, end = (x + side * 26, y - rise - 2), (x + side * 9, y - rise)
                    brush.flat(limb(start, (x + side * 18, y - rise), end, 3.4, 1.4), self.mark)
            elif self.pattern == "spotted":
                brush.flat(oval(x + side * 15, y - 4 + side * 5, 5.6, 5.4), self.mark)
                brush.flat(oval(chest[0] + side * 12, chest[1] + side * 4, 4.8, 4.8), self.mark)

    def mark_limb(self, brush: Brush, leg: skia.Path, knee: Point, paw: Point) -> None:
        """Ring a striped leg above the paw, or dot a spotted one at the knee."""
        if self.pattern == "striped":
            x, y = knee[0] * 0.4 + paw[0] * 0.6, knee[1] * 0.4 + paw[1] * 0.6
            along = (paw[0] - knee[0], paw[1] - knee[1])
            size = (along[0] ** 2 + along[1] ** 2) ** 0.5 or 1.0
            dx, dy = -along[1] / size * 12, along[0] / size * 12
            self.ring(brush, leg, (x - dx, y - dy), (x + dx, y + dy))
        elif self.pattern == "spotted":
            with brush.inside(leg):
                brush.flat(oval(*knee, 4.6, 4.4), self.mark)

    def ring(self, brush: Brush, part: skia.Path, start: Point, end: Point) -> None:
        """Lay a band over a leg or tail that keeps its share of the figure's size."""
        with brush.inside(part):
            brush.line(curve(start, end), self.mark, 4.6 / brush.unit)


def dress(coat: Coat, species: str) -> Dress:
    """A coat cut for a species: foxes keep pale cheeks and dark ear tips in any colour."""
    base, mark = rgb(coat.base), rgb(coat.mark)
    is_dark = lightness(base) < 0.35
    is_light = lightness(base) > 0.86
    pale = mark if coat.pattern in ("plain", "chest") else lighter(base, 0.62)
    if is_light:
        pale = lighter(mark, 0.35)
    ear = base
    if species == "dog":
        ear = (
            mix(base, INK, 0.5)
            if is_dark
            else Colour(base.red * 0.64, base.green * 0.57, base.blue * 0.56)
        )
        if coat.pattern == "spotted" or is_light:
            ear = mark
    # A dark plain fox has grey cheeks, or it would look black and white.
    fox_pale = lighter(pale, 0.25 if is_dark and coat.pattern == "plain" else 0.75)
    inner = Colour(226, 160, 152)
    return Dress(
        base=base,
        far=mix(base, INK, 0.35) if is_dark else darker(base, 0.16),
        pale=fox_pale if species == "fox" else pale,
        muzzle=lighter(pale, 0.25) if species in ("bear", "dog") else pale,
        belly={"fox": fox_pale, "bear": mix(base, pale, 0.5)}.get(species, pale),
        paw=mark if coat.pattern == "chest" else base,
        ear=ear,
        ear_tip=(mix(INK, base, 0.15) if not is_dark else INK) if species == "fox" else None,
        ear_inner=mix(inner, base, 0.35 if is_dark else 0.15),
        outline=mix(base, INK, 0.72) if not is_dark else mix(INK, Colour(30, 26, 36), 0.5),
        line=lighter(base, 0.66) if is_dark else mix(base, INK, 0.8),
        mark=darker(mark, 0.3) if coat.pattern in ("striped", "spotted") else mark,
        pattern=coat.pattern,
    )


def _across(hip: Circle, chest: Circle, share: float, across: float) -> Point:
    """A point `share` of the way from hip to chest, `across` radii towards the belly."""
    (hx, hy, hr), (cx, cy, cr) = hip, chest
    dx, dy = cx - hx, cy - hy
    size = (dx * dx + dy * dy) ** 0.5 or 1.0
    radius = hr + (cr - hr) * share
    return (
        hx + dx * share - dy / size * radius * across,
        hy + dy * share + dx / size * radius * across,
    )
