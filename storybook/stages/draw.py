"""draw: each prompt becomes a few candidate pictures."""

from collections.abc import Iterator, Mapping, Sequence

from storybook.book import Book
from storybook.candidates import candidates
from storybook.models import Painter
from storybook.models.emphasis import heard, networks
from storybook.models.infotext import png_bytes
from storybook.records import Candidate, Event
from storybook.studio import Studio


def jobs(book: Book, studio: Studio) -> list[Candidate]:
    """What is still to be drawn; a page whose picture its author has picked needs nothing."""
    missing = []
    for page in studio.share.of(scene.page for scene in book.scenes):
        pick = book.pick(page)
        if pick and pick.by == "author" and not book.tries_of(page).is_file():
            continue
        everything = candidates(book, studio, page)
        missing += [c for c in everything if not book.picture(page, c.id).is_file()]
    return missing


def draw(
    requests: Sequence[Candidate],
    painter: Painter,
    *,
    karras: bool,
    loras: Mapping[str, str] | None = None,
) -> Iterator[tuple[Candidate, bytes]]:
    """Each request with its picture as PNG, the request written into it as A1111 writes it.

    `loras` are A1111's hashes of those that prompts ask for, by name.
    """
    name, _, weights = painter.name.rpartition("-")
    for request, image in zip(requests, painter.paint(requests), strict=True):
        worn = {each.name: loras[each.name] for each in networks(request.prompt.positive)
                if loras and each.name in loras}  # fmt: skip
        facts = (name or weights, weights[:10])
        yield request, png_bytes(image, request, *facts, karras=karras, loras=worn)


def run(book: Book, studio: Studio) -> Iterator[Event]:
    todo = jobs(book, studio)
    if not todo:
        return
    unheard = {(job.prompt.page, note) for job in todo for note in _unheard(job, studio)}
    for page, note in sorted(unheard):
        yield Event(stage="draw", done=0, total=len(todo), page=page, note=note)
    yield Event(stage="draw", done=0, total=len(todo), note="opening the painter")
    with studio.painter(studio.known(book.cast)) as painter:
        hashes = studio.lora_hashes(job.prompt for job in todo)
        pictures = draw(todo, painter, karras=studio.sampling.karras, loras=hashes)
        for done, (job, png) in enumerate(pictures, start=1):
            page = job.prompt.page
            book.keep(page, job.id, png)
            note = f"seed {job.seed}"
            yield Event(stage="draw", done=done, total=len(todo), page=page, note=note)


def _unheard(job: Candidate, studio: Studio) -> tuple[str, ...]:
    return heard(job.prompt.positive, studio.loras)[1] + heard(job.prompt.negative)[1]
