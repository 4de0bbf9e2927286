"""Plates keep the colours of their pictures' broad areas, and what an enlarger drew within them."""

import numpy as np
import pytest
from PIL import Image

from storybook.images.broad_colours import broad, with_broad_colours
from storybook.images.fidelity import fidelity


def soft(width: int, height: int, seed: int = 1) -> Image.Image:
    """A picture of broad areas of mild colours, which leave room to either side."""
    few = np.random.default_rng(seed).integers(60, 196, (5, 5, 3)).astype(np.uint8)
    return Image.fromarray(few).resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("size", [(128, 128), (96, 160), (20, 12), (1, 9)])
def test_with_broad_colours_takes_back_a_shift_of_all_colours(size):
    picture = soft(*size)
    wide = picture.resize((4 * size[0], 4 * size[1]), Image.Resampling.NEAREST)
    lighter = Image.fromarray(np.asarray(wide) + np.array([4, 5, 6], np.uint8))
    kept = with_broad_colours(lighter, picture)
    assert kept.size == wide.size
    assert np.abs(np.asarray(kept, int) - np.asarray(wide, int)).max() <= 1


def test_with_broad_colours_brings_a_shift_of_parts_below_what_a_plate_may_have():
    picture = soft(128, 128)
    wide = np.asarray(picture.resize((512, 512), Image.Resampling.BICUBIC), float)
    slope = np.linspace(-16, 16, 512)[:, None, None]
    shifted = Image.fromarray((wide + slope).clip(0, 255).astype(np.uint8))
    assert fidelity(shifted, picture).faults
    assert not fidelity(with_broad_colours(shifted, picture), picture).faults


def test_with_broad_colours_keeps_what_is_fine():
    picture = soft(128, 128)
    wide = np.asarray(picture.resize((512, 512), Image.Resampling.BICUBIC), int)
    checks = (np.indices((512, 512)).sum(0) // 2 % 2 * 20 - 10)[..., None]
    kept = np.asarray(
        with_broad_colours(Image.fromarray((wide + checks).astype(np.uint8)), picture), int
    )
    assert np.abs(kept - wide - checks).max() <= 1


def test_with_broad_colours_leaves_a_true_picture_as_it_is():
    picture = Image.fromarray(np.random.default_rng(2).integers(0, 256, (64, 48, 3), np.uint8))
    wide = picture.resize((192, 256), Image.Resampling.NEAREST)
    assert np.array_equal(with_broad_colours(wide, picture), wide)


def test_broad_has_nothing_finer_than_its_areas():
    checks = (np.indices((512, 512)).sum(0) % 2 * 2 - 1).astype(np.float32)
    assert np.abs(broad(checks, 32)).max() < 1e-6
    waves = np.sin(np.linspace(0, 2 * np.pi, 512, dtype=np.float32))[None].repeat(512, 0)
    assert np.abs(broad(waves, 32) - waves).max() < 0.1
    assert broad(np.ones((3, 40), np.float32), 32) == pytest.approx(1)
