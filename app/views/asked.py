"""What a book was asked for, to be changed: where a wish cannot be met, it has to be another."""

from collections.abc import Callable

import streamlit as st

from app.views import languages, page_sizes
from app.views.edited import edit
from app.views.style_choice import known_styles
from app.widgets import look
from app.widgets.job_panel import put_away
from storybook.authoring import edits
from storybook.authoring.new_book import checked
from storybook.book.folder import Book
from storybook.config import load_settings, validated
from storybook.errors import StorybookError
from storybook.hero.folder import hero_names
from storybook.jobs.folder import Job
from storybook.press.formats import format_names
from storybook.ready_made.nearest import OTHER_BOOKS
from storybook.records import MAX_PAGES, MIN_PAGES, Brief

AGES = ("3-5", "5-7", "7-9")
ANOTHER_NUMBER = (
    f"Another number is another book: the next of the {OTHER_BOOKS} ready-made stories that are "
    "nearest to the summary, or another telling of the writer's."
)
FIELDS = ("summary", "language", "ages", "pages", "heroes", "style", "format", "seed", "finish")


def asked(book: Book, job: Job | None, *, busy: bool, expanded: bool) -> None:
    """Every wish of the book's brief in a form; `job` is the last one, which may have failed."""
    brief = book.brief
    seen = edits.version(brief)
    with (
        st.expander("What was asked for", icon=":material/edit_note:", expanded=expanded),
        st.form(f"asked-{seen}", border=False),
    ):
        _fields(brief, seen, busy=busy)
        is_told = book.path(book.STORY).is_file()
        st.caption(
            "Another summary, language, age or number of pages has the book told anew. Its "
            "pictures so far are kept."
            if is_told
            else "Then make it, or let it go on."
        )
        st.form_submit_button(
            "Keep these wishes",
            icon=":material/check:",
            disabled=busy,
            on_click=_keep,
            args=(book, brief, seen, job),
        )


def _fields(brief: Brief, seen: str, *, busy: bool) -> None:
    def key(field: str) -> str:
        return f"asked-{field}-{seen}"

    st.text_area(
        "The story in a line or two",
        brief.summary,
        key=key("summary"),
        height=110,
        max_chars=2000,
        disabled=busy,
    )
    _language(brief, key("language"), busy=busy)
    with st.container(horizontal=True, gap="large"):
        _one_of("For what age, in years?", list(AGES), brief.ages, key("ages"), busy=busy)
        st.number_input(
            "Pages", MIN_PAGES, MAX_PAGES, brief.pages, key=key("pages"), disabled=busy, width=160
        )
        st.number_input(
            "Number of the telling",
            0,
            2**31 - 1,
            brief.seed,
            key=key("seed"),
            disabled=busy,
            width=190,
            help=ANOTHER_NUMBER,
        )
    known = hero_names()
    st.multiselect(
        "Who stars in it, the first one most",
        known,
        key=key("heroes"),
        disabled=busy,
        default=[name for name in brief.heroes if name in known],
    )
    with st.container(horizontal=True, gap="large"):
        styles = known_styles(brief.style)
        _one_of("How it is drawn", styles, brief.style, key("style"), str.capitalize, busy=busy)
        forms = format_names()
        _one_of(
            "Size of the pages", forms, brief.format, key("format"), page_sizes.called, busy=busy
        )
    st.toggle(
        "Finish the small painter's pictures as on paper",
        brief.finish,
        key=key("finish"),
        disabled=busy,
        help="With the pigment, wax, chalk or ink of the style. Pictures stay as they were "
        "painted; what is printed and read is finished. Full-size painters need none.",
    )


def _one_of(
    label: str,
    known: list[str],
    now: str,
    key: str,
    say: Callable[[str], str] = str,
    *,
    busy: bool,
) -> None:
    """A choice, the first one where what is there now is none of them."""
    st.selectbox(
        label,
        known,
        index=known.index(now) if now in known else 0,
        format_func=say,
        key=key,
        disabled=busy,
        width=260,
    )


def _language(brief: Brief, key: str, *, busy: bool) -> None:
    """The languages that the writer tells in; the book's own, too, so that one sees what it is."""
    try:
        write = load_settings(None, []).write
    except StorybookError as fault:
        st.caption(look.plain(str(fault)))
        known, why = [brief.language], ""
    else:
        known, why = languages.offered(write), languages.why_no_others(write)
    tags = known if brief.language in known else [*known, brief.language]

    def shown(tag: str) -> str:
        name = languages.name(tag)
        return name if tag in known else f"{name}, which this writer does not tell in"

    st.selectbox(
        "Language",
        tags,
        index=tags.index(brief.language),
        format_func=shown,
        key=key,
        disabled=busy,
    )
    if why:
        st.caption(why)


def _keep(book: Book, brief: Brief, seen: str, job: Job | None) -> None:
    given = {field: st.session_state[f"asked-{field}-{seen}"] for field in FIELDS}
    given["heroes"] = tuple(given["heroes"])

    def keep() -> None:
        wishes = validated(Brief, brief.model_dump() | given, "the book")
        edits.set_brief(book, checked(wishes, for_children=False), seen)
        if job:
            put_away(job)  # what it failed of may be mended now

    edit(book, keep, given["summary"])
