"""What all ways to paint over a page's picture share: what is painted on, by whom, what is kept.

Nothing is overwritten: what comes of it is one more picture of the page.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from storybook.authoring.pictures import keep_pictures
from storybook.authoring.status import check_page
from storybook.book.folder import Book
from storybook.errors import BookError, NotForChildren
from storybook.models.infotext import infotext, png_bytes
from storybook.records import COVER, Candidate, Event, Prompt, TouchUp
from storybook.studio.inpainter import inpainter_name, open_inpainter
from storybook.studio.studio import Studio

GRID_PX = 8
"""Painters' sides are multiples of it."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture to be painted over."""

    image: Image.Image
    source: str
    """The digest of what it is."""
    strength: float
    """In (0, 1]: 1 keeps next to nothing of what is there."""
    mask: Image.Image | None = None
    """Above 0 where it becomes another; None: everywhere."""
    unseen: bool = True
    """Whether what lies under the mask is to be gone: then an inpainting checkpoint, which sees
    nothing of it, may paint."""

    @property
    def by_checkpoint(self) -> bool:
        """Whether an inpainting checkpoint may paint it."""
        return self.mask is not None and self.unseen


def source_of(book: Book, page: int, source: str | None) -> str:
    """The id of a page's picture, which has to be there; None: of the one that is taken."""
    check_page(book, page)
    if source is None:
        return book.picked(page)
    if source not in book.pictures(page):
        called = "The cover" if page == COVER else f"Page {page}"
        raise BookError(f"{called} has no picture {source!r}.")
    return source


def canvas_of(
    book: Book, page: int, source: str, strength: float, mask: Image.Image | None = None
) -> Canvas:
    """A page's picture as it is, to be painted over."""
    name = hashlib.sha256(book.picture(page, source).read_bytes()).hexdigest()[:12]
    return Canvas(book.image(page, source), name, strength, mask)


def pixels_digest(image: Image.Image) -> str:
    """Twelve hex digits over an image's size and pixels."""
    return hashlib.sha256(repr(image.size).encode() + image.tobytes()).hexdigest()[:12]


def painted_over(
    book: Book,
    studio: Studio,
    prompt: Prompt,
    canvas: Canvas,
    seeds: Sequence[int],
    *,
    says: str,
    stage: str,
    choose: Callable[[Mapping[str, bytes]], str] | None = None,
) -> Iterator[Event]:
    """Paint over a canvas from each seed, and keep what comes of it: one step of the history.

    Where there is a mask the first one is taken for the page. `choose` is given PNGs by their ids,
    and names the one that alone is kept; or raises, and nothing is. Raises NotForChildren if the
    studio's checker refuses all of it.
    """
    page, cast = prompt.page, studio.known(book.cast)
    requests = _requests(book, studio, prompt, canvas, seeds)
    pictures: dict[str, bytes] = {}
    todo = [each for each in requests if not book.picture(page, each.id).is_file()]
    yield Event(stage=stage, done=0, total=len(todo), page=page, note="the painter gets ready")
    if todo:
        with (
            studio.safety_checker() as checker,
            open_inpainter(studio, cast, masked=canvas.by_checkpoint) as painter,
        ):
            for done, each in enumerate(todo, start=1):
                one = painter.inpaint(
                    each.request, canvas.image, canvas.mask, strength=each.strength
                )
                refused = bool(checker and checker.flags(one))
                if not refused:
                    pictures[each.id] = _png(one, each, studio)
                note = "not for children, and not kept" if refused else ""
                yield Event(stage=stage, done=done, total=len(todo), page=page, note=note)
        if not pictures:
            raise NotForChildren(
                "The picture safety checker kept back what was painted. Say it in other words."
            )
    if choose and pictures:
        best = choose(pictures)
        keep_pictures(book, page, {best: pictures[best]}, says, take=best)
        return
    keep_pictures(book, page, pictures, says, take=requests[0].id if canvas.mask else None)


def _requests(
    book: Book, studio: Studio, prompt: Prompt, canvas: Canvas, seeds: Sequence[int]
) -> list[TouchUp]:
    """The requests, at the size at which the painter works best for a picture of that shape."""
    sampling, cast = studio.sampling, studio.known(book.cast)
    size = _size(canvas.image.size, max(sampling.width_px, sampling.height_px))
    painter = inpainter_name(studio, cast, masked=canvas.by_checkpoint)
    return [
        TouchUp(
            request=Candidate(
                prompt=prompt,
                painter=painter,
                seed=seed,
                width_px=size[0],
                height_px=size[1],
                steps=sampling.steps,
                guidance=sampling.guidance,
            ),
            source=canvas.source,
            mask="" if canvas.mask is None else pixels_digest(canvas.mask),
            strength=canvas.strength,
        )
        for seed in seeds
    ]


def _size(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Sides of a picture's shape, of which none is longer, on the painter's grid.

    >>> _size((3000, 2000), 512), _size((128, 128), 128), _size((4000, 10), 128)
    ((512, 344), (128, 128), (128, 64))
    """
    scale = longest / max(size)
    wide, high = (max(64, GRID_PX * round(side * scale / GRID_PX)) for side in size)
    return wide, high


def _png(image: Image.Image, touched: TouchUp, studio: Studio) -> bytes:
    """The picture with its request written into it as A1111 writes it."""
    name, _, weights = touched.request.painter.rpartition("-")
    others = {"Denoising strength": f"{touched.strength:g}"}
    if touched.mask:
        others["Mask"] = touched.mask
    karras = studio.sampling.karras
    facts = (name or weights, weights[:10])
    return png_bytes(image, infotext(touched.request, *facts, karras=karras, others=others))
