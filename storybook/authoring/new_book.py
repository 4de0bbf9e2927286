"""What stands between a wish and a book: ideas, a draft that outlives a closed window, a name."""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from random import Random

from pydantic import ValidationError

from storybook.book.folder import Book, slug
from storybook.book.printing import check_brief
from storybook.config import shipped, validated
from storybook.content_filter import check_allowed
from storybook.errors import ConfigError, StorybookError
from storybook.files import write_whole
from storybook.hero.folder import hero_names, load_hero, load_heroes
from storybook.press.scripts import tag_of
from storybook.prompts import Template, style
from storybook.ready_made.collection import BOOK_AGES, story_named
from storybook.ready_made.recast import recast
from storybook.records import Ages, Brief, Hero, Record, digest
from storybook.story.parts import Means, coat_of
from storybook.summary import Character, names_in, read_summary
from storybook.world import load_world

IDEAS = "ideas"
DRAFT = ".new-book.json"
PREPOSITIONS = {"beach": "at", "pond": "at", "mountain": "on"}
WHERE = re.compile(r"\s*\bIt happens (?:in|at|on) the ([\w ]+)\.\s*$")
"""What `at_place` says at the end of a summary."""

NEW = {"finish": True}
"""What new books are, and those of earlier editions are not."""


class Draft(Record):
    """A brief that is being written: its summary may still be empty."""

    summary: str = ""
    title: str = ""
    heroes: tuple[str, ...] = ()
    style: str = "watercolour"
    ages: Ages = "3-5"
    pages: int = 12
    language: str = "en"
    format: str = "square-8.5"
    seed: int = 1
    story: str = ""
    """The ready-made story that the book is to be of; empty: the writer tells the summary."""
    finish: bool = True


def ideas(hero: Hero, count: int, seed: int) -> list[str]:
    """Summaries of a line that star `hero`; another seed, other ones."""
    lines = shipped("prompts", f"{IDEAS}.txt").read_text(encoding="utf-8").splitlines()
    chosen = Random(seed).sample(lines, count)
    star = f"{hero.name} the {hero.species}"
    return [Template(IDEAS, line).fill(hero=star) for line in chosen]


def at_place(summary: str, place: str) -> str:
    """The summary with a sentence at its end that says where it happens; "" takes it away.

    >>> at_place("Pip is lost. It happens in the snow.", "beach")
    'Pip is lost. It happens at the beach.'
    """
    rest = WHERE.sub("", summary).strip()
    says = f"It happens {PREPOSITIONS.get(place, 'in')} the {place}." if place else ""
    return " ".join(filter(None, (rest, says)))


def place_said(summary: str) -> str:
    """The place that `at_place` put into a summary; empty if none."""
    match = WHERE.search(summary)
    return match[1] if match else ""


def load_draft(books: Path) -> Draft:
    """The draft that was left on the shelf; an empty one if there is none that can be read."""
    try:
        return Draft.model_validate_json((books / DRAFT).read_bytes())
    except (OSError, ValidationError):
        return Draft()


def save_draft(books: Path, draft: Draft) -> None:
    """Keep a draft until its book is begun."""
    write_whole(books / DRAFT, draft.model_dump_json().encode())


def drop_draft(books: Path) -> None:
    """Forget the draft."""
    (books / DRAFT).unlink(missing_ok=True)


def brief_of(draft: Draft, *, for_children: bool = True) -> Brief:
    """The brief that a draft asks for, checked down to its style, format and heroes.

    Raises ConfigError, HeroError or NotForChildren in one line.
    """
    if draft.story:
        fields = draft.model_dump(include={"heroes", "style", "format", "seed", "finish"})
        return brief_of_story(draft.story, fields | ({"title": draft.title} if draft.title else {}))
    if not draft.summary.strip():
        raise StorybookError("Say in a sentence or two what the story is about, or tap an idea.")
    given = {key: value for key, value in draft.model_dump().items() if value != ""}
    return checked(validated(Brief, given, "the book"), for_children=for_children)


