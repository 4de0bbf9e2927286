"""New book: from a wish to a book that is being made, in a few taps."""

from collections.abc import Callable
from contextlib import suppress
from random import Random

import streamlit as st

from app.buttons import pressed
from app.navigation import go
from app.views import (
    asked,
    cast,
    languages,
    new_book_cards,
    page_sizes,
    ready_made,
    style_choice,
    tellings_shown,
)
from app.widgets import job_panel, look
from app.widgets.paths import BOOKS
from storybook.authoring.new_book import (
    Draft,
    begin,
    brief_of,
    drop_draft,
    heroes_named,
    ideas,
    load_draft,
    save_draft,
)
from storybook.book.folder import Book
from storybook.book.index import search_shelf
from storybook.config import load_settings
from storybook.errors import StorybookError
from storybook.hero.folder import hero_names, load_hero
from storybook.press.formats import format_names
from storybook.ready_made.collection import story_named

LENGTHS = (8, 12, 16, 24)
AGES = ("3-5", "5-7", "7-9")
IDEAS = 3


def page() -> None:
    draft = load_draft(BOOKS)
    guide = not search_shelf(BOOKS, most=1).count
    look.heading("Your first book" if guide else "A new book", _says(guide=guide))
    steps = look.steps(guide=guide)
    steps(
        "What is it about?",
        "Say it as you would tell it to a friend. An idea that you tap can be changed, too.",
    )
    _story(draft)
    steps("Who stars in it?", "Tap everybody who is to be in it. Whom you tap first is the star.")
    new_book_cards.heroes(_readable(), _stars(draft), _toggle)
    if not draft.story:
        steps("Where does it happen?", "The story finds a place by itself if you choose none.")
        new_book_cards.places(draft.summary, _tell)
    steps("How is it drawn?", "It can be drawn in another way later, as often as you like.")
    style_choice.choose_style(draft.style, _change)
    if not draft.story:  # which brings ages and pages of its own
        steps("For whom?", "Eight pages are read in two minutes, and are drawn the soonest.")
        _for_whom(draft)
    _more(draft)
    _make(load_draft(BOOKS), guide=guide)


def _says(*, guide: bool) -> str:
    if guide:
        return (
            "Answer what you like, from top to bottom. What you leave has a good answer already, "
            "and everything can be changed when you see it."
        )
    return "A line or two is enough. All else has a good answer already."


def _change(**values: object) -> None:
    """Keep what was just chosen, so that it is there after a reload."""
    save_draft(BOOKS, load_draft(BOOKS).but(**values))


def _tell(summary: str) -> None:
    """Put a summary into its field, which is a new one then."""
    _change(summary=summary)
    st.session_state["turn-summary"] = _turn("summary") + 1


def _story(draft: Draft) -> None:
    if draft.story:
        ready_made.chosen(draft.story, load_hero(_stars(draft)[0]), _change)
        return
    _field(
        st.text_area,
        "The story in a line or two",
        "summary",
        draft,
        height=110,
        max_chars=2000,
        placeholder="Bruno the dog wants to fly a kite at the beach, but the wind is too strong.",
    )
    seed = int(st.session_state.setdefault("ideas", 1))
    star = load_hero(_stars(draft)[0])
    with st.container(key="ideas-row"):
        st.caption("Or tap an idea:")
        for number, idea in enumerate(ideas(star, IDEAS, seed)):
            st.button(
                idea,
                key=f"idea-{number}",
                on_click=_tell,
                args=(idea,),
                icon=":material/lightbulb:",
                width="stretch",
            )
        with st.container(horizontal=True):
            if pressed("Other ideas", icon=":material/refresh:", type="tertiary"):
                st.session_state["ideas"] = seed + 1
                st.rerun()
            if pressed("Surprise me", icon=":material/auto_awesome:", type="tertiary"):
                _surprise(_stars(draft)[0])
    ready_made.shelf(star, _change)


def _surprise(star: str) -> None:
    """Let the writer think one up; it takes some seconds, since it has to be woken."""
    try:
        with st.spinner("The writer is thinking ..."):
            idea = job_panel.ask(("idea", "--hero", star, "--seed", str(Random().randrange(10**6))))
    except StorybookError as fault:
        st.error(str(fault))
    else:
        _tell(idea)
        st.rerun()


def _readable() -> list[str]:
    """The heroes that can star: one whose file is broken is said so on its own page."""
    names = []
    for name in hero_names():
        with suppress(StorybookError):
            load_hero(name)
            names.append(name)
    return names


def _stars(draft: Draft) -> tuple[str, ...]:
    """Who stars: as the draft says, else whom its summary names, else the first hero there is."""
    known = _readable()
    chosen = tuple(name for name in draft.heroes if name in known)
    return chosen or heroes_named(draft.summary) or ("bruno" if "bruno" in known else known[0],)


