"""tell: a story outside a book, by any studio's writer."""

from storybook.authoring.new_book import checked
from storybook.hero.folder import load_heroes
from storybook.records import Brief, Story
from storybook.stages.write import cast_for, check_language, write
from storybook.studio.departures import of_telling
from storybook.studio.studio import Studio


def tell(brief: Brief, studio: Studio) -> Story:
    """The story of a brief, as `write` tells it for a book, with what it could not keep.

    Raises ConfigError for a language that the writer does not tell in, NotForChildren for words of
    the list, ReplyError if no telling can become a book of `brief.pages` pages.
    """
    how = studio.settings.write
    checked(brief, for_children=how.for_children)
    check_language(brief, how)
    who = cast_for(brief, load_heroes(brief.heroes), studio)
    with studio.writer() as writer:
        story = write(
            brief,
            who,
            studio.world,
            writer,
            studio.frame,
            attempts=how.attempts,
            candidates=how.candidates,
            outline=how.outline,
            words=studio.role_words,
            for_children=how.for_children,
        )
    limited = studio.draws_the_world
    lost = of_telling(brief, who, story.paragraphs, studio.world, limited=limited)
    return story.but(departures=lost, heroes=brief.heroes)
