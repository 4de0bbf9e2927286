"""Departures: what a book could not keep of what its author asked for, until they say it is fine.

`write` finds what its telling lost and keeps it in `story.json`. What pictures cannot show depends
on the painter at hand, so it is looked for in today's prompts, and kept there when they are made.
Nothing is made from a departure: to accept one makes nothing due, and is no edit of the story.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from storybook.book.folder import Book
from storybook.errors import BookError
from storybook.models.scheduling import resolve_syntax
from storybook.naming import is_english
from storybook.readability import sentences, words
from storybook.records import COVER, Brief, Departure, Hero, Prompt, Record, Scene
from storybook.story.casting import Cast, cast
from storybook.story.coverage import TOLD_SHARE, stem
from storybook.story.picture_words import stand_ins_in
from storybook.story.prompt_to_caption import unknown_words
from storybook.story.untold import phrases, untold
from storybook.studio.studio import Studio
from storybook.studio.taught import goes_by_look
from storybook.world import MOST_COMPANIONS, World

OF_PICTURES = ("look", "words", "undrawn")
"""Kinds that are found in prompts; the others are of the telling."""
ASKS = frozenset(
    """
    picture painting drawing illustration style image scene fur coat stripes spots sky
    """.split()  # noqa: SIM905
)
"""Words by which people ask for a picture, and what is in it whether it is asked for or not."""
BODY = frozenset(
    """
    nose chin face ear ears head paw paws tail eye eyes mouth back leg legs
    """.split()  # noqa: SIM905
)
"""What is in a picture of anybody."""
MOST_THINGS = 12
"""So many things that pictures leave out are named."""
COLOURS = "purple violet lilac pink blue turquoise green teal rainbow"
"""What fur has in stories, and no coat of a drawn world, unless it says so."""


class Listed(Record):
    """A departure as people are told of it, with all pages that it is on."""

    number: int
    """What it is called by, from 1; it stays while others are accepted."""
    kind: str
    text: str
    pages: tuple[int, ...] = ()
    """By their own numbers, which need not be where they stand; none: it is the whole book's."""
    fine: bool = False


def of_telling(
    brief: Brief, who: Cast, pages: Sequence[str], world: World, *, limited: bool
) -> tuple[Departure, ...]:
    """Where a telling departs from its summary; what it left out is looked for in English only.

    `limited`: the painter draws the world's species and coats only.
    """
    found = list(who.departures)
    if limited:
        found += _recoloured(who, world)
    if is_english(brief.language):
        found += untold(who.summary, pages, who.heroes, world)
    return tuple(found)


def carried(now: Iterable[Departure], before: Iterable[Departure]) -> tuple[Departure, ...]:
    """`now`, each once; what was accepted in `before` and is found again stays accepted."""
    fine = {(each.text, each.page) for each in before if each.fine}
    return tuple(
        dict.fromkeys(each.but(fine=each.fine or (each.text, each.page) in fine) for each in now)
    )


def departures(book: Book, studio: Studio) -> tuple[Departure, ...]:
    """All departures of a book as it is now, accepted ones too; none while no story is told.

    What its author has written into the pages since is none any more.
    """
    if not book.path(book.STORY).is_file():
        return ()
    kept, texts = book.story.departures, texts_of(book)
    of_words = [each for each in kept if each.kind not in OF_PICTURES and not _is_told(each, texts)]
    return (*of_words, *carried(_of_pictures(book, studio), kept))


def texts_of(book: Book) -> list[str]:
    """What the pages say today; the story's paragraphs until there are pages."""
    if not book.path(book.SCENES).is_file():
        return list(book.story.paragraphs)
    return [scene.text for scene in book.scenes if scene.page != COVER]


def keep_departures(book: Book, studio: Studio) -> None:
    """Keep in `story.json` what pictures cannot show today, too."""
    story = book.story
    shown = carried(_of_pictures(book, studio), story.departures)
    of_words = [
        each
        for each in story.departures
        if each.kind not in OF_PICTURES or (each.fine and each not in shown)
    ]
    now = story.but(departures=(*of_words, *shown))
    if now != story:
        book.annotate(book.STORY, now)