def _playing(draft: Draft) -> tuple[str, ...]:
    """Who stars in the book itself: nobody in a ready-made story whose part no hero can take."""
    stars = _stars(draft)
    able = not draft.story or ready_made.stars_in(story_named(draft.story), load_hero(stars[0]))
    return stars if able else ()


def _toggle(name: str) -> None:
    chosen = load_draft(BOOKS).heroes
    if name in chosen:
        _change(heroes=tuple(each for each in chosen if each != name))
    else:
        _change(heroes=(*chosen, name))


def _for_whom(draft: Draft) -> None:
    with st.container(horizontal=True, gap="large"):
        _field(
            st.segmented_control,
            "For what age?",
            "ages",
            draft,
            options=AGES,
            required=True,
            format_func="{} years".format,
        )
        _field(
            st.segmented_control,
            "How many pages?",
            "pages",
            draft,
            required=True,
            options=sorted({*LENGTHS, draft.pages}),
        )


def _more(draft: Draft) -> None:
    with st.expander("More choices", icon=":material/tune:"):
        _field(
            st.text_input,
            "Title",
            "title",
            draft,
            placeholder="The writer finds one.",
            max_chars=80,
        )
        _language(draft)
        _field(
            st.selectbox,
            "Size of the pages",
            "format",
            draft,
            options=format_names(),
            format_func=page_sizes.called,
        )
        _field(
            st.number_input,
            "Number of the telling",
            "seed",
            draft,
            min_value=0,
            max_value=2**31 - 1,
            help=asked.ANOTHER_NUMBER,
        )


def _language(draft: Draft) -> None:
    """Those that the studio's writer tells in, and why there are no others."""
    try:
        write = load_settings(None, []).write
    except StorybookError as fault:
        st.error(look.plain(str(fault)))
        return
    known = languages.offered(write)
    if draft.language not in known:  # another studio works here now
        _change(language=known[0])
        draft = draft.but(language=known[0])
        st.session_state["turn-language"] = _turn("language") + 1
    _field(
        st.selectbox,
        "Language",
        "language",
        draft,
        options=known,
        format_func=languages.name,
        disabled=len(known) == 1,
    )
    if why := languages.why_no_others(write):
        st.caption(why)


def _field(
    widget: Callable[..., object], label: str, field: str, draft: Draft, **more: object
) -> None:
    """A widget that shows a field of the draft and keeps what is chosen."""
    turn = _turn(field)
    key = f"{field}-{turn}"

    def changed() -> None:
        # Of a widget that is gone the browser may still say, late, what stood in it.
        if turn == _turn(field):
            _change(**{field: st.session_state[key]})

    # Not in every run, which would take back what was chosen while the page was being drawn.
    if key not in st.session_state:
        st.session_state[key] = getattr(draft, field)
    widget(label, key=key, on_change=changed, **more)


def _turn(field: str) -> int:
    """How often a field was filled in by something else than its widget."""
    return st.session_state.get(f"turn-{field}", 0)


def _make(draft: Draft, *, guide: bool) -> None:
    st.space("small")
    if guide:
        st.caption(
            "The story is told within half a minute. Then you see each page as it is drawn, and "
            "may close the window meanwhile."
        )
    with st.container(horizontal=True, key="make-row"):
        make = pressed("Make my book", type="primary", icon=":material/auto_awesome:", key="make")
        meet = pressed(
            "Meet the cast first",
            icon=":material/groups:",
            key="meet",
            help="Everybody in it is drawn, and can be changed, before the book is.",
        )
        read = not draft.story and pressed(
            "Read three tellings first",
            icon=":material/view_column:",
            key="tellings",
            help="They are told side by side before anything is drawn, and you take one.",
        )
    if not (make or meet or read):
        return
    book = _begun(draft)
    if book is None:
        return
    called = book.brief.title or look.short(book.brief.summary, 32)
    if meet and cast.draw_first(book):
        drop_draft(BOOKS)
        go("cast", book=book.folder.name)
    if not meet and (
        tellings_shown.ask_for(book) if read else job_panel.make(book.folder, f"Make {called}")
    ):
        drop_draft(BOOKS)
        go("storyboard", book=book.folder.name)


def _begun(draft: Draft) -> Book | None:
    """The book of what stands on the page; None, with a line on it, if it cannot be one."""
    # What stands on the page is what is made, should a widget's word not have come to the draft.
    shown = {field: st.session_state.get(f"{field}-{_turn(field)}") for field in Draft.model_fields}
    draft = draft.but(**{field: value for field, value in shown.items() if value is not None})
    try:
        settings = load_settings(None, [])
        stars = draft.but(heroes=_playing(draft))
        return begin(BOOKS, brief_of(stars, for_children=settings.write.for_children))
    except StorybookError as fault:
        st.error(str(fault))
        return None
