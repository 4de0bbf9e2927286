"""A page's picture changed by plain words, such as `give her a balloon`.

The words are read into a thing and where it comes, a move of the star, or another light; what
cannot be so is refused, with what can be done instead. A painter of the drawn world draws the
picture again from its own noise; others paint the thing into a spot, and so does that one where the
noise is not known: after a touch-up.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from PIL import Image, ImageDraw

from storybook.authoring.move_star import (
    NOWHERE,
    Move,
    box_of_star,
    check_box,
    middle_of,
    move_star,
    scene_of,
)
from storybook.authoring.other_light import as_lit, in_other_light, light_prompt
from storybook.authoring.repainting import canvas_of, painted_over, source_of
from storybook.authoring.told_otherwise import noise_of, sure_of, told_otherwise
from storybook.authoring.touch_up import NAMED, STRENGTH_OF_SPOT
from storybook.book.folder import Book
from storybook.content_filter import check_allowed
from storybook.errors import ConfigError
from storybook.images.figure import Box, box_of, figure_mask, in_pixels
from storybook.models.infotext import Infotext
from storybook.prompts import style as style_named
from storybook.records import Event, Hero, Prompt, Scene
from storybook.stages.describe import describe
from storybook.story.composition import view_of
from storybook.story.picture_wish import (
    LightWish,
    MoveWish,
    ThingWish,
    Where,
    Wish,
    read_wish,
)
from storybook.story.prompt_to_caption import prompt_to_caption, unknown_words
from storybook.studio.star_finder import finds_stars
from storybook.studio.studio import Studio
from storybook.world import article

PRONOUNS = {"", "her", "him", "it", "them", "she", "he", "they", "the star", "star"}
SPOTS: dict[Where, Box] = {
    "held": (0.15, 0.52, 0.85, 1.0),
    "head": (0.15, -0.2, 0.85, 0.3),
    "neck": (0.2, 0.28, 0.8, 0.58),
}
"""Where a thing comes, as shares of the star's own box."""
BESIDE = (0.7, 0.75)
"""Width and height of what stands beside the star, as shares of its box."""
ROOM = 0.12
"""Less of the picture's width leaves no room for a thing."""
TRIES, SEEN = 4, 0.5
"""How often a painter of the drawn world tries, and how sure its critic is of a thing at least."""


def ask(
    book: Book,
    studio: Studio,
    page: int,
    words: str,
    *,
    box: Box | None = None,
    source: str | None = None,
    seed: int,
) -> Iterator[Event]:
    """Do to a page's picture what `words` ask for, and take what comes of it.

    `box` is around the star (or around whom the words name); None: it is looked for. Raises
    ConfigError that says what can be done instead, NotForChildren if the words are not for them.
    """
    source = source_of(book, page, source)
    wish = checked_wish(book, studio, page, words, box, source)
    if isinstance(wish, LightWish):
        yield from in_other_light(book, studio, page, wish, source=source, seed=seed)
        return
    image, scene = book.image(page, source), scene_of(book, page)
    if isinstance(wish, MoveWish):
        move = _move(wish, box or box_of_star(studio, image, scene))
        yield from move_star(book, studio, page, move, source=source, seed=seed)
        return
    noise = noise_of(book, page, source) if studio.draws_the_world else None
    scene = as_lit(scene, noise.positive, studio.world) if noise else scene
    prompt, note = thing_prompt(book, studio, scene, wish)
    yield Event(stage="ask", done=0, total=1, page=page, note=note)
    if noise:
        yield from _from_its_noise(book, studio, prompt, wish, noise, seed)
        return
    box = box or box_of_star(studio, image, scene)
    around = box_of(figure_mask(image, box))
    mask = _oval(image.size, spot_beside(around) if wish.where == "beside" else _spot(around, wish))
    canvas = canvas_of(book, page, source, STRENGTH_OF_SPOT, mask)
    says = f"Asked for {article(wish.thing)}"
    if not studio.draws_the_world:
        yield from painted_over(book, studio, prompt, canvas, [seed], says=says, stage="ask")
        return
    star, thing = _star(book, studio, scene), _thing(studio, wish)
    seeds, choose = range(seed, seed + TRIES), partial(_best_with, studio, prompt, star, thing)
    yield from painted_over(
        book, studio, prompt, canvas, seeds, says=says, stage="ask", choose=choose
    )


