import pytest

from lay import lay
from training.data.balance import balance, match_class
from training.data.readers import read_folder
from training.data.records import Example


def test_the_balance_says_how_much_each_folder_weighs(tmp_path):
    for number in range(5):
        lay(tmp_path / "20_rex" / f"{number}.jpg", number)
    for number in range(10):
        lay(tmp_path / "ground truth" / f"{number}.jpg", 100 + number)
    shares = balance(read_folder(tmp_path).examples)
    assert [(part.folder.name, part.pictures, part.shown) for part in shares] == [
        ("20_rex", 5, 100),
        ("ground truth", 10, 10),
    ]
    assert [part.share for part in shares] == pytest.approx([100 / 110, 10 / 110])
    assert balance([]) == []


def pets(count, repeats=1, **fields):
    return [Example(path=f"{number}.jpg", repeats=repeats, **fields) for number in range(count)]


@pytest.mark.parametrize(
    ("classes", "repeats"), [(4, [8, 8, 7, 7]), (30, [1] * 30), (50, [1] * 50)]
)
def test_class_pictures_are_repeated_to_match_the_pets(classes, repeats):
    own, others = pets(10, repeats=3), pets(classes, is_class=True)
    dogs = pets(2, concept="dog", is_class=True)
    matched = match_class([*own, *others, *dogs])
    assert [example.repeats for example in matched] == [3] * 10 + repeats + [1, 1]
