"""Telling one page of a book again, so that it still stands between its neighbours."""

from collections.abc import Callable, Iterator

from storybook.authoring import edits
from storybook.authoring.history import step
from storybook.book.folder import Book
from storybook.errors import BookError, ReplyError
from storybook.models import Writer
from storybook.models.prose import untitled
from storybook.prompts import template
from storybook.readability import TARGETS
from storybook.records import COVER, Event, Scene
from storybook.stages.write import cast_of, samples_by
from storybook.story.planned import Beam, asked_of, pages_anew, question_of
from storybook.story.read_reply import introduced
from storybook.studio.departures import keep_lost, texts_of
from storybook.studio.studio import Studio

TRIES = 8
SEEDS_APART = 1009
"""So far from the seeds that the book itself was told with."""


def retell(book: Book, studio: Studio, page: int, *, seed: int) -> Iterator[Event]:
    """Give a page another text, and let it show what that says. Another seed, another text.

    A writer that tells page by page is shown all others, and one that tells by a plan those before
    it; a small one, which tells whole stories only, tells the summary again, and the page is taken
    from there. Raises BookError for a page that no telling has, ReplyError if nothing else comes
    back.
    """
    scene = _told_page(book, page)
    seen, before = edits.version(scene.text), texts_of(book)
    yield Event(stage="retell", done=0, total=1, page=page, note="waking the writer")
    with studio.writer() as writer:
        found = _others(book, studio)(book, studio, writer, scene, seed)
        text = next((text for text in found if text and text != scene.text), None)
        name = writer.name
    if text is None:
        raise ReplyError(f"{name} tells page {page} as it is. Try another seed, or write it.")
    with step(book, "Told again", page):
        edits.set_text(book, page, text, seen)
        edits.read_again(book, studio, page)
        keep_lost(book, cast_of(book, studio), before, studio.world)
    yield Event(stage="retell", done=1, total=1, page=page, note=text)


def _told_page(book: Book, page: int) -> Scene:
    found = next((scene for scene in book.scenes if scene.page == page), None)
    if found is None or page == COVER or page > book.brief.pages:
        raise BookError(f"Page {page} was not told by the writer: write it yourself.")
    if name := book.brief.story or book.story.ready_made:
        raise BookError(
            f"Page {page} is of the ready-made story {name}, which is told one way: write it "
            f"yourself, or take a telling of the writer's: storybook tellings {book.folder}"
        )
    return found


def _others(book: Book, studio: Studio) -> Callable[..., Iterator[str]]:
    """How the writer comes to another text of a page."""
    if studio.settings.write.outline:
        return _page_by_page
    planned = all(scene.picture for scene in book.scenes if scene.page != COVER)
    return _by_its_plan if planned and studio.frame.plan else _from_whole_stories


def _by_its_plan(
    book: Book, studio: Studio, writer: Writer, scene: Scene, seed: int
) -> Iterator[str]:
    """The page told anew by what it shows, between those before it and after."""
    brief, who = book.brief, cast_of(book, studio)
    pages = [each for each in book.scenes if each.page != COVER]
    question = question_of(studio.frame, brief, who, len(pages), studio.settings.write.manner)
    words = sum(len(f"{each.picture} {each.text}".split()) for each in pages)
    rows = writer.begin(question, rows=TRIES, seed=seed, max_words=words)
    row = Beam(book.story.title, [each.picture for each in pages], [each.text for each in pages])
    asked = asked_of(brief, who)
    yield from pages_anew(rows, studio.frame, row, pages.index(scene) + 1, asked)


def _from_whole_stories(
    book: Book, studio: Studio, writer: Writer, scene: Scene, seed: int
) -> Iterator[str]:
    """The page as other tellings of the same summary have it."""
    brief, who = book.brief, cast_of(book, studio)
    other = brief.but(seed=(brief.seed + SEEDS_APART * seed) % 2**31)
    told = samples_by(studio, writer, other, who, attempts=TRIES, candidates=TRIES)
    for sample in told:
        if sample.story and not sample.hard and len(sample.story.paragraphs) == brief.pages:
            yield sample.story.paragraphs[scene.page - 1]


def _page_by_page(
    book: Book, studio: Studio, writer: Writer, scene: Scene, seed: int
) -> Iterator[str]:
    """The page told anew by a writer who has the rest of the book before it."""
    brief, who = book.brief, cast_of(book, studio)
    pages = [each for each in book.scenes if each.page != COVER]
    place = pages.index(scene)
    least, most = TARGETS[brief.ages].page_words
    question = template("page").fill(
        pages=len(pages),
        ages=brief.ages,
        language=brief.language,
        hero=introduced(who.heroes[0]),
        summary=who.summary,
        page=place + 1,
        outline="\n".join(f"{number}. {each.text}" for number, each in enumerate(pages, 1)),
        before="\n".join(each.text for each in pages[:place]) or "(this is the first page)",
        least=least,
        most=most,
        moment=scene.text,
    )
    for reply in writer.tell_each(question, seeds=range(seed, seed + 2), max_words=3 * most):
        if not isinstance(reply, ReplyError):
            yield " ".join(untitled(reply).split())
