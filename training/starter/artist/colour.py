"""Colours as light falls on them."""

from typing import NamedTuple


class Colour(NamedTuple):
    """sRGB, each channel in 0..255."""

    red: float
    green: float
    blue: float


PAPER = Colour(250, 246, 236)
INK = Colour(52, 44, 56)


def rgb(code: str) -> Colour:
    """The colour that `#rrggbb` names."""
    return Colour(*(int(code[at : at + 2], 16) for at in (1, 3, 5)))


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`share` in 0..1 of `second` in `first`."""
    rest = 1 - share
    return Colour(
        first[0] * rest + second[0] * share,
        first[1] * rest + second[1] * share,
        first[2] * rest + second[2] * share,
    )


def darker(colour: Colour, share: float) -> Colour:
    """The colour in its own shade: cooler as well as darker."""
    return mix(colour, Colour(60, 44, 72), share)


def lighter(colour: Colour, share: float) -> Colour:
    """The colour towards warm paper."""
    return mix(colour, PAPER, share)


def lightness(colour: Colour) -> float:
    """Rec. 709 luma in 0..1."""
    return (0.2126 * colour.red + 0.7152 * colour.green + 0.0722 * colour.blue) / 255


class Tint(NamedTuple):
    """What a light does to colours: each channel times one number plus another."""

    times: Colour
    plus: Colour

    def on(self, colour: Colour) -> Colour:
        """The colour under this light."""
        (red, green, blue), (a, b, c), (d, e, f) = colour, self.times, self.plus
        return Colour(red * a + d, green * b + e, blue * c + f)


def tint_of(light: str, *, star: bool, indoors: bool) -> Tint:
    """How a light falls; what stars in the picture keeps more of its own colour."""
    if light == "sunset":
        if star:
            return Tint(Colour(0.98, 0.92, 0.86), Colour(8, 4, 2))
        return Tint(Colour(0.95, 0.86, 0.77), Colour(18, 10, 6))
    if light == "night" and indoors:
        if star:
            return Tint(Colour(0.86, 0.83, 0.86), Colour(12, 9, 8))
        return Tint(Colour(0.6, 0.54, 0.62), Colour(4, 5, 20))
    if light == "night":
        if star:
            return Tint(Colour(0.78, 0.78, 0.86), Colour(12, 11, 14))
        return Tint(Colour(0.41, 0.49, 0.67), Colour(6, 11, 26))
    if light == "rain":
        if star:
            return Tint(Colour(0.91, 0.93, 0.95), Colour(5, 7, 10))
        if indoors:
            return Tint(Colour(0.77, 0.81, 0.85), Colour(6, 9, 14))
        # The air greys everything: dark things get lighter while bright ones get darker.
        return Tint(Colour(0.66, 0.68, 0.7), Colour(22, 27, 36))
    return Tint(Colour(1, 1, 1), Colour(0, 0, 0))


def argb(colour: Colour, alpha: float = 1.0) -> int:
    """The colour as skia's integer."""
    red, green, blue = colour
    return (
        int(255 * alpha + 0.5) << 24
        | max(0, min(255, int(red + 0.5))) << 16
        | max(0, min(255, int(green + 0.5))) << 8
        | max(0, min(255, int(blue + 0.5)))
    )
