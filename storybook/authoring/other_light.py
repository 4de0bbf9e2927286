"""A page's picture in another light, as `make it night` asks for: the same scene, drawn again.

From the same noise, told of the same scene in another light, a painter draws the same place with
the same star in it. Of what was touched up the noise is not known, and it is painted over whole.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from PIL import Image

from storybook.authoring.move_star import scene_of
from storybook.authoring.repainting import canvas_of, painted_over
from storybook.authoring.told_otherwise import composition_of, noise_of, told_otherwise
from storybook.book.folder import Book
from storybook.errors import ConfigError
from storybook.models import Critic
from storybook.prompts import style as style_named
from storybook.records import Event, Prompt, Scene
from storybook.story.picture_wish import LightWish, is_light
from storybook.story.prompt_to_caption import prompt_to_caption
from storybook.studio.studio import Studio
from storybook.world import World

TRIES = 4
STRENGTH = 0.75
"""How much of a picture is painted anew whose noise is not known: less leaves its light."""


def in_other_light(
    book: Book, studio: Studio, page: int, wish: LightWish, *, source: str, seed: int
) -> Iterator[Event]:
    """Draw a page's picture again in the light that is wished for, and take what shows it.

    Raises ConfigError that says what can be done instead, and NotForChildren as drawing does.
    """
    prompt, others, note = light_prompt(book, studio, page, wish, source)
    yield Event(stage="ask", done=0, total=1, page=page, note=note)
    noise, says = noise_of(book, page, source), f"Another light: {wish.light}"
    seeds = range(seed, seed + TRIES)
    with studio.critic() as critic:
        shows = partial(_shows, critic, [prompt.positive, *others])
        if noise is None:
            canvas, choose = canvas_of(book, page, source, STRENGTH), partial(_first, shows, wish)
            yield from painted_over(
                book, studio, prompt, canvas, seeds, says=says, stage="ask", choose=choose
            )
            return
        yield from told_otherwise(
            book,
            studio,
            prompt,
            noise,
            seeds[1:],
            shows=lambda image, _: shows(image),
            says=says,
            refusal=partial(_not_shown, wish),
        )


def light_prompt(
    book: Book, studio: Studio, page: int, wish: LightWish, source: str
) -> tuple[Prompt, list[str], str]:
    """What the painter is told, what it would be in other lights, and a note on the words.

    Raises ConfigError if the painter knows no such light, or drew the picture in it.
    """
    before, scene, world = book.prompt(page), scene_of(book, page), studio.world
    noise = noise_of(book, page, source)
    words, light, note = noise.positive if noise else before.positive, wish.light, ""
    words = words.removesuffix(composition_of(words, world))  # `told_otherwise` says it again
    others = [scene.light]
    if studio.draws_the_world:
        words = prompt_to_caption(
            words, studio.known(book.cast), world, style_named(book.brief.style).taught
        )
        light, note = _light_of_world(wish, world)
        others = [each for each in world.lights if each != light]
    told = lit(words, light, scene)
    if told == words:
        raise ConfigError(
            f"This picture was drawn in this light already ({light}). If it does not look so, draw "
            "four more."
        )
    unlike = [lit(words, each, scene) for each in others] if studio.draws_the_world else [words]
    return before.but(positive=told), unlike, note


def lit(words: str, light: str, scene: Scene) -> str:
    """What a painter was told, in another light."""
    parts = words.split(", ")
    lights = [place for place, part in enumerate(parts) if part == scene.light or is_light(part)]
    if not lights:
        return f"{words}, {light}"
    return ", ".join([*parts[: lights[-1]], light, *parts[lights[-1] + 1 :]])


def as_lit(scene: Scene, words: str, world: World) -> Scene:
    """A scene in the light in which a picture of it was drawn."""
    light = next((part for part in words.split(", ") if part in world.lights), scene.light)
    return scene.but(light=light)


def _light_of_world(wish: LightWish, world: World) -> tuple[str, str]:
    """The light as the painter's world calls it, and a note if that is another word."""
    found = world.find("lights", wish.light)[:1]
    if not found:
        known = ", ".join(world.lights)
        raise ConfigError(
            f"This painter has no picture of {wish.light}. The lights that it knows: {known}."
        )
    note = "" if found[0] == wish.light else f"{wish.light} is drawn as {found[0]}"
    return found[0], note


def _shows(critic: Critic, captions: Sequence[str], image: Image.Image) -> bool:
    """Whether none of the captions fits a picture better than the first."""
    chances = critic.compare(image, captions)
    return chances[0] >= max(chances)


def _first(shows: partial[bool], wish: LightWish, pictures: Mapping[str, bytes]) -> str:
    """The first picture that shows what was wished for; raises ConfigError if none does."""
    for key, png in pictures.items():
        if shows(Image.open(io.BytesIO(png)).convert("RGB")):
            return key
    raise ConfigError(_not_shown(wish, len(pictures)))


def _not_shown(wish: LightWish, tries: int) -> str:
    return (
        f"In {tries} tries this painter did not get {wish.light} into the picture, so it stays as "
        "it is. Take another picture of this page and ask again, or say the light where the page "
        "says what it shows, and have it drawn anew."
    )
