"""describe: each scene is said for the painter."""

from collections.abc import Iterator, Sequence

from storybook.book.folder import Book
from storybook.prompts import style as style_named
from storybook.records import Event, Hero, Prompt, Scene, Style, digest
from storybook.story.composition import view_of
from storybook.story.scene_from_picture import in_hero_words
from storybook.studio.departures import keep_departures
from storybook.studio.studio import Studio
from storybook.studio.styles import style_for
from storybook.studio.taught import goes_by_look
from storybook.world import MOST_COMPANIONS, Composition, picture_words


def describe(
    scene: Scene,
    cast: Sequence[Hero],
    style: Style,
    *,
    plainly: bool,
    view: str = "",
    negative: str = "",
) -> Prompt:
    """The picture of a scene in words: the hero by token or look and class, and what is around it.

    `plainly` is for a painter of the drawn world, which knows the captions' words and no others:
    the style is its name, and has no negative words. Others get the style's words in full.
    `view` is from where the place is seen, for a painter who knows it from more than one.
    `negative` words stand behind the style's own, whoever paints. Where a teller said what the
    picture shows, a painter of anything is told that.
    """
    unwanted = filter(None, ("" if plainly else style.avoid, negative))
    if scene.picture and not plainly:
        shown = f"{style.words} of {in_hero_words(scene.picture, cast)}"
        parts = (shown, scene.light, "" if scene.mood == "happy" else scene.mood)
        positive = ", ".join(filter(None, parts))
        return Prompt(page=scene.page, positive=positive, negative=", ".join(unwanted))
    star, *others = (next(hero for hero in cast if hero.name == name) for name in scene.cast)
    positive = picture_words(
        style=style.taught if plainly else style.words,
        star=star.words,
        action=scene.moment,
        thing=scene.things[0] if scene.things else "",
        relation=scene.relation,
        companions=[other.words for other in others[:MOST_COMPANIONS]],
        place=scene.place,
        light=scene.light,
        mood="" if scene.mood == "happy" else scene.mood,
        shot=scene.shot,
        composition=Composition(view=view),
    )
    return Prompt(page=scene.page, positive=positive, negative=", ".join(unwanted))


def due(book: Book, studio: Studio) -> list[tuple[Scene, str]]:
    """The scenes that have to be described, each with what its prompt is made from."""
    style, cast = style_named(book.brief.style), studio.known(book.cast)
    todo = []
    for scene in book.scenes:
        present = [hero.but(folder="") for hero in cast if hero.name in scene.cast]
        seen = [view] if (view := _view(scene, studio)) else []
        sources = (scene.but(text="", text_side="auto"), present, style, studio.draws_the_world)
        if negative := _negative(studio):  # without any, the digest is that of earlier editions
            sources += ({"negative": negative},)
        made_from, viewless = digest(*sources, *seen), digest(*sources)
        # A prompt from before places had views stays as it is, and so do its pictures.
        if book.due(book.prompt_of(scene.page), made_from, viewless):
            todo.append((scene, made_from))
    return todo


def run(book: Book, studio: Studio) -> Iterator[Event]:
    todo, cast = due(book, studio), studio.known(book.cast)
    style = style_for(book.brief.style, studio) if todo else style_named(book.brief.style)
    for hero, known in zip(book.cast, cast, strict=True):
        if todo and goes_by_look(hero, known):
            note = f"{hero.name} was taught to another painter, and goes by its look here"
            yield Event(stage="describe", done=0, total=len(todo), note=note)
    for done, (scene, made_from) in enumerate(todo, start=1):
        plainly, view = studio.draws_the_world, _view(scene, studio)
        negative = _negative(studio)
        prompt = describe(scene, cast, style, plainly=plainly, view=view, negative=negative)
        book.save(book.prompt_of(scene.page), prompt, made_from)
        note = prompt.positive
        yield Event(stage="describe", done=done, total=len(todo), page=scene.page, note=note)
    keep_departures(book, studio)


def _view(scene: Scene, studio: Studio) -> str:
    return view_of(scene.page, studio.world) if studio.draws_the_world else ""


def _negative(studio: Studio) -> str:
    """The studio's own negative words in one line."""
    return " ".join(studio.settings.describe.negative.split())