def keep_lost(book: Book, who: Cast, before: Sequence[str], world: World) -> None:
    """Keep, too, what the pages said `before` a page was told again, and do not say any more."""
    if not is_english(book.brief.language):
        return
    known = {each.text for each in untold(who.summary, before, who.heroes, world)}
    now = untold(who.summary, texts_of(book), who.heroes, world)
    lost = [each for each in now if each.text not in known]
    with book.lock():
        story = book.story
        both = carried((*story.departures, *lost), story.departures)
        if both != story.departures:
            book.annotate(book.STORY, story.but(departures=both))


def listed(book: Book, studio: Studio) -> tuple[Listed, ...]:
    """The departures as people are told of them: the same one on several pages is one."""
    groups: dict[tuple[str, str], list[Departure]] = {}
    for each in departures(book, studio):
        groups.setdefault((each.kind, each.text), []).append(each)
    return tuple(
        Listed(
            number=number,
            kind=kind,
            text=text,
            fine=all(each.fine for each in group),
            pages=tuple(each.page for each in group if each.page is not None),
        )
        for number, ((kind, text), group) in enumerate(groups.items(), 1)
    )


def accept(
    book: Book, studio: Studio, numbers: Sequence[int] = (), *, fine: bool = True
) -> list[Listed]:
    """Say of departures, by their numbers or of all, that they are fine, or are not after all.

    Returns those of which it was said. Raises BookError for a number that there is not.
    """
    with book.lock():
        known = {each.number: each for each in listed(book, studio)}
        if missing := [number for number in numbers if number not in known]:
            many = f"What it could not keep is numbered from 1 to {len(known)}"
            raise BookError(
                f"{book.folder} has no line {missing[0]} to accept. "
                f"{many if known else 'There is nothing that it could not keep'}; see: "
                f"storybook status {book.folder}"
            )
        chosen = [known[number] for number in numbers or known if known[number].fine != fine]
        texts = {each.text for each in chosen}
        now = {
            each: each.but(fine=fine) if each.text in texts else each
            for each in (*book.story.departures, *departures(book, studio))
        }
        if texts:
            unique = {(each.kind, each.text, each.page): each for each in now.values()}
            book.annotate(book.STORY, book.story.but(departures=tuple(unique.values())))
        return chosen


def _is_told(departure: Departure, texts: Sequence[str]) -> bool:
    """Whether a page, with the one after it, says at least half of its words."""
    if not departure.words:
        return False
    stems = [{stem(word.lower()) for word in words(text)} for text in texts]
    needed = set(departure.words)
    return any(
        len(needed & (page | after)) >= TOLD_SHARE * len(needed)
        for page, after in zip_longest(stems, stems[1:], fillvalue=set())
    )


def _recoloured(who: Cast, world: World) -> Iterator[Departure]:
    """Animals whose colour no coat of the world has."""
    colours = "|".join(word for word in COLOURS.split() if not world.find("coats", word))
    for hero in who.heroes:
        kinds = world.species[hero.species].words if hero.species in world.species else ()
        kind = "|".join(map(re.escape, (hero.species, *kinds)))
        match = re.search(rf"\b({colours}) (?:[a-z]+ ){{0,2}}?(?:{kind})\b", who.summary, re.I)
        if match and hero.look and match[1].lower() not in hero.look:
            says = f"No {hero.species} can be drawn {match[1].lower()}: no coat is."
            yield Departure(kind="animal", text=says)


def _of_pictures(book: Book, studio: Studio) -> list[Departure]:
    """What no picture of the book shows, though its author asked for it."""
    cast = book.cast
    known = studio.known(cast)
    found = [
        Departure(
            kind="look",
            text=f"{hero.name} was taught to another painter, and goes by its look here.",
        )
        for hero, here in zip(cast, known, strict=True)
        if goes_by_look(hero, here)
    ]
    if not book.path(book.SCENES).is_file():
        return found
    found += _told_only(book, studio)
    found += _not_in_pictures(book, studio)
    for scene in book.scenes:
        found += _too_much(scene, studio.world)
        if book.prompt_of(scene.page).is_file():
            found += _ignored(book.prompt(scene.page), known, studio)
    return list(dict.fromkeys(found))


