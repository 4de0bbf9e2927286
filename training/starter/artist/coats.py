"""What an animal wears: the colours of its parts, and where stripes and spots lie."""

from dataclasses import dataclass

from storybook.world import Coat
from training.starter.artist.brush import Brush
from training.starter.artist.colour import INK, Colour, darker, lighter, lightness, mix, rgb
from training.starter.artist.shapes import Point, blob, curve, oval


@dataclass(frozen=True, slots=True)
class Dress:
    """Colours of a coat as it lies on one species."""

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
        if self.pattern == "striped":
            for x, low in ((-0.24, -0.52), (0.06, -0.42), (0.36, -0.52)):
                stripe = curve((x * width, -1.05 * height), (x * 0.8 * width, low * height))
                brush.line(stripe, self.mark, 1.7)
            for side in (-1, 1):
                for y in (0.12, 0.42):
                    stripe = curve(
                        (side * 1.05 * width, y * height),
                        (side * 0.74 * width, (y + 0.06) * height),
                    )
                    brush.line(stripe, self.mark, 1.5)
        elif self.pattern == "spotted":
            for x, y, r in (
                (-0.55, -0.62, 0.26),
                (0.72, -0.52, 0.2),
                (0.1, -0.86, 0.16),
                (-0.86, 0.3, 0.15),
            ):
                brush.flat(oval(x * width, y * height, r * width, r * 1.1 * height), self.mark)
        elif self.pattern == "chest":
            blaze = [
                (-0.02, -0.8),
                (0.16, -0.2),
                (0.34, 0.3),
                (0.1, 0.5),
                (-0.12, 0.3),
                (-0.04, -0.2),
            ]
            brush.flat(blob(blaze, scale=(width, height)), self.mark)

    def mark_body(
        self, brush: Brush, hip: tuple[float, float, float], chest: tuple[float, float, float]
    ) -> None:
        """Lay the coat's marks across a body between two circles (x, y, radius)."""
        if self.pattern == "striped":
            for share in (0.0, 0.3, 0.6, 0.9):
                brush.line(_rib(hip, chest, share), self.mark, 1.9)
        elif self.pattern == "spotted":
            spots = (
                (0.0, -0.3, 5.0),
                (0.35, -0.55, 3.6),
                (0.2, 0.35, 3.8),
                (0.66, 0.0, 4.4),
                (0.95, -0.5, 3.4),
                (-0.35, 0.3, 3.4),
            )
            for share, across, radius in spots:
                brush.flat(
                    oval(*_across(hip, chest, share, across), radius, radius * 0.9), self.mark
                )

    def mark_limb(self, brush: Brush, knee: Point, paw: Point, half: float) -> None:
        """Ring a striped leg, once above the paw."""
        if self.pattern == "striped":
            x, y = knee[0] * 0.4 + paw[0] * 0.6, knee[1] * 0.4 + paw[1] * 0.6
            along = (paw[0] - knee[0], paw[1] - knee[1])
            size = (along[0] ** 2 + along[1] ** 2) ** 0.5 or 1.0
            dx, dy = -along[1] / size * half, along[0] / size * half
            brush.line(curve((x - dx, y - dy), (x + dx, y + dy)), self.mark, 1.5)


def dress(coat: Coat, species: str) -> Dress:
    """A coat cut for a species: foxes keep pale cheeks and dark ear tips in any colour."""
    base, mark = rgb(coat.base), rgb(coat.mark)
    is_dark = lightness(base) < 0.35
    is_light = lightness(base) > 0.86
    pale = mark if coat.pattern in ("plain", "chest") else lighter(base, 0.62)
    if is_light:
        pale = lighter(mark, 0.35)
    ear = {"dog": darker(base, 0.2)}.get(species, base)
    if coat.pattern == "spotted" and species == "dog":
        ear = mark
    if is_light and species == "dog":
        ear = mark
    if is_dark and species == "dog":
        ear = mix(base, INK, 0.5)
    fox_pale = lighter(pale, 0.7)
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
        mark=mark,
        pattern=coat.pattern,
    )


def _across(
    hip: tuple[float, float, float], chest: tuple[float, float, float], share: float, across: float
) -> Point:
    """A point `share` of the way from hip to chest, `across` radii towards the belly."""
    (hx, hy, hr), (cx, cy, cr) = hip, chest
    dx, dy = cx - hx, cy - hy
    size = (dx * dx + dy * dy) ** 0.5 or 1.0
    radius = hr + (cr - hr) * share
    return (
        hx + dx * share - dy / size * radius * across,
        hy + dy * share + dx / size * radius * across,
    )


def _rib(hip: tuple[float, float, float], chest: tuple[float, float, float], share: float):
    start = _across(hip, chest, share, -1.15)
    middle = _across(hip, chest, share - 0.08, -0.6)
    return curve(start, middle, _across(hip, chest, share, -0.1))
