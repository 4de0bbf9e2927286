"""Dataset: the pictures of a folder with their words, to be looked through and mended."""

import os
from functools import partial
from itertools import islice
from pathlib import Path

import streamlit as st

from app.buttons import pressed
from app.navigation import link
from app.widgets import look, picture_board, room
from app.widgets.paths import BOOKS, HEROES, JOBS, RUNS
from app.widgets.try_or_report import tried
from storybook.errors import StorybookError
from storybook.images.photo_files import is_litter, is_photo
from storybook.records import digest
from training.data.looks import looks_in
from training.data.pictures import look_through
from training.desk import board as desk
from training.desk.board import Board, BoardPicture

PICTURE_PX, DRAWN_PX = 216, 320
RESOLUTION = (512, 512)
ON_A_PAGE = 24
SAYS = {
    "all": "All",
    "no words": "Without words",
    "small": "Small",
    "twin": "Nearly the same",
}
READ_AS = {
    "sidecars": "Its words lie in files beside the pictures.",
    "names": "Its words are the pictures' names; what you write here goes into files beside them.",
    "image_captions": "Its words lie in image_captions.json.",
    "metadata": "Its words lie in a metadata file, as kohya's scripts keep it.",
    "dataset": "It is a Hugging Face dataset: its words can be looked at here, and not changed.",
}
MOST_FOLDERS, MOST_LOOKED, MOST_ENTRIES = 40, 2_000, 5_000
"""Folders that are offered, that are looked into for it, and of one so many names."""
LISTED_S = 30.0
"""A list of folders is looked up anew after so long."""
OURS = {BOOKS, HEROES, JOBS, RUNS}
"""Whose pictures have pages of their own."""


def page() -> None:
    link("training", "Training", icon=":material/arrow_back:")
    look.heading(
        "Dataset", "The pictures that a painter learns from, and the words it learns with them."
    )
    folder = _folder()
    if folder is None:
        return
    try:
        with st.spinner("Looking through the pictures ..."), looks_in(folder) as looks:
            once = partial(look_through, look=looks.look)
            board = desk.open_board(folder, RESOLUTION, once)
    except StorybookError as fault:
        st.error(look.plain(str(fault)))
        return
    _about(board)
    _buckets(board)
    rows = _chosen(board)
    _replace(board, rows)
    _pictures(board, rows)


def _folder() -> Path | None:
    """The folder that the address names, or the choice of one below this folder."""
    named = st.query_params.get("folder", "")
    found = _folders()
    if not found and not named:
        look.empty(
            "There is no folder with pictures here",
            "Put one into the folder in which the studio was started, and it is listed.",
        )
        return None
    choices = list(dict.fromkeys([*([named] if _is_ours(named) else []), *found]))
    picked = st.selectbox(
        "Folder",
        choices,
        index=choices.index(named) if named in choices else None,
        key="dataset-folder",
        placeholder="Choose a folder with pictures",
    )
    if named and named not in choices:
        st.warning(f"There is no folder {look.plain(named)} with pictures here.")
    if picked and picked != named:
        st.query_params["folder"] = picked
        st.rerun()
    return Path(picked) if picked else None


def _is_ours(named: str) -> bool:
    """Whether an address names a folder of pictures below this one."""
    folder = Path(named)
    within = bool(named) and not folder.is_absolute() and ".." not in folder.parts
    return within and _has_pictures(folder)


def _folders() -> list[str]:
    """Folders up to three below this one in which pictures lie, the nearest first."""
    near = [Path(), *_inner(Path())]
    changed = tuple((str(each), each.stat().st_mtime_ns) for each in near if each.is_dir())
    return _found(str(Path.cwd()), changed)


@st.cache_data(max_entries=4, ttl=LISTED_S, show_spinner=False)
def _found(place: str, changed: tuple[tuple[str, int], ...]) -> list[str]:
    """As `_folders`, of a large home no more than `MOST_LOOKED` folders; until `changed` does."""
    found: list[str] = []
    level, left = [Path()], MOST_LOOKED
    for _ in range(3):
        below = [each for place in level for each in _inner(place)][:left]
        left -= len(below)
        found += [str(each) for each in below if _has_pictures(each)]
        level = below
        if len(found) >= MOST_FOLDERS or not left:
            break
    return found[:MOST_FOLDERS]


def _inner(place: Path) -> list[Path]:
    """The folders in one that may hold pictures of a dataset, by name."""
    names = [name for name, is_folder in _entries(place) if is_folder and not is_litter(name)]
    return [each for each in (place / name for name in sorted(names)) if each not in OURS]


def _has_pictures(folder: Path) -> bool:
    return any(is_photo(folder / name) for name, is_folder in _entries(folder) if not is_folder)


def _entries(place: Path) -> list[tuple[str, bool]]:
    """Names in a folder, with whether each is a folder; the first of very many."""
    try:
        with os.scandir(place) as entries:
            return [(each.name, each.is_dir()) for each in islice(entries, MOST_ENTRIES)]
    except OSError:
        return []


def _about(board: Board) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="board-head"):
        st.markdown(
            f"**{len(board.rows)} pictures** in {look.plain(str(board.folder))}. "
            f"{READ_AS[board.layout]}"
        )
        if desk.can_undo(board) and pressed("Undo", icon=":material/undo:", key="undo-words"):
            st.session_state["board-undone"] = desk.undo(board)
            st.rerun()
    if undone := st.session_state.pop("board-undone", 0):
        st.toast(f"{undone} picture{'s are' if undone > 1 else ' is'} as before.")


