"""What a book asks of its painter: each page's candidates, each the request for one picture."""

from storybook.book.folder import Book
from storybook.models.sampling_defaults import SamplingDefaults
from storybook.prompts import taught_style
from storybook.records import Candidate, Prompt, Tries
from storybook.story.composition import composed
from storybook.story.prompt_to_caption import prompt_to_caption
from storybook.studio.studio import Studio
from storybook.world import World

SEEDS_A_PAGE = 100
SEEDS_A_BOOK = 10_000


def wanted(
    prompt: Prompt,
    tries: Tries,
    painter: str,
    sampling: SamplingDefaults,
    book_seed: int,
    world: World | None = None,
) -> list[Candidate]:
    """A page's candidates in play; a seed is the book's seed, a page and a try, never a clock.

    Where a `world` has words for it, each is another composition of the scene.
    """
    first_seed = book_seed * SEEDS_A_BOOK + prompt.page * SEEDS_A_PAGE
    return [
        sampling.request(_composed(prompt, attempt, world), painter, first_seed + attempt)
        for attempt in range(tries.first, tries.first + tries.count)
    ]


def _composed(prompt: Prompt, attempt: int, world: World | None) -> Prompt:
    if world is None:
        return prompt
    return prompt.but(positive=composed(prompt.positive, attempt, world))


def candidates(book: Book, studio: Studio, page: int) -> list[Candidate]:
    """The candidates that the book should hold for a page today."""
    prompt, cast = book.prompt(page), studio.known(book.cast)
    if studio.draws_the_world:
        words = prompt_to_caption(
            prompt.positive, cast, studio.world, taught_style(book.brief.style)
        )
        prompt = prompt.but(positive=words)
    arguments = (
        prompt,
        tries(book, studio, page),
        studio.painter_name(cast, prompt),
        studio.sampling,
        book.brief.seed,
    )
    plain = wanted(*arguments)
    if not studio.draws_the_world or all(_is_there(book, page, each) for each in plain):
        return plain  # those of a book from before pictures were composed stay in play
    return wanted(*arguments, studio.world)


def _is_there(book: Book, page: int, candidate: Candidate) -> bool:
    """Whether a candidate was drawn, be it kept or not."""
    found = (book.picture(page, candidate.id), book.refusal_of(page, candidate.id))
    return any(path.is_file() for path in found)


def tries(book: Book, studio: Studio, page: int) -> Tries:
    """Which tries of a page are in play: as many as the studio says, or as a reroll asked for."""
    path = book.tries_of(page)
    if path.is_file():
        return book.read(path, Tries)
    return Tries(count=studio.settings.draw.candidates)
