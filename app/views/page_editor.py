"""One page of a book to change: its text, what it shows, its picture, and where it stands."""

from collections.abc import Iterable
from random import randrange

import streamlit as st

from app.views import (
    departures_shown,
    history_shown,
    page_pictures,
    page_printed,
    touch_up_shown,
)
from app.views.edited import edit, open_page, said_of_edits, seen_of_page
from app.views.page_place import placing
from app.widgets import job_panel, look, text_field
from storybook.authoring import edits
from storybook.authoring.proofs import page_notes
from storybook.book.folder import Book
from storybook.book.lock import is_open_to_edits
from storybook.book.printing import press_options_of
from storybook.book.verdicts import in_words, verdicts
from storybook.jobs.folder import Job
from storybook.records import COVER, Scene
from storybook.studio.studio import Studio

PICTURE_PX = 520
SHOTS = {"wide": "From afar", "middle": "Whole", "close": "Close up"}


def editor(book: Book, studio: Studio, page: int, job: Job | None) -> None:
    """Draw the editor of page `page` (its number, which is not where it stands)."""
    scenes = book.scenes
    place = edits.order(book).index(page)
    _ways(book, place)
    history_shown.bar(book)
    look.heading("The cover" if page == COVER else f"Page {place}")
    said_of_edits()
    busy = bool(job) and job_panel.panel(job, lambda: _seen(book, page))
    held = busy and not is_open_to_edits(book.folder)
    if busy and not held:
        st.caption(
            "While pictures are drawn, you can change the words and take another picture of this "
            "page. All else waits until they are done."
        )
    departures_shown.hint(page)
    picture, words = st.columns([1, 1], gap="large")
    with picture:
        _picture(book, studio, place, scenes[place], held=held)
        departures_shown.of_page(book, studio, page, busy=busy)
    with words:
        if page != COVER:
            _text(book, scenes[place], place, busy=busy, held=held)
        _scene(book, studio, scenes[place], busy=busy)
        _prompt(book, studio, page, busy=busy)
    touch_up_shown.panel(book, studio, page, busy=busy)
    page_pictures.shown(book, studio, page, busy=busy, held=held)
    history_shown.strip(book, page)
    if page != COVER:
        placing(book, studio, page, place, busy=busy)


def _seen(book: Book, page: int) -> object:
    """Changes whenever the editor of a page has more to show."""
    return is_open_to_edits(book.folder), seen_of_page(book, page), len(book.pictures(page))


def _ways(book: Book, place: int) -> None:
    """To the book, and to the pages before and after.

    Buttons, since a link to another state of the same page leaves the address as it is.
    """
    order = edits.order(book)
    ways = {"All pages": (None, ":material/arrow_back:")}
    if place > 0:
        label = "Cover" if place == 1 else f"Page {place - 1}"
        ways[label] = (order[place - 1], ":material/chevron_left:")
    if place + 1 < len(order):
        ways[f"Page {place + 1}"] = (order[place + 1], ":material/chevron_right:")
    with st.container(horizontal=True, key="ways"):
        for label, (page, icon) in ways.items():
            st.button(label, key=f"way-{label}", icon=icon, on_click=open_page, args=(page,))


def _picture(book: Book, studio: Studio, place: int, scene: Scene, *, held: bool) -> None:
    page = scene.page
    chosen = book.pick(page)
    if not (chosen and page_printed.shown(book, studio, scene, place, held=held)):
        with st.container(key="of-page"):
            look.page_picture(book, page, scene.text, PICTURE_PX)
    if chosen is None:
        return
    why = verdicts(book, page).get(chosen.candidate)
    if chosen.by == "author":
        st.caption("You chose this picture; nothing changes it until you do.")
    elif why:
        st.caption(f"The critic chose it: {look.plain(in_words(why.verdict))}")


def _text(book: Book, scene: Scene, place: int, *, busy: bool, held: bool) -> None:
    name, seen = f"text-{scene.page}", edits.version(scene.text)
    key = text_field.area(book, name, "Text", scene.text, height=150, busy=held, most=1200)

    def keep() -> None:
        written = st.session_state[key]
        edit(book, lambda: edits.set_text(book, scene.page, written, seen), written, name)

    with st.container(horizontal=True):
        st.button(
            "Keep the text",
            key=f"keep-{key}",
            icon=":material/check:",
            disabled=held,
            on_click=keep,
        )
        why = _why_told_once(book, scene)
        st.button(
            "Tell it again",
            key=f"again-{key}",
            icon=":material/history_edu:",
            disabled=busy or bool(why),
            on_click=_tell_again,
            args=(book, scene.page),
            help=why,
        )
    text_field.unsaid(key, scene.text)
    for note in page_notes(place, scene.text, press_options_of(book.brief)):
        st.warning(f"This page is {note.says}", icon=":material/print:")


