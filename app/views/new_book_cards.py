"""What is chosen for a new book by its picture: heroes and the place."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.navigation import go
from app.widgets import look, room
from app.widgets.paths import HEROES
from storybook.authoring.new_book import at_place, place_said
from storybook.config import shipped
from storybook.hero.draft import new_draft
from storybook.hero.folder import load_hero
from storybook.world import load_world

PICTURES = Path(__file__).parents[1] / "pictures"
HERO_PX, PLACE_PX = 150, 124
Change = Callable[..., None]


def heroes(names: Sequence[str], chosen: Sequence[str], toggle: Change) -> None:
    """Everybody who can star; those who do are marked, the star by a word."""
    with st.container(horizontal=True, gap="medium", key="heroes-row"):
        for name in names:
            hero = load_hero(name)
            is_chosen = name in chosen
            with card(f"hero-{name}", HERO_PX, is_chosen=is_chosen):
                look.portrait(name, f"{hero.name}, {hero.look} {hero.species}", HERO_PX)
                choice(hero.name, f"hero-{name}", toggle, {"name": name}, is_chosen=is_chosen)
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(chosen) > 1:
            star, *others = (load_hero(name).name for name in chosen)
            listed = " and ".join(filter(None, (", ".join(others[:-1]), others[-1])))
            play = "play" if others[1:] else "plays"
            st.caption(f"{star} is the star; {listed} {play} along.")
        if pressed("Add your own pet", icon=":material/add_a_photo:", type="tertiary"):
            go("heroes", new=new_draft(HEROES).name)


def places(summary: str, tell: Callable[[str], None]) -> None:
    """Where it may happen: the one that is tapped is said at the end of the summary."""
    now = place_said(summary)
    with st.container(horizontal=True, gap="small", key="places-row"):
        for place in load_world(shipped("assets")).places:
            with card(f"place-{place.replace(' ', '-')}", PLACE_PX, is_chosen=place == now):
                picture(f"place-{place.replace(' ', '-')}", f"The {place}")
                st.button(
                    place.capitalize(),
                    key=f"place-{place}",
                    type="tertiary",
                    icon=":material/check:" if place == now else None,
                    width="stretch",
                    on_click=tell,
                    args=(at_place(summary, "" if place == now else place),),
                )


def card(key: str, width_px: int, *, is_chosen: bool) -> object:
    """A card of half a telephone's width; one that is chosen has an edge."""
    mark = "-chosen" if is_chosen else ""
    return st.container(key=f"card-{key}-half{mark}", width=width_px + 20, gap="small")


def picture(name: str, alt: str) -> bool:
    """One of the pictures that come with the studio; whether there is one."""
    shown = PICTURES / f"{name}.webp"
    if shown.is_file():
        room.image(shown, alt=alt)
    return shown.is_file()


def choice(
    label: str, key: str, change: Change, values: dict[str, object], *, is_chosen: bool
) -> None:
    """A button that keeps the values; the chosen one has a tick."""
    st.button(
        label,
        key=key,
        icon=":material/check:" if is_chosen else None,
        width="stretch",
        on_click=change,
        kwargs=values,
    )
