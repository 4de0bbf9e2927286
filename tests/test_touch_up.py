"""Touching up a page's picture: with the doubles, the starter's kind of painter, and 9 channels."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionInpaintPipeline, UNet2DConditionModel
from PIL import Image
from test_history import held

from books import doubles, made, new_book
from storybook.authoring import history, pictures, touch_up
from storybook.authoring.touch_up import Spot
from storybook.book.folder import Book
from storybook.cli.run import main
from storybook.config import load_settings
from storybook.errors import BookError, ConfigError, ModelError, NotForChildren
from storybook.models.checkpoint import Checkpoint
from storybook.models.infotext import read_infotext
from storybook.models.inpainting import DiffusionInpainter, laid_on
from storybook.models.painting import open_painter
from storybook.records import Candidate, Prompt
from storybook.studio.studio import Studio
from tiny_sd import WIDTH, tiny_painter

SIDE = 64


@pytest.fixture
def book() -> Book:
    book = new_book()
    made(book)
    return book


def brushed(size: tuple[int, int] = (SIDE, SIDE)) -> Image.Image:
    """A mask whose upper left quarter is brushed."""
    mask = Image.new("L", size)
    mask.paste(255, (0, 0, size[0] // 2, size[1] // 2))
    return mask


def request(painter: str = "tiny", **changes: object) -> Candidate:
    asked = {
        "prompt": Prompt(page=1, positive="a red ball", negative="blurry"),
        "painter": painter,
        "seed": 5,
        "width_px": SIDE,
        "height_px": SIDE,
        "steps": 4,
        "guidance": 2.0,
    }
    return Candidate.model_validate(asked | changes)


def noise(size: tuple[int, int] = (SIDE, SIDE)) -> Image.Image:
    chance = np.random.default_rng(3)
    return Image.fromarray(chance.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))


def outside(image: Image.Image) -> np.ndarray:
    """The pixels of all but the upper left quarter."""
    levels = np.asarray(image).copy()
    levels[: image.height // 2, : image.width // 2] = 0
    return levels


def inside(image: Image.Image) -> np.ndarray:
    return np.asarray(image)[: image.height // 4, : image.width // 4].astype(float)


# The models


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> DiffusionInpainter:
    painter = open_painter(tiny_painter(tmp_path_factory.mktemp("tiny")), device="cpu")
    return DiffusionInpainter("tiny", painter)


@pytest.mark.parametrize("size", [(SIDE, SIDE), (3 * SIDE, 2 * SIDE)])
def test_inpaint_changes_what_was_brushed_and_no_pixel_outside(tiny, size) -> None:
    """Also of a picture that is larger than the painter works at."""
    image = noise(size)
    painted = tiny.inpaint(request(), image, brushed(size), strength=1.0)
    assert painted.size == size and painted.mode == "RGB"
    assert (outside(painted) == outside(image)).all()
    assert np.abs(inside(painted) - inside(image)).mean() > 10
    again = tiny.inpaint(request(), image, brushed(size), strength=1.0)
    assert painted.tobytes() == again.tobytes()
    other = tiny.inpaint(request(seed=6), image, brushed(size), strength=1.0)
    assert painted.tobytes() != other.tobytes()


def test_inpaint_hears_the_words_and_what_is_not_wanted(tiny) -> None:
    image, mask = noise(), brushed()
    first = tiny.inpaint(request(), image, mask, strength=1.0)
    for positive, negative in (("a blue kite", "blurry"), ("a red ball", "sad")):
        prompt = Prompt(page=1, positive=positive, negative=negative)
        other = tiny.inpaint(request(prompt=prompt), image, mask, strength=1.0)
        assert first.tobytes() != other.tobytes(), prompt


def test_a_picture_after_another_is_nearer_to_it_the_less_strength(tiny) -> None:
    image = noise().resize((8, 8)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    pictures_ = [
        np.asarray(tiny.inpaint(request(), image, None, strength=strength)).astype(float)
        for strength in (0.25, 1.0)
    ]
    there = np.asarray(tiny.inpaint(request(steps=50), image, None, strength=0.02)).astype(float)
    near, far = (np.abs(each - there).mean() for each in pictures_)
    assert near < far


def test_laid_on_fades_at_the_inner_edge_only() -> None:
    image, painted = Image.new("RGB", (256, 256)), Image.new("RGB", (64, 64), "white")
    laid = np.asarray(laid_on(image, painted, brushed((256, 256))))[..., 0]
    assert (laid[128:] == 0).all() and (laid[:, 128:] == 0).all()
    assert laid[40, 40] == 255 and 0 < laid[40, 126] < 255


def nine_channels(folder: Path) -> Path:
    """The tiny painter as an inpainting checkpoint: its U-Net sees a mask and what stays."""
    tiny_painter(folder)
    pipe = StableDiffusionInpaintPipeline.from_pretrained(folder, safety_checker=None)
    config = dict(pipe.unet.config) | {"in_channels": 9}
    torch.manual_seed(2)
    pipe.register_modules(unet=UNet2DConditionModel.from_config(config).eval())
    assert pipe.unet.conv_in.weight.shape[:2] == (WIDTH, 9)
    pipe.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def nine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return nine_channels(tmp_path_factory.mktemp("nine"))


def test_an_inpainting_checkpoint_sees_the_mask_through_diffusers_own_pipeline(nine) -> None:
    painter = open_painter(nine, device="cpu", inpaints=True)
    ours = DiffusionInpainter("nine", painter)
    image, mask = noise(), brushed()
    painted = ours.inpaint(request(), image, mask, strength=1.0)
    assert (outside(painted) == outside(image)).all()

    theirs = StableDiffusionInpaintPipeline.from_pretrained(nine, safety_checker=None)
    theirs.scheduler = painter.pipe.scheduler
    theirs.set_progress_bar_config(disable=True)
    drawn = theirs(
        "a red ball",
        negative_prompt="blurry",
        image=image,
        mask_image=mask,
        width=SIDE,
        height=SIDE,
        num_inference_steps=4,
        guidance_scale=2.0,
        strength=1.0,
        generator=torch.Generator().manual_seed(5),
    ).images[0]
    wanted = np.asarray(laid_on(image, drawn, mask)).astype(int)
    # Both compute in float32 with sums in their own order: a level up or down is rounding.
    assert np.abs(np.asarray(painted).astype(int) - wanted).max() <= 1


def test_an_inpainting_checkpoint_draws_no_book_and_says_what_it_is_for(nine) -> None:
    assert Checkpoint(nine).family.name == "sd1"
    with pytest.raises(ModelError, match=r"inpainting checkpoint.*draw\.inpainting"):
        open_painter(nine, device="cpu")


def test_an_inpainting_checkpoint_in_a_single_file_is_read_with_its_nine_channels() -> None:
    from storybook.models.families import UNET
    from storybook.models.single_file import _inputs

    state = {f"{UNET}input_blocks.0.0.weight": torch.zeros(320, 9, 3, 3)}
    assert _inputs(UNet2DConditionModel, state) == {"in_channels": 9}
    assert _inputs(torch.nn.Module, state) == {}
    state = {f"{UNET}input_blocks.0.0.weight": torch.zeros(320, 4, 3, 3)}
    assert _inputs(UNet2DConditionModel, state) == {}


# In a book


def touched(book: Book, studio: Studio | None = None, **asked: object) -> str:
    """The id of the picture that comes of painting a spot of page 2 anew."""
    words = asked.pop("words", "a ball")
    spot = Spot(asked.pop("mask", brushed((128, 128))), words)
    events = touch_up.inpaint(book, studio or doubles(), 2, spot, seed=3, **asked)
    assert {event.stage for event in events} == {"inpaint"}
    return book.picked(2)


def test_a_touched_up_picture_is_one_more_and_taken(book: Book) -> None:
    before, source = book.pictures(2), book.picked(2)
    original = book.image(2, source)
    new = touched(book)
    assert set(book.pictures(2)) == {*before, new} and book.pick(2).by == "author"
    image = book.image(2, new)
    assert (outside(image) == outside(original)).all()
    assert (inside(image) != inside(original)).any()
    told = read_infotext(book.picture(2, new))
    assert "ball" in told.positive and dict(told.others)["Denoising strength"] == "1"
    made(book)
    assert book.picked(2) == new


def test_touching_up_is_undone_to_the_byte_and_done_again(book: Book) -> None:
    before = held(book)
    new = touched(book)
    after = held(book)
    (only,) = history.steps(book)
    assert (only.says, only.page) == ("Painted in", 2)
    history.undo(book)
    assert held(book) == before and new not in book.pictures(2)
    history.redo(book)
    assert held(book) == after


def test_the_same_wish_is_the_same_picture_and_another_source_another(book: Book) -> None:
    source = book.picked(2)
    first = touched(book)
    assert touched(book, source=source) == first
    assert touched(book) != first, "it was painted on what was taken by then"
    assert touched(book, source=source, mask=brushed((64, 64))) != first


def test_without_words_what_was_brushed_is_rubbed_out(book: Book) -> None:
    things = book.scenes[2].things
    prompt = touch_up.spot_prompt(book, doubles(), 2, "")
    assert not any(thing in prompt.positive for thing in things)
    touched(book, words=" ")
    assert history.steps(book)[0].says == "Rubbed out"


def test_words_become_the_captions_of_a_painter_of_the_drawn_world(book: Book) -> None:
    studio = doubles()
    assert "red ball" in touch_up.spot_prompt(book, studio, 2, "put a red ball there").positive
    fox = touch_up.spot_prompt(book, studio, 2, "a fox").positive
    assert "fox" in fox and fox.startswith("watercolour of")
    with pytest.raises(ConfigError, match=r"no picture of helicopter.*It knows things such as"):
        touch_up.spot_prompt(book, studio, 2, "a helicopter")


def test_words_go_as_they_are_to_a_painter_of_anything(book: Book, tmp_path: Path) -> None:
    tiny_painter(tmp_path / "tiny")
    studio = Studio(load_settings("doubles", [f"draw.painter={tmp_path / 'tiny'}"]))
    said = touch_up.spot_prompt(book, studio, 2, "a yellow helicopter").positive
    assert said.endswith("of a yellow helicopter")
    gone = touch_up.spot_prompt(book, studio, 2, "")
    assert "nothing else there" in gone.positive and book.scenes[2].place in gone.positive


def test_what_cannot_be_touched_up_is_said_and_changes_nothing(book: Book) -> None:
    before = held(book)
    for spot, fault, said in (
        (Spot(Image.new("L", (9, 9)), "a ball"), ConfigError, "Nothing was brushed"),
        (Spot(brushed(), "a gun"), NotForChildren, "gun"),
        (Spot(brushed(), "a helicopter"), ConfigError, "helicopter"),
    ):
        with pytest.raises(fault, match=said):
            list(touch_up.inpaint(book, doubles(), 2, spot, seed=1))
    for source in ("gone", "../1"):
        with pytest.raises(BookError, match="has no picture"):
            list(touch_up.vary(book, doubles(), 2, source=source, seed=1))
    with pytest.raises(ConfigError, match="1 to 16"):
        list(touch_up.vary(book, doubles(), 2, count=0, seed=1))
    assert held(book) == before and not history.steps(book)


def test_more_like_one_are_there_to_be_taken_and_none_is(book: Book) -> None:
    before, pick = book.pictures(2), book.pick(2)
    list(touch_up.vary(book, doubles(), 2, count=3, seed=7))
    assert len(book.pictures(2)) == len(before) + 3 and book.pick(2) == pick
    assert not list(doubles_due(book)), "nothing has to be made for it"
    history.undo(book)
    assert book.pictures(2) == before


def doubles_due(book: Book):
    from storybook.authoring.status import status

    return (verb for verb in status(book, doubles()).verbs if verb.to_make)


def test_a_tiny_painter_touches_up_a_book_s_picture(book: Book, tmp_path: Path, nine: Path) -> None:
    tiny_painter(tmp_path / "tiny")
    small = ("draw.width_px=64", "draw.height_px=64", "draw.steps=2")
    one = [f"draw.painter={tmp_path / 'tiny'}", *small]
    plain = touched(book, Studio(load_settings("doubles", one)), source=book.picked(2))
    other = Studio(load_settings("doubles", [*one, f"draw.inpainting={nine}"]))
    special = touched(book, other, source=book.pictures(2)[0])
    assert plain != special
    assert read_infotext(book.picture(2, special)).model == nine.name


# An author's own


def photo(size: tuple[int, int] = (300, 200)) -> bytes:
    file = io.BytesIO()
    noise(size).save(file, "JPEG")
    return file.getvalue()


def test_a_picture_of_one_s_own_is_taken_and_becomes_a_plate(book: Book) -> None:
    mine = pictures.bring(book, 3, "drawing.jpg", photo())
    assert book.picked(3) == mine and book.image(3, mine).size == (300, 200)
    made(book)
    assert Image.open(book.plate_of(3)).size[0] > Image.open(book.plate_of(3)).size[1]
    with pytest.raises(BookError, match=r"notes\.txt"):
        pictures.bring(book, 3, "notes.txt", b"no picture")


def test_a_picture_is_turned_and_cropped_and_the_one_before_stays(book: Book) -> None:
    mine = pictures.bring(book, 3, "drawing.png", photo())
    turned = pictures.crop(book, 3, mine, turns=1)
    assert book.image(3, turned).size == (200, 300)
    back = pictures.crop(book, 3, turned, turns=-1)
    assert back == mine
    part = pictures.crop(book, 3, mine, box=(0.5, 0, 1, 0.5))
    assert book.image(3, part).size == (150, 100)
    whole = np.asarray(book.image(3, mine))
    assert (np.asarray(book.image(3, part)) == whole[:100, 150:]).all()
    assert {mine, turned, part} <= set(book.pictures(3))
    for box in ((0, 0, 0.05, 1), (0.5, 0, 0.2, 1), (-1, 0, 1, 1), (0, 0, 1, 1.5)):
        with pytest.raises(BookError, match="cannot be cut out"):
            pictures.crop(book, 3, mine, box=box)


def test_all_of_it_from_the_command_line(book: Book, tmp_path: Path, capsys) -> None:
    brushed().save(tmp_path / "mask.png")
    (tmp_path / "mine.jpg").write_bytes(photo())
    at, studio = str(book.folder), ("--studio", "doubles")
    before = held(book)
    commands = (
        ("inpaint", at, "2", "--mask", "mask.png", "--words", "a ball", *studio),
        ("vary", at, "2", "--count", "2", *studio),
        ("bring", at, "3", "mine.jpg", *studio),
        ("crop", at, "3", "--turns", "1", "--box", "0,0,1,0.5"),
    )
    for command in commands:
        assert main(command) == 0, command
    assert book.image(3, book.picked(3)).size == (200, 150)
    capsys.readouterr()
    for _ in commands:
        assert main(("undo", at)) == 0
    assert held(book) == before and "Undone: Painted in (page 2)" in capsys.readouterr().out
    assert main(("redo", at)) == 0 and book.pick(2).by == "author"
    (tmp_path / "bad.png").write_bytes(b"x")
    assert main(("inpaint", at, "2", "--mask", "bad.png", *studio)) == 2
    assert "cannot be read as a picture of a mask" in capsys.readouterr().err
