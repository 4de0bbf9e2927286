"""write: a summary becomes a story with a cast.

A brief that names a ready-made story has that one told, and no writer is asked.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace

from storybook.book.folder import Book
from storybook.book.printing import check_names, left_out
from storybook.content_filter import check_allowed
from storybook.errors import BookError, ReplyError
from storybook.files import write_whole
from storybook.models import Writer
from storybook.models.writers import all_of, known_name, missing
from storybook.naming import says_name
from storybook.parts import as_wished
from storybook.prompts import template
from storybook.ready_made.collection import story_named
from storybook.ready_made.nearest import nearest
from storybook.ready_made.telling import tell_ready_made
from storybook.records import Brief, Departure, Event, Hero, Story, digest
from storybook.story.casting import Cast, befriended, cast
from storybook.story.prompt_frame import PromptFrame
from storybook.story.sampling import StorySample, sample_stories, select_best
from storybook.story.told_languages import check_language
from storybook.studio.departures import carried, of_telling
from storybook.studio.studio import Studio
from storybook.studio.tellers import tellers_of, with_writer

Look = tuple[str, str, str]
"""Name, species and coat of somebody."""


def due(book: Book, studio: Studio) -> list[str]:
    """From what the story has to be made, if it has to be."""
    made_from, *earlier = digests_of(book, studio)
    return [made_from] if book.due(book.STORY, made_from, *earlier) else []


def digests_of(book: Book, studio: Studio) -> list[str]:
    """From what the story would be made today, and what earlier editions called the same."""
    if book.brief.story:
        tellings = [ready_made_story(book, studio)]
        if book.heroes()[1:]:
            tellings.append(_with_one_part(book, studio))
        return [digest(book.brief.heroes, story) for story in tellings]
    if studio.settings.write.also:
        # By names that are the same before weights are fetched and after: that makes nothing due.
        alone = [with_writer(studio, each) for each in all_of(studio.settings.write)]
        told = [_digests_of(book, each, known_name(each.settings.write))[0] for each in alone]
        return [digest(*told)]
    return _digests_of(book, studio, studio.writer_name)


def _digests_of(book: Book, studio: Studio, writer_name: str) -> list[str]:
    brief, who, how = book.brief, cast_of(book, studio), studio.settings.write
    words = studio.role_words
    if words:  # a teller of roles hears no looks: another one tells nothing anew
        who = _as_cast(brief, book.heroes(), studio)
    looks = _looks(who)
    # No title: it is put on the story, and `bind` prints the one that the brief says today.
    asked = (None, brief.ages, brief.language, brief.pages, brief.seed)
    texts = [template(name).text for name in ("outline", "page")] if how.outline else studio.frame
    settings = (how.attempts, how.candidates, how.outline, how.temperature)
    sources = [who.summary, looks, asked, texts, settings, words, writer_name]
    if studio.frame.plan and how.manner:
        sources.append(how.manner)
    if any(called := [hero.pronoun for hero in book.heroes()]):
        sources.append(called)
    if wished := [(part.name, part.pronoun) for part in brief.parts if part.pronoun]:
        sources.append(wished)
    renamed = _as_cast(brief, book.heroes(), studio, keep_names=False)
    read_before = [(renamed.summary, _looks(renamed))] if renamed != who else []
    read_before += _earlier_readings(book, studio, who)
    earlier = [digest(*read, *sources[2:]) for read in read_before]
    if how.nearest == "first":
        # A book that the writer told before there was this setting is not to be told anew.
        return [digest(*sources, how.nearest), digest(*sources), *earlier]
    return [digest(*sources), *earlier]


def _earlier_readings(book: Book, studio: Studio, who: Cast) -> Iterator[tuple[str, list[Look]]]:
    """What the writer was told by an earlier edition of this program, as far as that can be known.

    The same summary may be read in another way today, by which no finished book is to be told
    anew. So the story's own cast counts as well, unless its author has changed who is to star.
    """
    if not book.path(book.STORY).is_file():
        return
    heroes, then, asked = book.heroes(), book.cast_as_told, book.story.heroes
    if asked is not None and asked != book.brief.heroes:
        return  # whom the brief named, and does not any more
    if then[: len(heroes)] != tuple(
        hero.but(pronoun=hero.pronoun or told.pronoun)
        for hero, told in zip(heroes, then, strict=False)
    ):
        return
    kinds = (*studio.world.species, *studio.world.people)
    if studio.draws_the_world and any(each.species not in kinds for each in then):
        return  # a painter of anything drew them
    looks = [(each.name, each.species, each.look) for each in then]
    for summary in {who.summary, " ".join(book.brief.summary.split())}:
        yield summary, looks


def ready_made_story(book: Book, studio: Studio, heroes: tuple[Hero, ...] | None = None) -> Story:
    """The ready-made story that the brief names, about the brief's heroes or others."""
    about = book.heroes() if heroes is None else heroes
    ready = story_named(book.brief.story)
    story = tell_ready_made(ready, about, studio.world, limited=studio.draws_the_world)
    return story.but(title=book.brief.title or story.title, heroes=book.brief.heroes)


