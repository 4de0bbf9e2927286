"""Plates are held against their pictures."""

import json

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from books import doubles, made, new_book
from storybook.config import shipped
from storybook.images.fidelity import LEAST_EDGES, LEAST_FORMS, LEAST_PSNR_DB, Fidelity, fidelity

PICTURE = Image.open(shipped("assets", "pets", "ohwx-dog", "05.jpg")).resize((128, 128))


def enlarged(picture: Image.Image, method: Image.Resampling = Image.Resampling.LANCZOS):
    return picture.resize((512, 512), method)


@pytest.mark.parametrize("method", [Image.Resampling.NEAREST, Image.Resampling.LANCZOS])
def test_a_plate_of_the_picture_is_faithful(method):
    found = fidelity(enlarged(PICTURE, method), PICTURE)
    assert not found.faults and found.psnr_db > 38 and found.edges > 0.99
    same = fidelity(PICTURE, PICTURE)
    assert same.but(forms_at=(0, 0)) == Fidelity(
        psnr_db=99, edges=1, colour_shift=0, forms=1, forms_at=(0, 0)
    )


def test_another_form_other_colours_and_blur_are_faults():
    turned = fidelity(enlarged(PICTURE.transpose(Image.Transpose.FLIP_LEFT_RIGHT)), PICTURE)
    assert len(turned.faults) == 4
    dull = fidelity(enlarged(ImageEnhance.Color(PICTURE).enhance(0.3)), PICTURE)
    assert any("colours" in fault for fault in dull.faults) and dull.edges > 0.95
    blurred = fidelity(enlarged(PICTURE).filter(ImageFilter.GaussianBlur(24)), PICTURE)
    assert any("forms" in fault for fault in blurred.faults)


def with_second_hero(share: float, x: float, y: float) -> Image.Image:
    """A plate of the picture with the head of another one, `share` of a side, at x, y in [0, 1]."""
    plate = enlarged(PICTURE)
    side = round(share * plate.width)
    head = Image.open(shipped("assets", "pets", "bhna-cat", "05.jpg")).resize((128, 128))
    head = head.crop((32, 16, 96, 80)).resize((side, side))
    round_off = Image.new("L", (side, side))
    ImageDraw.Draw(round_off).ellipse((0, 0, side - 1, side - 1), fill=255)
    corner = (round(x * plate.width - side / 2), round(y * plate.height - side / 2))
    plate.paste(head, corner, round_off)
    return plate


@pytest.mark.parametrize("share", [0.16, 0.25, 0.4])
@pytest.mark.parametrize(
    ("x", "y", "place"),
    [(0.22, 0.22, "top left"), (0.5, 0.5, "middle"), (0.78, 0.78, "bottom right")],
)
def test_a_second_hero_is_found_where_it_stands(share: float, x: float, y: float, place: str):
    found = fidelity(with_second_hero(share, x, y), PICTURE)
    assert found.forms < LEAST_FORMS
    assert max(abs(found.forms_at[0] - x), abs(found.forms_at[1] - y)) < share / 2 + 0.06
    if share < 0.2:
        assert any(f"something at its {place} is not in" in fault for fault in found.faults)


def test_a_faint_second_hero_in_the_tone_of_its_place_is_found_too():
    """Neither the mean of the colours nor much of the whole has changed."""
    plate = np.asarray(enlarged(PICTURE), float).copy()
    head = np.asarray(with_second_hero(0.15, 0.5, 0.5), float)[218:294, 218:294]
    plate[20:96, 20:96] += (head - head.mean((0, 1))) * 0.5
    found = fidelity(Image.fromarray(plate.clip(0, 255).astype(np.uint8)), PICTURE)
    assert found.psnr_db > LEAST_PSNR_DB and found.edges > LEAST_EDGES
    assert found.forms < LEAST_FORMS and any("top left" in fault for fault in found.faults)


def test_detail_tone_and_texture_are_no_second_hero():
    plate = enlarged(PICTURE)
    rng = np.random.default_rng(2)
    grain = (np.asarray(plate, float) + rng.normal(0, 12, (512, 512, 1))).clip(0, 255)
    for honest in (
        plate.filter(ImageFilter.UnsharpMask(3, 120, 0)),
        plate.filter(ImageFilter.GaussianBlur(2)),
        ImageEnhance.Brightness(plate).enhance(0.9),
        ImageEnhance.Color(plate).enhance(1.2),
        Image.fromarray(grain.astype(np.uint8)),
    ):
        assert fidelity(honest, PICTURE).forms > 0.8


def test_forms_do_not_depend_on_the_size_of_a_picture():
    large = PICTURE.resize((512, 512))
    one, other = (
        fidelity(with_second_hero(0.2, 0.6, 0.4), PICTURE),
        fidelity(with_second_hero(0.2, 0.6, 0.4), large),
    )
    assert other.forms == pytest.approx(one.forms, abs=0.15)
    tall = Image.new("RGB", (3, 400), "teal")
    tall.paste("white", (0, 0, 3, 100))
    assert fidelity(tall.resize((12, 1600), Image.Resampling.NEAREST), tall).forms > 0.9


def test_pictures_without_edges_and_tiny_ones():
    grey = Image.new("RGB", (64, 64), "grey")
    assert not fidelity(enlarged(grey), grey).faults
    assert fidelity(enlarged(PICTURE), grey.resize((128, 128))).faults
    dot = Image.new("RGB", (1, 9), "teal")
    assert not fidelity(dot.resize((8, 72)), dot).faults


def test_noise_is_no_detail():
    rng = np.random.default_rng(1)
    levels = np.asarray(enlarged(PICTURE), int)
    noisy = (levels + rng.integers(-3, 4, levels.shape)).clip(0, 255).astype(np.uint8)
    assert not fidelity(Image.fromarray(noisy), PICTURE).faults
    coarse = np.kron(rng.integers(-60, 61, (64, 64, 1)), np.ones((8, 8, 1), int))
    other = Image.fromarray((levels + coarse).clip(0, 255).astype(np.uint8))
    assert any("differs" in fault for fault in fidelity(other, PICTURE).faults)


def test_each_plate_keeps_what_was_measured():
    book = new_book()
    made(book)
    for page in range(5):
        found = book.fidelity(page)
        assert found is not None and not found.faults
    assert fidelity(Image.open(book.plate_of(3)), book.image(3, book.picked(3))) == book.fidelity(3)
    book.plate_of(3).unlink()
    made(book, doubles("enlarge.width_px=256"))
    assert book.fidelity(3) is not None


def test_a_plate_that_was_measured_before_forms_were_is_measured_again():
    book = new_book()
    made(book)
    found = book.fidelity(1)
    older = found.model_dump(mode="json", exclude={"forms", "forms_at"})
    book.fidelity_of(1).write_text(json.dumps(older))
    assert book.fidelity(1).forms is None and not book.fidelity(1).faults
    made(book)
    assert book.fidelity(1) == found


def test_a_plate_that_its_author_spoilt_is_left_to_bind_to_name():
    book = new_book()
    made(book, until="enlarge")
    book.plate_of(2).write_text("no picture")
    book.fidelity_of(2).unlink()
    made(book, until="enlarge")
    assert book.fidelity(2) is None


def test_fidelity_of_a_picture_that_is_larger_than_its_plate():
    """An author's own may be; it is compared at the plate's size, in the memory that this takes."""
    assert not fidelity(PICTURE, enlarged(PICTURE)).faults
    turned = PICTURE.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert len(fidelity(turned, enlarged(PICTURE)).faults) == 4
