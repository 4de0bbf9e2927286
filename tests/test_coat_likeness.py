"""How like the fur on photos drawn fur is: the right coat before other ones."""

import random
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from storybook.config import shipped
from storybook.hero.coat_likeness import alike_among, coat_likeness, misfits_of, sheet_likeness
from storybook.world import load_world

WORLD = load_world(shipped("assets"))
COATS = ("orange", "grey", "black", "white", "brown", "golden", "black and white")
REAL = Path(__file__).parents[2] / "shared" / "data" / "pets"


@cache
def misfits(coat: str, lot: str, count: int = 6) -> np.ndarray:
    """Of drawings of a cat in random scenes."""
    pytest.importorskip("skia")
    from training.starter.artist import draw
    from training.starter.pictures import random_picture

    chance = random.Random(f"{lot}{coat}")
    pictures = [
        random_picture(WORLD, chance).but(species="cat", coat=coat, companions=())
        for _ in range(count)
    ]
    return misfits_of((draw(picture, WORLD, 128) for picture in pictures), WORLD)


def test_coat_likeness_puts_the_right_coat_before_most_others() -> None:
    right, pairs = 0, 0
    for own, other in product(COATS, COATS):
        if own == other:
            continue
        photos = misfits(own, "photos")
        right += coat_likeness(misfits(own, "sheet"), photos) > coat_likeness(
            misfits(other, "sheet"), photos
        )
        pairs += 1
    assert right / pairs >= 0.8, f"{right} of {pairs}"


def test_coat_likeness_is_one_for_the_same_and_nothing_for_its_opposite() -> None:
    grey = misfits("grey", "photos")
    assert coat_likeness(grey, grey) == pytest.approx(1)
    assert coat_likeness(grey, -grey) == 0
    assert coat_likeness(grey, misfits("orange", "photos")) < 0.5


def test_coat_likeness_says_nothing_where_no_pet_stands_out() -> None:
    nowhere = misfits_of([Image.new("RGB", (64, 64), "grey")], WORLD)
    assert nowhere.shape == (0, len(WORLD.coats))
    assert coat_likeness(nowhere, misfits("grey", "photos")) is None
    assert coat_likeness(np.ones((2, 10)), misfits("grey", "photos")) is None
    assert alike_among(nowhere) is None and alike_among(misfits("grey", "photos")[:1]) is None


def test_alike_among_falls_where_one_photo_is_of_another_pet() -> None:
    grey, black = misfits("grey", "photos"), misfits("orange", "photos")
    assert alike_among(grey) > alike_among(np.concatenate([grey, black[:1]]))


@pytest.mark.parametrize("pet", ["dog", "dog6"])
def test_sheet_likeness_knows_an_orange_dog_from_a_grey_and_a_black_one(
    pet: str, tmp_path: Path
) -> None:
    photos = sorted((REAL / pet).glob("*.jpg"))
    if not photos:
        pytest.skip(f"no photos in {REAL / pet}")
    pytest.importorskip("skia")
    from training.starter.artist import draw
    from training.starter.pictures import random_picture

    found = {}
    for coat in ("orange", "grey", "black"):
        chance = random.Random(coat)
        drawn = []
        for number in range(3):
            scene = random_picture(WORLD, chance).but(species="dog", coat=coat, companions=())
            drawn.append(tmp_path / f"{coat}-{number}.png")
            draw(scene, WORLD, 128).save(drawn[-1])
        found[coat], among = sheet_likeness(drawn, photos, WORLD)
        assert 0 < among <= 1
    assert found["orange"] > max(found["grey"], found["black"])
