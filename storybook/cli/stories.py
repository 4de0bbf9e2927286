"""`storybook stories`: ready-made stories, found and printed."""

import sys

from storybook.cli.options import Parser, from_1, runs
from storybook.errors import ConfigError
from storybook.hero.folder import load_hero
from storybook.ready_made.collection import ReadyMade, ready_made, story_named
from storybook.ready_made.find import StoryQuery, find_stories, is_of_kind
from storybook.ready_made.recast import as_it_stands, recast
from storybook.records import Hero
from storybook.terminal import print_wrapped

MOST = 20
INDENT = len("A-022  ")
"""What is said of a story stands below its title."""


def declare(parser: Parser) -> None:
    runs(
        parser,
        stories,
        """
  storybook stories --find "dog thunder"           the best first
  storybook stories --ages 3-5 --manner bedtime --animal cat
  storybook stories --hero rex                     those that Rex can star in
  storybook stories A-022                          the whole of one
  storybook stories A-022 --hero rex               with Rex in its star's part
""",
    )
    parser.add_argument("id", nargs="?", metavar="ID", help="print this one, such as A-022")
    parser.add_argument("--find", default="", metavar="WORDS", help="the best by these words")
    parser.add_argument("--ages", choices=("3-5", "6-8"), help="whom they are for")
    parser.add_argument("--manner", choices=("plain", "bedtime", "rhyme"), help="how they tell")
    parser.add_argument("--animal", default="", metavar="KIND", help="who stars, such as dog")
    parser.add_argument("--hero", metavar="NAME", help="those that this hero can star in")
    parser.add_argument("--pictures", action="store_true", help="with ID: what pictures show")
    parser.add_argument("--most", type=from_1, help=f"how many (default: {MOST})")


def stories(
    id: str | None,
    find: str,
    ages: str | None,
    manner: str | None,
    animal: str,
    hero: str | None,
    pictures: bool,
    most: int | None,
) -> None:
    """List the stories that are asked for, or print the one that is named."""
    star = load_hero(hero) if hero else None
    if id:
        if find or ages or manner or animal or most:
            raise ConfigError(
                "A story that is named is printed whole: only --hero and --pictures go with it."
            )
        _print(story_named(id), star, pictures=pictures)
        return
    if pictures:
        raise ConfigError("--pictures: name the story whose pictures it is about, such as A-022.")
    most = most or MOST
    _check_animal(animal)
    wanted = StoryQuery(find, ages, manner, animal, star)
    found = find_stories(wanted)
    for story in found[:most]:
        facts = f"{story.star.kind}, ages {story.ages}, {story.manner}, {len(story.pages)} pages"
        print_wrapped(f"{story.id}  {story.title} ({facts})", rest=INDENT)
        print_wrapped(story.summary, INDENT)
    if not found:
        print("No story is so. Say fewer words, or leave one of the other options out.")
    elif len(found) > most:
        more = f"These are {most} of {len(found)}. For others: --most {len(found)}"
        print(f"{more}, or more words.", file=sys.stderr)


def _check_animal(animal: str) -> None:
    """Raise ConfigError for a kind that stars in no story."""
    if animal and not any(is_of_kind(story, animal) for story in ready_made().values()):
        raise ConfigError(
            f"--animal {animal}: it stars in no story. Leave it out and look for the word: "
            f"storybook stories --find {animal}"
        )


def _print(story: ReadyMade, hero: Hero | None, *, pictures: bool) -> None:
    """A story from end to end, about a hero if one is named."""
    retold = recast(story, hero) if hero else as_it_stands(story)
    print(f"{story.id}  {retold.title}")
    facts = f"Ages {story.ages}, {story.manner}, {len(story.pages)} pages."
    print_wrapped(f"{facts} Summary: {retold.summary}")
    cast = "; ".join(f"{one.name}, {one.kind} ({one.look})" for one in story.cast)
    print_wrapped(f"With {cast}")
    if hero:
        print_wrapped(retold.line)
    for number, page in enumerate(retold.pages, 1):
        print()
        first, *others = page.text.splitlines()
        print_wrapped(f"{number}. {first}", rest=3)
        for line in others:
            print_wrapped(line, 3)
        if pictures:
            print_wrapped(f"[{page.picture}]", 3)
    star = f" --hero {hero.folder or hero.name.lower()}" if hero else ""
    print(f"\nMake a book of it: storybook new FOLDER --story {story.id}{star}", file=sys.stderr)


DECLARE = {"stories": declare}
