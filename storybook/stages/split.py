"""split: a story becomes scenes, one for the cover and one for each page."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from storybook.book.folder import Book
from storybook.errors import BookError
from storybook.readability import UNSPACED, length, run_on, sentences
from storybook.records import Event, Hero, Scene, Scenes, Story, digest
from storybook.story.scene_from_picture import read_picture
from storybook.story.scene_from_text import read_cover, read_page
from storybook.studio.studio import Studio
from storybook.world import World

TORN_PARAGRAPH = 36.0
"""What cutting inside a paragraph costs, in squared words: as much as a page six words off."""


def split(story: Story, cast: Sequence[Hero], pages: int, world: World) -> tuple[Scene, ...]:
    """The cover's scene and exactly `pages` more; no sentence and no quotation is broken."""
    scenes: list[Scene] = []
    texts = cut(story.paragraphs, pages)
    for number, (text, shown) in enumerate(zip(texts, pictures_of(story, texts), strict=True), 1):
        before = scenes[-1] if scenes else None
        if shown:
            scenes.append(read_picture(shown, text, number, cast, world, before))
        else:
            scenes.append(read_page(text, number, cast, world, before))
    return read_cover(story.title, scenes, cast), *scenes


def pictures_of(story: Story, texts: Sequence[str]) -> tuple[str, ...]:
    """What the story says that the picture of each page shows, empty where it says nothing.

    Of pages that are no paragraphs each has the line of the paragraph that most of its words are
    of; where several would have the same one, the first has it.
    """
    if len(story.pictures) != len(story.paragraphs):
        return ("",) * len(texts)
    words = [number for number, each in enumerate(story.paragraphs) for _ in each.split()]
    at, before, shown = 0, -1, []
    for text in texts:
        of_page = Counter(words[at : at + len(text.split())])
        at += of_page.total()
        most = of_page.most_common(1)[0][0] if of_page else before
        shown.append(story.pictures[most] if most != before else "")
        before = most
    return tuple(shown)


def cut(paragraphs: Sequence[str], pages: int) -> list[str]:
    """The text in `pages` parts of even length that end with a sentence, at best a paragraph.

    Of all ways to cut, the one with the least sum of squared differences from the mean length;
    found by dynamic programming over the places where a page may end.
    Raises BookError if there are fewer sentences than pages.
    """
    if len(paragraphs) == pages:
        return list(paragraphs)
    units = [unit for paragraph in paragraphs for unit in _units(paragraph)]
    if len(units) < pages:
        raise BookError(
            f"The story has {len(units)} sentences for {pages} pages. "
            f"Ask for at most {len(units)} pages, or write more."
        )
    cuts = _best_cuts(units, pages)
    return [run_on(text for text, _ in units[start:end]) for start, end in pairwise(cuts)]


def _best_cuts(units: Sequence[tuple[str, bool]], pages: int) -> list[int]:
    """Where the pages end, 0 first, in numbers of units."""
    words = [_size(text) for text, _ in units]
    mean = sum(words) / pages
    best = {0: (0.0, [0])}  # units used -> (cost, where the pages end), for the pages so far
    for page in range(1, pages + 1):
        ends = range(page, len(units) - (pages - page) + 1)
        best = {
            end: min(
                (cost + (sum(words[start:end]) - mean) ** 2 + _torn(units[end - 1]), [*cuts, end])
                for start, (cost, cuts) in best.items()
                if start < end
            )
            for end in ends
        }
    return best[len(units)][1]


def _size(text: str) -> float:
    """How long a text is, in words."""
    return length(text) if UNSPACED.search(text) else len(text.split())


def due(book: Book, studio: Studio) -> list[str]:
    """From what the scenes have to be made, if they have to be."""
    made_from = digest_of(book, studio)
    return [made_from] if book.due(book.SCENES, made_from) else []


def digest_of(book: Book, studio: Studio) -> str:
    """From what the scenes would be made today."""
    who = [(hero.name, hero.species) for hero in book.cast]  # a look is nothing to cut by
    world = studio.world.but(views={}, poses={}, sides={})  # composition is nothing to cut by
    return digest(book.story.told, who, book.brief.pages, world)


def run(book: Book, studio: Studio) -> Iterator[Event]:
    pages = book.brief.pages
    for made_from in due(book, studio):
        scenes = split(book.story, book.cast, pages, studio.world)
        book.save(book.SCENES, Scenes(scenes=scenes), made_from)
        book.forget_pages_after(pages)
        yield Event(stage="split", done=1, total=1, note=f"{pages} pages and a cover")


def _units(paragraph: str) -> list[tuple[str, bool]]:
    """A paragraph's sentences, those of one quotation together; and whether each ends it."""
    units: list[str] = []
    quoted = False
    for sentence in sentences(paragraph):
        if quoted:
            units[-1] += f" {sentence}"
        else:
            units.append(sentence)
        quoted = _leaves_open(sentence, quoted)
    return [(unit, number == len(units)) for number, unit in enumerate(units, start=1)]


def _leaves_open(sentence: str, quoted: bool) -> bool:
    """Whether a quotation is open after `sentence`, given whether one was before."""
    for mark in sentence:
        if mark in "“”":
            quoted = mark == "“"
        elif mark == '"':
            quoted = not quoted
    return quoted


def _torn(unit: tuple[str, bool]) -> float:
    return 0.0 if unit[1] else TORN_PARAGRAPH
