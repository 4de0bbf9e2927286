"""Plates are held against their pictures."""

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from books import doubles, made, new_book
from storybook.config import shipped
from storybook.fidelity import Fidelity, fidelity

PICTURE = Image.open(shipped("assets", "pets", "ohwx-dog", "05.jpg")).resize((128, 128))


def enlarged(picture: Image.Image, method: Image.Resampling = Image.Resampling.LANCZOS):
    return picture.resize((512, 512), method)


@pytest.mark.parametrize("method", [Image.Resampling.NEAREST, Image.Resampling.LANCZOS])
def test_a_plate_of_the_picture_is_faithful(method):
    found = fidelity(enlarged(PICTURE, method), PICTURE)
    assert not found.faults and found.psnr_db > 38 and found.edges > 0.99
    assert fidelity(PICTURE, PICTURE) == Fidelity(psnr_db=99, edges=1, colour_shift=0)


def test_another_form_other_colours_and_blur_are_faults():
    turned = fidelity(enlarged(PICTURE.transpose(Image.Transpose.FLIP_LEFT_RIGHT)), PICTURE)
    assert len(turned.faults) == 3
    dull = fidelity(enlarged(ImageEnhance.Color(PICTURE).enhance(0.3)), PICTURE)
    assert any("colours" in fault for fault in dull.faults) and dull.edges > 0.95
    blurred = fidelity(enlarged(PICTURE).filter(ImageFilter.GaussianBlur(24)), PICTURE)
    assert any("forms" in fault for fault in blurred.faults)


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


def test_a_plate_that_its_author_spoilt_is_left_to_bind_to_name():
    book = new_book()
    made(book, until="enlarge")
    book.plate_of(2).write_text("no picture")
    book.fidelity_of(2).unlink()
    made(book, until="enlarge")
    assert book.fidelity(2) is None