def checked(brief: Brief, *, for_children: bool = True) -> Brief:
    """The brief, its language's tag as tags are written.

    Raises if its style, format or a hero is unknown, its language none, or a word unkind.

    And if its title, its language, its star's name or one in its summary cannot be printed.
    """
    style(brief.style)
    tag = tag_of(brief.language)
    if not tag:
        raise ConfigError(
            f"{brief.language!r} is no tag of a language. Write one such as de, pt-BR or zh-Hant."
        )
    brief = brief if tag == brief.language else brief.but(language=tag)
    stars = [hero.name for hero in load_heroes(brief.heroes)]
    names = names_in(brief.summary, load_world(shipped("assets")))
    check_brief(brief, "".join(stars[:1]), names)
    if for_children:
        check_allowed(f"{brief.summary} {brief.title or ''}", "The summary")
    return brief


def brief_of_story(name: str, given: Mapping[str, object]) -> Brief:
    """The brief of a book of the ready-made story `name`, with what else was `given` in it.

    Its summary, ages and pages are the story's. Raises ConfigError if there is no such story, if
    the first of the heroes cannot take its star's part, or if it is asked for in other pages.
    """
    story, heroes = story_named(name), load_heroes(given.get("heroes", ()))
    many = len(story.pages)
    for key, own, why in (
        ("summary", None, "it has a summary of its own"),
        ("pages", many, f"it has {many} pages"),
        ("language", "en", "ready-made stories are in English"),
    ):
        if key in given and given[key] != own:
            raise ConfigError(f"--story {story.id} with --{key}: {why}. Leave --{key} out.")
    own = {
        "summary": recast(story, heroes[0]).summary if heroes else story.summary,
        "ages": BOOK_AGES[story.ages],
        "pages": many,
        "story": story.id,
    }
    return checked(validated(Brief, NEW | own | dict(given), "the brief"), for_children=False)


def brief_asked(given: Mapping[str, object], where: str, *, for_children: bool) -> Brief:
    """The brief of what was asked for in so many words: of a ready-made story, or of a summary.

    Who stars in a summary is read in it, where `heroes` are not given. Raises as `checked` does,
    with `where` it was asked.
    """
    fields = {key: value for key, value in given.items() if key != "story"}
    if given.get("story"):
        return brief_of_story(str(given["story"]), fields)
    if "heroes" not in fields and isinstance(summary := fields.get("summary"), str):
        fields |= {"heroes": named} if (named := heroes_named(summary)) else {}
    return checked(validated(Brief, NEW | fields, where), for_children=for_children)


def heroes_named(summary: str) -> tuple[str, ...]:
    """Folders of the heroes that a summary names, for one that nobody has chosen heroes for.

    Only whom the summary says nothing else of, neither another kind nor another coat, and by names
    that one hero alone has. A hero that cannot be read is nobody.
    """
    world, known = load_world(shipped("assets")), {}
    for folder in hero_names():
        with suppress(StorybookError):
            hero = load_hero(folder)
            known.setdefault(hero.name.lower(), []).append((folder, hero))
    reading = read_summary(summary, world)
    means = Means(world, Random(0), reading.text, limited=True)
    found = []
    for one in reading.characters:
        alike = known.get(one.name.lower(), [])
        if len(alike) == 1 and _may_be(one, alike[0][1], means):
            found.append(alike[0][0])
    return tuple(found)


def _may_be(one: Character, hero: Hero, means: Means) -> bool:
    """Whether what a summary says of somebody is true of a hero."""
    noun = one.kind.word if one.kind else ""
    kind = one.open or noun == hero.kind or one.species == hero.species
    coat = coat_of(one, means)
    return one.is_animal and kind and (not coat or not hero.look or coat == hero.look)


def folder_name(brief: Brief) -> str:
    """A folder's name for a book, always the same for the same brief."""
    return f"{slug(brief.title or brief.summary)[:32].strip('-')}-{digest(brief)[:6]}"


def begin(books: Path, brief: Brief) -> Book:
    """A new book on the shelf; one that was asked for in the same words gets a number."""
    name = folder_name(brief)
    taken = (number for number in range(2, 10_000) if not (books / f"{name}-{number}").exists())
    folder = books / name if not (books / name).exists() else books / f"{name}-{next(taken)}"
    return Book.create(folder, brief)
