"""What a medium does to a painted picture: pigment, paper, wax and ink, laid on after painting.

A small painter tells styles little apart. Here each becomes one that the eye knows, by image
processing that is well known: edge-preserving smoothing, pigment density (Bousseau et al. 2006),
soft quantisation (Winnemöller et al. 2006), difference-of-Gaussians lines (XDoG, Winnemöller et
al. 2012) and noise drawn out along strokes. It is the same for the same picture and sheet.
"""

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

UNIT_PX = 1024
"""Lengths below are in pixels of a picture whose longer side is this."""
PAPER = np.float32((0.985, 0.97, 0.94))
TINTED = np.float32((0.93, 0.885, 0.82))
INK = np.float32((0.14, 0.13, 0.2))
LUMA = np.float32((0.299, 0.587, 0.114))


def finished(image: Image.Image, finish: str, *, sheet: int) -> Image.Image:
    """The picture as it is in a medium, on a sheet of paper of its own; of the same size, RGB.

    KeyError for a finish that there is not.
    """
    levels = np.asarray(image.convert("RGB"), np.float32) / 255
    canvas = _Canvas(levels.shape[:2], sheet)
    laid = _FINISHES[finish](levels, canvas)
    return Image.fromarray((laid.clip(0, 1) * 255).round().astype(np.uint8))


class _Canvas:
    """A sheet of paper: noise in the scale of the picture, which is [h, w]."""

    def __init__(self, shape: tuple[int, int], sheet: int) -> None:
        self.shape, self.unit = shape, max(shape) / UNIT_PX
        self.chance = np.random.default_rng(sheet)

    def noise(self, softness: float) -> np.ndarray:
        """[h, w], mean 0, spread 1; blurred by `softness`."""
        return _normal(_blur(self._white(max(1.0, softness * self.unit)), 1.0), self.shape)

    def strokes(self, length: float, angle: float, width: float = 0.7) -> np.ndarray:
        """[h, w] of noise drawn out along an angle in degrees, mean 0, spread 1."""
        step = max(1.0, width * self.unit)
        span = max(3, round(length * self.unit / step) | 1)
        kernel = np.zeros((span, span), np.float32)
        middle, turn = (span - 1) / 2, np.deg2rad(angle)
        x, y = middle * np.cos(turn), middle * np.sin(turn)
        ends = [(round(middle + way * x), round(middle - way * y)) for way in (-1, 1)]
        cv2.line(kernel, *ends, 1.0)
        kernel /= kernel.sum()
        drawn = cv2.filter2D(self._white(step), -1, kernel, borderType=cv2.BORDER_REFLECT_101)
        return _normal(drawn, self.shape)

    def bent(self, levels: np.ndarray, by: float, softness: float) -> np.ndarray:
        """A picture whose lines waver, as a hand's do: displaced by about `by`."""
        down, across = np.indices(self.shape, np.float32)
        x, y = (by * self.unit * self.noise(softness) for _ in range(2))
        return cv2.remap(levels, across + x, down + y, cv2.INTER_LINEAR, None, cv2.BORDER_REFLECT)

    def _white(self, step: float) -> np.ndarray:
        """White noise, a pixel of it for `step` of the picture's."""
        high, wide = (max(8, round(side / step)) for side in self.shape)
        return self.chance.standard_normal((high, wide), np.float32)


def _watercolour(levels: np.ndarray, canvas: _Canvas) -> np.ndarray:
    """Thin washes that pool at their edges and settle in the grain of the paper."""
    wash = canvas.bent(_smooth(levels, 14, 0.32), 2.0, 9)
    edges = _edges(wash, 1.6 * canvas.unit)
    pale = 1 - 0.84 * (1 - wash)
    density = 1 + 0.17 * canvas.noise(60) + 0.08 * canvas.noise(16) + 1.4 * edges
    density += 0.075 * canvas.noise(1.1)
    return _pigment(pale, density) * PAPER


def _gouache(levels: np.ndarray, canvas: _Canvas) -> np.ndarray:
    """Opaque, even fields of full colour, laid on with a flat brush."""
    flat = canvas.bent(_smooth(levels, 36, 0.5), 1.2, 16)
    full = _contrasted(_saturated(flat, 1.35), 1.12)
    brush = 0.75 * canvas.strokes(70, 8, 2.2) + 0.25 * canvas.noise(1.2)
    ridges = 0.5 + 0.5 * np.tanh(2 * _edges(flat, 3.0 * canvas.unit))
    return full * (1 + 0.03 * brush * ridges)[..., None]


def _crayon(levels: np.ndarray, canvas: _Canvas) -> np.ndarray:
    """Wax on rough paper: strokes in two ways, white where the paper's tooth was not met."""
    soft = canvas.bent(_smooth(levels, 12, 0.3), 2.2, 7)
    grey = soft @ LUMA
    one, other = canvas.strokes(46, 52, 1.6), canvas.strokes(46, 124, 1.6)
    way = _step(_blur(grey, 8 * canvas.unit), 0.55, 0.06)
    strokes = way * one + (1 - way) * other
    edges = _edges(soft, 2.4 * canvas.unit)  # what is small is drawn with care
    pressed = 0.72 + 0.8 * (1 - grey) + 0.5 * edges
    pressed += 0.28 * strokes + 0.24 * canvas.noise(1.1)
    cover = (0.25 + 0.75 * _step(pressed, 0.7, 0.18))[..., None]
    wax = _saturated(1 - 1.12 * (1 - soft), 1.25)
    lines = _lines(soft, 1.9 * canvas.unit, 18.0) * (0.7 + 0.3 * np.tanh(canvas.noise(1.4)))
    drawn = PAPER * (1 - cover) + wax * cover
    return drawn * (1 - 0.6 * lines[..., None] * (1 - 0.5 * soft))