def _told_only(book: Book, studio: Studio) -> Iterator[Departure]:
    """Things of the summary that the pages tell of, and that a painter of the drawn world lacks.

    Only what the writer was taught as a thing counts: nobody can draw a birthday or a secret.
    """
    taught = studio.role_words
    if taught is None or not studio.draws_the_world or not is_english(book.brief.language):
        return
    things = {thing.split()[-1] for thing in taught.things}
    summary, story = book.brief.summary, " ".join(texts_of(book)).lower()
    unknown = set(_unknown_things(summary, book.cast, studio.world))
    for each in (each for part in sentences(summary) for each in phrases(part)):
        head = each.heads[-1]
        if head in unknown & things and re.search(rf"\b{re.escape(head)}", story):
            name = f"{each.said[0].upper()}{each.said[1:]}"
            yield Departure(kind="undrawn", text=f"{name} is told of but cannot be drawn.")


def _not_in_pictures(book: Book, studio: Studio) -> Iterator[Departure]:
    """What a teller says that pictures show, and no painter of the drawn world can, in one line.

    What is on one page alone, and not in the summary, is scenery, and is not counted up.
    """
    if not studio.draws_the_world:
        return
    pages: dict[str, list[int]] = {}
    for scene in book.scenes:
        for thing in _unknown_things(scene.picture, book.cast, studio.world):
            pages.setdefault(thing, []).append(scene.page)
    summary = book.brief.summary.lower()
    named = [
        f"{thing} (page {', '.join(map(str, on))})"
        for thing, on in pages.items()
        if thing not in BODY and (len(on) > 1 or re.search(rf"\b{re.escape(thing)}", summary))
    ]
    yield from _drawn_as_close_to(book, studio)
    if named:
        more = f" and {len(named) - MOST_THINGS} more" if len(named) > MOST_THINGS else ""
        says = f"The pictures leave out: {', '.join(named[:MOST_THINGS])}{more}."
        yield Departure(kind="undrawn", text=says)


def _drawn_as_close_to(book: Book, studio: Studio) -> Iterator[Departure]:
    """What is drawn as something that only comes close to it, in one line."""
    pages: dict[str, list[int]] = {}
    for scene in book.scenes:
        for said in stand_ins_in(scene.picture, scene.place, scene.things, studio.world):
            pages.setdefault(said, []).append(scene.page)
    if pages:
        said = [f"{each} (page {', '.join(map(str, on))})" for each, on in pages.items()]
        more = f" and {len(said) - MOST_THINGS} more" if len(said) > MOST_THINGS else ""
        says = f"Drawn as what comes closest: {', '.join(said[:MOST_THINGS])}{more}."
        yield Departure(kind="undrawn", text=says)


def _too_much(scene: Scene, world: World) -> Iterator[Departure]:
    """Who and what a scene has more than one picture is asked to show."""
    for name in scene.cast[1 + MOST_COMPANIONS :]:
        says = f"{name} is not in the picture: it has room for {1 + MOST_COMPANIONS}."
        yield Departure(kind="undrawn", text=says, page=scene.page)
    named = world.find("things", scene.text)
    for thing in scene.things[1:]:
        if thing not in named:  # else it is only read from the text, and nobody asked for it
            says = f"The {thing} is not in the picture, which shows one thing: the "
            yield Departure(kind="undrawn", text=f"{says}{scene.things[0]}.", page=scene.page)


def _ignored(prompt: Prompt, known: Sequence[Hero], studio: Studio) -> Iterator[Departure]:
    """What a page's prompt says and its painter ignores."""
    marks = resolve_syntax(prompt.positive, studio.loras)[1] + resolve_syntax(prompt.negative)[1]
    for note in marks:
        yield Departure(kind="words", text=f"{note.rstrip('.')}.", page=prompt.page)
    if not studio.draws_the_world:
        return
    positive = prompt.positive
    present = [hero for hero in known if hero.words in positive or hero.name in positive]
    for each in cast(positive, present, studio.world, seed=0).departures:
        if each.kind == "animal":
            yield each.but(page=prompt.page)
    for thing in _unknown_things(positive, known, studio.world):
        says = f"The painter has no picture of “{thing}”."
        yield Departure(kind="words", text=says, page=prompt.page)


def _unknown_things(words: str, heroes: Sequence[Hero], world: World) -> Iterator[str]:
    """Of the words that the world has none for, those that name things."""
    named = {head for each in phrases(words) for head in each.heads} - ASKS
    forms = set(map(stem, world.vocabulary))
    for word in unknown_words(words, heroes, world):
        if word in named and stem(word) not in forms:
            yield word
