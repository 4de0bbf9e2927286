"""paint: pictures of free words, outside a book, with any studio, hero or adapter.

A picture is named by its seed and the digest of its request, as a book's are: one that is there
already is not drawn again, and none is ever written over.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from pydantic import Field

from storybook.config import DrawSettings, Settings, validated
from storybook.content_filter import check_allowed
from storybook.errors import ConfigError, NotForChildren, StorybookError
from storybook.files import write_whole
from storybook.hero.folder import hero_names, load_hero, load_heroes
from storybook.images.contact_sheet import contact_sheet
from storybook.models.prompt_syntax import plain
from storybook.models.scheduling import resolve_syntax
from storybook.models.weights import Adapter
from storybook.records import Candidate, Event, Hero, Prompt, Record, digest
from storybook.stages.draw import draw
from storybook.story.composition import composed
from storybook.story.prompt_to_caption import prompt_to_caption, stand_ins, unknown_words
from storybook.studio.studio import Studio
from storybook.studio.taught import goes_by_look

STYLE = "watercolour"
"""Of a painter of the drawn world, whose captions name one, where the words name none."""
MOST = 1000
USUAL_PX = 512
"""The side that people expect of a painter: Stable Diffusion 1.5's."""


class Wish(Record):
    """What is to be painted: `count` pictures, from the seeds `seed`, `seed` + 1 and so on."""

    words: str
    negative: str = ""
    heroes: tuple[str, ...] = ()
    """Names of hero folders."""
    count: int = Field(default=1, ge=1, le=MOST)
    seed: int = Field(default=1, ge=0, lt=2**32)


@dataclass(frozen=True, slots=True)
class PaintPlan:
    """The requests that a wish becomes, and what its author should know about them."""

    requests: tuple[Candidate, ...]
    cast: tuple[Hero, ...]
    """The heroes as the painter knows them."""
    notes: tuple[str, ...]
    folder: Path

    def picture(self, request: Candidate) -> Path:
        """Where a request's picture lies."""
        return self.folder / f"{request.seed:05d}-{request.id}.png"

    def refusal(self, request: Candidate) -> Path:
        """Where it is said that a picture was drawn and not kept."""
        return self.picture(request).with_suffix(".refused.json")

    @property
    def drawn(self) -> list[Path]:
        """The pictures that are there, by their seeds."""
        files = map(self.picture, self.requests)
        return [file for file in files if file.is_file()]

    @property
    def sheet(self) -> Path:
        """Where the contact sheet of all that are there lies: named by what it shows."""
        return self.folder / f"sheet-{digest([file.name for file in self.drawn])}.png"


def painting(settings: Settings, adapters: Sequence[str] = (), **sampling: object) -> Settings:
    """The settings with fields of `draw` changed that are not None, and `adapters` beside its own.

    Raises ConfigError that names the field, or the adapter that is not there.
    """
    for each in adapters:
        if not (path := Adapter.parse(each).path).exists():
            raise ConfigError(f"--adapter {each}: there is no {path}. Name a file of weights.")
    changes = {key: value for key, value in sampling.items() if value is not None}
    changes["adapters"] = (*settings.draw.adapters, *adapters)
    draw_ = validated(DrawSettings, settings.draw.model_dump() | changes, "paint")
    return settings.but(draw=draw_.model_dump())


def plan(wish: Wish, studio: Studio, folder: Path) -> PaintPlan:
    """What a wish asks of the studio's painter; nothing is drawn yet.

    A painter of the drawn world is told a caption that says what the words say. A hero whose token
    the words say comes along; one that they do not call is put in front of them. Raises ConfigError
    without words, NotForChildren for words of the list, HeroError for a hero that is not known.
    """
    words = " ".join(wish.words.split())
    negative = " ".join(wish.negative.split())
    if not any(sign.isalnum() for sign in words):
        raise ConfigError(f"paint {wish.words!r} has no words to draw a picture of.")
    if any("\ud800" <= sign <= "\udfff" for sign in words + negative):
        raise ConfigError(f"paint {wish.words!r} is not UTF-8 text.")
    if studio.settings.write.for_children:
        check_allowed(words, "The prompt")
    named, notes = _heroes(words, wish.heroes)
    cast = studio.known(named)
    notes += [
        f"{hero.name} was taught to another painter, and goes by its look here"
        for hero, known in zip(named, cast, strict=True)
        if goes_by_look(hero, known)
    ]
    if studio.draws_the_world:
        words, more = _as_the_world_says(words, cast, studio)
    else:
        words, more = _with_heroes(words, cast)
    prompt = Prompt(page=0, positive=words, negative=negative)
    ignored = resolve_syntax(words, studio.loras)[1] + resolve_syntax(negative)[1]
    if studio.settings.draw.adapters and studio.loras is None:
        notes.append("this painter takes no adapters: they change nothing")
    painter = studio.painter_name(cast, prompt)
    # One who draws the world learnt from captions that say how a picture is composed.
    world = studio.world if studio.draws_the_world else None
    requests = tuple(
        studio.sampling.request(
            prompt.but(positive=composed(words, seed, world)) if world else prompt, painter, seed
        )
        for seed in range(wish.seed, wish.seed + wish.count)
    )
    return PaintPlan(requests, cast, (*notes, *more, *ignored, *_about_size(studio)), folder)