def _from_its_noise(
    book: Book, studio: Studio, prompt: Prompt, wish: ThingWish, noise: Infotext, seed: int
) -> Iterator[Event]:
    """Draw the picture again with the thing; the first that shows it is taken."""
    star, thing = _star(book, studio, scene_of(book, prompt.page)), _thing(studio, wish)

    def refusal(tries: int) -> str:
        return (
            f"In {tries} tries this painter did not get {article(thing)} into the picture, so it "
            "stays as it is. Try once more, or ask for another thing."
        )

    with studio.critic() as critic:
        yield from told_otherwise(
            book,
            studio,
            prompt,
            noise,
            range(seed, seed + TRIES - 1),
            shows=lambda image, asked: sure_of(critic, image, asked, star, thing)[0] >= SEEN,
            says=f"Asked for {article(wish.thing)}",
            refusal=refusal,
        )


def _star(book: Book, studio: Studio, scene: Scene) -> Hero:
    return next(hero for hero in studio.known(book.cast) if hero.name == scene.cast[0])


def _thing(studio: Studio, wish: ThingWish) -> str:
    return studio.world.find("things", wish.thing)[0]


def _best_with(
    studio: Studio, prompt: Prompt, star: Hero, thing: str, pictures: Mapping[str, bytes]
) -> str:
    """The picture that shows a thing best, as the critic sees it; raises ConfigError if none does.

    A small painter often makes something of a spot, and not that.
    """
    found: dict[str, tuple[float, float]] = {}
    with studio.critic() as critic:
        for key, png in pictures.items():
            image = Image.open(io.BytesIO(png)).convert("RGB")
            found[key] = sure_of(critic, image, prompt, star, thing)
    best = max(found, key=found.__getitem__)
    if found[best][0] < SEEN:
        raise ConfigError(
            f"In {len(found)} tries this painter did not get {article(thing)} into the picture, "
            "which was touched up before, so it stays as it is. Take a picture of this page as it "
            "was drawn, and ask again: in those it nearly always can."
        )
    return best


def checked_wish(
    book: Book,
    studio: Studio,
    page: int,
    words: str,
    box: Box | None = None,
    source: str | None = None,
) -> Wish:
    """What the words wish for, as far as this can be known without a look at the picture.

    Raises as `ask` does.
    """
    if studio.settings.write.for_children:
        check_allowed(words, "What you ask for")
    if box:
        check_box(box)
    wish, scene = read_wish(words), scene_of(book, page)
    if isinstance(wish, LightWish):
        light_prompt(book, studio, page, wish, source_of(book, page, source))
        return wish
    _check_whom(wish.whom, book.cast, scene, boxed=box is not None)
    if isinstance(wish, ThingWish):
        thing_prompt(book, studio, scene, wish)
    if not (box or finds_stars(studio) or _needs_no_box(book, studio, page, wish, source)):
        raise ConfigError(NOWHERE)
    return wish


def _needs_no_box(
    book: Book, studio: Studio, page: int, wish: ThingWish | MoveWish, source: str | None
) -> bool:
    """Whether it is done without a look at where the star is."""
    if isinstance(wish, MoveWish) or not studio.draws_the_world:
        return False
    return noise_of(book, page, source_of(book, page, source)) is not None


def thing_prompt(book: Book, studio: Studio, scene: Scene, wish: ThingWish) -> tuple[Prompt, str]:
    """What the painter is told, and a note if that is not quite what was asked for.

    Raises ConfigError if the painter has no picture of it.
    """
    before, cast = book.prompt(scene.page), studio.known(book.cast)
    if studio.draws_the_world:
        thing, note = _thing_of_world(studio, cast, wish)
        caption = _caption(book, studio, scene, cast, thing, wish.where)
        return before.but(positive=caption), note
    style = style_named(book.brief.style)
    star = next(hero for hero in cast if hero.name == scene.cast[0])
    how = {"held": "holding", "head": "wearing", "neck": "wearing", "beside": "beside"}[wish.where]
    shown = f"{article(star.words)} {how} {article(wish.thing)}"
    if wish.where == "beside":
        shown = f"{article(wish.thing)} beside {article(star.words)}"
    words = f"{style.words} of {shown}, in the {scene.place}, {scene.light}"
    return before.but(positive=words), ""


