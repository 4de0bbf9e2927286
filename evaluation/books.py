"""Books: whole ones from free summaries, through the real chain, judged page by page."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

import numpy as np

from evaluation.coat import coat_colours, spread
from evaluation.judge import JUDGE_PX, SceneAttributes, judged, taught_judge
from evaluation.records import Bench, MetricRow, MetricTable, PartResult, mean
from evaluation.sheets import contact_sheet, save_small
from evaluation.summaries import load_summaries
from storybook.book.folder import Book
from storybook.errors import ReplyError
from storybook.make import STAGES, follow, make
from storybook.models.classifier import Classifier
from storybook.records import COVER, Brief, Event, Hero, Scene, digest
from storybook.shard import Shard
from storybook.world import MOST_COMPANIONS, World
from training.starter.artist import draw
from training.starter.pictures import Picture

ASKED = ("species", "coat", "action", "place", "thing", "characters")
WHOLE = ("species", "coat", "action", "place", "thing")
"""A page counts as right when its hero, action, place and thing are."""
SIDE_PX = 92
SHEET = "evaluation-books.png"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a finished book: what it should show, and its picture, uint8 [h, w, 3]."""

    number: int
    scene: Scene
    picture: Picture
    pixels: np.ndarray

    @property
    def shown(self) -> SceneAttributes:
        """What its picture should show."""
        one = self.picture
        return SceneAttributes(
            species=one.species,
            coat=one.coat,
            action=one.action,
            place=one.place,
            thing=one.thing,
            characters=1 + len(one.companions),
        )


def evaluate(bench: Bench) -> Generator[Event, None, PartResult]:
    """Make the books, judge their pages, and lay all of them out on one sheet."""
    judge, _ = yield from taught_judge(bench)
    briefs = book_briefs(bench.extent.books, bench.extent.pages)
    books: list[list[Page]] = []
    failed: list[str] = []
    for number, brief in enumerate(briefs, start=1):
        try:
            book = yield from _made(bench, brief, number, len(briefs))
        except ReplyError as fault:
            failed.append(f"No book from {brief.summary!r}: {fault}")
            continue
        books.append(pages_of(book, bench.world))
    _sheet(bench, books)
    pages = [page for book in books for page in book if page.number != COVER]
    return PartResult(
        title="Books",
        tables=(_page_table(judge, pages, len(books)), _coat_table(judge, books, bench.world)),
        examples=tuple(failed),
        sheets=(SHEET,),
    )


def make_share(bench: Bench, shard: Shard) -> Iterator[Event]:
    """Make a share of the books, into the work; one that fails is told of when all are judged."""
    briefs = list(enumerate(book_briefs(bench.extent.books, bench.extent.pages), start=1))
    for number, brief in shard.part_of(briefs):
        with suppress(ReplyError):
            yield from _made(bench, brief, number, len(briefs))


def book_briefs(count: int, pages: int) -> list[Brief]:
    """Briefs of the first `count` summaries that are meant for whole books, in all styles."""
    chosen = [one for one in load_summaries() if one.book][:count]
    styles = ("watercolour", "gouache", "crayon")
    return [
        Brief(summary=one.text, pages=pages, style=styles[number % len(styles)])
        for number, one in enumerate(chosen)
    ]


def pages_of(book: Book, world: World) -> list[Page]:
    """The cover and pages of a book that can be judged: those of the artist's own world."""
    cast = {hero.name: hero for hero in book.cast}
    pages = []
    for scene in book.scenes:
        picture = picture_of(scene, cast, book.brief.style)
        if picture.species in world.species and picture.coat in world.coats:
            image = book.image(scene.page, book.picked(scene.page)).convert("RGB")
            pages.append(Page(scene.page, scene, picture, np.asarray(image)))
    return pages


def picture_of(scene: Scene, cast: dict[str, Hero], style: str) -> Picture:
    """What a page's picture should show, as the artist would be told of it."""
    star, *others = (cast[name] for name in scene.cast)
    return Picture(
        species=star.species,
        coat=star.look,
        action=scene.moment,
        mood=scene.mood,
        place=scene.place,
        light=scene.light,
        shot=scene.shot,
        thing=scene.things[0] if scene.things else None,
        relation=scene.relation,
        companions=tuple((other.species, other.look) for other in others[:MOST_COMPANIONS]),
        style=style,
    )


