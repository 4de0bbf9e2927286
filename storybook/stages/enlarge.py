"""enlarge: each picked picture becomes a plate of print size."""

import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from storybook.book.folder import Book
from storybook.config import EnlargeSettings
from storybook.images.fidelity import fidelity
from storybook.models import Enlarger
from storybook.models.infotext import KEY
from storybook.models.packaged import is_missing
from storybook.press.formats import load_format
from storybook.records import Event, Prompt, digest
from storybook.studio.enlarger_choice import is_controlled
from storybook.studio.studio import Studio
from storybook.studio.styles import FINISHES, finish_for

FINISH = "Finish"
"""Under this, as PNG text, a plate says which finish it has."""


def enlarge(
    image: Image.Image, prompt: Prompt, *, width_px: int, enlarger: Enlarger
) -> Image.Image:
    """The same picture, `width_px` wide."""
    return enlarger.enlarge(image, prompt, width_px=width_px, seed=prompt.page)


def made_from(book: Book, studio: Studio, page: int) -> tuple[str, ...]:
    """Digests of everything that a page's plate depends on, the picture itself included.

    The first is that of a plate made now; one that bears another is not due either.
    """
    width_px = width_of(book, studio.settings.enlarge)
    picture = book.picture(page, book.picked(page)).read_bytes()
    prompt, finish = book.prompt(page), finish_of(book, studio, page)
    with_finish = (finish, FINISHES[finish]) if finish else ()
    names = studio.enlarger_names(studio.known(book.cast), prompt)
    return tuple(digest(prompt, picture, name, width_px, *with_finish) for name in names)


def finish_of(book: Book, studio: Studio, page: int) -> str:
    """The finish that is laid on a page's plate; empty for none.

    What a small painter painted is finished in the book's style, if the brief says so or if no
    painter could draw it otherwise; what its author brought never is.
    """
    finish = finish_for(book.brief, studio)
    return finish if finish and is_painted(book.picture(page, book.picked(page))) else ""


def is_painted(picture: Path) -> bool:
    """Whether a painter painted a picture: then what it was asked for stands in the file."""
    with suppress(OSError, SyntaxError, ValueError), Image.open(picture) as image:
        return KEY in image.info
    return False


def width_of(book: Book, options: EnlargeSettings) -> int:
    """As wide as is asked, but not wider than the book's format can print at `max_ppi`."""
    form = load_format(book.brief.format)
    longest_in = max(form.width_in, form.height_in)  # a picture may cover the whole page
    return min(options.width_px, math.ceil(longest_in * options.max_ppi))


def due(book: Book, studio: Studio) -> list[int]:
    """The pages whose plate has to be made."""
    pages = studio.shard.of(scene.page for scene in book.scenes)
    return [page for page in pages if is_due(book, studio, page)]


def is_due(book: Book, studio: Studio, page: int) -> bool:
    """Whether a page's plate has to be made; raises EditedByHand as `Book.due` does."""
    return book.due(book.plate_of(page), *made_from(book, studio, page))


def run(book: Book, studio: Studio) -> Iterator[Event]:
    todo = due(book, studio)
    if todo:
        yield from _make(book, studio, todo)
    measure_missing(book, studio.shard.of(scene.page for scene in book.scenes))


def _make(book: Book, studio: Studio, todo: list[int]) -> Iterator[Event]:
    yield Event(stage="enlarge", done=0, total=len(todo), note=manner(studio))
    with studio.enlarger(studio.known(book.cast)) as enlarger:
        for done, page in enumerate(todo, start=1):
            faults = enlarge_page(book, studio, page, enlarger)
            yield Event(stage="enlarge", done=done, total=len(todo), page=page, note=faults)


def manner(studio: Studio) -> str:
    """What is to be said, before it begins, of how pictures are enlarged."""
    options = studio.settings.enlarge
    notes = ["pictures are painted over, then enlarged"] if is_controlled(options) else []
    if options.otherwise and is_missing(options.enlarger):
        notes.append(f"sharper with: storybook models get {options.enlarger}")
    return "; ".join(notes)


def enlarge_page(book: Book, studio: Studio, page: int, enlarger: Enlarger) -> str:
    """Make a page's plate, and return what is wrong with it."""
    sources = made_from(book, studio, page)[0]  # first: a pick may be changed meanwhile
    image = book.image(page, book.picked(page))
    width_px = width_of(book, studio.settings.enlarge)
    plate = enlarge(image, book.prompt(page), width_px=width_px, enlarger=enlarger)
    faults = _measure(book, page, plate, image)  # first, so that no plate has an older one's
    finish = finish_of(book, studio, page)
    if finish:  # after it was measured: what is measured is the enlarger
        from storybook.images.finishing import finished

        plate = finished(plate, finish, sheet=page)
    book.save_bytes(book.plate_of(page), _png(plate, finish), sources)
    return "; ".join(faults)


def measure_missing(book: Book, pages: Iterable[int]) -> None:
    """Measure the plates of which nobody knows how true they are, such as those of older books."""
    for page in pages:
        plate, found = book.plate_of(page), book.fidelity(page)
        if plate.is_file() and (found is None or found.forms is None):
            with suppress(OSError), Image.open(plate) as there:  # bind says which is no picture
                if FINISH not in there.info:
                    image = book.image(page, book.picked(page))
                    _measure(book, page, there.convert("RGB"), image)


def _measure(book: Book, page: int, plate: Image.Image, image: Image.Image) -> tuple[str, ...]:
    """Keep how true a plate is to its picture beside it, and return what is wrong with it."""
    found = fidelity(plate, image)
    book.save(book.fidelity_of(page), found, None)
    return found.faults


def _png(image: Image.Image, finish: str) -> bytes:
    # A plate is read once, by bind: level 1 writes it four times as fast for a tenth more bytes.
    buffer, says = BytesIO(), PngInfo()
    if finish:
        says.add_text(FINISH, finish)
    image.save(buffer, "PNG", compress_level=1, pnginfo=says)
    return buffer.getvalue()
