"""draw: each prompt becomes a few candidate pictures."""

from collections.abc import Iterator, Mapping, Sequence

from storybook.book.folder import Book
from storybook.book.printing import check_book
from storybook.files import write_whole
from storybook.models import Painter, SafetyChecker
from storybook.models.infotext import infotext, png_bytes
from storybook.models.prompt_syntax import networks
from storybook.models.scheduling import resolve_syntax
from storybook.records import Candidate, Event
from storybook.studio.candidates import candidates
from storybook.studio.studio import Studio


def due(book: Book, studio: Studio) -> list[Candidate]:
    """What is still to be drawn; a page whose picture its author has picked needs nothing."""
    missing = []
    for page in studio.shard.of(scene.page for scene in book.scenes):
        pick = book.pick(page)
        if pick and pick.by == "author" and not book.tries_of(page).is_file():
            continue
        everything = candidates(book, studio, page)
        missing += [c for c in everything if not _is_settled(book, studio, c)]
    return missing


def _is_settled(book: Book, studio: Studio, candidate: Candidate) -> bool:
    """Whether a candidate has been drawn, and was kept or refused."""
    page = candidate.prompt.page
    if book.picture(page, candidate.id).is_file():
        return True
    return studio.safety_checker_path is not None and book.refusal_of(page, candidate.id).is_file()


def draw(
    requests: Sequence[Candidate],
    painter: Painter,
    *,
    karras: bool,
    loras: Mapping[str, str] | None = None,
    checker: SafetyChecker | None = None,
) -> Iterator[tuple[Candidate, bytes | None]]:
    """Each request with its picture as PNG, the request written into it as A1111 writes it.

    None instead of a picture that the `checker` refuses. `loras` are A1111's hashes of those that
    prompts ask for, by name.
    """
    name, _, weights = painter.name.rpartition("-")
    for request, image in zip(requests, painter.paint(requests), strict=True):
        if checker and checker.flags(image):
            yield request, None
            continue
        worn = {
            each.name: loras[each.name]
            for each in networks(request.prompt.positive)
            if loras and each.name in loras
        }
        facts = (name or weights, weights[:10])
        how = painter.precision
        text = infotext(request, *facts, karras=karras, loras=worn, precision=how)
        yield request, png_bytes(image, text)


def run(book: Book, studio: Studio) -> Iterator[Event]:
    yield from draw_all(book, studio, due(book, studio))


def draw_all(book: Book, studio: Studio, todo: Sequence[Candidate]) -> Iterator[Event]:
    """Draw and keep what is `todo`, in its order, an event for each picture."""
    if not todo:
        return
    check_book(book)
    ignored = {(each.prompt.page, note) for each in todo for note in _ignored_syntax(each, studio)}
    for page, note in sorted(ignored):
        yield Event(stage="draw", done=0, total=len(todo), page=page, note=note)
    yield Event(stage="draw", done=0, total=len(todo), note="the painter gets ready")
    with studio.safety_checker() as checker, studio.painter(studio.known(book.cast)) as painter:
        hashes = studio.lora_hashes(each.prompt for each in todo)
        pictures = draw(todo, painter, karras=studio.sampling.karras, loras=hashes, checker=checker)
        for done, (candidate, png) in enumerate(pictures, start=1):
            page = candidate.prompt.page
            note = ""
            if png is None:
                write_whole(book.refusal_of(page, candidate.id), b"{}\n")
                note = "not for children, and not kept"
            else:
                book.keep(page, candidate.id, png)
            yield Event(stage="draw", done=done, total=len(todo), page=page, note=note)


def _ignored_syntax(candidate: Candidate, studio: Studio) -> tuple[str, ...]:
    prompt = candidate.prompt
    positive, negative = (
        resolve_syntax(prompt.positive, studio.loras),
        resolve_syntax(prompt.negative),
    )
    return positive[1] + negative[1]
