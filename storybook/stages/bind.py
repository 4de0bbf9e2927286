"""bind: text and plates become a book."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from storybook.book import printing
from storybook.book.folder import Book
from storybook.book.printing import Wishes, check_book, lay_words, left_out, story_of, words_of
from storybook.book.shelved import is_finished
from storybook.errors import BookError, PressError
from storybook.files import write_whole
from storybook.models.infotext import read_infotext
from storybook.press.alt_text import alt_text
from storybook.press.colour import theme_of
from storybook.press.compose import Facing
from storybook.press.desk import Desk, new_canvas
from storybook.press.endpage import Facts, draw_end_page
from storybook.press.fonts import load_fonts
from storybook.press.layout import StoryPage, sheet_of
from storybook.press.pdf import (
    draw_back_cover,
    draw_cover,
    draw_endpaper,
    draw_story_page,
    draw_title_page,
)
from storybook.press.picture import open_picture
from storybook.press.preflight import preflight
from storybook.press.scripts import is_leftwards
from storybook.press.spread import spreads_in
from storybook.press.tags import SheetTags, tagged
from storybook.records import COVER, Event, Scene, Story, TextSide, digest
from storybook.studio.studio import Studio

EDITION = 6
"""Raised when the press itself sets pages in another way, so that books are bound anew."""


@dataclass(frozen=True, slots=True)
class PlatePage:
    """One page's text and its plate, a PNG, and what that shows; page 0 is the cover."""

    page: int
    text: str
    png: bytes
    alt: str = ""
    text_side: TextSide = "auto"
    joins: int = 0
    """The page that its picture may run into; 0: none."""


def bind(story: Story, pages: Sequence[PlatePage], wishes: Wishes, facts: Facts) -> bytes:
    """A PDF: cover, endpaper, title page, story pages, end page, endpaper, back cover.

    `pages` are the cover and the story's pages in order. With an odd number of pages there is one
    more endpaper, so that the number of sheets is even. Equal arguments give equal bytes.
    Raises PressError naming the page whose text does not fit or cannot be shown.
    """
    fonts, form = load_fonts(wishes.font, wishes.language), wishes.form
    words = words_of(story, [page.text for page in pages[1:]], wishes)
    cover = open_picture(pages[0].png, "cover")
    laid = lay_words(words, wishes, cover.width / cover.height)
    file = BytesIO()
    canvas = new_canvas(
        file, form, fonts, title=words.title, subject=words.about, language=wishes.language
    )
    desk = Desk(canvas, form, fonts, theme_of(cover), wishes.options)
    draw_cover(desk.on(1), cover, words.title, words.starring)
    draw_endpaper(desk.on(2))
    draw_title_page(desk.on(3), cover, words.title, words.about)
    for page, layout in zip(pages[1:], laid, strict=True):
        picture = open_picture(page.png, f"page {page.page}")
        facing = facing_of(page, pages, laid)
        draw_story_page(desk.on(sheet_of(layout.page)), layout, picture, page.text_side, facing)
    last = sheet_of(len(laid) + 1)
    draw_end_page(desk.on(last), facts, last)
    for more in range(1 + len(laid) % 2):
        draw_endpaper(desk.on(last + 1 + more))
    draw_back_cover(desk)
    canvas.save()
    leftwards = is_leftwards(wishes.language)
    return tagged(
        file.getvalue(),
        _tags_of(pages, words.texts if leftwards else ()),
        language=wishes.language,
        leftwards=leftwards,
    )


def facing_of(
    page: PlatePage, pages: Sequence[PlatePage], laid: Sequence[StoryPage]
) -> Facing | None:
    """The page that a page's picture may run into."""
    if not page.joins:
        return None
    other = pages[page.joins]
    picture = open_picture(other.png, f"page {other.page}")
    return Facing(laid[page.joins - 1], picture, other.text_side)


def joins_of(scenes: Sequence[Scene]) -> list[int]:
    """For each scene, the cover first, the page that its picture may run into; 0: none."""
    story = [(scene.place, scene.light) for scene in scenes if scene.page != COVER]
    found = spreads_in(story)
    return [found.get(place, 0) for place in range(len(scenes))]