def _with_one_part(book: Book, studio: Studio) -> Story:
    """The same, as an earlier edition told it: about the first hero alone."""
    first, *others = book.heroes()
    story = ready_made_story(book, studio, (first,))
    says = "{} does not play: a ready-made story has a part for one hero."
    left = [Departure(kind="person", text=says.format(hero.name)) for hero in others]
    return story.but(departures=(*story.departures[:1], *left, *story.departures[1:]))


def run(book: Book, studio: Studio) -> Iterator[Event]:
    if book.brief.story:
        yield from _run_ready_made(book, studio)
    else:
        yield from _run_writer(book, studio)


def _run_ready_made(book: Book, studio: Studio) -> Iterator[Event]:
    for made_from in due(book, studio):
        story = ready_made_story(book, studio)
        check_names([hero.name for hero in story.cast[:1]], book.brief.font, book.brief.language)
        kept = carried(story.departures, _departures_before(book))
        book.save(book.STORY, story.but(departures=kept), made_from)
        yield Event(stage="write", done=1, total=1, note=f"{story.title}, ready-made")


def _run_writer(book: Book, studio: Studio) -> Iterator[Event]:
    for made_from in due(book, studio):
        story = yield from _told(book, studio)
        book.save(book.STORY, story, made_from)
        total = studio.settings.write.attempts
        if without := left_out(story, story.paragraphs, book.brief.font, book.brief.language):
            yield Event(stage="write", done=total, total=total, note=without)
        yield Event(stage="write", done=total, total=total, note=story.title)


def _told(book: Book, studio: Studio) -> Generator[Event, None, Story]:
    """The telling of a summary that becomes the book's story unless its author takes another."""
    if studio.settings.write.nearest == "first":
        total = studio.settings.write.attempts
        for note in check_asked(book, studio):
            yield Event(stage="write", done=0, total=total, note=note)
        if near := nearest_telling(book, studio):
            says = f"the nearest of the ready-made stories, {near.ready_made}, is told"
            yield Event(stage="write", done=total, total=total, note=says)
            return near
    told = yield from tell(book, studio)
    return with_departures(best_of(book, told, studio), book, studio)


def nearest_telling(book: Book, studio: Studio) -> Story | None:
    """The ready-made story that is nearest to a book's summary, with all that it leaves out."""
    story = nearest_to(book.brief, cast_of(book, studio), studio)
    return story and story.but(departures=carried(story.departures, _departures_before(book)))


def nearest_to(brief: Brief, who: Cast, studio: Studio) -> Story | None:
    """The same for the brief of no book."""
    summary, limited = who.summary, studio.draws_the_world
    near = nearest(brief, who, studio.world, limited=limited)
    if near is None:
        return None
    # Whom the cast adds to a summary, a friend for the star, plays in the writer's tellings alone.
    added = [one.name for one in who.heroes[1:] if not says_name(summary, one.name)]
    lost = [
        each
        for each in of_telling(brief, who, near.paragraphs, studio.world, limited=limited)
        if not any(says_name(each.text, name) for name in added)
    ]
    title, departures = brief.title or near.title, (*near.departures, *lost)
    return near.but(title=title, departures=departures, heroes=brief.heroes)


def tell(
    book: Book, studio: Studio, *, at_least: int = 1
) -> Generator[Event, None, list[StorySample]]:
    """Ask the studio's writer for tellings of the brief's summary, so many without faults.

    Raises what stands in the way of asking: a language that it does not tell in, words that are not
    for children, a name that cannot be printed.
    """
    brief, how, tellers = book.brief, studio.settings.write, tellers_of(studio)
    casts = [cast_of(book, teller) for teller in tellers]
    for note in check_asked(book, tellers[0]):
        yield Event(stage="write", done=0, total=how.attempts, note=note)
    if without := missing(how):
        yield Event(stage="write", done=0, total=how.attempts, note=without)
    told: list[StorySample] = []
    for teller, who in zip(tellers, casts, strict=True):
        by = teller.writer_name if how.also else ""
        yield from write(brief, who, teller, told, at_least=at_least, by=by)
    return told


