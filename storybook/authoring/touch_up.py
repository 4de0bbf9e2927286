"""Touching up: a spot of a page's picture painted anew, or pictures after the whole of it.

Nothing is overwritten: what comes of it is one more picture of the page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from storybook.authoring.repainting import canvas_of, painted_over, source_of
from storybook.authoring.told_otherwise import composition_of
from storybook.book.folder import Book
from storybook.content_filter import check_allowed
from storybook.errors import ConfigError
from storybook.models.infotext import read_infotext
from storybook.prompts import style as style_named
from storybook.prompts import taught_style
from storybook.records import Event, Hero, Prompt, Scene
from storybook.stages.describe import describe
from storybook.story.composition import view_of
from storybook.story.prompt_to_caption import prompt_to_caption, unknown_words
from storybook.studio.studio import Studio

STRENGTH_OF_SPOT = 1.0
"""What was brushed away is to be gone."""
STRENGTH_OF_LIKE = 0.6
"""Where things stand stays, and they come out in another way."""
MOST_ALIKE = 16
NAMED = 8
"""So many things are named to somebody whose words the painter does not know."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A part of a picture, and what should be there; without words, nothing in particular."""

    mask: Image.Image
    """Above 0 where the picture becomes another; of any size, the picture's own shape."""
    words: str = ""


def inpaint(
    book: Book, studio: Studio, page: int, spot: Spot, *, source: str | None = None, seed: int
) -> Iterator[Event]:
    """Paint a spot of a page's picture anew, and take what comes of it.

    `source` is the id of a picture; None: the one that is taken. Raises ConfigError if nothing was
    brushed or the painter knows none of the words, NotForChildren if those are not for children or
    its checker refuses what comes of them.
    """
    source = source_of(book, page, source)
    mask = spot.mask.convert("L")
    if mask.getbbox() is None:
        raise ConfigError("Nothing was brushed: paint over what should become another.")
    if studio.settings.write.for_children:
        check_allowed(spot.words, "What should be there")
    prompt = _as_composed(book, studio, spot_prompt(book, studio, page, spot.words), source)
    canvas = canvas_of(book, page, source, STRENGTH_OF_SPOT, mask)
    says = "Painted in" if spot.words.strip() else "Rubbed out"
    yield from painted_over(book, studio, prompt, canvas, [seed], says=says, stage="inpaint")


def vary(
    book: Book, studio: Studio, page: int, *, source: str | None = None, count: int = 4, seed: int
) -> Iterator[Event]:
    """Draw so many pictures after one of a page's, from `seed` on; its author may take one."""
    if not 1 <= count <= MOST_ALIKE:
        raise ConfigError(f"{count} pictures like it: ask for 1 to {MOST_ALIKE}.")
    source = source_of(book, page, source)
    prompt, seeds = book.prompt(page), range(seed, seed + count)
    if studio.draws_the_world:
        cast = studio.known(book.cast)
        words = prompt_to_caption(
            prompt.positive, cast, studio.world, taught_style(book.brief.style)
        )
        prompt = _as_composed(book, studio, prompt.but(positive=words), source)
    canvas = canvas_of(book, page, source, STRENGTH_OF_LIKE)
    yield from painted_over(book, studio, prompt, canvas, seeds, says="More like one", stage="vary")


def _as_composed(book: Book, studio: Studio, prompt: Prompt, source: str) -> Prompt:
    """A caption with how the picture is composed, so that nobody is painted on another side."""
    world = studio.world
    if not studio.draws_the_world or not prompt.positive.endswith(" view"):
        return prompt
    facts = read_infotext(book.picture(prompt.page, source), whole=False)
    how = composition_of(facts.positive, world) if facts else ""
    return prompt.but(positive=f"{prompt.positive}{how}")


def spot_prompt(book: Book, studio: Studio, page: int, words: str) -> Prompt:
    """What the painter is told of a page whose spot is to show `words`; without any, the place."""
    scene = next(each for each in book.scenes if each.page == page)
    words, before = " ".join(words.split()), book.prompt(page)
    if studio.draws_the_world:
        cast = studio.known(book.cast)
        return before.but(positive=_caption(book, studio, scene, cast, words))
    style = style_named(book.brief.style)
    if words:
        return before.but(positive=f"{style.words} of {words}")
    gone = [before.negative, *scene.things]
    return before.but(
        positive=f"{style.words} of {scene.place}, {scene.light}, nothing else there",
        negative=", ".join(filter(None, gone)),
    )


def _caption(book: Book, studio: Studio, scene: Scene, cast: Sequence[Hero], words: str) -> str:
    """The page's caption with its thing put by, or with the one that `words` name in its place."""
    world, style = studio.world, style_named(book.brief.style)
    things = world.find("things", words)[:1]
    unknown = unknown_words(words, cast, world)
    if words and not things and unknown:
        some = ", ".join(sorted(world.things)[:NAMED])
        raise ConfigError(
            f"This painter has no picture of {', '.join(unknown)}. It knows things such as {some}."
        )
    if words and not things:
        return prompt_to_caption(words, cast, world, style.taught)
    shown = scene.but(things=tuple(things), relation="with", picture="")
    view = view_of(scene.page, world)
    prompt = describe(shown, cast, style, plainly=True, view=view)
    return prompt_to_caption(prompt.positive, cast, world, style.taught)
