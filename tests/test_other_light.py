"""A page's picture in another light: drawn again from its own noise, or painted over whole."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from PIL import Image
from test_history import held

from books import doubles, made, new_book
from storybook.authoring import history, pictures
from storybook.authoring.ask import ask, checked_wish
from storybook.authoring.other_light import as_lit, lit
from storybook.authoring.told_otherwise import composition_of
from storybook.book.folder import Book
from storybook.cli.run import main
from storybook.config import load_settings, shipped
from storybook.errors import ConfigError
from storybook.models.critics import open_critic
from storybook.models.infotext import Infotext, read_infotext
from storybook.story.picture_wish import LightWish
from storybook.studio.studio import Studio
from tiny_sd import tiny_painter


@pytest.fixture
def book() -> Book:
    book = new_book()
    made(book)
    return book


def facts(book: Book, page: int = 3) -> Infotext:
    return read_infotext(book.picture(page, book.picked(page)))


class LightCritic:
    """Says of each picture in turn how well the light that was asked for fits it."""

    name = "light"

    def __init__(self, *fits: float) -> None:
        self.fits = iter(fits)
        self.compared: list[list[str]] = []

    def compare(self, image: Image.Image, captions: list[str]) -> list[float]:
        self.compared.append(list(captions))
        fits = next(self.fits)
        return [fits, *[(1 - fits) / (len(captions) - 1)] * (len(captions) - 1)]


def judged_by(monkeypatch: pytest.MonkeyPatch, *fits: float) -> LightCritic:
    critic = LightCritic(*fits)
    monkeypatch.setattr(Studio, "critic", lambda self: nullcontext(critic))
    return critic


def test_ask_draws_a_picture_from_its_own_noise_in_another_light(book: Book) -> None:
    source, before, steps = book.picked(3), facts(book), len(history.steps(book))
    assert ", day, " in before.positive
    list(ask(book, doubles(), 3, "make it night", seed=1))
    after = facts(book)
    assert after.positive == before.positive.replace(", day, ", ", night, ")
    assert composition_of(after.positive, doubles().world)
    assert (after.seed, after.steps, after.width_px) == (before.seed, before.steps, before.width_px)
    (step,) = history.steps(book)[steps:]
    assert step.says == "Another light: night" and book.pick(3).by == "author"
    history.undo(book)
    assert book.picked(3) == source


def test_ask_is_undone_to_the_byte_after_several_wishes(book: Book) -> None:
    before = held(book)
    wishes = ("make it night", "give her a balloon", "make it sunset", "let it rain")
    for words in wishes:
        list(ask(book, doubles(), 3, words, seed=1))
    told = facts(book).positive
    assert "holding a balloon" in told and ", rain, " in told, "what was wished for before stays"
    for _ in wishes:
        history.undo(book)
    assert held(book) == before


def test_a_thing_comes_in_the_light_that_was_wished_for(book: Book) -> None:
    for words in ("make it night", "give her a balloon"):
        list(ask(book, doubles(), 3, words, seed=1))
    assert ", night, " in facts(book).positive and "holding a balloon" in facts(book).positive


def test_ask_says_which_light_another_word_is_drawn_as(book: Book) -> None:
    events = list(ask(book, doubles(), 3, "make it dusk", seed=1))
    assert events[0].note == "dusk is drawn as sunset" and ", sunset, " in facts(book).positive


def test_ask_keeps_the_first_try_that_shows_the_light(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    critic, before = judged_by(monkeypatch, 0.1, 0.2, 0.6), set(book.pictures(3))
    list(ask(book, doubles(), 3, "make it night", seed=20))
    (new,) = set(book.pictures(3)) - before
    assert new == book.picked(3) and facts(book).seed == 22
    asked, *others = critic.compared[0]
    assert ", night, " in asked
    instead = [asked.replace(", night, ", f", {light}, ") for light in ("day", "sunset", "rain")]
    assert others == instead


def test_ask_changes_nothing_where_no_try_shows_the_light(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, steps = held(book), history.steps(book)
    judged_by(monkeypatch, 0.1, 0.2, 0.0, 0.2)
    with pytest.raises(ConfigError, match="In 4 tries this painter did not get night into"):
        list(ask(book, doubles(), 3, "make it night", seed=1))
    assert held(book) == before and history.steps(book) == steps


def test_what_was_touched_up_is_painted_over_whole(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned = pictures.crop(book, 3, book.picked(3), turns=1)
    judged_by(monkeypatch, 0.1, 0.7, 0.7, 0.7)
    list(ask(book, doubles(), 3, "make it night", source=turned, seed=5))
    assert book.picked(3) != turned and facts(book).seed == 6
    assert dict(facts(book).others)["Denoising strength"] == "0.75"
    judged_by(monkeypatch, 0.1, 0.1, 0.1, 0.1)
    before = held(book)
    with pytest.raises(ConfigError, match="In 4 tries"):
        list(ask(book, doubles(), 3, "let it rain", source=turned, seed=5))
    assert held(book) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("make it snow", "no picture of snow. The lights that it knows: day, sunset, night, rain"),
        ("make it foggy", "no picture of foggy"),
        ("make it day", r"in this light already \(day\)"),
        ("let the sun shine", r"in this light already \(day\)"),
    ],
)
def test_ask_refuses_a_light_kindly_and_changes_nothing(book: Book, words, said) -> None:
    before = held(book)
    for refused in (checked_wish, lambda *given: list(ask(*given, seed=1))):
        with pytest.raises(ConfigError, match=said):
            refused(book, doubles(), 3, words)
    assert held(book) == before


def test_a_painter_of_anything_is_told_the_light_in_the_author_s_words(
    book: Book, tmp_path: Path
) -> None:
    tiny_painter(tmp_path / "tiny")
    small = ("draw.width_px=64", "draw.height_px=64", "draw.steps=2")
    studio = Studio(load_settings("doubles", [f"draw.painter={tmp_path / 'tiny'}", *small]))
    before = facts(book)
    assert checked_wish(book, studio, 3, "make it foggy") == LightWish("foggy")
    list(ask(book, studio, 3, "make it foggy", seed=1))
    assert facts(book).positive == before.positive.replace(", day, ", ", foggy, ")
    assert facts(book).seed == before.seed
    list(ask(book, studio, 3, "make it night", seed=1))
    assert facts(book).positive == before.positive.replace(", day, ", ", night, ")


def test_lit_says_a_light_that_was_not_said_at_the_end(book: Book) -> None:
    scene = book.scenes[3].but(light="day")
    assert lit("a cat, in the snow", "night", scene) == "a cat, in the snow, night"
    assert lit("a cat, foggy, wide", "night", scene) == "a cat, night, wide"
    strange = scene.but(light="neon glow")
    assert lit("a cat, neon glow", "night", strange) == "a cat, night"


def test_as_lit_reads_the_light_that_a_picture_was_drawn_in(book: Book) -> None:
    scene, world = book.scenes[3], doubles().world
    assert as_lit(scene, "a cat, in the garden, rain, wide view", world).light == "rain"
    assert as_lit(scene, "a cat", world).light == scene.light


def test_the_starter_s_critic_tells_night_from_day() -> None:
    critic = open_critic(shipped("assets", "starter", "critic"), device="cpu")
    with Image.open(shipped("app", "pictures", "place-meadow.webp")) as picture:
        captions = [
            f"watercolour of an orange cat sitting, in the meadow, {light}, wide view"
            for light in ("night", "day")
        ]
        chances = critic.compare(picture, captions)
    assert sum(chances) == pytest.approx(1, abs=1e-5) and chances[1] > 0.9


def test_ask_for_a_light_from_the_command_line(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    at, studio = str(book.folder), ("--studio", "doubles")
    assert main(("ask", at, "3", "make it night", *studio)) == 0
    assert main(("ask", at, "3", "make it snow", *studio)) == 2
    assert "no picture of snow" in capsys.readouterr().err
