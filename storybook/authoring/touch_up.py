"""Touching up: a spot of a page's picture painted anew, or pictures after the whole of it.

Nothing is overwritten: what comes of it is one more picture of the page.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from storybook.authoring.pictures import keep_pictures
from storybook.authoring.status import check_page
from storybook.book.folder import Book
from storybook.content_filter import check_kind
from storybook.errors import BookError, ConfigError, NotForChildren
from storybook.models.infotext import png_bytes
from storybook.prompts import style as style_named
from storybook.records import COVER, Candidate, Event, Hero, Prompt, Scene, TouchUp
from storybook.stages.describe import describe
from storybook.story.composition import view_of
from storybook.story.prompt_to_caption import as_caption, unknown_words
from storybook.studio.inpainter import inpainter_name, open_inpainter
from storybook.studio.studio import Studio

STRENGTH_OF_SPOT = 1.0
"""What was brushed away is to be gone."""
STRENGTH_OF_LIKE = 0.6
"""Where things stand stays, and they come out in another way."""
GRID_PX = 8
"""Painters' sides are multiples of it."""
MOST_ALIKE = 16
NAMED = 8
"""So many things are named to somebody whose words the painter does not know."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A part of a picture, and what should be there; without words, nothing in particular."""

    mask: Image.Image
    """Above 0 where the picture becomes another; of any size, the picture's own shape."""
    words: str = ""


def inpaint(
    book: Book, studio: Studio, page: int, spot: Spot, *, source: str | None = None, seed: int
) -> Iterator[Event]:
    """Paint a spot of a page's picture anew, and take what comes of it.

    `source` is the id of a picture; None: the one that is taken. Raises ConfigError if nothing was
    brushed or the painter knows none of the words, NotForChildren if those are not for children or
    its guard refuses what comes of them.
    """
    source = _source(book, page, source)
    mask = spot.mask.convert("L")
    if mask.getbbox() is None:
        raise ConfigError("Nothing was brushed: paint over what should become another.")
    if studio.settings.write.for_children:
        check_kind(spot.words, "What should be there")
    prompt = spot_prompt(book, studio, page, spot.words)
    digest = hashlib.sha256(repr(mask.size).encode() + mask.tobytes()).hexdigest()[:12]
    asked = _asked(book, studio, prompt, source, [seed], digest, STRENGTH_OF_SPOT)
    says = "Painted in" if spot.words.strip() else "Rubbed out"
    yield from _painted(book, studio, page, source, asked, mask=mask, says=says, stage="inpaint")


def vary(
    book: Book, studio: Studio, page: int, *, source: str | None = None, count: int = 4, seed: int
) -> Iterator[Event]:
    """Draw so many pictures after one of a page's, from `seed` on; its author may take one."""
    if not 1 <= count <= MOST_ALIKE:
        raise ConfigError(f"{count} pictures like it: ask for 1 to {MOST_ALIKE}.")
    source = _source(book, page, source)
    prompt, seeds = book.prompt(page), range(seed, seed + count)
    if studio.draws_the_world:
        cast = studio.known(book.cast)
        words = as_caption(prompt.positive, cast, studio.world, book.brief.style)
        prompt = prompt.but(positive=words)
    asked = _asked(book, studio, prompt, source, seeds, "", STRENGTH_OF_LIKE)
    yield from _painted(book, studio, page, source, asked, says="More like one", stage="vary")


def spot_prompt(book: Book, studio: Studio, page: int, words: str) -> Prompt:
    """What the painter is told of a page whose spot is to show `words`; without any, the place."""
    scene = next(each for each in book.scenes if each.page == page)
    words, before = " ".join(words.split()), book.prompt(page)
    if studio.draws_the_world:
        cast = studio.known(book.cast)
        return before.but(positive=_caption(book, studio, scene, cast, words))
    style = style_named(book.brief.style)
    if words:
        return before.but(positive=f"{style.words} of {words}")
    gone = [before.negative, *scene.things]
    return before.but(
        positive=f"{style.words} of {scene.place}, {scene.light}, nothing else there",
        negative=", ".join(filter(None, gone)),
    )


