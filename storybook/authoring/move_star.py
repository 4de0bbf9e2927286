"""The star of a page's picture moved or made larger: laid anew from the picture, and painted over.

It is cut out of a box, what was behind it is filled from around, and it is laid back at its new
place and size; then the painter goes over both places, at a strength that keeps who it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from storybook.authoring.repainting import Canvas, painted_over, pixels_digest, source_of
from storybook.book.folder import Book
from storybook.errors import ConfigError
from storybook.images.figure import Box, box_of, figure_mask, laid_anew
from storybook.prompts import taught_style
from storybook.records import Event, Prompt, Scene
from storybook.story.prompt_to_caption import prompt_to_caption
from storybook.studio.star_finder import star_box
from storybook.studio.studio import Studio

STRENGTH = 0.35
"""Keeps who it is, and draws edges and ground anew. From 0.5 on the starter's painter draws a
second star where the first one was."""
SMALLEST, LARGEST = 0.3, 3.0
LEAST_SIDE = 0.04
NOWHERE = (
    "This studio cannot tell where the star is. Say it with a box around it: --box "
    "left,top,right,bottom, or dragged over the picture."
)
ASIDE = 0.1
"""Further from the middle than this share of the width, a star stands on a side."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where the star comes to stand, as shares of the picture in [0, 1], and how large."""

    to: tuple[float, float] | None = None
    """The middle of `box`, or of the star if there is none; None: it stays where it is."""
    size: float = 1.0
    box: Box | None = None
    """Around where it stands: left, top, right and bottom; None: it is looked for."""


def move_star(
    book: Book,
    studio: Studio,
    page: int,
    move: Move,
    *,
    source: str | None = None,
    strength: float = STRENGTH,
    seed: int,
) -> Iterator[Event]:
    """Move or resize the star of a page's picture, and take what comes of it.

    `source` is the id of a picture; None: the one that is taken. Raises ConfigError for a move that
    cannot be, or where nobody can find the star and no box says where it is.
    """
    _check(move, strength)
    source = source_of(book, page, source)
    image, scene = book.image(page, source), scene_of(book, page)
    mask = figure_mask(image, move.box or box_of_star(studio, image, scene))
    figure = middle_of(box_of(mask))
    middle = middle_of(move.box) if move.box else figure
    to = move.to or middle
    x, y = (t + move.size * (f - m) for t, f, m in zip(to, figure, middle, strict=True))
    laid = laid_anew(image, mask, (x, y), move.size)
    canvas = Canvas(laid.image, pixels_digest(laid.image), strength, laid.mask, unseen=False)
    says = "Moved the star" if move.to and move.to != middle else "The star in another size"
    prompt = _prompt(book, studio, page, to)
    yield from painted_over(book, studio, prompt, canvas, [seed], says=says, stage="move-star")


def scene_of(book: Book, page: int) -> Scene:
    """The scene of a page, which is there."""
    return next(each for each in book.scenes if each.page == page)


def middle_of(box: Box) -> tuple[float, float]:
    """The middle of a box, from the upper left corner."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def box_of_star(studio: Studio, image: Image.Image, scene: Scene) -> Box:
    """A box that holds the star, with room around it; raises ConfigError if it cannot."""
    box = star_box(studio, image, scene.shot)
    if box is None:
        raise ConfigError(NOWHERE)
    return box


def _check(move: Move, strength: float) -> None:
    if not 0 < strength <= 1:
        raise ConfigError(f"A strength of {strength:g} cannot be: it is above 0, and at most 1.")
    if not SMALLEST <= move.size <= LARGEST:
        raise ConfigError(
            f"{move.size:g} times as large cannot be: {SMALLEST:g} to {LARGEST:g} times can."
        )
    if move.to is None and move.size == 1:
        raise ConfigError("Nothing is asked for: say where the star is to be, or how large.")
    if move.to and not all(0 <= share <= 1 for share in move.to):
        raise ConfigError(
            f"{move.to[0]:g},{move.to[1]:g} is not in the picture: shares are 0 to 1."
        )
    if move.box:
        check_box(move.box)


def check_box(box: Box) -> None:
    """Raise ConfigError for a box that is none, or next to nothing."""
    left, top, right, bottom = box
    within = left >= 0 and top >= 0 and right <= 1 and bottom <= 1
    if not within or right - left < LEAST_SIDE or bottom - top < LEAST_SIDE:
        raise ConfigError(
            f"A box from {left:g}, {top:g} to {right:g}, {bottom:g} holds no star: shares are 0 to "
            f"1, and it is at least {LEAST_SIDE:g} wide and high."
        )


def _prompt(book: Book, studio: Studio, page: int, to: tuple[float, float]) -> Prompt:
    """What the page's painter is told, with the side where the star comes to stand."""
    prompt = book.prompt(page)
    if not studio.draws_the_world:
        return prompt
    world, cast = studio.world, studio.known(book.cast)
    caption = prompt_to_caption(prompt.positive, cast, world, taught_style(book.brief.style))
    side = "left" if to[0] < 0.5 - ASIDE else "right" if to[0] > 0.5 + ASIDE else ""
    if side in world.sides and " on the " not in caption.rpartition(" view")[2]:
        caption = f"{caption}, on the {side}"
    return prompt.but(positive=caption)
