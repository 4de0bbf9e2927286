"""Several tellings of a book's summary, kept side by side until its author takes one.

They are told before anything is drawn, and the one that is taken becomes the book's story as if
`write` had chosen it. Each is kept with what it leaves out of the summary. Behind the writer's own
stands the ready-made story that is nearest to the summary, if one is near, told about the star.
"""

from collections.abc import Iterator

from pydantic import Field

from storybook.authoring.edits import set_brief, version
from storybook.authoring.history import undoable
from storybook.book.folder import Book
from storybook.errors import BookError
from storybook.naming import says_name
from storybook.ready_made.nearest import nearest
from storybook.records import Event, Record, Story
from storybook.stages.write import best_of, cast_of, digests_of, tell, with_departures
from storybook.story.sampling import worth
from storybook.studio.studio import Studio

COUNT, MOST = 3, 6


class Telling(Record):
    """One of them; `made_from` says whether it is of what the brief asks today."""

    story: Story
    made_from: str
    faults: str = ""
    """What the telling lacks, in a line; empty if nothing."""
    ready_made: bool = Field(default=False, exclude_if=lambda ready: not ready)
    """Whether it is a ready-made story, told about the star, and no telling of the writer's."""


def tell_several(book: Book, studio: Studio, count: int = COUNT) -> Iterator[Event]:
    """Tell the summary, and keep the `count` best tellings that differ.

    The same tellings are there already where nothing has changed. Raises BookError for a book of a
    ready-made story, and what `write` raises.
    """
    if book.brief.story:
        raise BookError(
            f"{book.folder} is a ready-made story, {book.brief.story}, which is told one way. Take "
            f"the story out of {book.path(Book.BRIEF)} to have the writer tell its summary."
        )
    made_from = digests_of(book, studio)[0]
    if sum(not each.ready_made for each in tellings(book, studio)) >= count:
        return
    told = yield from tell(book, studio, at_least=count)
    best_of(book, told, studio)
    usable = sorted((sample for sample in told if sample.story and not sample.hard), key=worth)
    different = {sample.story.paragraphs: sample for sample in reversed(usable) if sample.story}
    kept = sorted(different.values(), key=usable.index)[:count]
    for number in range(1, MOST + 1):
        book.telling_of(number).unlink(missing_ok=True)
    for number, sample in enumerate(kept, 1):
        story = with_departures(sample.story, book, studio)
        telling = Telling(story=story, made_from=made_from, faults=sample.complaint)
        book.save(book.telling_of(number), telling, None)
    if len(kept) < MOST and (near := _nearest(book, studio)):
        telling = Telling(story=near, made_from=made_from, ready_made=True)
        book.save(book.telling_of(len(kept) + 1), telling, None)
    note = f"{len(kept)} tellings to choose from" if len(kept) > 1 else "one telling, no other"
    yield Event(stage="write", done=len(told), total=len(told), note=note)


def _nearest(book: Book, studio: Studio) -> Story | None:
    """The ready-made story that is nearest to a book's summary, with all that it leaves out."""
    who = cast_of(book, studio)
    near = nearest(book.brief, who, studio.world, limited=studio.draws_the_world)
    if near is None:
        return None
    story, summary = with_departures(near, book, studio), who.summary
    # Whom the cast adds to a summary, a friend for the star, plays in the writer's tellings alone.
    added = [one.name for one in who.heroes[1:] if not says_name(summary, one.name)]
    lost = [
        each for each in story.departures if not any(says_name(each.text, name) for name in added)
    ]
    departures = (*near.departures, *lost)
    return story.but(title=book.brief.title or near.title, departures=departures)


def tellings(book: Book, studio: Studio) -> tuple[Telling, ...]:
    """The tellings of what the brief asks today, the best first; none if they are of another."""
    files = (book.telling_of(number) for number in range(1, MOST + 1))
    found = [book.read(file, Telling) for file in files if file.is_file()]
    if not found:
        return ()
    made_from = digests_of(book, studio)[0]
    return tuple(each for each in found if each.made_from == made_from)


@undoable("A telling taken")
def take_telling(book: Book, studio: Studio, number: int) -> Story:
    """Make a telling the book's story; raises BookError if there is none of that number.

    A ready-made story brings its own number of pages, which is the book's then.
    """
    known = tellings(book, studio)
    if not 1 <= number <= len(known):
        there = f"They are numbered from 1 to {len(known)}" if known else "There is none"
        raise BookError(
            f"{book.folder} has no telling {number} of what its brief asks today. {there}; "
            f"tell some: storybook tellings {book.folder}"
        )
    taken, brief = known[number - 1], book.brief
    made_from, pages = taken.made_from, len(taken.story.paragraphs)
    if taken.ready_made and pages != brief.pages:
        set_brief(book, brief.but(pages=pages), version(brief))
        made_from = digests_of(book, studio)[0]
    with book.lock():
        book.save(book.STORY, taken.story, made_from)
    return taken.story
