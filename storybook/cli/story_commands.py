"""What `storybook stories` does: it finds ready-made stories and prints them. Front end only."""

import sys
from argparse import Namespace

from rich.console import Console

from storybook.errors import ConfigError
from storybook.hero.folder import load_hero
from storybook.ready_made.collection import ReadyMade, ready_made, story_named
from storybook.ready_made.find import Wanted, find_stories, is_of_kind
from storybook.ready_made.recast import as_it_stands, recast
from storybook.records import Hero
from storybook.terminal import shortened


def stories(options: Namespace) -> None:
    """List the stories that are asked for, or print the one that is named."""
    hero = load_hero(options.hero) if options.hero else None
    if options.id:
        _print(story_named(options.id), hero, pictures=options.pictures)
        return
    _check_animal(options.animal)
    wanted = Wanted(options.find, options.ages, options.manner, options.animal, hero)
    found, console = find_stories(wanted), Console()
    for story in found[: options.most]:
        facts = f"{story.star.kind}, ages {story.ages}, {story.manner}, {len(story.pages)} pages"
        line = f"{story.id}  {story.title} ({facts})  {story.summary}"
        print(shortened(line, console.width) if console.is_terminal else line)
    if not found:
        print("No story is so. Say fewer words, or leave one of the other options out.")
    elif len(found) > options.most:
        more = f"These are {options.most} of {len(found)}. For others: --most {len(found)}"
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
    told = recast(story, hero) if hero else as_it_stands(story)
    print(f"{story.id}  {told.title}")
    print(f"Ages {story.ages}, {story.manner}, {len(story.pages)} pages. Summary: {told.summary}")
    print("With " + "; ".join(f"{one.name}, {one.kind} ({one.look})" for one in story.cast))
    if hero:
        print(told.line)
    for number, page in enumerate(told.pages, 1):
        print(f"\n{number}. {page.text}")
        if pictures:
            print(f"   [{page.picture}]")
    star = f" --hero {hero.folder or hero.name.lower()}" if hero else ""
    print(f"\nMake a book of it: storybook new FOLDER --story {story.id}{star}", file=sys.stderr)
