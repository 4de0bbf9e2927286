"""The artist draws storybook illustrations of the drawn world with a vector library.

draw        a picture's record to an image; the same record gives the same image
  scene     who stands where, and how large
  animals   bodies in a pose, of `poses` or `stances`; `builds` what a species is, `coats` what it
            wears, `faces` heads
  people    who stands beside an animal; `portraits` their heads
  things    what is held or lies about: `toys`, `household`, `finds`; `figures` what they share
  places    backgrounds, in `outdoors`, `buildings` and `indoors`, from other views in `corners`,
            `edges` and `rooms`; `sky`, `land`, `plants` and `furniture` are what they share
  brush     lays a shape in a style, under a light; `styles` is what paper does afterwards
"""

import numpy as np
import skia
from PIL import Image

from storybook.world import World
from training.starter.artist.brush import Brush
from training.starter.artist.places import INDOORS
from training.starter.artist.scene import draw_figures, draw_scene
from training.starter.artist.styles import finish
from training.starter.pictures import Picture

__all__ = ["draw", "figures_in"]


def draw(picture: Picture, world: World, size_px: int) -> Image.Image:
    """The picture as a square RGB image of `size_px`; equal pictures give equal images."""
    # Skia's coverage at this size looks as clean as drawing at twice the size, in half the time.
    surface = skia.Surface(size_px, size_px)
    canvas = surface.getCanvas()
    canvas.scale(size_px / 100, size_px / 100)
    indoors = picture.place in INDOORS
    brush = Brush(canvas, picture.style, picture.light, indoors=indoors)
    draw_scene(brush, picture, world)
    pixels = surface.makeImageSnapshot().toarray(colorType=skia.ColorType.kRGBA_8888_ColorType)
    return Image.fromarray(finish(pixels[..., :3].astype(np.float32), picture.style))


def figures_in(picture: Picture, world: World, size_px: int) -> np.ndarray:
    """Where star, company and thing are: uint8 [size_px, size_px], 255 inside of them."""
    surface = skia.Surface(size_px, size_px)  # transparent
    canvas = surface.getCanvas()
    canvas.scale(size_px / 100, size_px / 100)
    brush = Brush(canvas, picture.style, picture.light, indoors=picture.place in INDOORS)
    draw_figures(brush, picture, world)
    pixels = surface.makeImageSnapshot().toarray(colorType=skia.ColorType.kRGBA_8888_ColorType)
    return pixels[..., 3].copy()
