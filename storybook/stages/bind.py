"""bind: text and plates become a book."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from storybook.book import printing
from storybook.book.folder import Book
from storybook.book.printing import (
    PressOptions,
    PrintedWords,
    check_book,
    lay_words,
    left_out,
    phrases,
    story_of,
    words_of,
)
from storybook.book.shelved import is_finished
from storybook.errors import BookError, HeroError, PressError
from storybook.files import write_whole
from storybook.hero.folder import hero_photos
from storybook.images.photos import LONG_SIDE_PX, read_photo
from storybook.models.infotext import read_infotext
from storybook.press.alt_text import alt_text
from storybook.press.colour import theme_of
from storybook.press.compose import Facing
from storybook.press.endpage import Facts, draw_end_page
from storybook.press.fonts import FontFace, load_fonts
from storybook.press.layout import StoryPage, sheet_of
from storybook.press.matter import MOST_PHOTOS, RealHero, draw_hero_page
from storybook.press.pdf import (
    draw_back_cover,
    draw_cover,
    draw_endpaper,
    draw_story_page,
    draw_title_page,
)
from storybook.press.pdf_context import PdfContext, new_canvas
from storybook.press.picture import open_picture
from storybook.press.preflight import preflight
from storybook.press.printable import curl
from storybook.press.scripts import is_leftwards
from storybook.press.spread import spreads_in
from storybook.press.tags import SheetTags, tagged
from storybook.records import COVER, Event, Hero, Scene, Story, TextSide, digest
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


def bind(
    story: Story,
    pages: Sequence[PlatePage],
    options: PressOptions,
    facts: Facts,
    real: RealHero | None = None,
) -> bytes:
    """A PDF: cover, endpaper, title page, story pages, end page, the `real` hero if there are
    photos of it, endpaper, back cover.

    `pages` are the cover and the story's pages in order. Where the number of sheets would be odd
    there is one more endpaper. Equal arguments give equal bytes.
    Raises PressError naming the page whose text does not fit or cannot be shown.
    """
    fonts, form = load_fonts(options.font, options.language), options.form
    words = words_of(story, [page.text for page in pages[1:]], options)
    cover = open_picture(pages[0].png, "cover")
    laid = lay_words(words, options, cover.width / cover.height)
    file = BytesIO()
    canvas = new_canvas(
        file, form, fonts, title=words.title, subject=words.about, language=options.language
    )
    pdf = PdfContext(canvas, form, fonts, theme_of(cover), options.options)
    draw_cover(pdf.on(1), cover, words.title, words.starring)
    draw_endpaper(pdf.on(2))
    draw_title_page(pdf.on(3), cover, words.title, words.about)
    for page, layout in zip(pages[1:], laid, strict=True):
        picture = open_picture(page.png, f"page {page.page}")
        facing = facing_of(page, pages, laid)
        draw_story_page(pdf.on(sheet_of(layout.page)), layout, picture, page.text_side, facing)
    last = sheet_of(len(laid) + 1)
    draw_end_page(pdf.on(last), facts, last, words.the_end)
    if real:
        last += 1
        draw_hero_page(pdf.on(last), real)
    for more in range(endpapers_after(len(laid), real)):
        draw_endpaper(pdf.on(last + 1 + more))
    draw_back_cover(pdf)
    canvas.save()
    leftwards = is_leftwards(options.language)
    return tagged(
        file.getvalue(),
        _tags_of(pages, words if leftwards else None, real),
        language=options.language,
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


def endpapers_after(story_pages: int, real: RealHero | None) -> int:
    """How many endpapers stand before the back cover: one or two, so that sheets are even."""
    return 1 + (story_pages + bool(real)) % 2


def _tags_of(
    pages: Sequence[PlatePage], spoken: PrintedWords | None, real: RealHero | None
) -> list[SheetTags]:
    """What each sheet of the book is to a screen reader; `spoken` are its words, where they are not
    drawn in their order.
    """
    cover, *story = (page.alt for page in pages)
    texts = [(text,) for text in spoken.texts] if spoken else [()] * len(story)
    said = spoken and real and (real.title, "\n".join(real.about))
    return [
        SheetTags("cover", cover, (spoken.title, spoken.starring) if spoken else ()),
        SheetTags("blank"),
        SheetTags("title", said=(spoken.title, spoken.about) if spoken else ()),
        *(SheetTags("story", alt, text) for alt, text in zip(story, texts, strict=True)),
        SheetTags("end", said=(spoken.the_end,) if spoken else ()),
        *([SheetTags("hero", real.alt, said or ())] if real else []),
        *[SheetTags("blank")] * endpapers_after(len(story), real),
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
        options = press_options_of(book, studio)
        facts, real = facts_of(book, studio), real_hero_of(book)
        pdf = bind(story_of(book), plates_of(book), options, facts, real)
        faults = preflight(pdf, options.form, least_ppi=0)
        if faults:
            raise PressError(
                f"{book.pdf}: {faults[0]}. This is a fault of the press: please report it."
            )
        book.save_bytes(book.pdf, pdf, sources)
        without = left_out(
            story_of(book), [scene.text for scene in book.scenes], options.font, options.language
        )
        said = (book.pdf.name, f"{len(pdf) / 1e6:.1f} MB", without)
        yield Event(stage="bind", done=1, total=1, note=", ".join(filter(None, said)))


def made_from(book: Book, studio: Studio) -> list[str]:
    """Digests of everything that the PDF depends on, the plates themselves included.

    The first is that of a PDF made now; one that bears another is not due either.
    """
    texts = [scene.text for scene in book.scenes]
    plates = [(plate.png, plate.alt) for plate in plates_of(book)]
    facts = facts_of(book, studio)
    enlargers = studio.enlarger_names(studio.known(book.cast))
    parts = (EDITION, story_of(book), texts, plates, press_options_of(book, studio))
    if any(scene.text_side != "auto" for scene in book.scenes):  # older books keep their digest
        parts += ({scene.page: scene.text_side for scene in book.scenes},)
    parts += (joins_of(book.scenes),)
    parts += real_hero_key(book)  # nothing where there are no photos, as in older books
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


def press_options_of(book: Book, studio: Studio) -> PressOptions:
    return printing.press_options_of(book.brief, studio.settings.bind)


def real_hero_of(book: Book, language: str | None = None) -> RealHero | None:
    """The real star for the page after the story, in the book's language or another one; None
    without photos that can be read.
    """
    photos = []
    for path in _photos_of(book):
        try:
            photo = read_photo(path)
        except HeroError:  # a photo that cannot be read is no reason to bind no book
            continue
        photo.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX))
        photos.append(photo)
    if not photos:
        return None
    options = printing.press_options_of(book.brief.but(language=language or book.brief.language))
    words, said = words_of(story_of(book), (), options), phrases(options.language)
    about = [said["loved"].format(words.star)]
    if said["real"] == phrases("en")["real"] and book.cast[0].look:  # a look is told in English
        about.insert(0, _described(book.cast[0], words.star, load_fonts(options.font).text))
    return RealHero(
        said["real"].format(words.star),
        tuple(filter(None, about)),
        tuple(photos),
        f"A photo of {words.star}.",
    )


def _described(star: Hero, name: str, face: FontFace) -> str:
    """What is known of the real star, as its owner would say it; empty if it cannot be printed."""
    article = "an" if star.look[0].lower() in "aeiou" else "a"
    says = curl(f"{name} is {article} {star.look} {star.called}.")
    return "" if face.missing(says) else says


def real_hero_key(book: Book) -> tuple[object, ...]:
    """Changes whenever `real_hero_of` would; empty without photos."""
    photos = [(path.name, path.stat().st_size) for path in _photos_of(book)]
    return (photos, book.cast[0].look, book.cast[0].called) if photos else ()


def _photos_of(book: Book) -> list[Path]:
    names = book.brief.heroes
    return hero_photos(names[0])[:MOST_PHOTOS] if names else []


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