def _tags_of(pages: Sequence[PlatePage], spoken: Sequence[str]) -> list[SheetTags]:
    """What each sheet of the book is to a screen reader; `spoken` are the story's words, where they
    are not drawn in their order.
    """
    cover, *story = (page.alt for page in pages)
    texts = spoken or [""] * len(story)
    return [
        SheetTags("cover", cover),
        SheetTags("blank"),
        SheetTags("title"),
        *(SheetTags("story", alt, text) for alt, text in zip(story, texts, strict=True)),
        SheetTags("end"),
        *[SheetTags("blank")] * (1 + len(story) % 2),
        SheetTags("back"),
    ]


def due(book: Book, studio: Studio) -> list[str]:
    """From what the PDF has to be made, if it has to be; a shard waits for all plates."""
    if not studio.shard.whole and missing_plates(book):
        return []
    sources = made_from(book, studio)
    return sources[:1] if book.due(book.pdf, *sources) else []


def run(book: Book, studio: Studio) -> Iterator[Event]:
    todo = due(book, studio)
    if not todo and book.pdf.is_file() and not is_finished(book, [s.page for s in book.scenes]):
        # What is younger made no difference, which the library, going by times, cannot know.
        write_whole(book.pdf, book.pdf.read_bytes())
    for sources in todo:
        check_book(book)
        wishes = wishes_of(book, studio)
        pdf = bind(story_of(book), plates_of(book), wishes, facts_of(book, studio))
        faults = preflight(pdf, wishes.form, least_ppi=0)
        if faults:
            raise PressError(
                f"{book.pdf}: {faults[0]}. This is a fault of the press: please report it."
            )
        book.save_bytes(book.pdf, pdf, sources)
        without = left_out(
            story_of(book), [scene.text for scene in book.scenes], wishes.font, wishes.language
        )
        facts = (book.pdf.name, f"{len(pdf) / 1e6:.1f} MB", without)
        yield Event(stage="bind", done=1, total=1, note=", ".join(filter(None, facts)))


def made_from(book: Book, studio: Studio) -> list[str]:
    """Digests of everything that the PDF depends on, the plates themselves included.

    The first is that of a PDF made now; one that bears another is not due either.
    """
    texts = [scene.text for scene in book.scenes]
    plates = [(plate.png, plate.alt) for plate in plates_of(book)]
    facts = facts_of(book, studio)
    enlargers = studio.enlarger_names(studio.known(book.cast))
    parts = (EDITION, story_of(book), texts, plates, wishes_of(book, studio))
    if any(scene.text_side != "auto" for scene in book.scenes):  # older books keep their digest
        parts += ({scene.page: scene.text_side for scene in book.scenes},)
    parts += (joins_of(book.scenes),)
    return [digest(*parts, facts.but(enlarger=each)) for each in enlargers]


def missing_plates(book: Book) -> list[int]:
    """The pages that have no plate yet."""
    return [scene.page for scene in book.scenes if not book.plate_of(scene.page).is_file()]


def plates_of(book: Book) -> list[PlatePage]:
    """Every page with its plate, the cover first; raises BookError naming a missing plate."""
    missing = missing_plates(book)
    if missing:
        raise BookError(
            f"{book.plate_of(missing[0])} is missing. Run: storybook enlarge {book.folder}"
        )
    cast, joins = book.cast, joins_of(book.scenes)
    return [
        PlatePage(
            place,
            "" if scene.page == COVER else scene.text,
            book.plate_of(scene.page).read_bytes(),
            alt_text(scene, cast),
            scene.text_side,
            joins[place],
        )
        for place, scene in enumerate(book.scenes)
    ]


def wishes_of(book: Book, studio: Studio) -> Wishes:
    return printing.wishes_of(book.brief, studio.settings.bind)


def facts_of(book: Book, studio: Studio) -> Facts:
    """How the book was made: who told it, the studio's models, and the picked pictures' seeds."""
    return Facts(
        writer=book.story.told_by or studio.writer_name,
        painter=studio.painter_name(studio.known(book.cast)),
        critic=studio.critic_name,
        enlarger=studio.enlarger_name(studio.known(book.cast)),
        style=book.brief.style,
        seeds=tuple(_seeds(book)),
    )


def _seeds(book: Book) -> Iterator[int]:
    for scene in book.scenes:
        pick = book.pick(scene.page)
        infotext = read_infotext(book.picture(scene.page, pick.candidate)) if pick else None
        if infotext and infotext.seed is not None:
            yield infotext.seed
