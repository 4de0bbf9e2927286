"""A page's picture changed by plain words, such as `give her a balloon`.

The words are read into a spot of the picture and what is to be there, or into a move of the star;
what cannot be so is refused, with what can be done instead.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from PIL import Image, ImageDraw

from storybook.authoring.move_star import (
    Move,
    box_of_star,
    check_box,
    middle_of,
    move_star,
    scene_of,
)
from storybook.authoring.repainting import canvas_of, painted_over, source_of
from storybook.authoring.touch_up import NAMED, STRENGTH_OF_SPOT
from storybook.book.folder import Book
from storybook.book.verdicts import FOUND
from storybook.content_filter import check_allowed
from storybook.errors import ConfigError
from storybook.images.figure import Box, box_of, figure_mask, in_pixels
from storybook.prompts import style as style_named
from storybook.records import Event, Hero, Prompt, Scene
from storybook.stages.describe import describe
from storybook.story.composition import view_of
from storybook.story.picture_wish import MoveWish, ThingWish, Where, read_wish
from storybook.story.prompt_to_caption import prompt_to_caption, unknown_words
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
TRIES, SEEN = 3, 0.5
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
    wish = checked_wish(book, studio, page, words, box)
    source = source_of(book, page, source)
    image, scene = book.image(page, source), scene_of(book, page)
    box = box or box_of_star(studio, image, scene)
    if isinstance(wish, MoveWish):
        move = _move(wish, box)
        yield from move_star(book, studio, page, move, source=source, seed=seed)
        return
    prompt, note = thing_prompt(book, studio, scene, wish)
    yield Event(stage="ask", done=0, total=1, page=page, note=note)
    around = box_of(figure_mask(image, box))
    mask = _oval(image.size, spot_beside(around) if wish.where == "beside" else _spot(around, wish))
    canvas = canvas_of(book, page, source, STRENGTH_OF_SPOT, mask)
    says = f"Asked for {article(wish.thing)}"
    if not studio.draws_the_world:
        yield from painted_over(book, studio, prompt, canvas, [seed], says=says, stage="ask")
        return
    star = next(hero for hero in studio.known(book.cast) if hero.name == scene.cast[0])
    thing = studio.world.find("things", wish.thing)[0]
    seeds, choose = range(seed, seed + TRIES), partial(_best_with, studio, prompt, star, thing)
    yield from painted_over(
        book, studio, prompt, canvas, seeds, says=says, stage="ask", choose=choose
    )


def _best_with(
    studio: Studio, prompt: Prompt, star: Hero, thing: str, pictures: Mapping[str, bytes]
) -> str:
    """The picture that shows a thing best, as the critic sees it; raises ConfigError if none does.

    A small painter often makes something of a spot, and not that.
    """
    found: dict[str, tuple[float, float]] = {}
    with studio.critic() as critic:
        for key, png in pictures.items():
            verdict = critic.judge(Image.open(io.BytesIO(png)).convert("RGB"), prompt, star)
            named = {
                reason[2]: float(reason[3])
                for reason in map(FOUND.fullmatch, verdict.reasons)
                if reason and reason[1] == "things"
            }
            found[key] = named.get(thing, 1.0), verdict.score
    best = max(found, key=found.__getitem__)
    if found[best][0] < SEEN:
        raise ConfigError(
            f"In {len(found)} tries this painter did not get {article(thing)} into the picture, so "
            "it stays as it is. Say that the page shows it, and have the page drawn anew, or try "
            "once more with a box, or with the star smaller."
        )
    return best


def checked_wish(
    book: Book, studio: Studio, page: int, words: str, box: Box | None = None
) -> ThingWish | MoveWish:
    """What the words wish for, as far as this can be known without a look at the picture.

    Raises as `ask` does.
    """
    if studio.settings.write.for_children:
        check_allowed(words, "What you ask for")
    if box:
        check_box(box)
    wish, scene = read_wish(words), scene_of(book, page)
    _check_whom(wish.whom, book.cast, scene, boxed=box is not None)
    if isinstance(wish, ThingWish):
        thing_prompt(book, studio, scene, wish)
    return wish


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
    return prompt_to_caption(prompt.positive, cast, studio.world, book.brief.style)
