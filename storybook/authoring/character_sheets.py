"""Drawing character sheets: of a book's cast before the book is drawn, or of a hero by itself.

Of two tries of each view the critic keeps the better one. What is drawn already, for the same hero,
style and painter, is not drawn again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from storybook.authoring.change_cast import cast_now
from storybook.book.folder import Book
from storybook.files import write_whole
from storybook.hero.character_sheet import NOTE, VIEWS, Sheet, load_sheet, save_sheet
from storybook.hero.coat_likeness import sheet_likeness
from storybook.hero.edits import is_own
from storybook.hero.folder import hero_folder, hero_folders, hero_photos, load_hero
from storybook.hero.seer import open_pet_seer
from storybook.models import Critic
from storybook.prompts import style as style_named
from storybook.records import Candidate, Event, Hero, Prompt, Style, digest
from storybook.stages.draw import draw
from storybook.story.prompt_to_caption import prompt_to_caption
from storybook.studio.studio import Studio
from storybook.studio.styles import FINISHES, finish_for, style_for
from storybook.world import Composition, World, article, picture_words

TRIES = 2
FINISHED_TIMES = 2
"""So many times as large as it was drawn a finished picture of a sheet is."""
PLACE = "meadow"
"""Where everybody stands to be drawn: little of it hides behind them."""
DRAWN = ".drawn"
"""The folder below the owner's heroes for sheets of those that come with the project."""
SAYS = {
    "front": "seen from the front, sitting, full body",
    "side": "seen from the side, walking, full body",
    "happy": "close-up portrait, laughing, happy",
    "sad": "close-up portrait, crying, sad",
}
"""What a painter of anything is told of each view."""


@dataclass(frozen=True, slots=True)
class SheetOrder:
    """A character sheet to be drawn: the tries of each view, the first ones first."""

    hero: Hero
    """As the painter knows it."""
    style: str
    folder: Path
    views: Mapping[str, tuple[Candidate, ...]]
    made_from: str
    finish: str = ""
    """The finish that is laid on the pictures that are kept; empty for none."""

    @property
    def is_drawn(self) -> bool:
        """Whether all of it is there as it is asked for."""
        sheet = load_sheet(self.folder)
        return bool(sheet and sheet.made_from == self.made_from) and set(sheet.pictures) == set(
            self.views
        )

    def picture(self, view: str, request: Candidate) -> Path:
        """Where a try lies."""
        return self.folder / f"{view}-{request.id}.png"


def sheets_of_book(book: Book, studio: Studio) -> list[SheetOrder]:
    """A sheet for each who plays in a book, drawn as the book is."""
    cast = studio.known(cast_now(book, studio))
    style, finish = style_named(book.brief.style), finish_for(book.brief, studio)
    return [_order(hero, cast, style, studio, book.sheet_of(hero.name), finish) for hero in cast]


def sheet_of_hero(name: str, style: str, studio: Studio) -> SheetOrder:
    """The sheet of a hero by itself, in `drawn_of(name, style)`."""
    cast = studio.known((load_hero(name),))
    finish = style if studio.draws_the_world and style in FINISHES else ""
    return _order(cast[0], cast, style_named(style), studio, drawn_of(name, style), finish)


def drawn_of(name: str, style: str) -> Path:
    """Where a hero's sheet in a style lies: with its owner's hero, or beside all heroes."""
    folder = hero_folder(name)
    own = folder / "drawn" if is_own(folder) else hero_folders()[0] / DRAWN / folder.name
    return own / style


def draw_sheets(orders: Sequence[SheetOrder], studio: Studio) -> Iterator[Event]:
    """Draw the sheets that are not there; an event for each picture, and for each who is judged.

    The first try of a view is shown as soon as it is drawn. Raises ConfigError for a style that the
    studio's painter was not taught.
    """
    todo = [order for order in orders if not order.is_drawn]
    if not todo:
        return
    for order in todo:
        style_for(order.style, studio)
    total = sum(len(tries) for order in todo for tries in order.views.values())
    yield Event(stage="sheet", done=0, total=total, note="the painter gets ready")
    done = 0
    cast = tuple(order.hero for order in orders)
    with studio.safety_checker() as checker, studio.painter(cast) as painter:
        for order in todo:
            drawn = {}
            requests = [(view, each) for view, tries in order.views.items() for each in tries]
            pictures = draw(
                [each for _, each in requests],
                painter,
                karras=studio.sampling.karras,
                checker=checker,
            )
            for (view, request), (_, png) in zip(requests, pictures, strict=True):
                done += 1
                if png is not None:
                    write_whole(order.picture(view, request), png)
                    drawn.setdefault(view, order.picture(view, request).name)
                    save_sheet(order.folder, _sheet(order, drawn))
                yield Event(stage="sheet", done=done, total=total, note=order.hero.name)
    for order in todo:
        with studio.critic(order.hero) as critic:
            _judge(order, critic, studio.world)


