"""What `new` and `book` ask for: the options of a brief, and the brief that they come to."""

import sys
from pathlib import Path
from typing import TypedDict

from storybook.authoring.new_book import brief_asked
from storybook.cli.options import Parser, add_list
from storybook.errors import ConfigError
from storybook.hero.folder import hero_folder, hero_in
from storybook.records import Brief
from storybook.text_files import read_text, split_lines


class BriefOptions(TypedDict):
    """The options of a brief; None is what nobody said."""

    summary: str | None
    story: str | None
    title: str | None
    hero: list[str]
    no_hero: bool
    style: str | None
    pages: int | None
    ages: str | None
    language: str | None
    format: str | None
    seed: int | None


def add_brief(parser: Parser) -> None:
    """The options of a brief."""
    parser.add_argument(
        "--summary", metavar="TEXT_OR_@FILE", help="what the story is about, or @ and a text file"
    )
    parser.add_argument(
        "--story",
        metavar="ID",
        help="in place of a summary: a ready-made story, with --hero in its star's part; "
        "storybook stories lists them",
    )
    parser.add_argument("--title", help="default: the story's own")
    stars = parser.add_mutually_exclusive_group()
    says = "who stars; give it again for companions (default: heroes that the summary names)"
    add_list(stars, "--hero", "NAME", says)
    stars.add_argument(
        "--no-hero", action="store_true", help="whom the summary names is none of your heroes"
    )
    parser.add_argument("--style", help="how it is drawn (default: watercolour)")
    parser.add_argument("--pages", type=int, help="story pages, 4 to 40 (default: 12)")
    parser.add_argument("--ages", help="3-5, 5-7 or 7-9 (default: 3-5)")
    parser.add_argument(
        "--language", help="a language tag that the studio's writer tells in (default: en)"
    )
    parser.add_argument("--format", help="size of the pages (default: square-8.5)")
    parser.add_argument("--seed", type=int, help="another number is another book (default: 1)")


def brief_of(options: BriefOptions, sample: dict[str, object] | None = None) -> Brief:
    """The brief that the options describe, checked down to style, format and heroes.

    What they do not say is the `sample`'s.
    """
    if options["no_hero"] and options["summary"] is None:
        raise ConfigError("--no-hero: it is said of a summary. Give one: --summary.")
    fields: dict[str, object] = {**options, "heroes": tuple(options["hero"]) or None}
    if options["no_hero"]:
        fields["heroes"] = ()
    if options["summary"] is not None:
        fields["summary"] = _summary(options["summary"])
    given = {
        key: value
        for key, value in fields.items()
        if key in Brief.model_fields and value is not None
    }
    if not options["story"] and options["summary"] is None and sample is None:
        raise ConfigError(
            "What is it about? Say --summary, or name a ready-made story: --story ID; "
            "storybook stories lists them."
        )
    return brief_asked((sample or {}) | given, "the brief", for_children=False)


def say_stars(options: BriefOptions, brief: Brief) -> None:
    """Who was taken for a hero of the summary, once nothing stands in the book's way."""
    if options["summary"] is None or options["hero"] or options["no_hero"]:
        return  # nobody was read in it
    for folder in map(hero_folder, brief.heroes):
        one = hero_in(folder)
        says = f"{one.name} of the summary is the hero {one.words} in {folder}. "
        print(f"{says}Not yours? Say --no-hero, or --hero and another one.", file=sys.stderr)


def _summary(text: str) -> str:
    """The summary itself, or what is in the file that it names behind an @, in one piece."""
    if not text.startswith("@"):
        return text
    path = Path(text[1:])
    if not text[1:].strip():
        raise ConfigError("--summary @: the name of a text file has to stand behind the @.")
    if not path.exists():
        raise ConfigError(f"--summary {text}: there is no file {text[1:]}.")
    if path.is_dir():
        raise ConfigError(f"--summary {text}: {path} is a folder. Name a text file in it.")
    content = "\n".join(split_lines(read_text(path, ConfigError).text))
    if not content.strip():
        raise ConfigError(f"--summary {text}: {path} is empty. Write what the story is about.")
    return content
