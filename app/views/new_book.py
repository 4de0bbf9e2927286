"""New book: from a wish to a book that is being made, in a few taps."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import streamlit as st

from app.buttons import pressed
from app.navigation import go
from app.views import languages, ready_made, tellings_shown
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
from storybook.config import load_settings
from storybook.errors import StorybookError
from storybook.hero.folder import hero_names, load_hero
from storybook.press.formats import format_names
from storybook.prompts import styles
from storybook.ready_made.collection import story_named

PICTURES = Path(__file__).parents[1] / "pictures"
LENGTHS = (8, 12, 16, 24)
AGES = ("3-5", "5-7", "7-9")
IDEAS = 3


def page() -> None:
    draft = load_draft(BOOKS)
    look.heading("A new book", "A line or two is enough. All else has a good answer already.")
    _story(draft)
    _heroes(draft)
    _styles(draft)
    if not draft.story:  # which brings ages and pages of its own
        _for_whom(draft)
    _more(draft)
    _make(load_draft(BOOKS))


def _change(**values: object) -> None:
    """Keep what was just chosen, so that it is there after a reload."""
    save_draft(BOOKS, load_draft(BOOKS).but(**values))


def _tell(summary: str) -> None:
    """Put a summary into its field, which is a new one then."""
    _change(summary=summary)
    st.session_state["turn-summary"] = _turn("summary") + 1


def _story(draft: Draft) -> None:
    st.subheader("What is it about?", anchor=False)
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


def _heroes(draft: Draft) -> None:
    st.subheader("Who stars in it?", anchor=False)
    chosen = _stars(draft)
    names = _readable()
    with st.container(horizontal=True, gap="medium", key="heroes-row"):
        for name in names:
            hero = load_hero(name)
            with st.container(key=f"card-hero-{name}-half", width=150):
                look.portrait(name, f"{hero.name}, {hero.look} {hero.species}", 150)
                st.button(
                    hero.name,
                    key=f"hero-{name}",
                    type="primary" if name in chosen else "secondary",
                    icon=":material/check:" if name in chosen else None,
                    width="stretch",
                    on_click=_toggle,
                    args=(name,),
                )
    if len(chosen) > 1:
        st.caption(f"{load_hero(chosen[0]).name} is the star; the others play along.")
    with st.container(horizontal=True):
        if pressed("Add your own pet", icon=":material/add_a_photo:", type="tertiary"):
            go("heroes", new="1")


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


def _styles(draft: Draft) -> None:
    st.subheader("How is it drawn?", anchor=False)
    st.caption(
        "This is what the small painter that comes along makes of each, which is not far apart: "
        "watercolour leaves an edge of paper, crayon has darker lines. Larger painters know more "
        "of a style."
    )
    with st.container(horizontal=True, gap="medium", key="styles-row"):
        for name in styles():
            with st.container(key=f"card-style-{name}-half", width=170):
                shown = PICTURES / f"style-{name}.webp"
                if shown.is_file():
                    st.image(shown, alt=f"A cat in {name}", width="stretch")
                st.button(
                    name.capitalize(),
                    key=f"style-{name}",
                    type="primary" if name == draft.style else "secondary",
                    icon=":material/check:" if name == draft.style else None,
                    width="stretch",
                    on_click=_change,
                    kwargs={"style": name},
                )


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
        _field(st.selectbox, "Size of the pages", "format", draft, options=format_names())
        _field(
            st.number_input,
            "Number of the telling",
            "seed",
            draft,
            min_value=0,
            max_value=2**31 - 1,
            help="Another number is another book.",
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


def _make(draft: Draft) -> None:
    st.space("small")
    with st.container(horizontal=True):
        make = pressed("Make my book", type="primary", icon=":material/auto_awesome:", key="make")
        read = not draft.story and pressed(
            "Read three tellings first",
            icon=":material/view_column:",
            key="tellings",
            help="They are told side by side before anything is drawn, and you take one.",
        )
    if not (make or read):
        return
    # What stands on the page is what is made, should a widget's word not have come to the draft.
    shown = {field: st.session_state.get(f"{field}-{_turn(field)}") for field in Draft.model_fields}
    draft = draft.but(**{field: value for field, value in shown.items() if value is not None})
    try:
        settings = load_settings(None, [])
        stars = draft.but(heroes=_playing(draft))
        brief = brief_of(stars, for_children=settings.write.for_children)
        book = begin(BOOKS, brief)
    except StorybookError as fault:
        st.error(str(fault))
        return
    called = brief.title or look.short(brief.summary, 48)
    if tellings_shown.ask_for(book) if read else job_panel.make(book.folder, f"Make {called}"):
        drop_draft(BOOKS)
        go("storyboard", book=book.folder.name)
