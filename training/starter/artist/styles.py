"""What paper and pigment do to a whole picture: arrays [height, width, 3] of floats in 0..255."""

import functools

import numpy as np

from training.starter.artist.colour import PAPER

_PAPER = np.array(PAPER, np.float32)
_SHEET = 3


def finish(pixels: np.ndarray, style: str) -> np.ndarray:
    """The picture on the paper of its style; float in, uint8 out.

    All pictures of a style lie on one sheet: grain that differed from picture to picture would be
    noise that no painter can foretell.
    """
    size = pixels.shape[0]
    if style == "watercolour":
        grain = _grain(size, 1.0)
        bloom = _grain(size, 14.0)
        pixels = pixels + (grain * 2.0 + bloom * 5.0)[..., None]
        pixels = pixels + _border(size)[..., None] * (_PAPER - pixels)
    elif style == "crayon":
        wax = _strokes(size)[..., None]
        tooth = _grain(size, 0.7)[..., None]
        pixels = pixels * (1 + 0.01 * wax + 0.018 * np.clip(tooth - 0.6, 0, 2))
    else:
        grain = _grain(size, 1.6)
        pixels = pixels + grain[..., None] * 1.3
    return np.clip(pixels, 0, 255).astype(np.uint8)


@functools.cache
def _grain(size: int, softness: float) -> np.ndarray:
    """Noise of unit spread that tiles; `softness` in 128ths of the picture."""
    noise = np.random.default_rng(_SHEET).standard_normal((size, size))
    return _smoothed(noise, softness * size / 128, softness * size / 128)


@functools.cache
def _strokes(size: int) -> np.ndarray:
    """Noise drawn out along a diagonal, as wax on rough paper."""
    noise = np.random.default_rng(_SHEET).standard_normal((size, size))
    drawn = _smoothed(noise, size / 128 * 0.75, size / 128 * 1.6)
    at = np.arange(size)
    return drawn[(at[:, None] + at[None, :]) % size, at[None, :]]


def _smoothed(noise: np.ndarray, down: float, across: float) -> np.ndarray:
    size = noise.shape[0]
    wave = np.fft.fftfreq(size)
    pass_down = np.exp(-2 * (np.pi * wave * down) ** 2)
    pass_across = np.exp(-2 * (np.pi * wave * across) ** 2)
    soft = np.fft.ifft2(np.fft.fft2(noise) * pass_down[:, None] * pass_across[None, :]).real
    return ((soft - soft.mean()) / soft.std()).astype(np.float32)


@functools.cache
def _border(size: int) -> np.ndarray:
    """How much bare paper shows, 0 inside to 0.9 at the rim."""
    at = (np.arange(size) + 0.5) / size
    rim = np.minimum(at, 1 - at)
    near = np.minimum(rim[:, None], rim[None, :])
    return (0.9 * np.clip(1 - near / 0.03, 0, 1) ** 1.5).astype(np.float32)