def paint(plan: PaintPlan, studio: Studio) -> Iterator[Event]:
    """Draw what is not there yet, an event for each picture; then the sheet of two or more.

    Raises NotForChildren if the picture safety checker keeps back every one.
    """
    todo = [each for each in plan.requests if not _is_settled(plan, each, studio)]
    if todo:
        plan.folder.mkdir(parents=True, exist_ok=True)  # before time is spent, if it cannot be
        yield Event(stage="paint", done=0, total=len(todo), note="the painter gets ready")
        with studio.safety_checker() as checker, studio.painter(plan.cast) as painter:
            loras = studio.lora_hashes(each.prompt for each in todo)
            karras = studio.sampling.karras
            pictures = draw(todo, painter, karras=karras, loras=loras, checker=checker)
            for done, (request, png) in enumerate(pictures, start=1):
                note = f"seed {request.seed}"
                if png is None:
                    write_whole(plan.refusal(request), b"{}\n")
                    note += ": not for children, and not kept"
                else:
                    write_whole(plan.picture(request), png)
                    plan.refusal(request).unlink(missing_ok=True)
                yield Event(stage="paint", done=done, total=len(todo), note=note)
    if not plan.drawn:
        raise NotForChildren(
            "The picture safety checker kept back every picture. Say it in other words, or ask "
            "for others with another --seed."
        )
    if len(plan.drawn) > 1 and not plan.sheet.is_file():
        _lay_sheet(plan)


def _about_size(studio: Studio) -> tuple[str, ...]:
    """What there is to be said of small pictures that nobody asked to be small."""
    sampling, draw_ = studio.sampling, studio.settings.draw
    if max(sampling.width_px, sampling.height_px) >= USUAL_PX or draw_.width_px or draw_.height_px:
        return ()
    return (
        f"pictures are {sampling.width_px} x {sampling.height_px} px, as this painter was taught; "
        "for larger ones: a larger painter (--studio classic), or a book, which enlarges its "
        "pictures (--width and --height ask this one for more than it learnt)",
    )


def _is_settled(plan: PaintPlan, request: Candidate, studio: Studio) -> bool:
    """Whether a request has been drawn, and was kept or refused."""
    if plan.picture(request).is_file():
        return True
    return studio.safety_checker_path is not None and plan.refusal(request).is_file()


def _lay_sheet(plan: PaintPlan) -> None:
    shown = []
    for request in plan.requests:
        if (file := plan.picture(request)).is_file():
            with Image.open(file) as picture:
                shown.append((f"seed {request.seed}", picture.convert("RGB")))
    sheet = contact_sheet(shown, plan.requests[0].prompt.positive)
    file = io.BytesIO()
    sheet.save(file, "PNG")
    write_whole(plan.sheet, file.getvalue())


def _heroes(words: str, names: Sequence[str]) -> tuple[tuple[Hero, ...], list[str]]:
    """The heroes that are named, and those whose token the words say, with what is to be said."""
    named = {hero.name: hero for hero in load_heroes(names)}
    known = [hero for hero in _readable_heroes() if hero.token]
    notes = []
    for token in dict.fromkeys(hero.token for hero in known):
        owners = [hero for hero in known if hero.token == token]
        if not _says(words, token) or any(hero.token == token for hero in named.values()):
            continue
        called = " and ".join(hero.name for hero in owners)
        if len(owners) == 1:
            named[owners[0].name] = owners[0]
            notes.append(f"{token} is the hero {called}")
        else:
            notes.append(f"{token} is the token of {called}: say which one with --hero")
    return tuple(named.values()), notes


def _readable_heroes() -> Iterator[Hero]:
    """Those that can be read: a broken one that nobody asks for is no reason not to paint."""
    for name in hero_names():
        with suppress(StorybookError):
            yield load_hero(name)


def _as_the_world_says(
    words: str, cast: Sequence[Hero], studio: Studio
) -> tuple[str, tuple[str, ...]]:
    """The caption that says what the words say, and what it cannot say."""
    if cast and not any(_is_called(hero, words) for hero in cast):
        words = f"{' and '.join(hero.name for hero in cast)} {words}"
    for hero in cast:  # who reads words for the world knows names by their capitals
        words = _replaced(hero.name, hero.name, words)
    notes = list(stand_ins(words, studio.world))
    if unknown := unknown_words(words, cast, studio.world):
        notes.append(f"this painter has no words for: {', '.join(unknown)}")
    caption = prompt_to_caption(words, cast, studio.world, STYLE)
    if caption == words:  # a caption already, or words with A1111's marks
        caption = _named_as_known(words, cast)
        unmarked = prompt_to_caption(plain(words), cast, studio.world, STYLE)
        if unmarked != plain(words):
            notes.append(f"marked words are drawn as they stand; without marks they are {unmarked}")
    if caption != words:
        notes.append(f"drawn as: {caption}")
    return caption, tuple(notes)


def _with_heroes(words: str, cast: Sequence[Hero]) -> tuple[str, tuple[str, ...]]:
    """The words with heroes called as the painter knows them, and what became of them."""
    missing = [hero.words for hero in cast if not _is_called(hero, words)]
    drawn = ", ".join((*missing, _named_as_known(words, cast)))
    return drawn, () if drawn == words else (f"drawn as: {drawn}",)


def _named_as_known(words: str, cast: Sequence[Hero]) -> str:
    """The words with the names of heroes replaced by what the painter knows them by."""
    for hero in cast:
        if not (hero.token and _says(words, hero.token)):
            words = _replaced(hero.name, hero.words, words)
    return words


def _replaced(name: str, by: str, words: str) -> str:
    return re.sub(rf"\b{re.escape(name)}\b", lambda _: by, words, flags=re.IGNORECASE)


def _is_called(hero: Hero, words: str) -> bool:
    return _says(words, hero.name) or bool(hero.token and _says(words, hero.token))


def _says(words: str, word: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", words, re.IGNORECASE) is not None
