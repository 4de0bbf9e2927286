"""Several tellings of a book's summary, kept side by side until its author takes one.

They are told before anything is drawn, and the one that is taken becomes the book's story as if
`write` had chosen it. Each is kept with what it leaves out of the summary. Beside the writer's own
stands the ready-made story that is nearest to the summary, if one is near, told about the star;
before them where the studio has it be the book's (`write.nearest`).
"""

from collections.abc import Iterator

from pydantic import Field

from storybook.authoring.history import undoable
from storybook.book.folder import Book
from storybook.errors import BookError
from storybook.records import Event, Record, Story
from storybook.stages.write import best_of, digests_of, nearest_telling, tell, with_departures
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
    found = [
        Telling(
            story=with_departures(sample.story, book, studio),
            made_from=made_from,
            faults=sample.complaint,
        )
        for sample in kept
    ]
    if near := nearest_telling(book, studio):
        place = 0 if studio.settings.write.nearest == "first" else len(found)
        found.insert(place, Telling(story=near, made_from=made_from, ready_made=True))
    for number, telling in enumerate(found[:MOST], 1):
        book.save(book.telling_of(number), telling, None)
    note = f"{len(kept)} tellings to choose from" if len(kept) > 1 else "one telling, no other"
    yield Event(stage="write", done=len(told), total=len(told), note=note)


def tellings(book: Book, studio: Studio) -> tuple[Telling, ...]:
    """The tellings of what the brief asks today, the best first; none if they are of another."""
    files = (book.telling_of(number) for number in range(1, MOST + 1))
    found = [book.read(file, Telling) for file in files if file.is_file()]
    if not found:
        return ()
    known = digests_of(book, studio)
    return tuple(each for each in found if each.made_from in known)


@undoable("A telling taken")
def take_telling(book: Book, studio: Studio, number: int) -> Story:
    """Make a telling the book's story; raises BookError if there is none of that number."""
    known = tellings(book, studio)
    if not 1 <= number <= len(known):
        there = f"They are numbered from 1 to {len(known)}" if known else "There is none"
        raise BookError(
            f"{book.folder} has no telling {number} of what its brief asks today. {there}; "
            f"tell some: storybook tellings {book.folder}"
        )
    taken = known[number - 1]
    with book.lock():
        book.save(book.STORY, taken.story, taken.made_from)
    return taken.story
