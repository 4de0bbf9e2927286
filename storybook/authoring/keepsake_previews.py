"""What a keepsake would look like: one sheet of it, made from small copies of the pictures."""

from dataclasses import replace
from io import BytesIO

from storybook.authoring.keepsakes import KeepsakeOptions, Kind, check, kept_of, pdf_of
from storybook.book.folder import Book
from storybook.press import film
from storybook.press.preview import drawn_pages
from storybook.press.scripts import is_leftwards
from storybook.press.sheets import Kept
from storybook.studio.studio import Studio

PICTURE_PX = 480
SHEET: dict[Kind, tuple[int, int]] = {
    "colouring": (2, 1),
    "poster": (99, 0),
    "stickers": (12, 0),
    "calendar": (2, 1),
    "postcards": (1, 0),
}
"""How many pictures a preview takes, and which of its sheets is shown."""


def preview(book: Book, studio: Studio, keepsake: KeepsakeOptions, width_px: int) -> bytes:
    """A sheet of a keepsake, or a frame of the film, as a WebP so wide; raises what making does."""
    check(keepsake)
    kept = kept_of(book, studio, most_px=PICTURE_PX)
    if keepsake.kind == "video":
        return _frame(kept, width_px)
    count, sheet = SHEET[keepsake.kind]
    pictures = kept.pictures[:count]
    part = replace(kept, pictures=pictures, texts=kept.texts[: len(pictures) - 1])
    return drawn_pages(pdf_of(book, part, keepsake), width_px)[sheet]


def _frame(kept: Kept, width_px: int) -> bytes:
    shot = film.shots_of(replace(kept, pictures=kept.pictures[:1], texts=()), [1.0])
    frame = film.first_frame(shot, leftwards=is_leftwards(kept.language))
    height_px = round(frame.height * width_px / frame.width)
    file = BytesIO()
    frame.resize((width_px, height_px)).save(file, "WEBP", quality=85, method=2)
    return file.getvalue()