def _caption(book: Book, studio: Studio, scene: Scene, cast: Sequence[Hero], words: str) -> str:
    """The page's caption with its thing put by, or with the one that `words` name in its place."""
    world, style = studio.world, book.brief.style
    things = world.find("things", words)[:1]
    unknown = unknown_words(words, cast, world)
    if words and not things and unknown:
        some = ", ".join(sorted(world.things)[:NAMED])
        raise ConfigError(
            f"This painter has no picture of {', '.join(unknown)}. It knows things such as {some}."
        )
    if words and not things:
        return as_caption(words, cast, world, style)
    shown = scene.but(things=tuple(things), relation="with", picture="")
    view = view_of(scene.page, world)
    told = describe(shown, cast, style_named(style), plainly=True, view=view)
    return as_caption(told.positive, cast, world, style)


def _source(book: Book, page: int, source: str | None) -> str:
    check_page(book, page)
    if source is None:
        return book.picked(page)
    if source not in book.pictures(page):
        called = "The cover" if page == COVER else f"Page {page}"
        raise BookError(f"{called} has no picture {source!r}.")
    return source


def _asked(
    book: Book,
    studio: Studio,
    prompt: Prompt,
    source: str,
    seeds: Sequence[int],
    mask: str,
    strength: float,
) -> list[TouchUp]:
    """The requests, at the size at which the painter works best for a picture of that shape."""
    path, habits = book.picture(prompt.page, source), studio.sampling
    size = _size(book.image(prompt.page, source).size, max(habits.width_px, habits.height_px))
    cast = studio.known(book.cast)
    painter = inpainter_name(studio, cast, masked=bool(mask))
    return [
        TouchUp(
            request=Candidate(
                prompt=prompt,
                painter=painter,
                seed=seed,
                width_px=size[0],
                height_px=size[1],
                steps=habits.steps,
                guidance=habits.guidance,
            ),
            source=hashlib.sha256(path.read_bytes()).hexdigest()[:12],
            mask=mask,
            strength=strength,
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


def _painted(
    book: Book,
    studio: Studio,
    page: int,
    source: str,
    asked: Sequence[TouchUp],
    *,
    says: str,
    stage: str,
    mask: Image.Image | None = None,
) -> Iterator[Event]:
    """Paint what is asked for, and keep it: one step of the book's history."""
    cast, image = studio.known(book.cast), book.image(page, source)
    pictures: dict[str, bytes] = {}
    todo = [each for each in asked if not book.picture(page, each.id).is_file()]
    yield Event(stage=stage, done=0, total=len(todo), page=page, note="the painter gets ready")
    if todo:
        with (
            studio.guard() as guard,
            open_inpainter(studio, cast, masked=mask is not None) as painter,
        ):
            for done, each in enumerate(todo, start=1):
                one = painter.inpaint(each.request, image, mask, strength=each.strength)
                refused = bool(guard and guard.refuses(one))
                if not refused:
                    pictures[each.id] = _png(one, each, studio)
                note = "not for children, and not kept" if refused else ""
                yield Event(stage=stage, done=done, total=len(todo), page=page, note=note)
        if not pictures:
            raise NotForChildren(
                "The picture safety checker kept back what was painted. Say it in other words."
            )
    keep_pictures(book, page, pictures, says, take=asked[0].id if mask else None)


def _png(image: Image.Image, touched: TouchUp, studio: Studio) -> bytes:
    """The picture with its request written into it as A1111 writes it."""
    name, _, weights = touched.request.painter.rpartition("-")
    others = {"Denoising strength": f"{touched.strength:g}"}
    if touched.mask:
        others["Mask"] = touched.mask
    karras = studio.sampling.karras
    facts = (name or weights, weights[:10])
    return png_bytes(image, touched.request, *facts, karras=karras, others=others)
