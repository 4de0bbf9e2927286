"""Adding a pet: photos are brought and looked at one by one, then it gets a name."""

from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.hero import coach
from app.navigation import go
from app.widgets import look
from app.widgets.paths import HEROES
from app.widgets.try_or_report import tried
from storybook.config import load_settings, shipped, validated
from storybook.errors import HeroError, StorybookError
from storybook.hero import draft as hero_drafts
from storybook.hero.coat_colour import coat_from_photos, species_in
from storybook.hero.folder import add_hero, display_name, hero_folder, new_hero_folder
from storybook.hero.photo_quality import FEWEST, MOST, PhotoVerdict
from storybook.images.photo_files import PHOTO_SUFFIXES
from storybook.records import Hero
from storybook.studio.safety_checkers import photo_safety_checker
from storybook.world import load_world

PHOTO_PX = 200
KINDS = [suffix.removeprefix(".") for suffix in PHOTO_SUFFIXES]
"""What the file chooser offers; what a file is, its first bytes say."""


def page(asked: str) -> None:
    """The page of one draft, which a reload finds again."""
    draft = hero_drafts.draft_at(HEROES, asked)
    if draft is None:
        look.heading("Add your pet")
        st.warning("These photos are gone: they were added, or forgotten after a week.")
        if pressed("Begin anew", icon=":material/add_a_photo:"):
            st.query_params.from_dict({"new": hero_drafts.new_draft(HEROES).name})
            st.rerun()
        return
    look.heading(
        "Add your pet",
        f"Bring {FEWEST} to {MOST} photos of it: in daylight, from all sides, in several places. "
        "They stay on this machine.",
    )
    bring(draft)
    photos = hero_drafts.photos_of(draft)
    say(draft)
    if photos:
        _show(draft, photos)
        _name(draft, photos)
    if pressed("Leave it", type="tertiary", icon=":material/close:"):
        go("heroes")


def bring(draft: Path, room: int = MOST) -> None:
    """Where photos are dropped; what was looked at leaves the memory."""
    count = st.session_state.setdefault("uploads", 0)
    files = st.file_uploader(
        "Photos of your pet",
        type=KINDS,
        accept_multiple_files=True,
        key=f"photos-{count}",
        help="Drag them here, or choose them. They are copied without where and when they were "
        "taken.",
    )
    if not files:
        return
    try:
        checker = photo_safety_checker(load_settings())
    except StorybookError as fault:  # a broken studio.toml, or weights without what runs them
        st.error(str(fault))
        return
    bar = st.progress(0.0, "Looking at the photos ...")
    room -= len(hero_drafts.photos_of(draft))
    for number, file in enumerate(files, start=1):
        bar.progress(number / len(files), f"Looking at photo {number} of {len(files)} ...")
        if room <= 0:
            st.session_state["too many"] = len(files) - number + 1
            break
        room -= not hero_drafts.take_in(draft, file.name, file.getvalue(), checker).fault
    st.session_state["uploads"] = count + 1
    st.rerun()


def say(draft: Path) -> None:
    """A line for each file that was not taken or was changed, and one for all others."""
    lines = hero_drafts.said_of(draft)
    refused = [line for line in lines if not line.good]
    if left := st.session_state.pop("too many", 0):
        st.warning(f"{left} more photos were not looked at: {MOST} are enough.")
    if refused:
        with st.container(key="refused", gap="small"):
            for line in refused:
                st.warning(look.plain(line.says), icon=":material/block:")
            if pressed("I have read it", type="tertiary", icon=":material/done:"):
                hero_drafts.forget_refused(draft)
                st.rerun()
    changed = [line.says for line in lines if line.good and ":" in line.says]
    if changed:
        with st.expander(f"What was changed on {len(changed)} of them"):
            st.markdown("\n".join(f"- {look.plain(says)}" for says in changed))


def _show(draft: Path, photos: list[Path]) -> None:
    try:
        verdict = coach.verdict_on(photos)
    except StorybookError as fault:
        st.error(str(fault))
        return
    st.subheader(f"{verdict.fit} of {len(photos)} are fit to learn from", anchor=False)
    for finding in verdict.findings:
        st.info(finding, icon=":material/lightbulb:")
    with st.container(horizontal=True, gap="small", key="new-photos"):
        for photo, each in zip(photos, verdict.photos, strict=True):
            with st.container(key=f"card-new-{photo.stem}-half", width=PHOTO_PX + 26, gap="small"):
                _photo(draft, photo, each)


def _photo(draft: Path, photo: Path, verdict: PhotoVerdict) -> None:
    name = hero_drafts.name_of(draft, photo)
    look.picture(photo, f"Photo {name}", PHOTO_PX)
    st.caption(look.plain(name))
    coach.badge(verdict)
    if pressed("Take out", key=f"out-{photo.stem}") and tried(
        hero_drafts.take_out, draft, photo.name
    ):
        st.rerun()


def _name(draft: Path, photos: list[Path]) -> None:
    """Name, class and look; then the hero's folder is made."""
    world = load_world(shipped("assets"))
    st.subheader("Who is it?", anchor=False)
    name = st.text_input("Its name", key="pet-name", max_chars=40, placeholder="Rex")
    kind = st.text_input(
        "What it is",
        key="pet-kind",
        max_chars=40,
        placeholder="cat",
        help="Such as cat, puppy or hamster. The starter draws cats, dogs, rabbits, foxes, bears "
        "and mice, and takes the nearest one.",
    )
    found = derived(tuple(str(path) for path in photos))
    coats = list(world.coats)
    coat = st.selectbox(
        "Its look in drawings",
        coats,
        index=coats.index(found.coat),
        key=f"pet-look-{found.coat}",
        help="How the starter draws it until a painter was taught. Choose the nearest one.",
    )
    sure = "" if found.sure else " This is a guess: please look yourself."
    st.caption(f"From the photos: {found.coat}, {found.markings} ({found.reason}){sure}")
    few = len(photos) < FEWEST
    if few:
        st.caption(
            f"With fewer than {FEWEST} photos it can star by its look, but hardly be taught."
        )
    if not pressed("Add it", type="primary", icon=":material/pets:"):
        return
    if not name.strip() or not kind.strip():
        st.error("Say its name and what it is first.")
        return
    if tried(_make, draft, photos, name.strip(), kind, coat):
        go("heroes", hero=hero_folder(name.strip()).name)


def _make(draft: Path, photos: list[Path], name: str, kind: str, coat: str) -> None:
    """Make the hero of a draft's photos; raises StorybookError that says what is amiss."""
    new_hero_folder(name)
    try:
        species, stands_for = species_in(load_world(shipped("assets")), kind)
    except HeroError as fault:
        raise HeroError(str(fault).removeprefix("--class ")) from None
    asked = {"name": display_name(name), "species": species, "look": coat, "kind": stands_for}
    add_hero(validated(Hero, asked, "the hero"), photos)
    hero_drafts.throw_away(draft)


@st.cache_data(max_entries=20, show_spinner="The colours of its coat are looked for ...")
def derived(photos: tuple[str, ...]) -> object:
    """The look that photos show; drafts name photos by their pixels, so names say it all."""
    return coat_from_photos(
        [Path(path) for path in photos], load_world(shipped("assets")), coach.seer()
    )
