"""The artist draws storybook illustrations of the drawn world with a vector library.

draw        a picture's record to an image; the same record gives the same image
  scene     who stands where, and how large
  animals   bodies in a pose, of `poses` or `stances`; `builds` what a species is, `coats` what it
            wears, `faces` heads
  people    who stands beside an animal; `portraits` their heads
  things    what is held or lies about: `toys`, `household`, `finds`; `figures` what they share
  places    backgrounds, in `outdoors`, `buildings` and `indoors`, from other views in `corners`,
            `edges` and `rooms`; `sky`, `land`, `plants` and `furniture` are what they share
  brush     lays a shape in a style, under a light; `styles` is what paper does afterwards;
            `parts` lays names in place of colours
"""

from typing import NamedTuple

import numpy as np
import skia
from PIL import Image

from storybook.world import World
from training.starter.artist.brush import Brush
from training.starter.artist.parts import PartsBrush, parts_of
from training.starter.artist.places import INDOORS
from training.starter.artist.scene import draw_figures, draw_scene
from training.starter.artist.styles import finish
from training.starter.pictures import Picture

__all__ = ["WHOLE", "Window", "draw", "figures_in", "parts_in", "parts_of"]


class Window(NamedTuple):
    """A square part of a picture, in percent of its side."""

    left: float
    top: float
    side: float


WHOLE = Window(0, 0, 100)


def draw(picture: Picture, world: World, size_px: int, window: Window = WHOLE) -> Image.Image:
    """What `window` shows of the picture as an RGB image of `size_px`, drawn at that size.

    Equal pictures give equal images.
    """
    # Skia's coverage at this size looks as clean as drawing at twice the size, in half the time.
    surface = _surface(size_px, window)
    draw_scene(_brush(surface, picture), picture, world)
    return Image.fromarray(finish(_pixels(surface)[..., :3].astype(np.float32), picture.style))


def figures_in(picture: Picture, world: World, size_px: int, window: Window = WHOLE) -> np.ndarray:
    """Where star, company and thing are: uint8 [size_px, size_px], 255 inside of them."""
    surface = _surface(size_px, window)  # transparent
    draw_figures(_brush(surface, picture), picture, world)
    return _pixels(surface)[..., 3].copy()


def parts_in(picture: Picture, world: World, size_px: int, window: Window = WHOLE) -> np.ndarray:
    """Labels of `parts_of(world)`: uint8 [size_px, size_px]; what is in front hides the rest."""
    surface = _surface(size_px, window)
    draw_figures(PartsBrush(surface.getCanvas(), parts_of(world)), picture, world)
    return _pixels(surface)[..., 0].copy()


def _surface(size_px: int, window: Window) -> skia.Surface:
    """A canvas on which the window fills `size_px`, in percent of the whole picture."""
    surface = skia.Surface(size_px, size_px)
    canvas = surface.getCanvas()
    canvas.scale(size_px / window.side, size_px / window.side)
    canvas.translate(-window.left, -window.top)
    return surface


def _brush(surface: skia.Surface, picture: Picture) -> Brush:
    indoors = picture.place in INDOORS
    return Brush(surface.getCanvas(), picture.style, picture.light, indoors=indoors)


def _pixels(surface: skia.Surface) -> np.ndarray:
    return surface.makeImageSnapshot().toarray(colorType=skia.ColorType.kRGBA_8888_ColorType)