def _pastel(levels: np.ndarray, canvas: _Canvas) -> np.ndarray:
    """Chalk rubbed into tinted paper: soft edges, muted colours, a velvet grain."""
    soft = _blur(_smooth(levels, 20, 0.4), 2.2 * canvas.unit)
    chalk = _saturated(0.10 + 0.86 * soft, 0.8) * np.float32((1.02, 1.0, 0.95))
    grain = 0.75 * canvas.noise(0.9) + 0.35 * canvas.strokes(22, 35, 1.1)
    cover = (0.5 + 0.46 * np.tanh(0.9 + 0.75 * grain))[..., None]
    return TINTED * (1 - cover) + chalk * cover


def _ink(levels: np.ndarray, canvas: _Canvas) -> np.ndarray:
    """A pen's lines and hatching over thin washes, much of the paper white."""
    soft = canvas.bent(_smooth(levels, 16, 0.35), 1.4, 6)
    grey = soft @ LUMA
    lines = _lines(soft, 1.5 * canvas.unit, 40.0)
    for angle, dark in ((45, 0.5), (135, 0.3)):
        shaded = _step(dark - _blur(grey, 4 * canvas.unit), 0.0, 0.05)
        lines = np.maximum(lines, 0.7 * shaded * _hatching(canvas, angle))
    wash = _pigment(1 - 0.5 * (1 - soft), 1 + 0.12 * canvas.noise(30))
    inked = lines[..., None]
    return wash * PAPER * (1 - inked) + INK * inked


_FINISHES: dict[str, Callable[[np.ndarray, _Canvas], np.ndarray]] = {
    "watercolour": _watercolour,
    "gouache": _gouache,
    "crayon": _crayon,
    "pastel": _pastel,
    "ink": _ink,
}


def _smooth(levels: np.ndarray, reach: float, sharp: float) -> np.ndarray:
    """Areas made even, edges kept: `reach` in pixels, `sharp` is what step in [0, 1] is an edge.

    At no more than `UNIT_PX`: what is finer is the enlarger's, and goes under anyway.
    """
    high, wide = levels.shape[:2]
    scale = min(1.0, UNIT_PX / max(high, wide))
    size = max(1, round(scale * wide)), max(1, round(scale * high))
    small = cv2.resize(levels, size, interpolation=cv2.INTER_AREA)
    eight = (small.clip(0, 1) * 255).round().astype(np.uint8)
    even = cv2.edgePreservingFilter(eight, None, 1, reach * max(size) / UNIT_PX, sharp)
    return cv2.resize(even.astype(np.float32) / 255, (wide, high), interpolation=cv2.INTER_CUBIC)


def _blur(levels: np.ndarray, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(levels, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)


def _normal(noise: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Noise brought to a size, with mean 0 and spread 1."""
    wide = cv2.resize(noise, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return (wide - wide.mean()) / max(float(wide.std()), 1e-6)


def _pigment(colour: np.ndarray, density: np.ndarray) -> np.ndarray:
    """Colour [h, w, 3] with so much pigment [h, w] that 1 leaves it as it is."""
    return colour - (colour - colour * colour) * (density - 1)[..., None]


def _edges(levels: np.ndarray, sigma: float) -> np.ndarray:
    """How much of an edge is at each pixel, [h, w] in [0, 1]."""
    grey = _blur(levels @ LUMA, sigma)
    steep = np.hypot(cv2.Sobel(grey, -1, 1, 0), cv2.Sobel(grey, -1, 0, 1)) * sigma
    return np.tanh(1.2 * steep)


def _lines(levels: np.ndarray, sigma: float, sharp: float) -> np.ndarray:
    """XDoG: where a pen would draw a line, [h, w] in [0, 1]."""
    grey = levels @ LUMA
    near, far = _blur(grey, sigma), _blur(grey, 1.6 * sigma)
    return np.tanh(sharp * np.maximum(0.0, far - near - 0.006)).astype(np.float32)


def _hatching(canvas: _Canvas, angle: float) -> np.ndarray:
    """Lines of a pen, one beside the other and none quite straight: [h, w] in [0, 1]."""
    down, across = np.indices(canvas.shape, np.float32) / canvas.unit
    turn = np.deg2rad(angle)
    along = across * np.float32(np.sin(turn)) + down * np.float32(np.cos(turn))
    wave = np.sin(2 * np.pi * (along + 1.3 * canvas.noise(22)) / 8.5)
    return _step(wave + 0.25 * canvas.noise(5), 0.55, 0.3)


def _contrasted(levels: np.ndarray, times: float) -> np.ndarray:
    return (0.5 + times * (levels - 0.5)).clip(0, 1)


def _saturated(levels: np.ndarray, times: float) -> np.ndarray:
    grey = (levels @ LUMA)[..., None]
    return (grey + times * (levels - grey)).clip(0, 1)


def _step(levels: np.ndarray, middle: float, soft: float) -> np.ndarray:
    """0 below, 1 above, over `soft` to each side."""
    return (0.5 + 0.5 * np.tanh((levels - middle) / soft)).astype(np.float32)