def _order(
    hero: Hero, cast: tuple[Hero, ...], style: Style, studio: Studio, folder: Path, finish: str
) -> SheetOrder:
    prompts = _prompts(hero, cast, style, studio)
    views = {
        view: tuple(
            studio.sampling.request(prompt, studio.painter_name(cast, prompt), seed)
            for seed in range(1, TRIES + 1)
        )
        for view, prompt in prompts.items()
    }
    photos = [(path.name, path.stat().st_size) for path in _photos(hero)]
    sources = [[[*tries] for tries in views.values()], studio.critic_name, photos]
    if finish:  # without one, the digest is that of earlier editions
        sources += [finish, FINISHES[finish]]
    return SheetOrder(hero, style.name, folder, views, digest(*sources), finish)


def _prompts(hero: Hero, cast: tuple[Hero, ...], style: Style, studio: Studio) -> dict[str, Prompt]:
    """What the painter is asked for, view by view."""
    if not studio.draws_the_world:
        return {
            view: Prompt(
                page=0,
                positive=f"{style.words} of {article(hero.words)}, {says}, plain background",
                negative=style.avoid,
            )
            for view, says in SAYS.items()
        }
    world = studio.world
    views = VIEWS
    if hero.species in world.people:  # who is drawn only as company
        views = VIEWS[:1]
    captions = {view: _caption(view, hero, cast, style, world) for view in views}
    return {
        view: Prompt(page=0, positive=prompt_to_caption(words, cast, world, style.taught))
        for view, words in captions.items()
    }


def _caption(view: str, hero: Hero, cast: Sequence[Hero], style: Style, world: World) -> str:
    action = {"side": "walking", "happy": "cheering"}.get(view, "sitting")
    alone = hero.species not in world.people
    star = hero if alone else next(each for each in cast if each.species not in world.people)
    return picture_words(
        style=style.taught,
        star=star.words,
        action=action if action in world.actions else next(iter(world.actions)),
        companions=[] if alone else [hero.words],
        place=PLACE if PLACE in world.places else next(iter(world.places)),
        light="day",
        mood="sad" if view == "sad" and "sad" in world.moods else "",
        shot="middle" if view == "side" or not alone else "close",
        composition=_composition(view, world),
    )


def _composition(view: str, world: World) -> Composition:
    """How a view is composed, for a painter that knows such words."""
    if not (world.sides and world.poses):
        return Composition()
    poses, sides = list(world.poses), list(world.sides)
    return Composition(
        pose=poses[-1] if view == "happy" else poses[0],
        side=sides[-1] if view == "side" else sides[0],
        facing=sides[0] if view == "side" else sides[-1],
    )


def _judge(order: SheetOrder, critic: Critic, world: World) -> None:
    """Keep the better try of each view, and how like the hero's photos its coat is."""
    kept = {}
    for view, tries in order.views.items():
        there = {each: order.picture(view, each) for each in tries}
        scores = {}
        for request, path in there.items():
            if path.is_file():
                with Image.open(path) as image:
                    verdict = critic.judge(image.convert("RGB"), request.prompt, order.hero)
                scores[path] = verdict.score
        if scores:
            kept[view] = max(scores, key=scores.__getitem__)
    sheet = _sheet(order, {view: path.name for view, path in kept.items()})
    photos = _photos(order.hero)
    if photos and kept:
        coat, among = sheet_likeness(list(kept.values()), photos, world, open_pet_seer())
        sheet = sheet.but(coat=coat, coat_of_photos=among)
    if order.finish:  # after it was judged and compared
        _finish(kept.values(), order.finish)
    save_sheet(order.folder, sheet.but(made_from=order.made_from))
    for path in order.folder.iterdir():
        if path.name not in {NOTE, *sheet.pictures.values()}:
            path.unlink()


def _finish(pictures: Iterable[Path], finish: str) -> None:
    """Lay a finish on pictures, at a size at which its grain is finer than a pixel of theirs."""
    from storybook.images.finishing import finished

    for path in pictures:
        with Image.open(path) as image:
            size = (FINISHED_TIMES * image.width, FINISHED_TIMES * image.height)
            large = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        file = BytesIO()
        finished(large, finish, sheet=0).save(file, "PNG")
        write_whole(path, file.getvalue())


def _photos(hero: Hero) -> list[Path]:
    return hero_photos(hero.folder or hero.name)


def _sheet(order: SheetOrder, pictures: Mapping[str, str]) -> Sheet:
    return Sheet(hero=order.hero, style=order.style, pictures=dict(pictures))
