"""Pictures that an author brings or makes of others: kept beside what was drawn, and taken."""

import hashlib
import io
from collections.abc import Mapping

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from storybook.authoring.history import step
from storybook.authoring.status import check_page
from storybook.book.folder import Book
from storybook.errors import BookError
from storybook.hero.uploads import checked
from storybook.models import SafetyChecker
from storybook.models.infotext import KEY
from storybook.records import Pick

CUT = "Cut"
"""Under this, as PNG text, what was painted says that it is a part of another, or turned."""
LEAST_SHARE = 0.1
"""Of a picture's width or height that a crop leaves at least."""
WHOLE = (0.0, 0.0, 1.0, 1.0)


def keep_pictures(
    book: Book, page: int, pictures: Mapping[str, bytes], says: str, take: str | None = None
) -> None:
    """Keep PNGs under their ids among a page's pictures, and take one; one step of the history."""
    check_page(book, page)
    files = [path.relative_to(book.folder).as_posix() for path in _files(book, page, pictures)]
    with step(book, says, page, files), book.lock_for_edit():
        for candidate, png in pictures.items():
            book.keep(page, candidate, png)
        if take:
            before = book.pick(page)
            judged = before.judged if before else ()
            chosen = Pick(page=page, candidate=take, by="author", judged=judged)
            book.save(book.pick_of(page), chosen, None)


def bring(
    book: Book, page: int, name: str, data: bytes, checker: SafetyChecker | None = None
) -> str:
    """Take a picture of the author's own for a page; returns its id.

    It is read as any photo that is brought: upright, without its place and camera. Raises BookError
    that says why it cannot be.
    """
    upload = checked(name, data, checker=checker)
    if upload.fault:
        raise BookError(upload.says)
    return _take(book, page, Image.open(io.BytesIO(upload.data)), "Your own picture")


def crop(
    book: Book,
    page: int,
    candidate: str,
    box: tuple[float, float, float, float] = WHOLE,
    turns: int = 0,
) -> str:
    """Take a part of a picture, turned so many quarters to the right first; returns its id.

    `box` is left, top, right and bottom as shares of the turned picture, in [0, 1].
    Raises BookError for a box that leaves next to nothing.
    """
    left, top, right, bottom = box
    inside = left >= 0 and top >= 0 and right <= 1 and bottom <= 1
    if not inside or right - left < LEAST_SHARE or bottom - top < LEAST_SHARE:
        raise BookError(
            f"A part from {left:g}, {top:g} to {right:g}, {bottom:g} cannot be cut out: shares are "
            f"0 to 1, and at least {LEAST_SHARE:g} of the width and of the height stays."
        )
    if candidate not in book.pictures(page):
        raise BookError(f"Page {page} has no picture {candidate!r}.")
    image = book.image(page, candidate).rotate(-90 * (turns % 4), expand=True)
    wide, high = image.size
    part = image.crop(
        (round(left * wide), round(top * high), round(right * wide), round(bottom * high))
    )
    said = _said(book, page, candidate)
    return _take(book, page, part, "Cropped" if box != WHOLE else "Turned", said)


def _said(book: Book, page: int, candidate: str) -> PngInfo:
    """What the painter of a picture was asked for, so that its parts say it as well."""
    says = PngInfo()
    with Image.open(book.picture(page, candidate)) as image:
        if KEY in image.info:
            says.add_text(KEY, image.info[KEY])
            says.add_text(CUT, "yes")
    return says


def _take(
    book: Book, page: int, image: Image.Image, says: str, painted: PngInfo | None = None
) -> str:
    file = io.BytesIO()
    image.convert("RGB").save(file, "PNG", pnginfo=painted)
    png = file.getvalue()
    candidate = hashlib.sha256(png).hexdigest()[:12]
    keep_pictures(book, page, {candidate: png}, says, take=candidate)
    return candidate


def _files(book: Book, page: int, pictures: Mapping[str, bytes]) -> list:
    """What keeping pictures may change."""
    pick = book.pick_of(page)
    stamp = book.folder / ".made" / f"pages,{book.page(page).name},{pick.name}.json"
    refusals = [book.refusal_of(page, each) for each in pictures]
    return [*(book.picture(page, each) for each in pictures), *refusals, pick, stamp]
