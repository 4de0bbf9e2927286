"""One page as the press would set it now, and where its text may stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from storybook.authoring.proofs import ProofPage, settable, small
from storybook.book.folder import Book
from storybook.book.printing import lay_words, words_of
from storybook.press.colour import theme_of
from storybook.press.compose import composed
from storybook.press.fonts import load_fonts
from storybook.press.formats import Format
from storybook.press.layout import Box, sheet_of
from storybook.press.pdf import draw_cover, draw_story_page
from storybook.press.pdf_context import PdfContext, new_canvas
from storybook.press.picture import open_picture
from storybook.press.preview import drawn_pages
from storybook.records import COVER, TextSide, digest
from storybook.stages import bind
from storybook.stages.bind import PlatePage, facing_of
from storybook.studio.studio import Studio

SIDES: tuple[TextSide, ...] = ("auto", "low", "high")
Part = tuple[float, float, float, float]
"""Left, top, right and bottom as shares of a page, from its upper left corner."""


@dataclass(frozen=True, slots=True)
class TextPlaces:
    """Where a card of text may stand on its page, and where it does."""

    low: Part
    high: Part
    now: TextSide


def page_key(book: Book, studio: Studio, pages: Sequence[ProofPage], place: int) -> str:
    """Changes whenever the page that stands at `place` would look another way."""
    joins = bind.joins_of([each.scene for each in pages])
    seen = [pages[0], pages[place], pages[joins[place]]]
    pictures = [
        (str(each.picture), each.picture and each.picture.stat().st_mtime_ns) for each in seen
    ]
    texts = [each.scene.text for each in pages]  # all are of one size of type
    options, side = (
        bind.press_options_of(book, studio),
        [each.scene.text_side for each in seen],
    )
    return digest(bind.EDITION, bind.story_of(book), texts, pictures, options, side, place, joins)


def page_png(
    book: Book, studio: Studio, pages: Sequence[ProofPage], place: int, width_px: int
) -> bytes:
    """The page that stands at `place`, the cover being 0, as it is printed; a PNG so wide."""
    options = bind.press_options_of(book, studio)
    story, texts = settable(bind.story_of(book), pages, options)
    words, fonts = (
        words_of(story, texts, options),
        load_fonts(options.font, options.language),
    )
    cover = open_picture(small(pages[COVER].picture), "cover")
    file = BytesIO()
    canvas = new_canvas(
        file,
        options.form,
        fonts,
        title=words.title,
        subject=words.about,
        language=options.language,
    )
    pdf = PdfContext(canvas, options.form, fonts, theme_of(cover), options.options)
    if place == COVER:
        draw_cover(pdf.on(1), cover, words.title, words.starring)
    else:
        laid, plates = (
            lay_words(words, options, cover.width / cover.height),
            _plates(pages, place),
        )
        page = plates[place]
        picture, facing = open_picture(page.png, f"page {place}"), facing_of(page, plates, laid)
        pdf = pdf.on(sheet_of(place))
        draw_story_page(pdf, laid[place - 1], picture, page.text_side, facing)
    canvas.save()
    return drawn_pages(file.getvalue(), width_px)[0]


def _plates(pages: Sequence[ProofPage], place: int) -> dict[int, PlatePage]:
    """A page with its small picture, and the one that it may run into."""
    joins = bind.joins_of([each.scene for each in pages])
    return {
        number: PlatePage(
            number,
            "",
            small(pages[number].picture),
            text_side=pages[number].scene.text_side,
            joins=joins[number],
        )
        for number in {place, joins[place]} - {COVER}
    }


def sides(
    book: Book, studio: Studio, pages: Sequence[ProofPage], place: int
) -> tuple[TextSide, ...]:
    """Where the text of a page may stand on its picture; nothing where it stands beside it."""
    options = bind.press_options_of(book, studio)
    story, texts = settable(bind.story_of(book), pages, options)
    laid = lay_words(words_of(story, texts, options), options)
    kinds = {option.kind for option in laid[place - 1].options}
    return SIDES if "panel" in kinds else ()


def text_places(
    book: Book, studio: Studio, pages: Sequence[ProofPage], place: int
) -> TextPlaces | None:
    """Where the card of a page's text may be dragged to; None where it has no two places.

    So it is where the text stands beside the picture, in a bubble, or on half of a spread.
    """
    options = bind.press_options_of(book, studio)
    story, texts = settable(bind.story_of(book), pages, options)
    cover = open_picture(small(pages[COVER].picture), "cover")
    laid = lay_words(words_of(story, texts, options), options, cover.width / cover.height)
    plates = _plates(pages, place)
    page = plates[place]
    if facing_of(page, plates, laid) is not None:
        return None
    picture = open_picture(page.png, f"page {place}")
    low, high, now = (
        composed(laid[place - 1], picture, options.form, side)
        for side in ("low", "high", page.text_side)
    )
    if {each.kind for each in (low, high, now)} != {"panel"} or low.area == high.area:
        return None
    if now.area not in (low.area, high.area):
        return None
    return TextPlaces(
        low=_part(low.area, options.form),
        high=_part(high.area, options.form),
        now="low" if now.area == low.area else "high",
    )


def _part(area: Box, form: Format) -> Part:
    """What a box covers of its page."""
    width, height = form.width_pt, form.height_pt
    return (area.x / width, 1 - area.top / height, area.right / width, 1 - area.y / height)
