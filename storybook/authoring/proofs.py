"""A proof: the book as the press would set it now, finished or not, and what stands in its way.

Nothing is loaded and no artifact is written; small copies of pictures are kept in `.made/thumbs`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image

from storybook.book.folder import Book
from storybook.book.library import thumbnail
from storybook.book.printing import PressOptions
from storybook.errors import BookError, EditedByHand, PressError
from storybook.press.alt_text import alt_text
from storybook.press.fonts import UNSEEN, FontFace, load_fonts
from storybook.press.formats import POINTS_PER_INCH
from storybook.press.layout import Box, lay_out, overfull, safe_box
from storybook.press.preflight import LEAST_PPI
from storybook.press.printable import curl, without_symbols
from storybook.press.title import COVER_SHARE, set_title
from storybook.records import COVER, Record, Scene, Story, digest
from storybook.stages import bind, enlarge
from storybook.stages.bind import PlatePage
from storybook.studio.studio import Studio

PROOF_PX = 720
"""How wide the pictures of a proof are: more than its pages are shown."""
BLANK = (226, 217, 203)

State = Literal["plate", "drawn", "missing"]


@dataclass(frozen=True, slots=True)
class ProofPage:
    """A page as it is now; `drawn` has a picture and no plate of it, or an outdated one."""

    scene: Scene
    alt: str
    state: State
    picture: Path | None
    """The plate, else the picked picture."""

    @property
    def page(self) -> int:
        """The number that its folder has; where it stands in the book is another thing."""
        return self.scene.page


class Note(Record):
    """What stands between a book and a good print, on which pages, in words for the author.

    Pages are counted as they stand in the book, the cover being 0. `says` goes on where `Page 3 is`
    ends.
    """

    kind: Literal["missing", "unfinished", "text", "glyphs", "coarse", "title"]
    pages: tuple[int, ...]
    says: str


def proof_pages(book: Book, studio: Studio) -> tuple[ProofPage, ...]:
    """All pages, the cover first; raises BookError while no scenes are told."""
    cast = book.cast
    return tuple(
        ProofPage(scene, alt_text(scene, cast), *_picture(book, studio, scene.page))
        for scene in book.scenes
    )


def proof_key(book: Book, studio: Studio, pages: Sequence[ProofPage]) -> str:
    """Changes whenever a proof of these pages would."""
    pictures = [
        (str(each.picture), each.picture.stat().st_mtime_ns) if each.picture else None
        for each in pages
    ]
    contents = [(each.scene.text, each.alt, each.state) for each in pages]
    contents += [(each.page, each.scene.text_side) for each in pages]
    contents += [(each.scene.place, each.scene.light) for each in pages]
    options, facts = bind.press_options_of(book, studio), bind.facts_of(book, studio)
    real = bind.real_hero_key(book)
    return digest(bind.EDITION, bind.story_of(book), contents, pictures, options, facts, *real)


def proof_pdf(book: Book, studio: Studio, pages: Sequence[ProofPage]) -> bytes:
    """The PDF that `bind` makes of what is there, with small pictures.

    Where something stands in its way it is set as far as it can be: blanks for pictures, the
    beginning of a text that is too long, a question mark for a letter that the font lacks.
    """
    options = bind.press_options_of(book, studio)
    story, _ = settable(bind.story_of(book), pages, options)
    plates = proof_plates(book, studio, pages)
    facts = bind.facts_of(book, studio)
    return bind.bind(story, plates, options, facts, bind.real_hero_of(book))


def proof_plates(book: Book, studio: Studio, pages: Sequence[ProofPage]) -> list[PlatePage]:
    """Every page's text as far as it can be set, with a small picture or a blank."""
    _, texts = settable(bind.story_of(book), pages, bind.press_options_of(book, studio))
    joins = bind.joins_of([each.scene for each in pages])
    return [
        PlatePage(
            place,
            text,
            small(each.picture),
            text_side=each.scene.text_side,
            joins=joins[place],
        )
        for place, (each, text) in enumerate(zip(pages, ("", *texts), strict=True))
    ]


def notes(book: Book, studio: Studio, pages: Sequence[ProofPage]) -> tuple[Note, ...]:
    """What the author should know before the book is printed; nothing if all is well."""
    options = bind.press_options_of(book, studio)
    found = [
        Note(kind="missing", pages=_in_state(pages, "missing"), says="not drawn yet."),
        Note(kind="unfinished", pages=_in_state(pages, "drawn"), says="not at print size yet."),
    ]
    for page, scene in enumerate((each.scene for each in pages[1:]), start=1):
        found += page_notes(page, scene.text, options)
    coarse = {page: ppi for page, ppi in printed_ppi(pages, options).items() if ppi < LEAST_PPI}
    if coarse:
        says = (
            f"too coarse for print: {min(coarse.values()):.0f} pixels an inch, where "
            f"{LEAST_PPI} is the least."
        )
        found.append(Note(kind="coarse", pages=tuple(coarse), says=says))
    found += _about_title(bind.story_of(book), options)
    return tuple(note for note in found if note.pages)


