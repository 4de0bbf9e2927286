"""A book's pages side by side: what is on each, what is wrong with it, and where it stands."""

from functools import partial

import streamlit as st

from app.views import page_order
from app.views.edited import edit, open_page
from app.views.page_place import TakenOut, take_out, taken_out, undo_taking_out
from app.widgets import focus, look
from storybook.authoring import edits
from storybook.authoring.proofs import page_notes
from storybook.authoring.status import PageStatus, Status
from storybook.book.folder import Book
from storybook.book.lock import is_open_to_edits
from storybook.book.printing import press_options_of
from storybook.book.verdicts import weak_pages
from storybook.studio.studio import Studio

CARD_PX = 250
CARD, GAP = "card-page-", "card-taken-out"


def shown(book: Book, studio: Studio, now: Status, *, busy: bool) -> None:
    """Draw the cards of all pages, the cover first."""
    if not now.page_status:
        if busy:
            st.caption("Its pages appear here as soon as the story is told.")
        return
    if busy and is_open_to_edits(book.folder):
        st.caption(
            "The story is told: read it, and change its words while it is being drawn. Each page's "
            "picture appears in its place."
        )
    wrong = _wrong(book, now, busy=busy)
    if len(wrong) > 1:
        _at_a_glance(now, wrong)
    page_order.shown(book, now, busy=busy)
    out = taken_out(book)
    with st.container(horizontal=True, gap="medium", key="pages"):
        for each in now.page_status:
            if out and out.from_card and out.place == each.place:
                _gap(book, out, busy=busy)
            last = each.place == len(now.page_status) - 1
            _card(book, studio, each, wrong.get(each.place, []), last=last, busy=busy)
        if out and out.from_card and out.place == len(now.page_status):
            _gap(book, out, busy=busy)
    focus.settle()


def _at_a_glance(now: Status, wrong: dict[int, list[tuple[str, str]]]) -> None:
    """All pages that are worth a look, each with why, and the way to it."""
    pages = {each.place: each.page for each in now.page_status}
    named = ", ".join(map(_called, sorted(wrong)))
    with st.expander(f"Worth a look: {named}", icon=":material/visibility:", key="worth-a-look"):
        for place, reasons in sorted(wrong.items()):
            says = " ".join(says or f"{short}." for short, says in reasons)
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{_called(place)}**: {look.plain(says)}", width="stretch")
                st.button(
                    f"Change {_called(place).lower()}",
                    key=f"glance-{place}",
                    type="tertiary",
                    icon=":material/edit:",
                    on_click=open_page,
                    args=(pages[place],),
                )


def _gap(book: Book, out: TakenOut, *, busy: bool) -> None:
    """Where a page was taken out a moment ago: the way back for it."""
    with st.container(key=GAP, width=CARD_PX, gap="small"):
        undo_taking_out(book, out, busy=busy)


def _called(place: int) -> str:
    return "Cover" if place == 0 else f"Page {place}"


def _wrong(book: Book, now: Status, *, busy: bool) -> dict[int, list[tuple[str, str]]]:
    """What is wrong with pages, by their places: in two words, and in a sentence."""
    found: dict[int, list[tuple[str, str]]] = {}
    options = press_options_of(book.brief)
    for each in now.page_status[1:]:
        for note in page_notes(each.place, each.text, options):
            label = {"text": "Too full", "glyphs": "Odd letters"}[note.kind]
            found.setdefault(each.place, []).append((label, f"It is {note.says}"))
    for place, lacks in ({} if busy else weak_pages(book)).items():
        says = f"Its picture hardly shows: {lacks}." if lacks else ""
        found.setdefault(place, []).append(("Look again", says))
    return found


def _card(
    book: Book,
    studio: Studio,
    each: PageStatus,
    wrong: list[tuple[str, str]],
    *,
    last: bool,
    busy: bool,
) -> None:
    called = _called(each.place)
    with st.container(key=f"{CARD}{each.page}", width=CARD_PX, gap="small"):
        look.page_picture(book, each.page, f"{called}: {each.text}", CARD_PX)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{called}**", width="stretch")
            if each.picked_by == "author":
                st.badge("Yours", icon=":material/lock:", color="green")
            for label, _ in wrong:
                st.badge(label, icon=":material/visibility:", color="orange")
            if busy and not each.pick:
                _under_way(each)
            elif each.due and not busy:
                st.badge("To be made", icon=":material/pending:", color="orange")
        st.markdown(look.plain(each.text))
        for _, says in wrong:
            if says:
                st.caption(look.plain(says))
        st.button(
            "Change",
            key=f"change-{each.page}",
            icon=":material/edit:",
            width="stretch",
            on_click=open_page,
            args=(each.page,),
        )
        _place(book, studio, each, last=last, busy=busy)


def _under_way(each: PageStatus) -> None:
    """How far a page is that is still without a pick, while the book is being made."""
    if each.candidates:
        st.badge("Draft", icon=":material/draw:", color="blue")
    else:
        st.badge("Still to come", icon=":material/hourglass_empty:", color="gray")


def _place(book: Book, studio: Studio, each: PageStatus, *, last: bool, busy: bool) -> None:
    """Where the page stands: moved by one, and a new page put in behind it."""
    called = _called(each.place)
    seen = edits.version(edits.order(book))

    def move(by: int) -> None:
        edit(book, partial(edits.move_page, book, each.page, each.place + by, seen))
        ways = ("back", "forward") if by > 0 else ("forward", "back")
        focus.put_on(*(f"move-{way}-{each.page}" for way in ways))

    with st.container(horizontal=True, gap="xsmall", key=f"place-{each.page}"):
        for by, icon, way in ((-1, "arrow_back", "forward"), (1, "arrow_forward", "back")):
            at_its_end = each.place <= 1 if by < 0 else last
            if each.place:  # the cover stays where it is
                st.button(
                    f":material/{icon}:",
                    key=f"move-{way}-{each.page}",
                    help=f"Move {called.lower()} {way}",
                    type="tertiary",
                    disabled=busy or at_its_end,
                    on_click=move,
                    args=(by,),
                )
        with st.popover(
            f"Put a page in behind {called.lower() if each.place else 'the cover'}",
            key=f"sign-behind-{each.page}",
            icon=":material/add:",
            disabled=busy,
        ):
            _put_in(book, studio, each.page, seen)
        if each.place:
            st.button(
                "Take out",
                key=f"out-{each.page}",
                help=f"Take {called.lower()} out; it can be put back",
                type="tertiary",
                disabled=busy,
                on_click=edit,
                args=(book, partial(take_out, book, each.page, each.place, seen, from_card=True)),
            )


def _put_in(book: Book, studio: Studio, page: int, seen: str) -> None:
    key = f"behind-{page}"

    def put_in() -> None:
        text = st.session_state[key]
        edit(book, partial(edits.insert_page, book, studio, page, text, seen), text)

    with st.form(f"form-{key}", border=False, clear_on_submit=True):
        st.text_area("What does the new page say?", key=key, height=110, max_chars=1200)
        st.form_submit_button("Put it in", icon=":material/add:", on_click=put_in)