def _buckets(board: Board) -> None:
    """Sizes at which pictures are taught, and how much of them that cuts off."""
    rows = board.buckets()
    with st.expander(f"Buckets ({len(rows)})"):
        lines = [
            f"| {row.bucket[0]} x {row.bucket[1]} px | {row.pictures} | {row.aspect_error:.3f} |"
            for row in rows
        ]
        head = ["| bucket | pictures | aspect off by |", "|---|---|---|"]
        st.markdown("\n".join([*head, *lines]))
        st.caption(
            "Where the painter's size is 512 px. A bucket of few pictures has short batches."
        )


def _chosen(board: Board) -> list[BoardPicture]:
    counts = board.counts()
    with st.container(horizontal=True, vertical_alignment="bottom", key="board-filters"):
        chosen = st.radio(
            "Show",
            list(desk.FILTERS),
            key="board-filter",
            horizontal=True,
            format_func=lambda each: f"{SAYS[each]} ({counts[each]})",
        )
        word = st.text_input(
            "Words or a name", key="board-word", placeholder="a tag, a word, a file's name"
        )
    return [row for row in board.rows if row.is_of(chosen, word)]


def _replace(board: Board, rows: list[BoardPicture]) -> None:
    if not board.is_editable or not rows:
        return
    with st.expander("Replace words in all that are shown"):
        old = st.text_input("Replace", key="board-old")
        new = st.text_input("With", key="board-new", help="Leave it empty to take them out.")
        if not old.strip():
            return
        try:
            change = desk.replaced(board, rows, old, new)
        except StorybookError as fault:
            st.error(look.plain(str(fault)))
            return
        if not change:
            st.caption("No picture that is shown has these words.")
            return
        path, after = next(iter(change.items()))
        st.caption(f"{len(change)} pictures change. {Path(path).name} would say:")
        st.markdown(look.plain(after) or "nothing")
        if pressed(f"Replace in {len(change)}", type="primary", key="board-replace") and tried(
            desk.say_of, board, change
        ):
            st.rerun()


def _pictures(board: Board, rows: list[BoardPicture]) -> None:
    if not rows:
        look.empty("No picture is shown", "Choose another filter, or other words.")
        return
    sheets = -(-len(rows) // ON_A_PAGE)
    sheet = 1
    if sheets > 1:
        sheet = st.number_input(
            f"Sheet, of {sheets}", 1, sheets, 1, key=f"board-sheet-{digest(str(board.folder))}"
        )
    part = rows[(sheet - 1) * ON_A_PAGE : sheet * ON_A_PAGE]
    with st.container(horizontal=True, gap="medium", key="board"):
        for row in part:
            key = digest(str(row.path))
            with st.container(key=f"card-{key}-half", width=PICTURE_PX + 26, gap="small"):
                _card(board, row, key)


def _card(board: Board, row: BoardPicture, key: str) -> None:
    look.picture(row.path, row.words or f"{row.path.name}, without words", PICTURE_PX)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(look.plain(row.path.name))
        if pressed("Crop and mask", key=f"closer-{key}", type="tertiary"):
            picture_board.forget(key)
            _closer(board, row, key)
    words = st.text_area(
        f"Words of {row.path.name}",
        row.words,
        key=f"words-{key}-{digest(row.words)}",
        height=90,
        disabled=not board.is_editable,
        label_visibility="collapsed",
        placeholder="What does it show?",
    )
    drawn = " and ".join(
        part for part, there in (("a crop", row.crop), ("a mask", row.mask)) if there
    )
    for note in (*row.notes, f"with {drawn}" * bool(drawn)):
        st.caption(look.plain(note))
    if (
        words != row.words
        and board.is_editable
        and tried(desk.say_of, board, desk.said_anew(row, words))
    ):
        st.rerun()


@st.dialog("What is learnt of it", width="medium", on_dismiss="rerun")
def _closer(board: Board, row: BoardPicture, key: str) -> None:
    """A picture to be drawn on; each stroke is kept at its end."""
    if board.is_editable:
        st.caption(
            "Drag a box for the part that is learnt. Paint over what counts most, which teaching "
            "with mask = drawn goes by. The picture itself stays as it is."
        )
        try:
            drawn = picture_board.crop_and_mask(row.path, key)
        except StorybookError as fault:
            st.error(look.plain(str(fault)))
            return
        if drawn and not tried(desk.draw_on, board, row, drawn):
            return
    row = desk.looked_again(row, RESOLUTION)
    taught = desk.crop_drawn(row, DRAWN_PX)
    if taught is None:
        st.warning("Nothing is learnt of it: too little is left, or it cannot be read.")
        for note in row.notes:
            st.caption(look.plain(note))
        return
    room.image(taught, alt=f"{row.path.name}, the part that is taught in a frame", width="content")
    (width, height), bucket = row.size, row.bucket
    st.markdown(
        f"{width:,} x {height:,} px, taught at {bucket[0]} x {bucket[1]} px where the painter's "
        "size is 512 px. What lies outside of the frame is cut off."
    )
