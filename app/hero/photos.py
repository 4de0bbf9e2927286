"""The photos of a hero: the coach's verdict on each, what can be done about it, and captions."""

from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.hero import add, coach
from app.widgets import job_panel, look, room
from app.widgets.paths import HEROES
from app.widgets.try_or_report import tried
from storybook.authoring.caption_hero import captioners_here
from storybook.errors import StorybookError
from storybook.hero import draft as hero_drafts
from storybook.hero import edits as hero_edits
from storybook.hero.photo_quality import MOST, PhotoVerdict
from storybook.hero.seer import NAME as SEES_PETS
from storybook.images.photo_files import NameIndex, photos_in
from storybook.images.photos import read_photo
from storybook.records import Hero, digest

PHOTO_PX = 310
BLIP = "Salesforce/blip-image-captioning-large"


def section(hero: Hero, folder: Path) -> None:
    """All photos of the hero, those that were left out, and where more are brought."""
    st.header("Photos", anchor=False)
    photos = photos_in(folder / hero_edits.PHOTOS)
    if not photos:
        st.markdown(
            f"{look.plain(hero.name)} has no photos yet. Bring some below, and it can be "
            "taught to a painter."
        )
    else:
        _judged(hero, folder, photos)
    _left_out(folder)
    _more(folder, len(photos))


def _judged(hero: Hero, folder: Path, photos: list[Path]) -> None:
    try:
        verdict = coach.verdict_on(photos)
    except StorybookError as fault:
        st.error(str(fault))
        return
    st.markdown(f"**{verdict.fit} of {len(photos)}** are fit to learn from.")
    for finding in verdict.findings:
        st.info(finding, icon=":material/lightbulb:")
    unfit = [each.file for each in verdict.photos if each.fitness == "leave out"]
    if (
        len(unfit) > 1
        and pressed(
            f"Leave out the {len(unfit)} that the coach advises against", icon=":material/block:"
        )
        and all(tried(hero_edits.leave_out, folder, file) for file in unfit)
    ):
        st.rerun()
    _write_captions(hero, folder, photos)
    known = " ".join(filter(None, (hero.token, hero.species)))
    with st.container(horizontal=True, gap="medium", key="photos"):
        for photo, each in zip(photos, verdict.photos, strict=True):
            with st.container(
                key=f"card-photo-{photo.stem}-wide", width=PHOTO_PX + 26, gap="small"
            ):
                _photo(folder, photo, each, known)


def _write_captions(hero: Hero, folder: Path, photos: list[Path]) -> None:
    """A captioner for the photos that have no words, as a job."""
    job = job_panel.newest(folder)
    if job and job_panel.panel(job):
        return
    names = NameIndex()
    bare = sum(names.caption(photo) is None for photo in photos)
    models = captioners_here()
    if not bare:
        return
    with st.expander(f"Have captions written for {bare} photos without words"):
        if not models:
            st.markdown(
                f"No captioner is here. `storybook models get {BLIP}` fetches one that says in a "
                f"sentence what is in sight (1.9 GB), `storybook models get {SEES_PETS}` one that "
                "names kind and breed (19 MB)."
            )
            return
        model = st.selectbox("Who writes them", models, key="captioner")
        st.caption("Words that are there stay. You can change each, and take all of them back.")
        arguments = ("hero", "change", folder.name, "--caption", model)
        if pressed("Write captions", icon=":material/edit_note:") and job_panel.start(
            arguments, f"Captions for {hero.name}", folder
        ):
            st.rerun()


def _photo(folder: Path, photo: Path, verdict: PhotoVerdict, known: str) -> None:
    name = photo.name
    look.picture(photo, f"Photo {photo.stem}", PHOTO_PX)
    coach.badge(verdict)
    with st.container(horizontal=True, gap="xsmall", key=f"deeds-{photo.stem}"):
        if pressed("Turn", key=f"turn-{name}", icon=":material/rotate_right:"):
            _done(tried(hero_edits.turn, folder, name, 1))
        if pressed("Crop", key=f"crop-{name}", icon=":material/crop:"):
            _crop(folder, photo)
        if pressed("Leave out", key=f"out-{name}", icon=":material/block:"):
            _done(tried(hero_edits.leave_out, folder, name))
    try:
        caption = hero_edits.caption_of(photo)
    except StorybookError as fault:
        st.error(str(fault))
        caption = ""
    words = st.text_input(
        f"What photo {photo.stem} shows",
        caption,
        key=f"say-{name}-{digest(caption)}",
        placeholder=f"{known}, sleeping on a sofa",
        max_chars=300,
        help=f"Say {known} for your pet, and name what else is to be seen, so that it is not taken "
        "for a part of it. It may stay empty.",
    )
    if words != caption:
        _done(tried(hero_edits.say_of, folder, name, words))


@st.dialog("Crop the photo")
def _crop(folder: Path, photo: Path) -> None:
    whole = read_photo(photo)
    left, upper, right, lower = hero_edits.pet_box(whole, coach.seer())
    across = st.slider(
        "From left to right", 0, 100, (round(left * 100), round(right * 100)), format="%d%%"
    )
    down = st.slider(
        "From top to bottom", 0, 100, (round(upper * 100), round(lower * 100)), format="%d%%"
    )
    box = (across[0] / 100, down[0] / 100, across[1] / 100, down[1] / 100)
    width, height = whole.size
    edges = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
    if edges[0] < edges[2] and edges[1] < edges[3]:
        part = whole.crop(tuple(map(round, edges)))
        part.thumbnail((600, 420))
        room.image(part, alt="What is left of the photo", width="content")
        st.caption(
            f"{round(edges[2] - edges[0]):,} x {round(edges[3] - edges[1]):,} px are left. "
            "It begins with where the pet seems to be."
        )
    if pressed("Crop it", type="primary", icon=":material/crop:"):
        _done(tried(hero_edits.crop, folder, photo.name, box))


def _left_out(folder: Path) -> None:
    aside = hero_edits.left_out(folder)
    if not aside:
        return
    label = f"Left out ({len(aside)})"
    with st.expander(label), st.container(horizontal=True, gap="medium", key="aside"):
        for photo in aside:
            with st.container(width=PHOTO_PX // 2, gap="small"):
                look.picture(photo, f"Photo {photo.stem}, left out", PHOTO_PX // 2)
                if pressed("Take in", key=f"in-{photo.name}", icon=":material/add:"):
                    _done(tried(hero_edits.take_in_again, folder, photo.name))


def _more(folder: Path, there: int) -> None:
    """Further photos, by a draft of their own, so that a reload loses none."""
    asked = st.query_params.get("more")
    draft = hero_drafts.draft_at(HEROES, asked) if asked else None
    if draft is None:
        if there < MOST and pressed("Bring more photos", icon=":material/add_a_photo:"):
            st.query_params["more"] = hero_drafts.new_draft(HEROES).name
            st.rerun()
        return
    add.bring(draft, room=MOST - there)
    add.say(draft)
    new = hero_drafts.photos_of(draft)
    with st.container(horizontal=True):
        if not new:
            st.caption("Nothing was brought yet.")
        elif pressed(f"Add {len(new)} to the photos", icon=":material/add:") and tried(
            hero_edits.add_photos, folder, new
        ):
            _close(draft)
        if pressed("Leave it", key="leave-more", type="tertiary"):
            _close(draft)


def _close(draft: Path) -> None:
    hero_drafts.throw_away(draft)
    del st.query_params["more"]
    st.rerun()


def _done(well: bool) -> None:
    if well:
        st.rerun()
