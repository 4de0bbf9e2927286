"""Cast: who plays in a book, drawn before the book is, and changed. `?book=kite`."""

from functools import partial
from typing import Any

import streamlit as st

from app.buttons import pressed
from app.hero.face import face
from app.navigation import go, link
from app.views import history_shown
from app.views.before_drawn import look_and_place
from app.views.edited import edit, said_of_edits, said_pages
from app.widgets import job_panel, look, room, sheet_view
from app.widgets.paths import open_book
from storybook.authoring.change_cast import cast_now, is_drawn_as_taught, set_part
from storybook.authoring.character_sheets import sheets_of_book
from storybook.authoring.conflicts import written
from storybook.book.folder import Book
from storybook.config import load_settings
from storybook.errors import StorybookError
from storybook.hero.character_sheet import NOTE, load_sheet
from storybook.hero.text import kind_of
from storybook.jobs.folder import Job
from storybook.records import Hero, Part
from storybook.studio.studio import Studio

CARD_PX = 270
CALLED = {"": "As the story says", "he": "he", "she": "she", "they": "they"}


def page() -> None:
    book = open_book()
    if book is None:
        return
    link("storyboard", "To the book", ":material/arrow_back:", book=book.folder.name)
    try:
        studio = Studio(load_settings(None, []))
        cast = cast_now(book, studio)
        drawn = all(order.is_drawn for order in sheets_of_book(book, studio))
    except StorybookError as fault:
        look.heading("Who is in it")
        st.error(look.plain(str(fault)))
        return
    look.heading(
        "Who is in it",
        "This is how each of them will be drawn. Change what you like, how it is drawn and where "
        "it happens, too: no page is drawn before you say so."
        if not _is_drawn(book)
        else "This is how each of them is drawn. Who is changed is drawn anew on every page.",
    )
    said_of_edits()
    history_shown.bar(book)
    job = job_panel.newest(book.folder)
    busy = bool(job) and job_panel.panel(job, partial(_seen, book, cast))
    with st.container(horizontal=True, gap="medium", key="cast"):
        for place, hero in enumerate(cast):
            _card(book, studio, hero, is_star=place == 0, busy=busy)
    if not _is_drawn(book):
        look_and_place(book, _title(book), busy=busy)
    if not busy:
        _deeds(book, drawn=drawn)


def draw_first(book: Book) -> Job | None:
    """Begin to draw the cast of a book that was just begun."""
    return job_panel.draw_cast(book.folder, _title(book))


def _is_drawn(book: Book) -> bool:
    return any((book.folder / "pages").glob("*/pick.json"))


def _title(book: Book) -> str:
    return look.short(book.brief.title or book.brief.summary, 32)


def _seen(book: Book, cast: tuple[Hero, ...]) -> object:
    """Changes whenever there is another picture to show."""
    notes = [book.sheet_of(hero.name) / NOTE for hero in cast]
    return [note.is_file() and note.stat().st_mtime_ns for note in notes]


def _card(book: Book, studio: Studio, hero: Hero, *, is_star: bool, busy: bool) -> None:
    name = hero.name
    with st.container(key=f"card-cast-{book.sheet_of(name).name}", width=CARD_PX, gap="small"):
        called = f"{name}, {kind_of(hero)}"
        if hero.species in studio.world.people or load_sheet(book.sheet_of(name)):
            sheet_view.shown(book.sheet_of(name), called, name, CARD_PX - 26)
        else:  # a face in its coat says more than four empty places
            room.image(face(hero), alt=f"{called}, not drawn yet")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(look.strong(name), width="stretch")
            if is_star:
                st.badge("The star", icon=":material/star:", color="orange")
        st.caption(look.plain(f"{kind_of(hero)[:1].upper()}{kind_of(hero)[1:]}"))
        _looks(book, studio, hero, busy=busy)
        _pronoun(book, studio, hero, busy=busy)


