"""Who plays in a book, before it is told and after, and what its author changes in that."""

from storybook.authoring import edits
from storybook.authoring.history import step
from storybook.book.folder import Book
from storybook.errors import BookError, ConfigError, nearest
from storybook.parts import with_part
from storybook.records import Hero, Part
from storybook.stages.write import cast_of
from storybook.studio.studio import Studio


def cast_now(book: Book, studio: Studio) -> tuple[Hero, ...]:
    """Who plays in a book: as its story says, or as its summary is read while none is told."""
    if book.path(Book.STORY).is_file():
        return book.cast
    return cast_of(book, studio).heroes


def set_part(book: Book, studio: Studio, part: Part) -> None:
    """Let somebody of the cast look otherwise in this book, or be called by another pronoun.

    A part that wishes nothing leaves them as they were cast. Raises BookError for who does not
    play, or who is drawn as the painter was taught it; ConfigError for a coat that the studio's
    painter does not know.
    """
    cast = cast_now(book, studio)
    one = next((hero for hero in cast if hero.name == part.name), None)
    if one is None:
        names = [hero.name for hero in cast]
        raise BookError(f"There is no {part.name!r} in {book.folder}. {nearest(part.name, names)}")
    if part.look and part.look != one.look and is_drawn_as_taught(one, studio):
        raise BookError(f"{one.name} is drawn as the painter was taught it, whatever its look.")
    looks = studio.world.coats
    if part.look and studio.draws_the_world and part.look not in looks:
        raise ConfigError(f"No coat is {part.look!r}. {nearest(part.look, list(looks))}")
    brief = book.brief
    with step(book, f"{part.name} changed"):
        changed = brief.but(parts=with_part(brief.parts, part))
        edits.set_brief(book, changed, edits.version(brief))


def is_drawn_as_taught(hero: Hero, studio: Studio) -> bool:
    """Whether the studio's painter draws somebody by what it was taught, and by no look."""
    return studio.known((hero,))[0].taught is not None
