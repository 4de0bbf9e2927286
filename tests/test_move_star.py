"""The star of a page's picture moved or made larger, and pictures changed by plain words."""

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from test_history import held

from books import doubles, made, new_book
from storybook.authoring import history, pictures
from storybook.authoring.ask import ask, checked_wish, spot_beside
from storybook.authoring.move_star import Move, move_star
from storybook.authoring.told_otherwise import composition_of, noise_of
from storybook.book.folder import Book
from storybook.cli.run import main
from storybook.config import load_settings, shipped
from storybook.errors import BookError, ConfigError, NotForChildren
from storybook.models.classifier import new_classifier, save_classifier
from storybook.models.infotext import read_infotext
from storybook.models.star_finder import find_star
from storybook.records import Verdict
from storybook.studio.star_finder import star_box
from storybook.studio.studio import Studio
from tiny_sd import tiny_painter

BOX = (0.2, 0.35, 0.55, 0.75)
SIDE = 96


@pytest.fixture
def book() -> Book:
    """With a picture on page 2 whose star is a dark oval left of the middle."""
    book = new_book()
    made(book)
    image = Image.new("RGB", (SIDE, SIDE), (120, 180, 240))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, SIDE // 2, SIDE, SIDE), fill=(230, 200, 120))
    pen.ellipse([round(share * SIDE) for share in BOX], fill=(90, 40, 30))
    image.save("oval.png")
    pictures.bring(book, 2, "oval.png", Path("oval.png").read_bytes())
    return book


@pytest.fixture
def keeps_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The double paints nothing over what lies there, so that it can be looked at."""
    monkeypatch.setattr(
        "storybook.models.doubles.FlatInpainter.inpaint",
        lambda self, request, image, mask, *, strength: image.copy(),
    )


def dark(image: Image.Image) -> tuple[float, float, float]:
    """The middle of what is dark, and which share of the picture it is."""
    down, across = np.nonzero(np.asarray(image.convert("RGB")).astype(int).sum(axis=-1) < 300)
    return across.mean() / image.width, down.mean() / image.height, len(across) / SIDE**2


def moved(book: Book, move: Move, studio: Studio | None = None, **asked: object) -> Image.Image:
    events = move_star(book, studio or doubles(), 2, move, seed=1, **asked)
    assert {event.stage for event in events} == {"move-star"}
    return book.image(2, book.picked(2))


@pytest.mark.usefixtures("keeps_all")
def test_move_star_lays_it_at_its_new_place_and_size(book: Book) -> None:
    source = book.picked(2)
    x, y, share = dark(book.image(2, source))
    to = moved(book, Move((0.7, 0.5), 1.0, BOX))
    assert dark(to) == pytest.approx((0.7, 0.5, share), abs=0.03)
    assert history.steps(book)[-1].says == "Moved the star"
    large = moved(book, Move(None, 1.4, BOX), source=source)
    assert dark(large) == pytest.approx((x, y, 1.96 * share), abs=0.04)
    assert history.steps(book)[-1].says == "The star in another size"


def test_move_star_is_one_more_picture_and_undone_to_the_byte(book: Book) -> None:
    before, there = held(book), book.pictures(2)
    moved(book, Move((0.7, 0.5), 1.2, BOX))
    after, taken = held(book), book.picked(2)
    assert set(book.pictures(2)) == {*there, taken} and book.pick(2).by == "author"
    history.undo(book)
    assert held(book) == before
    history.redo(book)
    assert held(book) == after


def test_move_star_is_the_same_wish_the_same_picture(book: Book) -> None:
    source = book.picked(2)
    ids = []
    for move in (Move((0.7, 0.5), 1, BOX), Move((0.7, 0.5), 1, BOX), Move((0.7, 0.5), 1.3, BOX)):
        moved(book, move, source=source)
        ids.append(book.picked(2))
    assert ids[0] == ids[1] != ids[2]


def test_move_star_with_a_tiny_painter_changes_what_is_around_both_places_alone(
    book: Book, tmp_path: Path
) -> None:
    tiny_painter(tmp_path / "tiny")
    small = ("draw.width_px=64", "draw.height_px=64", "draw.steps=2")
    studio = Studio(load_settings("doubles", [f"draw.painter={tmp_path / 'tiny'}", *small]))
    before = np.asarray(book.image(2, book.picked(2)))
    after = np.asarray(moved(book, Move((0.5, 0.5), 1.1, BOX), studio))
    changed = (after != before).any(axis=-1)
    assert changed.any() and not changed[: SIDE // 6].any() and not changed[-SIDE // 8 :].any()


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (Move(), "Nothing is asked for"),
        (Move(None, 9.0, BOX), "9 times as large"),
        (Move(None, 0.1, BOX), r"0\.1 times"),
        (Move((1.2, 0.5), 1, BOX), "not in the picture"),
        (Move((0.5, 0.5), 1, (0.5, 0.5, 0.5, 0.9)), "holds no star"),
        (Move((0.5, 0.5), 1, (-1, 0, 1, 1)), "holds no star"),
        (Move((0.5, 0.5)), "box around it"),
        (Move((float("nan"), 0.5), 1, BOX), "not in the picture"),
    ],
)
def test_move_star_says_what_cannot_be_and_changes_nothing(book: Book, move, said) -> None:
    before = held(book)
    with pytest.raises(ConfigError, match=said):
        moved(book, move)
    with pytest.raises(BookError, match="has no picture"):
        moved(book, Move(None, 1.2, BOX), source="gone")
    with pytest.raises(ConfigError, match="strength"):
        moved(book, Move(None, 1.2, BOX), strength=0)
    assert held(book) == before


# Where the star is


def critic_that_gazes(folder: Path) -> Path:
    """A critic's folder whose classifier looks evenly at all of a picture."""
    folder.mkdir()
    classifier = new_classifier({"coat": ("grey", "black"), "place": ("garden",)}, (4, 4, 4, 4))
    torch.nn.init.zeros_(classifier.gaze.weight)
    torch.nn.init.zeros_(classifier.gaze.bias)
    save_classifier(classifier, folder)
    return folder


