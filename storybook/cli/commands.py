"""What each command of the command line does. Front end only: it starts verbs and shows folders."""

import os
import subprocess
import sys
import time
import tomllib
import warnings
import webbrowser
from argparse import Namespace
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from socket import socket
from threading import Thread

from storybook.authoring import edits
from storybook.authoring.export_html import export_html as html_of
from storybook.authoring.ideas import surprise
from storybook.authoring.new_book import brief_of_story, checked, folder_name, heroes_named
from storybook.authoring.paint import Wish, painting, plan
from storybook.authoring.paint import paint as paint_
from storybook.authoring.retell import retell as retell_page
from storybook.book.folder import Book
from storybook.cli.departure_commands import accept as accept
from storybook.cli.departure_commands import tell_departures, tell_weak
from storybook.config import load_settings, shipped, validated
from storybook.errors import BookError, ConfigError
from storybook.files import write_whole
from storybook.hero.folder import hero_folder, load_hero
from storybook.jobs.reporting import ByHand
from storybook.make import STAGES, follow, make
from storybook.records import Brief, Event
from storybook.shard import Shard
from storybook.stages.write import check_told
from storybook.studio.departures import listed
from storybook.studio.studio import Studio
from storybook.terminal import show as show_progress
from storybook.text_files import read_text, split_lines

SAMPLE = ("sample-book", "brief.toml")


def new(options: Namespace) -> None:
    brief = _brief(options)
    check_told(brief, load_settings(options.studio, options.set).write)
    _say_stars(options, brief)
    book_ = Book.create(options.folder, brief)
    print(f"{book_.folder} is begun. Make it with: storybook make {book_.folder}")


def book(options: Namespace) -> None:
    """A book in one go: the sample without a summary; the same words give the same folder."""
    if options.summary or options.story:
        brief = _brief(options)
        name = folder_name(brief)
    else:
        sample = tomllib.loads(shipped("assets", *SAMPLE).read_text(encoding="utf-8"))
        brief, name = _brief(options, sample), "sample"
    named = Path(options.folder or name)
    folder = named if len(named.parts) > 1 else Path("books") / named
    studio = _studio(options)
    check_told(brief, studio.settings.write)
    _say_stars(options, brief)
    if not (folder / Book.BRIEF).is_file():
        Book.create(folder, brief)
    elif Book(folder).brief not in (brief, brief.but(heroes=())):
        raise BookError(
            f"{folder} is another book already. Delete it, or name another folder: --folder, "
            "or make book BOOK=..."
        )
    _make(options, Book(folder), studio, "bind")


def make_(options: Namespace) -> None:
    _make(options, Book(options.folder), _studio(options), options.until)


def verb(options: Namespace) -> None:
    book_, studio = Book(options.folder), _studio(options)
    events = follow(STAGES[options.verb].run(book_, studio), book_, studio)
    _show(events, _by_hand(options, book_.folder, studio.settings.device))


def pick(options: Namespace) -> None:
    book_, page = Book(options.folder), options.page
    edits.pick(book_, page, options.candidate)
    print(f"Page {page} keeps {options.candidate}.")
    _tell_next(book_)


def reroll(options: Namespace) -> None:
    book_, studio, page = Book(options.folder), _studio(options), options.page
    edits.reroll(book_, studio, page, options.count)
    _make(options, book_, studio, "choose")
    chosen = book_.pick(page)
    if chosen and chosen.by == "author":
        print(f"Page {page} keeps the picture that you picked; "
              "choose another with: storybook pick")  # fmt: skip
    _tell_next(book_)


def retell(options: Namespace) -> None:
    book_, studio = Book(options.folder), _studio(options)
    told = retell_page(book_, studio, options.page, seed=options.seed)
    events = chain(told, follow(make(book_, studio, "choose"), book_, studio))  # one job
    _show(events, _by_hand(options, book_.folder, studio.settings.device))
    tell_departures(book_, listed(book_, studio))
    _tell_next(book_)


def _tell_next(book_: Book) -> None:
    """That what was changed is not in the PDF yet."""
    print(f"Bring the book up to date with: storybook make {book_.folder}")


def paint(options: Namespace) -> None:
    """Pictures of free words; standard output gets their paths, and that of their sheet."""
    asked = {key: getattr(options, key) for key in ("steps", "guidance", "width_px", "height_px")}
    settings = painting(load_settings(options.studio, options.set), options.adapter, **asked)
    wish = {key: getattr(options, key) for key in ("words", "negative", "count", "seed")}
    wish["heroes"] = tuple(options.hero)
    studio, folder = Studio(settings), Path(options.out)
    ordered = plan(validated(Wish, wish, "paint"), studio, folder)
    for note in ordered.notes:
        print(note, file=sys.stderr)
    made = _show(paint_(ordered, studio), _by_hand(options, folder, settings.device))
    if not made:
        print(f"Nothing to do: {folder} has them already. Another --seed draws others.")
    for path in ordered.drawn:
        print(path)
    if ordered.sheet.is_file():
        print(ordered.sheet)