def _made(bench: Bench, brief: Brief, number: int, total: int) -> Generator[Event, None, Book]:
    """The finished book; one that was begun is gone on with. The first one's number is 1."""
    folder, done = bench.work / "books" / f"{number:02d}-{digest(brief)}", number - 1
    book = Book(folder) if (folder / Book.BRIEF).is_file() else Book.create(folder, brief)
    verbs, part = list(STAGES), 0.0
    for event in follow(make(book, bench.studio), book, bench.studio):
        far = (verbs.index(event.stage) + event.done / max(1, event.total)) / len(verbs)
        part = max(part, far)  # pages are drawn, chosen and enlarged in turn
        note = f"book {number}: {event.stage} {event.done}/{event.total}"
        yield Event(stage="books", done=round(100 * (done + part)), total=100 * total, note=note)
    return book


def _page_table(judge: Classifier, pages: Sequence[Page], books: int) -> MetricTable:
    seen, _ = judged(judge, _same_size(pages)) if pages else ([], None)
    right = {
        name: mean(
            getattr(page.shown, name) == getattr(got, name)
            for page, got in zip(pages, seen, strict=True)
            if name != "thing" or page.picture.thing
        )
        for name in ASKED
    }
    whole = mean(
        all(getattr(page.shown, name) == getattr(got, name) for name in _asked(page))
        for page, got in zip(pages, seen, strict=True)
    )
    rows = [MetricRow(what=name, values=(value,)) for name, value in right.items()]
    return MetricTable(
        title="Pages whose picture shows the page's ...",
        columns=("pages",),
        rows=(*rows, MetricRow(what="hero, action, place and thing together", values=(whole,))),
        meaning=f"{len(pages)} pages of {books} whole books, each from a free summary through all "
        "seven verbs; the judge looks at the picture that was picked and is asked for what the "
        "page's scene says. `thing` counts on pages that have one.",
    )


def _asked(page: Page) -> Sequence[str]:
    return WHOLE if page.picture.thing else [name for name in WHOLE if name != "thing"]


def _coat_table(judge: Classifier, books: Sequence[Sequence[Page]], world: World) -> MetricTable:
    """How far the hero's coat differs between pages, beside what the measure says of drawings."""
    rng = Random(len(books))
    painted, one_coat, many_coats = [], [], []
    for book in books:
        star = book[0].picture if book else None
        pages = [page for page in book if star and _is_star(page.picture, star)]
        if len(pages) < 2:
            continue
        drawn = coat_colours(judge, _drawn([page.picture for page in pages], world))
        moved = [page.picture.but(side="right") for page in pages]
        others = [page.picture.but(coat=rng.choice(list(world.coats))) for page in pages]
        painted.append(spread(coat_colours(judge, _same_size(pages)) - drawn))
        one_coat.append(spread(coat_colours(judge, _drawn(moved, world)) - drawn))
        many_coats.append(spread(coat_colours(judge, _drawn(others, world)) - drawn))
    rows = (
        MetricRow(what="mean of the books", values=(mean(painted),)),
        MetricRow(what="the book that differs most", values=(max(painted, default=None),)),
        MetricRow(what="drawings of one coat", values=(mean(one_coat),)),
        MetricRow(what="drawings with another coat on each page", values=(mean(many_coats),)),
    )
    return MetricTable(
        title="Is the hero's coat the same on all pages?",
        columns=("distance",),
        rows=rows,
        meaning="Mean distance (CIE76, in CIELAB) between two pages of a book in the colour of the "
        "hero's coat: the median colour where the judge looks to name the coat, less the same of "
        "the artist's drawing of the same scene, so that evening and rain do not count. The "
        "last two rows say how to read it: the same measure on drawings, of one coat (what the "
        "measure itself errs) and of a coat chosen anew on each page.",
    )


def _is_star(picture: Picture, star: Picture) -> bool:
    return (picture.species, picture.coat) == (star.species, star.coat)


def _drawn(pictures: Sequence[Picture], world: World) -> np.ndarray:
    return np.stack([np.asarray(draw(picture, world, JUDGE_PX)) for picture in pictures])


def _same_size(pages: Sequence[Page]) -> np.ndarray:
    return np.stack([page.pixels for page in pages])


def _sheet(bench: Bench, books: Sequence[Sequence[Page]]) -> None:
    rows = [[page.pixels for page in book] for book in books if book]
    if rows:
        words = [[""] * len(row) for row in rows]
        save_small(contact_sheet(rows, words, SIDE_PX), bench.out / SHEET)
