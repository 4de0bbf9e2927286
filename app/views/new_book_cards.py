"""What is chosen for a new book by its picture: heroes, the place, the style."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.navigation import go
from app.widgets import look
from storybook.authoring.new_book import at_place, place_said
from storybook.config import shipped
from storybook.hero.folder import load_hero
from storybook.prompts import styles
from storybook.world import load_world

PICTURES = Path(__file__).parents[1] / "pictures"
HERO_PX, STYLE_PX, PLACE_PX = 150, 210, 124
Change = Callable[..., None]


def heroes(names: Sequence[str], chosen: Sequence[str], toggle: Change) -> None:
    """Everybody who can star; those who do are marked, the star by a word."""
    with st.container(horizontal=True, gap="medium", key="heroes-row"):
        for name in names:
            hero = load_hero(name)
            is_chosen = name in chosen
            with _card(f"hero-{name}", HERO_PX, is_chosen=is_chosen):
                look.portrait(name, f"{hero.name}, {hero.look} {hero.species}", HERO_PX)
                _choice(hero.name, f"hero-{name}", toggle, {"name": name}, is_chosen=is_chosen)
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(chosen) > 1:
            star, *others = (load_hero(name).name for name in chosen)
            listed = " and ".join(filter(None, (", ".join(others[:-1]), others[-1])))
            play = "play" if others[1:] else "plays"
            st.caption(f"{star} is the star; {listed} {play} along.")
        if pressed("Add your own pet", icon=":material/add_a_photo:", type="tertiary"):
            go("heroes", new="1")


def places(summary: str, tell: Callable[[str], None]) -> None:
    """Where it may happen: the one that is tapped is said at the end of the summary."""
    now = place_said(summary)
    with st.container(horizontal=True, gap="small", key="places-row"):
        for place in load_world(shipped("assets")).places:
            with _card(f"place-{place.replace(' ', '-')}", PLACE_PX, is_chosen=place == now):
                _picture(f"place-{place.replace(' ', '-')}", f"The {place}")
                st.button(
                    place.capitalize(),
                    key=f"place-{place}",
                    type="tertiary",
                    icon=":material/check:" if place == now else None,
                    width="stretch",
                    on_click=tell,
                    args=(at_place(summary, "" if place == now else place),),
                )


def choose_style(now: str, change: Change) -> None:
    """The styles, each by a picture that was drawn in it."""
    with st.container(horizontal=True, gap="medium", key="styles-row"):
        for name in styles():
            with _card(f"style-{name}", STYLE_PX, is_chosen=name == now):
                _picture(f"style-{name}", f"A picture in {name}")
                _choice(
                    name.capitalize(),
                    f"style-{name}",
                    change,
                    {"style": name},
                    is_chosen=name == now,
                )
    st.caption(
        "Drawn by the small painter that comes along: watercolour leaves an edge of paper, gouache "
        "is smooth, crayon has a grain. Larger painters tell them further apart."
    )


def _card(key: str, width_px: int, *, is_chosen: bool) -> object:
    mark = "-chosen" if is_chosen else ""
    return st.container(key=f"card-{key}-half{mark}", width=width_px + 20, gap="small")


def _picture(name: str, alt: str) -> None:
    shown = PICTURES / f"{name}.webp"
    if shown.is_file():
        st.image(shown, alt=alt, width="stretch")


def _choice(
    label: str, key: str, change: Change, values: dict[str, object], *, is_chosen: bool
) -> None:
    st.button(
        label,
        key=key,
        icon=":material/check:" if is_chosen else None,
        width="stretch",
        on_click=change,
        kwargs=values,
    )