def test_find_star_is_a_box_of_the_shot_s_size_within_the_picture(tmp_path: Path) -> None:
    critic, image = critic_that_gazes(tmp_path / "critic"), Image.new("RGB", (90, 60))
    sizes = {}
    for shot in ("wide", "middle", "close"):
        left, top, right, bottom = find_star(critic, image, shot)
        assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1
        assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((0.5, 0.5), abs=0.01)
        sizes[shot] = right - left
    assert sizes["wide"] < sizes["middle"] < sizes["close"]
    assert find_star(tmp_path, image, "wide") is None, "no classifier"


def test_star_box_is_nowhere_for_a_critic_without_eyes() -> None:
    assert star_box(doubles(), Image.new("RGB", (9, 9)), "wide") is None


def test_star_box_of_the_starter_holds_the_star_of_the_sample() -> None:
    """It was taught on drawn pictures; of the sample's it looks at the star."""
    painting = Image.open(shipped("assets", "heroes", "miso", "portrait.webp"))
    left, top, right, bottom = star_box(Studio(load_settings("starter", [])), painting, "close")
    assert right - left > 0.5 and bottom - top > 0.5
    assert left < 0.5 < right and top < 0.6 < bottom


# In plain words


def test_ask_paints_a_thing_into_the_star_s_paws_or_beside_it(book: Book) -> None:
    source = book.picked(2)
    before = np.asarray(book.image(2, source))
    for words, says in (("give her a balloon", "a balloon"), ("put a cake beside her", "a cake")):
        events = list(ask(book, doubles(), 2, words, box=BOX, source=source, seed=1))
        assert {event.stage for event in events} == {"ask"}
        assert history.steps(book)[-1].says == f"Asked for {says}"
        changed = (np.asarray(book.image(2, book.picked(2))) != before).any(axis=-1)
        across = np.nonzero(changed)[1] / SIDE
        beside = "beside" in words
        assert changed.any() and (across.min() > 0.5 if beside else across.max() < 0.6)