def spot_beside(box: Box) -> Box:
    """Room for a thing on the side of a star's box where there is more of it, at its feet.

    Raises ConfigError if the star leaves none.
    """
    left, top, right, bottom = box
    wide, high = BESIDE[0] * (right - left), BESIDE[1] * (bottom - top)
    if max(left, 1 - right) < ROOM:
        raise ConfigError(
            "There is no room beside the star: make it smaller or move it first, or brush over the "
            "spot where the thing is to be."
        )
    if left > 1 - right:
        return max(0.0, left - wide), bottom - high, left, bottom
    return right, bottom - high, min(1.0, right + wide), bottom


def _spot(box: Box, wish: ThingWish) -> Box:
    """Where on the star a thing comes, as shares of the picture."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    x0, y0, x1, y1 = SPOTS[wish.where]
    return (
        max(0.0, left + x0 * wide),
        max(0.0, top + y0 * high),
        min(1.0, left + x1 * wide),
        min(1.0, top + y1 * high),
    )


def _oval(size: tuple[int, int], box: Box) -> Image.Image:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).ellipse(in_pixels(box, size), fill=255)
    return mask


def _move(wish: MoveWish, box: Box) -> Move:
    """The move of the star in a box; it stays within the picture."""
    middle = middle_of(box)
    if wish.to_middle:
        return Move((0.5, middle[1]), wish.size, box)
    if wish.by == (0.0, 0.0):
        return Move(None, wish.size, box)
    x, y = (min(1.0, max(0.0, at + by)) for at, by in zip(middle, wish.by, strict=True))
    return Move((x, y), wish.size, box)


def _check_whom(whom: str, cast: Sequence[Hero], scene: Scene, *, boxed: bool) -> None:
    """Raise ConfigError if the words mean somebody else than the star, and no box says where."""
    plain = whom.removeprefix("the ").removeprefix("my ")
    star = next(hero for hero in cast if hero.name == scene.cast[0])
    meant = {star.name.lower(), star.species, star.kind, star.called}
    if boxed or whom in PRONOUNS or plain in PRONOUNS or plain in meant:
        return
    raise ConfigError(
        f"Who “{plain}” is in the picture, nobody here can find: {star.name} is looked for alone. "
        "Say it with a box around whom you mean, or brush over the spot."
    )


def _thing_of_world(studio: Studio, cast: Sequence[Hero], wish: ThingWish) -> tuple[str, str]:
    """The thing as the painter's world calls it, and a note if that is another name."""
    world = studio.world
    things = world.find("things", wish.thing)[:1]
    unknown = unknown_words(wish.thing, cast, world)
    some = ", ".join(sorted(world.things)[:NAMED])
    if not things:
        raise ConfigError(
            f"This painter has no picture of {', '.join(unknown) or wish.thing}. It knows things "
            f"such as {some}."
        )
    if wish.where in ("head", "neck"):
        raise ConfigError(
            f"In this painter's world nobody wears anything. “Put {article(wish.thing)} beside "
            "her” can be painted, and what she holds."
        )
    same = wish.thing in (things[0], things[0].split()[-1])
    note = "" if same else f"{wish.thing} is drawn as {article(things[0])}"
    return things[0], note


def _caption(
    book: Book, studio: Studio, scene: Scene, cast: Sequence[Hero], thing: str, where: Where
) -> str:
    """The page's caption with another thing: in the star's paws, or beside it."""
    shown = scene.but(things=(thing,), relation="with", picture="")
    if where == "held":
        shown = shown.but(moment="holding")
    elif scene.moment == "holding":
        shown = shown.but(moment="sitting")
    style, view = style_named(book.brief.style), view_of(scene.page, studio.world)
    prompt = describe(shown, cast, style, plainly=True, view=view)
    return prompt_to_caption(prompt.positive, cast, studio.world, style.taught)
