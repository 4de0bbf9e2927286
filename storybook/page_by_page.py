"""draw, choose and enlarge, page by page: one is finished, its plate too, while others wait.

The painter draws what it would draw anyway, in the same batches; it waits while the critic and the
enlarger, which stay open beside it, see to the page that is drawn. Where memory does not hold them
all, one verb comes after another, as their commands do it.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing

from storybook.book.folder import Book
from storybook.errors import EditedByHand, StorybookError
from storybook.models import Critic, Enlarger
from storybook.records import Event
from storybook.stages import choose, draw, enlarge
from storybook.studio.open_models import fit_together
from storybook.studio.studio import Studio

PER_PAGE = ("draw", "choose", "enlarge")
"""The verbs that shards of a book can do side by side."""


def finish_pages(book: Book, studio: Studio, verbs: Sequence[str]) -> Iterator[Event]:
    """Do `verbs`, the first of `PER_PAGE`, for each page that they are due for.

    Events of `choose` and `enlarge` count pages. What keeps one page from being finished is raised
    after the others are: an edit that needs its author, pictures that were all kept back.
    """
    if "choose" not in verbs:
        if verbs:
            yield from draw.run(book, studio)
        return
    pages = studio.shard.of(scene.page for scene in book.scenes)
    drawing = draw.due(book, studio)
    undrawn = {each.prompt.page for each in drawing}
    plates = "enlarge" in verbs
    todo = [page for page in pages if page in undrawn or _is_due(book, studio, page, plates)]
    if todo and not fit_together(studio.settings):
        for verb in verbs:
            yield from {"draw": draw, "choose": choose, "enlarge": enlarge}[verb].run(book, studio)
        return
    with ExitStack() as doors:
        desk = _Desk(book, studio, doors, len(todo), plates)
        painted = doors.enter_context(closing(draw.draw_all(book, studio, drawing)))
        last = {each.prompt.page: place for place, each in enumerate(drawing, start=1)}
        for page in todo:
            yield from _until(painted, last.get(page, 0))
            yield from desk.finish(page)
        yield from painted  # what lies between its last picture and its end
    if plates:
        enlarge.measure_missing(book, pages)
    choose.check_kept(book, desk.empty)
    if desk.faults:
        raise desk.faults[0]


def _until(painted: Iterator[Event], picture: int) -> Iterator[Event]:
    """The events of drawing up to the one of a picture by its place among all; none for place 0."""
    while picture:
        event = next(painted)
        yield event
        if event.done >= picture:
            return


def _is_due(book: Book, studio: Studio, page: int, plates: bool) -> bool:
    """Whether a page whose pictures are there has to be chosen or enlarged."""
    try:
        return choose.is_due(book, studio, page) or (plates and enlarge.is_due(book, studio, page))
    except StorybookError:  # said when it is the page's turn
        return True


class _Desk:
    """Where drawn pages are finished; the critic and the enlarger come when they are needed."""

    def __init__(
        self, book: Book, studio: Studio, doors: ExitStack, pages: int, plates: bool
    ) -> None:
        self.book, self.studio, self.doors = book, studio, doors
        self.pages, self.plates, self.done = pages, plates, 0
        self.empty: list[int] = []
        """Pages of which no picture was kept."""
        self.faults: list[StorybookError] = []
        self.critic: Critic | None = None
        self.enlarger: Enlarger | None = None

    def finish(self, page: int) -> Iterator[Event]:
        """Choose a page's picture and make its plate, as far as that is due."""
        self.done += 1
        try:
            yield from self._choose(page)
            if self.plates and page not in self.empty:
                yield from self._enlarge(page)
        except EditedByHand as fault:
            self.faults.append(fault)

    def _choose(self, page: int) -> Iterator[Event]:
        if not choose.is_due(self.book, self.studio, page):
            return
        if self.critic is None:
            yield self._event("choose", note="looking at the pictures")
            self.critic = self.doors.enter_context(self.studio.critic(self.book.cast[0]))
        why = choose.choose_page(self.book, self.studio, page, self.critic)
        if why is None:
            self.empty.append(page)
        else:
            yield self._event("choose", page, why)

    def _enlarge(self, page: int) -> Iterator[Event]:
        if not enlarge.is_due(self.book, self.studio, page):
            return
        if self.enlarger is None:
            yield self._event("enlarge", note=enlarge.manner(self.studio))
            cast = self.studio.known(self.book.cast)
            self.enlarger = self.doors.enter_context(self.studio.enlarger(cast))
        faults = enlarge.enlarge_page(self.book, self.studio, page, self.enlarger)
        yield self._event("enlarge", page, faults)

    def _event(self, stage: str, page: int | None = None, note: str = "") -> Event:
        done = self.done - (page is None)
        return Event(stage=stage, done=done, total=self.pages, page=page, note=note)
