"""A writer's reply as the story that is read from it, and what all ways of telling say of one."""

import re

from storybook.errors import ReplyError
from storybook.models import Writer
from storybook.models.prose import MOST_TITLE
from storybook.naming import is_english
from storybook.readability import TARGETS
from storybook.records import Brief, Hero, Story
from storybook.story.casting import Cast
from storybook.world import article

TITLE = re.compile(r"^\W*Title\s*[:：]\s*(.+)$", re.IGNORECASE)
ReadReply = tuple[Story, str] | ReplyError
"""A story with the reply that it was read from, or why there is none."""


def introduced(hero: Hero) -> str:
    """The hero as the prompts introduce it: `Biscuit, an orange striped cat`."""
    return f"{hero.name}, {article(f'{hero.look} {hero.species}'.strip())}"


def read_reply(reply: str, brief: Brief, who: Cast, writer: Writer) -> ReadReply:
    """A reply's title and paragraphs."""
    lines = [" ".join(line.split()) for line in reply.split("\n") if line.strip()]
    title = TITLE.match(lines[0]) if lines else None
    paragraphs = lines[1:] if title else lines
    if not paragraphs:
        return ReplyError(f"{writer.name} gave a title and no story", reply)
    heading = title_of(title[1] if title else "", brief, who.heroes[0].name)
    return Story(title=heading, paragraphs=tuple(paragraphs), cast=who.heroes), reply


def title_of(said: str, brief: Brief, star: str) -> str:
    """The author's title, or else what the writer said if it can be one, or else the star's."""
    said = " ".join(said.split()).strip(" \"'.*#")
    if not any(map(str.isalnum, said)) or len(said) > MOST_TITLE:
        said = f"{star}'s Story" if is_english(brief.language) else star
    return brief.title or said


def room_for(brief: Brief, pages: int) -> int:
    """Words that a whole story may take, with room for one told at too great length."""
    return round(1.4 * pages * TARGETS[brief.ages].page_words[1]) + 40