def _why_told_once(book: Book, scene: Scene) -> str | None:
    """Why no writer can tell a page again."""
    if scene.page > book.brief.pages:
        return "You wrote this page yourself."
    if book.brief.story or book.story.ready_made:
        return "It is of a ready-made story, which is told one way."
    return None


def _tell_again(book: Book, page: int) -> None:
    seed = str(randrange(1, 10**6))
    job_panel.start(
        ("retell", str(book.folder), str(page), "--seed", seed), "Tell a page again", book.folder
    )


def _scene(book: Book, studio: Studio, scene: Scene, *, busy: bool) -> None:
    """What the page shows, in the painter's own words where it has some."""
    key, world = f"scene-{scene.page}-{edits.version(scene)}", studio.world

    fixed = {"disabled": busy, "accept_new_options": not studio.draws_the_world}

    def one_of(label: str, field: str, known: Iterable[str]) -> None:
        now = getattr(scene, field)
        choices = sorted({*known, now})
        st.selectbox(
            label,
            choices,
            index=choices.index(now),
            key=f"{field}-{key}",
            **fixed,
        )

    with (
        st.expander("What the picture shows", icon=":material/image:"),
        st.form(f"form-{key}", border=False),
    ):
        st.multiselect(
            "Who is in it, the first one in the middle",
            [hero.name for hero in book.cast],
            default=list(scene.cast),
            key=f"cast-{key}",
            disabled=busy,
        )
        one_of("What the first one does", "moment", world.actions)
        one_of("Where", "place", world.places)
        st.multiselect(
            "With what",
            sorted({*world.things, *scene.things}),
            default=list(scene.things),
            key=f"things-{key}",
            **fixed,
        )
        one_of("Light", "light", world.lights)
        st.segmented_control(
            "How near",
            list(SHOTS),
            default=scene.shot,
            required=True,
            format_func=SHOTS.get,
            key=f"shot-{key}",
            disabled=busy,
        )
        with st.container(horizontal=True):
            st.form_submit_button(
                "Keep this",
                icon=":material/check:",
                disabled=busy,
                on_click=_keep_scene,
                args=(book, scene, key, edits.version(scene)),
            )
            if scene.page != COVER:
                _read_again_button(book, studio, scene.page, busy=busy)


def _keep_scene(book: Book, scene: Scene, key: str, seen: str) -> None:
    """Keep what the fields of a scene's form say."""
    asked = {
        field: st.session_state[f"{field}-{key}"]
        for field in ("cast", "moment", "place", "things", "light", "shot")
    }
    changed = scene.but(**asked)
    words = " ".join([changed.moment, changed.place, *changed.things])
    edit(book, lambda: edits.set_scene(book, changed, seen), words)


def _read_again_button(book: Book, studio: Studio, page: int, *, busy: bool) -> None:
    st.form_submit_button(
        "Read it from the text",
        disabled=busy,
        on_click=edit,
        args=(book, lambda: edits.read_again(book, studio, page)),
    )


def _prompt(book: Book, studio: Studio, page: int, *, busy: bool) -> None:
    if not book.prompt_of(page).is_file():
        return
    prompt, name = book.prompt(page), f"prompt-{page}"
    seen = edits.version(prompt)
    with st.expander("What the painter is told", icon=":material/brush:"):
        key = text_field.area(book, name, "Prompt", prompt.positive, height=120, busy=busy)
        without = key
        if not studio.draws_the_world:
            without = text_field.area(
                book, f"not-{name}", "Without", prompt.negative, height=80, busy=busy
            )

        def keep() -> None:
            positive = st.session_state[key]
            negative = prompt.negative if without == key else st.session_state[without]
            edit(
                book,
                lambda: edits.set_prompt(book, page, positive, negative, seen),
                positive,
                name,
                f"not-{name}",
            )

        st.button(
            "Keep the prompt",
            key=f"keep-{key}",
            icon=":material/check:",
            disabled=busy,
            on_click=keep,
        )
        text_field.unsaid(key, prompt.positive)
