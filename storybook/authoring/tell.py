"""tell: a story outside a book, as a studio's book would have it."""

from storybook.authoring.new_book import checked
from storybook.hero.folder import load_heroes
from storybook.records import Brief, Story
from storybook.stages.write import cast_for, nearest_to, write
from storybook.story.sampling import StorySample, select_best
from storybook.story.told_languages import check_language
from storybook.studio.departures import of_telling
from storybook.studio.studio import Studio
from storybook.studio.tellers import tellers_of


def tell(brief: Brief, studio: Studio) -> Story:
    """The story of a brief, as `write` tells it for a book, with what it could not keep.

    Raises ConfigError for a language that the writer does not tell in, NotForChildren for words of
    the list, ReplyError if no telling can become a book of `brief.pages` pages.
    """
    how = studio.settings.write
    checked(brief, for_children=how.for_children)
    check_language(brief, how)
    who = cast_for(brief, load_heroes(brief.heroes), studio)
    if how.nearest == "first" and (near := nearest_to(brief, who, studio)):
        return near
    told: list[StorySample] = []
    for teller in tellers_of(studio):
        asked = cast_for(brief, load_heroes(brief.heroes), teller)
        by = teller.writer_name if how.also else ""
        for _ in write(brief, asked, teller, told, by=by):
            pass  # nobody watches
    story = select_best(told, studio.writer_name)
    limited = studio.draws_the_world
    lost = of_telling(brief, who, story.paragraphs, studio.world, limited=limited)
    return story.but(departures=lost, heroes=brief.heroes)