def _looks(book: Book, studio: Studio, hero: Hero, *, busy: bool) -> None:
    """The coat: chosen where the painter knows so many, else in its author's words."""
    if hero.species in studio.world.people and studio.draws_the_world:
        return
    if is_drawn_as_taught(hero, studio):
        st.caption(":material/school: Drawn as the painter was taught it.")
        return
    key = f"look-{book.folder.name}-{hero.name}-{hero.look}"
    if studio.draws_the_world:
        coats = list(dict.fromkeys([*studio.world.coats, *filter(None, [hero.look])]))
        st.selectbox(
            f"Coat of {hero.name}",
            coats,
            index=coats.index(hero.look) if hero.look else None,
            key=key,
            disabled=busy,
            on_change=_change,
            args=(book, studio, hero.name, "look", key),
        )
    else:
        st.text_input(
            f"Look of {hero.name}",
            hero.look,
            key=key,
            disabled=busy,
            max_chars=80,
            on_change=_change,
            args=(book, studio, hero.name, "look", key),
        )


def _pronoun(book: Book, studio: Studio, hero: Hero, *, busy: bool) -> None:
    """What somebody is called by; of a story that is told already it is said what that means."""
    turn = st.session_state.get(f"left-{hero.name}", 0)
    key = f"pronoun-{book.folder.name}-{hero.name}-{hero.pronoun}-{turn}"
    told = book.path(Book.STORY).is_file() and not book.brief.story
    change = (book, studio, hero.name, "pronoun", key)
    wished = st.selectbox(
        f"What {hero.name} is called",
        list(CALLED),
        index=list(CALLED).index(hero.pronoun),
        format_func=CALLED.get,
        key=key,
        disabled=busy,
        **({} if told else {"on_change": _change, "args": change}),
    )
    if told and wished != hero.pronoun and not busy:
        _tell_anew(book, change, called=CALLED[wished])


def _tell_anew(book: Book, change: tuple[Any, ...], *, called: str) -> None:
    """Ask before another pronoun has the story told anew; with what becomes of the author's own."""
    name = change[2]
    says = "The story is told already. For this it is told anew, and all its words are others."
    if mine := written(book):
        says += f" Now {said_pages(book, mine)} in your own words: those you may keep."
    st.warning(says, icon=":material/history_edu:")
    with st.container(horizontal=True):
        st.button(
            f"Tell it anew, with “{called}”" if called in ("he", "she", "they") else "Tell it anew",
            key=f"anew-{name}",
            icon=":material/check:",
            on_click=_change,
            args=change,
        )
        st.button("Leave it", key=f"leave-{name}", on_click=_leave, args=(name,))


def _leave(name: str) -> None:
    """Let the choice say what is so: a new one, since a browser keeps what an old one says."""
    st.session_state[f"left-{name}"] = st.session_state.get(f"left-{name}", 0) + 1


def _change(book: Book, studio: Studio, name: str, field: str, key: str) -> None:
    """Keep the wish, and have those drawn anew who look otherwise now."""
    value = st.session_state[key]
    now = next((part for part in book.brief.parts if part.name == name), Part(name=name))

    def keep() -> None:
        set_part(book, studio, now.but(**{field: value.strip()}))

    edit(book, keep, value)
    if field == "look":
        job_panel.draw_cast(book.folder, _title(book))


def _deeds(book: Book, *, drawn: bool) -> None:
    """What comes next, and the one button that does it."""
    st.space("small")
    name = book.folder.name
    with st.container(horizontal=True, vertical_alignment="center", key="cast-deeds"):
        if (
            not drawn
            and pressed("Draw the cast", type="primary", icon=":material/brush:")
            and job_panel.draw_cast(book.folder, _title(book))
        ):
            st.rerun()
        made = _is_drawn(book)
        label = "Bring the book up to date" if made else "Make the book"
        kind = "primary" if drawn else "secondary"
        if pressed(label, type=kind, icon=":material/auto_awesome:", key="make") and (
            job_panel.make(book.folder, f"Make {_title(book)}")
        ):
            go("storyboard", book=name)
