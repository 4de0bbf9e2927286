"""Whether a writer tells in the language of a brief: said before it is asked."""

from storybook.config import WriteSettings
from storybook.errors import ConfigError
from storybook.records import Brief
from storybook.summary.language import english_of


def check_told(brief: Brief, how: WriteSettings) -> None:
    """Raise ConfigError if nobody tells the book in its language."""
    if not brief.story:
        check_language(brief, how)


def check_language(brief: Brief, how: WriteSettings) -> None:
    """Raise ConfigError if the book's language is not one that the writer tells in."""
    told = how.told_languages
    server = "or use a server's writer (write.writer = 'server')."
    remedy = f"Write the summary in English, {server}"
    if not how.tells_in(brief.language):
        known = "English" if told == ("en",) else ", ".join(told)
        remedy = f"Give the book a language that it tells in, {server}"
        raise ConfigError(
            f"This studio's writer tells in {known}, not {brief.language!r}. {remedy}"
        )
    if told == ("en",) and not (english := english_of(brief.summary)).enough:
        known = english.known
        raise ConfigError(
            f"This studio's writer reads English, and of the {english.count} words of the summary "
            f"that are no names {known or 'none'} {'is' if known < 2 else 'are'}. {remedy}"
        )
