"""A page's picture drawn again from its own noise, told in other words.

A painter of the drawn world begins each picture from noise that follows from its seed. From the
same noise, told of the same scene but for one thing, it draws the same place with the same sun in
it, and the star with that thing. Painted into a spot, most things come out as nothing.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from PIL import Image

from storybook.authoring.pictures import CUT, keep_pictures
from storybook.book.folder import Book
from storybook.book.verdicts import FOUND
from storybook.errors import ConfigError, NotForChildren
from storybook.models import Critic
from storybook.models.infotext import Infotext, read_infotext
from storybook.records import Candidate, Event, Hero, Prompt
from storybook.stages.draw import draw
from storybook.story.composition import composition_pattern
from storybook.studio.studio import Studio
from storybook.world import World

PAINTED_OVER = "Denoising strength"
"""What the file of a picture says that was not drawn from noise alone."""
Shows = Callable[[Image.Image, Prompt], bool]
"""Whether a picture shows what was asked for."""


def noise_of(book: Book, page: int, source: str) -> Infotext | None:
    """What a picture was drawn from, if that was noise alone, and all of it is still there."""
    facts = read_infotext(book.picture(page, source), whole=False)
    if facts is None or facts.seed is None or PAINTED_OVER in dict(facts.others):
        return None
    with Image.open(book.picture(page, source)) as image:
        whole = image.size == (facts.width_px, facts.height_px) and CUT not in image.info
    return facts if whole else None


def composition_of(caption: str, world: World) -> str:
    """What a caption says at its end of how it is composed, such as `, calm, on the left`."""
    shots = "|".join(map(re.escape, world.shots))
    found = re.search(rf", (?:{shots}) view({composition_pattern(world)})$", caption)
    return found[1] if found else ""


def sure_of(
    critic: Critic, image: Image.Image, prompt: Prompt, star: Hero, thing: str
) -> tuple[float, float]:
    """How surely the critic sees a thing in a picture, and its score for all of it."""
    verdict = critic.judge(image, prompt, star)
    named = {
        reason[2]: float(reason[3])
        for reason in map(FOUND.fullmatch, verdict.reasons)
        if reason and reason[1] == "things"
    }
    return named.get(thing, 1.0), verdict.score


def told_otherwise(
    book: Book,
    studio: Studio,
    prompt: Prompt,
    noise: Infotext,
    seeds: Sequence[int],
    *,
    shows: Shows,
    says: str,
    refusal: Callable[[int], str],
) -> Iterator[Event]:
    """Draw a page's picture from its own noise as a caption says, and from other seeds if need be.

    The first that `shows` what was asked for is kept and taken, one step of the history. If none
    does, nothing is kept, and ConfigError says the `refusal` of so many tries. Raises
    NotForChildren if the studio's safety checker flags all of them.
    """
    page = prompt.page
    how = composition_of(noise.positive, studio.world)
    prompt = prompt.but(positive=f"{prompt.positive}{how}")
    everything = _requests(studio, book, prompt, noise, seeds)
    requests = [each for each in everything if not _is_there(book, each)]
    yield Event(stage="ask", done=0, total=len(requests), page=page, note="the painter gets ready")
    refused = 0
    with studio.safety_checker() as checker, studio.painter(studio.known(book.cast)) as painter:
        for done, request in enumerate(requests, start=1):
            drawn = draw([request], painter, karras=studio.sampling.karras, checker=checker)
            with closing(drawn):
                _, png = next(drawn)
            refused += png is None
            note = "not for children, and not kept" if png is None else ""
            if png and shows(Image.open(io.BytesIO(png)).convert("RGB"), prompt):
                total = len(requests)
                yield Event(stage="ask", done=total, total=total, page=page, note=note)
                keep_pictures(book, page, {request.id: png}, says, take=request.id)
                return
            yield Event(stage="ask", done=done, total=len(requests), page=page, note=note)
    if requests and refused == len(requests):
        raise NotForChildren(
            "The picture safety checker kept back what was painted. Say it in other words."
        )
    raise ConfigError(refusal(len(requests)))


def _requests(
    studio: Studio, book: Book, prompt: Prompt, noise: Infotext, seeds: Sequence[int]
) -> list[Candidate]:
    """The request of a picture's own noise first, then those of other seeds."""
    painter = studio.painter_name(studio.known(book.cast), prompt)
    first = Candidate(
        prompt=prompt,
        painter=painter,
        seed=noise.seed,
        width_px=noise.width_px,
        height_px=noise.height_px,
        steps=noise.steps or studio.sampling.steps,
        guidance=studio.sampling.guidance if noise.guidance is None else noise.guidance,
    )
    return [first, *(first.but(seed=seed) for seed in seeds)]


def _is_there(book: Book, request: Candidate) -> bool:
    """Whether it was drawn before, by the same wish: then its author wants another one."""
    return book.picture(request.prompt.page, request.id).is_file()