def check_asked(book: Book, studio: Studio) -> tuple[str, ...]:
    """What is to be said of a summary before it is told; raises what `tell` raises."""
    brief, how, who = book.brief, studio.settings.write, cast_of(book, studio)
    check_language(brief, how)
    if how.for_children:
        check_allowed(brief.summary, "The summary")
    check_names([hero.name for hero in who.heroes], brief.font, brief.language)
    return (*(each.text for each in who.departures), *who.notes)


def write(
    brief: Brief,
    who: Cast,
    studio: Studio,
    told: list[StorySample],
    *,
    at_least: int = 1,
    by: str = "",
) -> Iterator[Event]:
    """Ask a studio's writer, and put its tellings behind those that are `told`, signed `by` it."""
    how, before = studio.settings.write, len(told)
    total = before + max(how.attempts, at_least)
    with studio.writer() as writer:
        for sample in samples_by(studio, writer, brief, who, at_least=at_least):
            if sample.story and by:
                sample = replace(sample, story=sample.story.but(told_by=by))
            told.append(sample)
            note = f"telling {len(told)}: {sample.complaint}" if sample.faults else ""
            yield Event(stage="write", done=len(told), total=total, note=note)
        if advice := getattr(writer, "advice", ""):  # a server's alone has any
            yield Event(stage="write", done=len(told), total=total, note=advice)


def samples_by(
    studio: Studio,
    writer: Writer,
    brief: Brief,
    who: Cast,
    *,
    frame: PromptFrame | None = None,
    attempts: int | None = None,
    candidates: int | None = None,
    at_least: int = 1,
) -> Iterator[StorySample]:
    """Tellings by a studio's writer, asked for as its settings say unless otherwise."""
    how = studio.settings.write
    return sample_stories(
        brief,
        who,
        studio.world,
        writer,
        frame or studio.frame,
        attempts=max(attempts or how.attempts, at_least),
        candidates=max(candidates or how.candidates, at_least),
        outline=how.outline,
        manner=how.manner,
        words=studio.role_words,
        for_children=how.for_children,
        at_least=at_least,
    )


def best_of(book: Book, told: Sequence[StorySample], studio: Studio) -> Story:
    """The best telling; raises ReplyError if none will do, and keeps the last one's reply."""
    try:
        return select_best(told, studio.writer_name)
    except ReplyError as fault:
        path = book.folder / "rejected" / "write.txt"
        write_whole(path, fault.reply.encode())
        raise ReplyError(f"{fault} Its reply is kept in {path}.", fault.reply) from None


def with_departures(story: Story, book: Book, studio: Studio) -> Story:
    """A telling with what it leaves out of the summary; what was accepted before stays so."""
    who, limited = cast_of(book, studio), studio.draws_the_world
    lost = of_telling(book.brief, who, story.paragraphs, studio.world, limited=limited)
    return story.but(departures=carried(lost, _departures_before(book)), heroes=book.brief.heroes)


def _departures_before(book: Book) -> tuple[Departure, ...]:
    """Those of the story that is told anew, so that what was accepted stays so."""
    try:
        return book.story.departures
    except BookError:
        return ()


def cast_of(book: Book, studio: Studio) -> Cast:
    """Who plays in a book, by its brief and its heroes' folders of today."""
    return cast_for(book.brief, book.heroes(), studio)


def cast_for(brief: Brief, heroes: tuple[Hero, ...], studio: Studio) -> Cast:
    """Who plays in a book of this brief, whose heroes these are, as its author wishes them."""
    who = _as_cast(brief, heroes, studio)
    return replace(who, heroes=as_wished(who.heroes, brief.parts))


def _as_cast(
    brief: Brief, heroes: tuple[Hero, ...], studio: Studio, *, keep_names: bool = True
) -> Cast:
    """Who plays as they are cast; an earlier edition gave a second hero another name."""
    summary = " ".join(brief.summary.split())
    who = cast(summary, heroes, studio.world, seed=brief.seed, limited=studio.draws_the_world)
    if not studio.role_words:
        return who
    given = [hero.name for hero in heroes] if keep_names else []
    return befriended(who, studio.world, seed=brief.seed, given=given)


def _looks(who: Cast) -> list[Look]:
    return [(hero.name, hero.species, hero.look) for hero in who.heroes]
