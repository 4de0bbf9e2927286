"""What stands on the back of a book, by the studio's writer."""

from storybook.book.folder import Book
from storybook.content_filter import unkind_words
from storybook.errors import ReplyError
from storybook.models import Writer
from storybook.prompts import template
from storybook.records import COVER
from storybook.stages import bind
from storybook.studio.studio import Studio

TRIES, WORDS = 3, 90
LEAST, MOST = 12, 90
"""How many words a blurb has."""


def blurb_by_writer(book: Book, studio: Studio) -> str:
    """A few sentences for the back; empty where the writer has none: the summary stands there."""
    if not has_writer_for_blurbs(book, studio):
        return ""
    with studio.writer() as writer:
        return _told(book, writer)


def has_writer_for_blurbs(book: Book, studio: Studio) -> bool:
    """Whether the studio's writer can be asked; the starter's own knows only how to tell tales."""
    return not studio.role_words and studio.settings.write.tells_in(book.brief.language)


def _told(book: Book, writer: Writer) -> str:
    star = book.cast[0].name
    question = template("blurb").fill(
        language=book.brief.language,
        title=bind.story_of(book).title,
        hero=star,
        story="\n".join(scene.text for scene in book.scenes if scene.page != COVER),
    )
    seeds = range(book.brief.seed, book.brief.seed + TRIES)
    for reply in writer.tell_each(question, seeds=seeds, max_words=WORDS):
        if isinstance(reply, ReplyError):
            continue
        text = " ".join(reply.split()).strip('"')
        if star in text and LEAST <= len(text.split()) <= MOST and not unkind_words(text):
            return text
    return ""
