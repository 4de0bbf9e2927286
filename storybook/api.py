"""What `import storybook` offers to programs; docs/python.md shows each name at work.

Models and libraries are loaded by the first call that needs them. Long work calls `on_event` with
each Event as it comes, and may be stopped anywhere: called again it goes on. Whatever a caller can
mend is a StorybookError, whose message says what happened, where, and what to do.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from storybook.authoring import export_html as html
from storybook.authoring import paint as painting
from storybook.authoring import status as state
from storybook.authoring import teach_run
from storybook.authoring import tell as telling
from storybook.authoring.new_book import NEW, checked
from storybook.authoring.paint import PaintPlan, Wish
from storybook.authoring.status import Status
from storybook.authoring.teach_settings import divided
from storybook.book.folder import Book
from storybook.config import load_settings, validated
from storybook.errors import ConfigError, TrainingError, nearest
from storybook.errors import StorybookError as StorybookError
from storybook.files import write_whole
from storybook.hero.folder import add_hero as add_hero
from storybook.hero.folder import load_hero
from storybook.make import STAGES, follow, make
from storybook.records import Brief, Event, Hero, Story
from storybook.stages import bind
from storybook.story.told_languages import check_told
from storybook.studio.studio import Studio

OnEvent = Callable[[Event], object]


def open_studio(name: str | Path | None = None, *changes: str) -> Studio:
    """A studio by its name, such as `classic`, or by its TOML file; no model is loaded yet.

    Without a name: `studio.toml` of the current folder if there is one, else `starter`. `changes`
    are settings as `--set` takes them, such as `draw.candidates=2`. Raises ConfigError.
    """
    return Studio(load_settings(None if name is None else str(name), changes))


def new_book(
    folder: str | Path, summary: str, *, studio: Studio | None = None, **fields: object
) -> Book:
    """Begin a book: its folder with `brief.toml`, which `make_book` makes a book of.

    `fields` are the other fields of a brief: `title`, `heroes` (names of hero folders, the star
    first), `style`, `pages` (4 to 40), `ages` (`3-5`, `5-7` or `7-9`), `language`, `format`,
    `seed`, `font` and `placement`. Raises BookError if a book is there already, ConfigError for
    what cannot be, HeroError for an unknown hero, NotForChildren for words of the list.
    """
    how = (studio or open_studio()).settings.write
    brief = checked(_brief(summary, fields), for_children=how.for_children)
    check_told(brief, how)
    return Book.create(folder, brief)


def make_book(
    book: Book | str | Path,
    studio: Studio | None = None,
    *,
    until: str = "bind",
    on_event: OnEvent | None = None,
) -> Book:
    """Bring a book up to date: only what is due is told, drawn, enlarged and bound.

    `until` names the verb to stop after: `write`, `split`, `describe`, `draw`, `choose`, `enlarge`
    or `bind`. Raises EditedByHand where an edited file would have to be made again, and otherwise
    what the verb at work raises.
    """
    if until not in STAGES:
        raise ConfigError(f"There is no verb {until!r}. {nearest(until, STAGES)}")
    book, studio = _opened(book), studio or open_studio()
    _pass_on(follow(make(book, studio, until), book, studio), on_event)
    return book


def status(book: Book | str | Path, studio: Studio | None = None) -> Status:
    """How far a book is, verb by verb and page by page, and what it could not keep of its summary.

    No model is loaded, and nothing is written.
    """
    return state.status(_opened(book), studio or open_studio())


def press_pdf(
    book: Book | str | Path, studio: Studio | None = None, *, on_event: OnEvent | None = None
) -> Path:
    """Set a book whose plates are there in type, as it is now; returns the PDF's path.

    No model is loaded. Raises BookError that names a plate that is missing, PressError for a page
    whose text does not fit or cannot be shown.
    """
    book, studio = _opened(book), studio or open_studio()
    _pass_on(follow(bind.run(book, studio), book, studio), on_event)
    return book.pdf


def export_html(
    book: Book | str | Path, path: str | Path | None = None, studio: Studio | None = None
) -> Path:
    """A book as one HTML file that opens anywhere, beside its PDF or at `path`; returns its path.

    Pages that are not drawn yet say so. Raises BookError while no scenes are told.
    """
    book = _opened(book)
    to = Path(path) if path is not None else book.pdf.with_suffix(".html")
    write_whole(to, html.export_html(book, studio or open_studio()).encode())
    return to


def tell(summary: str, *, studio: Studio | None = None, **fields: object) -> Story:
    """A story from a summary, outside a book; its `departures` say what it could not keep.

    `fields` as for `new_book`. Raises what `new_book` raises but BookError, and ReplyError if no
    telling can become a book of so many pages.
    """
    return telling.tell(_brief(summary, fields), studio or open_studio())


def paint(
    words: str,
    *,
    folder: str | Path = "results",
    studio: Studio | None = None,
    heroes: Sequence[str] = (),
    negative: str = "",
    count: int = 1,
    seed: int = 1,
    adapters: Sequence[str] = (),
    steps: int | None = None,
    guidance: float | None = None,
    width_px: int | None = None,
    height_px: int | None = None,
    on_event: OnEvent | None = None,
) -> PaintPlan:
    """Pictures of any words, from the seeds `seed`, `seed` + 1 and so on, outside a book.

    What comes back says in `drawn` where the pictures lie, in `sheet` where that of two or more
    does, and in `notes` what was made of the words. A picture that is there already is not drawn
    again. `adapters` are LoRA files, each with a weight if `:0.8` follows; None is the painter's
    own wish. Raises ConfigError, HeroError, ModelError or NotForChildren.
    """
    sizes = {"width_px": width_px, "height_px": height_px}
    settings = (studio or open_studio()).settings
    studio = Studio(painting.painting(settings, adapters, steps=steps, guidance=guidance, **sizes))
    wish = {"words": words, "negative": negative, "count": count, "seed": seed}
    wish["heroes"] = tuple(heroes)
    plan = painting.plan(validated(Wish, wish, "paint"), studio, Path(folder))
    _pass_on(painting.paint(plan, studio), on_event)
    return plan


def teach(
    name: str,
    *changes: str,
    studio: Studio | None = None,
    preset: str | None = None,
    resume: bool = False,
    anyway: bool = False,
) -> Hero:
    """Teach the studio's painter a hero from its photos; returns the hero, which draws with it.

    `changes` are keys of the recipe, such as `lr=5e-5`; `resume` goes on with an earlier teaching,
    and `anyway` teaches photos to a painter that knows drawings only. It works in a process of its
    own, which says on standard error how far it is, and leaves its run in `runs/NAME`. Raises
    HeroError if the hero cannot be taught so, TrainingError if the teaching ended before its end.
    """
    of_studio, of_recipe = divided(changes)
    if of_studio:
        raise ConfigError(f"{of_studio[0]} is the studio's: open_studio(..., {of_studio[0]!r}).")
    request = teach_run.TeachRequest(name, preset, of_recipe, resume=resume, anyway=anyway)
    teaching = teach_run.prepare(request, (studio or open_studio()).settings)
    if ended := teach_run.run_training(teaching.command):
        raise TrainingError(
            f"The teaching of {name} ended with exit code {ended}; what was wrong stands on "
            "standard error. What it learnt is kept: resume=True goes on."
        )
    teach_run.finish(name)
    return load_hero(name)


def _brief(summary: str, fields: dict[str, object]) -> Brief:
    return validated(Brief, NEW | {"summary": summary} | fields, "the brief")


def _opened(book: Book | str | Path) -> Book:
    return book if isinstance(book, Book) else Book(book)


def _pass_on(events: Iterator[Event], on_event: OnEvent | None) -> None:
    for event in events:
        if on_event is not None:
            on_event(event)