def page_notes(page: int, text: str, options: PressOptions) -> list[Note]:
    """What stands between one page's text and a good print."""
    face, found = load_fonts(options.font, options.language).text, []
    text = curl(text, options.language)
    if overfull([text], options.form, face, options.ages):
        says = f"too full: {len(text.split())} words are more than fit on it."
        found.append(Note(kind="text", pages=(page,), says=says))
    found += [Note(kind="glyphs", pages=(page,), says=says) for says in _lacking(text, face)]
    return found


def printed_ppi(pages: Sequence[ProofPage], options: PressOptions) -> dict[int, float]:
    """How fine each plate is printed, in pixels an inch, by where its page stands."""
    _, texts = settable(None, pages, options)
    form, face = options.form, load_fonts(options.font, options.language).story
    boxes = {COVER: Box(0, 0, form.width_pt, form.height_pt)}
    boxes |= {laid.page: laid.picture for laid in lay_out(texts, form, face, options.ages)}
    found = {}
    for place, each in enumerate(pages):
        if each.state == "plate":
            box = boxes[place]
            with Image.open(each.picture) as plate:
                width_px = min(plate.width, plate.height * box.width / box.height)
            found[place] = width_px / (box.width / POINTS_PER_INCH)
    return found


def _picture(book: Book, studio: Studio, page: int) -> tuple[State, Path | None]:
    pick, plate = book.pick(page), book.plate_of(page)
    picture = book.picture(page, pick.candidate) if pick else None
    is_drawn = picture is not None and picture.is_file()
    if plate.is_file() and not (is_drawn and _is_outdated(book, studio, page)):
        return "plate", plate
    if is_drawn:
        return "drawn", picture
    return "missing", None


def _is_outdated(book: Book, studio: Studio, page: int) -> bool:
    """Whether a plate shows another picture than the picked one; its author's own never does."""
    try:
        return enlarge.is_due(book, studio, page)
    except EditedByHand:
        return False
    except BookError:  # no prompt yet: it will be made, and the picture with it
        return True


def _in_state(pages: Sequence[ProofPage], state: State) -> tuple[int, ...]:
    return tuple(place for place, each in enumerate(pages) if each.state == state)


def _lacking(text: str, face: FontFace) -> list[str]:
    """What a face does not hold of a text: letters, which must be, and symbols, which need not."""
    says = []
    if letters := face.missing_letters(text):
        says.append(f"written with {' '.join(letters)}, which the font {face.name} does not hold.")
    if symbols := face.missing_symbols(text):
        says.append(
            f"printed without {' '.join(symbols)}, which the font {face.name} does not hold."
        )
    return says


def _about_title(story: Story, options: PressOptions) -> list[Note]:
    fonts, title = load_fonts(options.font, options.language), curl(story.title, options.language)
    says = _lacking(title, fonts.bold)
    printed = without_symbols(title, fonts.bold)
    if not printed.strip():
        says.append("without a title that can be printed.")
    elif not _title_fits(printed, options):
        says.append("too small for so long a title.")
    return [Note(kind="title", pages=(COVER,), says=each) for each in says]


def _title_fits(title: str, options: PressOptions) -> bool:
    face, form = load_fonts(options.font, options.language).for_title(title), options.form
    width_pt = safe_box(form, 1).width - 24
    try:
        set_title(title, face, width_pt, COVER_SHARE * form.height_pt)
    except PressError:
        return False
    return True


def settable(
    story: Story | None, pages: Sequence[ProofPage], options: PressOptions
) -> tuple[Story | None, list[str]]:
    """The story's title and all texts as far as they can be set."""
    fonts, form = load_fonts(options.font, options.language), options.form

    def shown(text: str, face: FontFace) -> str:
        text = without_symbols(text, face)
        lacking = set(face.missing(text)) - UNSEEN
        return "".join("?" if char in lacking else char for char in text)

    texts = [shown(curl(each.scene.text, options.language), fonts.text) for each in pages[1:]]
    for page in overfull(texts, form, fonts.story, options.ages):
        texts[page - 1] = _beginning(
            texts[page - 1],
            lambda words: not overfull([words], form, fonts.story, options.ages),
        )
    if story is not None:
        title = curl(story.title, options.language)
        title = shown(title, fonts.bold) or "?"
        if not _title_fits(title, options):
            title = _beginning(title, lambda words: _title_fits(words, options))
        star = shown(story.cast[0].name, fonts.bold) or "?"
        story = story.but(title=title, cast=(story.cast[0].but(name=star), *story.cast[1:]))
    return story, texts


def _beginning(text: str, fits: Callable[[str], bool]) -> str:
    """As many words of a text as fit, and dots."""
    words = text.split()
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(" ".join((*words[:middle], "…"))):
            low = middle
        else:
            high = middle - 1
    return " ".join((*words[:low], "…"))


def small(picture: Path | None) -> bytes:
    """A picture as wide as proofs show it; a blank where there is none."""
    return thumbnail(picture, PROOF_PX).read_bytes() if picture else _blank()


def _blank() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 64), BLANK).save(file, "PNG")
    return file.getvalue()