class NamingCritic:
    """Says of each picture in turn how sure it is of a balloon."""

    name = "naming"

    def __init__(self, *sure: float) -> None:
        self.sure = iter(sure)

    def judge(self, image: Image.Image, prompt: object, hero: object) -> Verdict:
        sure = next(self.sure)
        return Verdict(
            score=0.9 - sure / 2, reasons=("species: cat 1.00", f"things: balloon {sure}")
        )


def judged_by(monkeypatch: pytest.MonkeyPatch, *sure: float) -> None:
    monkeypatch.setattr(Studio, "critic", lambda self: nullcontext(NamingCritic(*sure)))


def test_ask_keeps_of_several_tries_the_one_that_shows_the_thing(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(book.pictures(2))
    judged_by(monkeypatch, 0.1, 0.8, 0.6, 0.2)
    list(ask(book, doubles(), 2, "give her a balloon", box=BOX, seed=1))
    (new,) = set(book.pictures(2)) - before
    assert new == book.picked(2)
    with Image.open(book.picture(2, new)) as picture:
        assert "Seed: 2," in picture.info["parameters"]


def test_ask_changes_nothing_where_no_try_shows_the_thing(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, steps = held(book), history.steps(book)
    judged_by(monkeypatch, 0.1, 0.4, 0.0, 0.2)
    with pytest.raises(ConfigError, match="In 4 tries this painter did not get a balloon into"):
        list(ask(book, doubles(), 2, "give her a balloon", box=BOX, seed=1))
    assert held(book) == before and history.steps(book) == steps


# From the noise of a picture that was drawn


def test_ask_draws_a_picture_from_its_own_noise_with_the_thing(book: Book) -> None:
    """Without a box: where the star is need not be known."""
    source, steps = book.picked(3), len(history.steps(book))
    before = read_infotext(book.picture(3, source))
    list(ask(book, doubles(), 3, "give her a balloon", seed=1))
    after = read_infotext(book.picture(3, book.picked(3)))
    assert after.seed == before.seed and (after.width_px, after.steps) == (
        before.width_px,
        before.steps,
    )
    how = composition_of(before.positive, doubles().world)
    assert how and after.positive.endswith(f" view{how}")
    assert "holding a balloon" in after.positive and "holding a balloon" not in before.positive
    (step,) = history.steps(book)[steps:]
    assert step.says == "Asked for a balloon" and book.pick(3).by == "author"
    history.undo(book)
    assert book.picked(3) == source


def test_ask_once_more_for_the_same_is_another_picture_and_a_second_thing_takes_its_place(
    book: Book,
) -> None:
    source, found = book.picked(3), []
    for _ in range(2):
        list(ask(book, doubles(), 3, "give her a balloon", source=source, seed=7))
        found.append(book.picked(3))
    assert len({source, *found}) == 3
    list(ask(book, doubles(), 3, "put a cake beside her", seed=1))
    told = read_infotext(book.picture(3, book.picked(3)))
    assert "with a cake" in told.positive and "balloon" not in told.positive
    assert told.seed == 7, "from the noise of the one that it was asked of"


def test_ask_tries_other_noise_and_keeps_nothing_where_none_shows_the_thing(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged_by(monkeypatch, 0.1, 0.2, 0.7)
    list(ask(book, doubles(), 3, "give her a balloon", seed=20))
    assert read_infotext(book.picture(3, book.picked(3))).seed == 21
    before = held(book)
    judged_by(monkeypatch, 0.1, 0.4, 0.0, 0.2)
    with pytest.raises(ConfigError, match="In 4 tries this painter did not get a balloon into"):
        list(ask(book, doubles(), 4, "give her a balloon", seed=1))
    assert held(book) == before


def test_noise_of_is_known_of_what_was_drawn_whole_and_of_nothing_else(book: Book) -> None:
    drawn = book.picked(3)
    assert noise_of(book, 3, drawn)
    assert noise_of(book, 2, book.picked(2)) is None, "its author brought it"
    turned = pictures.crop(book, 3, drawn, turns=1)
    part = pictures.crop(book, 3, drawn, (0.0, 0.0, 0.5, 0.5))
    move = Move((0.7, 0.5), box=BOX)
    list(move_star(book, doubles(), 3, move, source=drawn, seed=1))
    for changed in (turned, part, book.picked(3)):
        assert noise_of(book, 3, changed) is None, changed


def test_ask_moves_the_star_as_well(book: Book) -> None:
    list(ask(book, doubles(), 2, "make her bigger", box=BOX, seed=1))
    list(ask(book, doubles(), 2, "move her to the right", box=BOX, seed=1))
    says = [each.says for each in history.steps(book)]
    assert says[-2:] == ["The star in another size", "Moved the star"]


def test_ask_is_undone_to_the_byte(book: Book) -> None:
    before = held(book)
    list(ask(book, doubles(), 2, "give her a balloon", box=BOX, seed=1))
    assert held(book) != before
    history.undo(book)
    assert held(book) == before


@pytest.mark.parametrize(
    ("words", "fault", "said"),
    [
        ("give her a helicopter", ConfigError, "no picture of helicopter.*such as"),
        ("give her a hat", ConfigError, "no picture of hat"),
        ("give her a scarf", ConfigError, "nobody wears anything"),
        ("give her snow", ConfigError, "no picture of snow"),
        ("give her a gun", NotForChildren, "gun"),
        ("give Rolo a balloon", ConfigError, "Who “rolo” is"),
        ("remove the ball", ConfigError, "brush over it"),
        ("give her a balloon", ConfigError, "box around it"),
        ("make her bigger", ConfigError, "box around it"),
    ],
)
def test_ask_refuses_kindly_and_changes_nothing(book: Book, words, fault, said) -> None:
    before = held(book)
    with pytest.raises(fault, match=said):
        list(ask(book, doubles(), 2, words, seed=1))
    assert held(book) == before


def test_ask_says_what_is_drawn_under_another_name(book: Book) -> None:
    events = list(ask(book, doubles(), 2, "give her a bubble", box=BOX, seed=1))
    assert events[0].note == "bubble is drawn as a balloon"


def test_ask_tells_a_painter_of_anything_what_is_worn(book: Book, tmp_path: Path) -> None:
    tiny_painter(tmp_path / "tiny")
    small = ("draw.width_px=64", "draw.height_px=64", "draw.steps=2")
    studio = Studio(load_settings("doubles", [f"draw.painter={tmp_path / 'tiny'}", *small]))
    list(ask(book, studio, 2, "give her a purple hat", box=BOX, seed=1))
    told = read_infotext(book.picture(2, book.picked(2))).positive
    assert "cat wearing a purple hat" in told


def test_checked_wish_knows_the_star_by_its_name_and_kind(book: Book) -> None:
    star = book.scenes[2].cast[0]
    for whom in (star, "the cat", "her"):
        assert checked_wish(book, doubles(), 2, f"give {whom} a balloon", BOX).thing == "balloon"
    assert checked_wish(book, doubles(), 2, "give Rolo a balloon", BOX), "the box says who"


def test_spot_beside_is_where_there_is_more_room() -> None:
    left, _, right, bottom = spot_beside((0.1, 0.4, 0.5, 0.9))
    assert left == 0.5 and right > 0.7 and bottom == 0.9
    left, _, right, _ = spot_beside((0.5, 0.4, 0.9, 0.9))
    assert right == 0.5 and left < 0.3
    with pytest.raises(ConfigError, match="no room beside"):
        spot_beside((0.05, 0.1, 0.95, 0.9))


def test_both_from_the_command_line(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    at, studio, box = str(book.folder), ("--studio", "doubles"), ("--box", "0.2,0.35,0.55,0.75")
    before = held(book)
    commands = (
        ("move-star", at, "2", "--to", "0.7,0.5", "--size", "1.2", *box, *studio),
        ("ask", at, "2", "give her a balloon", *box, *studio),
    )
    for command in commands:
        assert main(command) == 0, command
    for _ in commands:
        assert main(("undo", at)) == 0
    assert held(book) == before and "Asked for a balloon (page 2)" in capsys.readouterr().out
    assert main(("ask", at, "2", "give her a balloon", *studio)) == 2
    assert "cannot tell where the star is" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(("move-star", at, "2", "--to", "left", *studio))
    assert "is no place such as 0.3,0.6" in capsys.readouterr().err