def idea(options: Namespace) -> None:
    studio = _studio(options)
    print(surprise(load_hero(options.hero), studio, seed=options.seed))


def app(options: Namespace) -> int:
    """The studio in the browser, on this machine only, until Ctrl-C; Streamlit's exit code."""
    if find_spec("streamlit") is None:
        raise ConfigError("The studio needs Streamlit. Install it: pip install 'storybook[app]'")
    with socket() as taken:
        if taken.connect_ex(("127.0.0.1", options.port)) == 0:
            raise ConfigError(f"Port {options.port} is taken already, perhaps by another studio. "
                              "Name another one: storybook app --port 8502")  # fmt: skip
    main = shipped("app", "main.py")
    paths = [str(main.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    print(f"The studio opens on http://127.0.0.1:{options.port} and works in {Path.cwd()}. "
          "Stop it with Ctrl-C; what is being made goes on.")  # fmt: skip
    if not options.no_browser:
        Thread(target=_open_studio, args=(options.port,), daemon=True).start()
    # Headless, or Streamlit asks for an e-mail address before it serves a first time.
    asked = ["--server.port", str(options.port), "--server.headless", "true"]
    asked += ["--logger.level", "error", "--logger.hideWelcomeMessage", "true"]  # we said it
    return subprocess.run(
        [sys.executable, "-m", "streamlit", "run", str(main), *asked],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)}, check=False,
    ).returncode  # fmt: skip


def _open_studio(port: int) -> None:
    """Open the studio in the browser as soon as it answers; give up after a minute."""
    for _ in range(600):
        with socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                webbrowser.open(f"http://127.0.0.1:{port}")
                return
        time.sleep(0.1)


def export_html(options: Namespace) -> None:
    """A book as one HTML file."""
    book_, studio = Book(options.folder), _studio(options)
    path = Path(options.to) if options.to else book_.pdf.with_suffix(".html")
    if path.is_dir():
        path = path / f"{book_.pdf.stem}.html"
    file = html_of(book_, studio).encode()
    write_whole(path, file)
    print(f"{path} ({len(file) / 1e6:.1f} MB) opens in any browser, without a network.")


def _brief(options: Namespace, sample: dict[str, object] | None = None) -> Brief:
    """The brief that the options describe, checked down to style, format and heroes."""
    asked = {
        key: getattr(options, key)
        for key in ("title", "style", "pages", "ages", "language", "format", "seed")
    }
    asked |= {"summary": _summary(options.summary) if options.summary is not None else None}
    asked |= {"heroes": tuple(options.hero) or None}
    given = {key: value for key, value in asked.items() if value is not None}
    if options.story:
        return brief_of_story(options.story, given)
    if options.summary is None and sample is None:
        raise ConfigError(
            "What is it about? Say --summary, or name a ready-made story: --story ID; "
            "storybook stories lists them."
        )
    if _stars_are_read(options):
        named = heroes_named(str(asked["summary"]))
        given |= {"heroes": named} if named else {}
    return checked(validated(Brief, (sample or {}) | given, "the brief"), for_children=False)


def _stars_are_read(options: Namespace) -> bool:
    """Whether the stars are those that the summary names, since no option says who they are."""
    return options.summary is not None and not (options.hero or options.no_hero)


def _say_stars(options: Namespace, brief: Brief) -> None:
    """Who was taken for a hero of the summary, once nothing stands in the book's way."""
    for name in brief.heroes if _stars_are_read(options) else ():
        one, folder = load_hero(name), hero_folder(name)
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
    said = "\n".join(split_lines(read_text(path, ConfigError).text))
    if not said.strip():
        raise ConfigError(f"--summary {text}: {path} is empty. Write what the story is about.")
    return said


def _studio(options: Namespace) -> Studio:
    return Studio(
        load_settings(options.studio, options.set), Shard.parse(getattr(options, "shard", "1/1"))
    )


def _by_hand(options: Namespace, subject: Path, device: str) -> ByHand:
    arguments = tuple(options.arguments)
    return ByHand(module="storybook", arguments=arguments, subject=str(subject), device=device)


def _make(options: Namespace, book_: Book, studio: Studio, until: str) -> None:
    events = follow(make(book_, studio, until), book_, studio)
    made = _show(events, _by_hand(options, book_.folder, studio.settings.device))
    if not made:
        print("Nothing to do: the book is up to date.")
    else:
        tell_departures(book_, listed(book_, studio))
    if made and until == "bind" and studio.shard.whole:
        tell_weak(book_)
    if until == "bind" and book_.pdf.is_file():
        print(book_.pdf)


def _show(events: Iterator[Event], by_hand: ByHand) -> bool:
    """Show long work; whether there was any."""
    warnings.simplefilter("ignore")  # a library's warnings are for us, not for the author
    return show_progress(events, by_hand=by_hand)
