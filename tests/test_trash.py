import pytest

from storybook.errors import BookError, TrainingError
from storybook.trash import (
    TRASH,
    empty_trash,
    from_trash,
    name_in_trash,
    to_trash,
    trash_in,
    trashed,
)

NAMES = ["rex", "rex-2", "a-20261122-160000-000000", "die Kätzin", "two\nlines", ".hidden"]
STRANGERS = ["rex", "rex-2026", "rex-20261322-160000-000000", "-20261122-160000-000000"]


def laid(root, name):
    (root / name).mkdir()
    (root / name / "a.txt").write_text(name)
    return root / name


@pytest.mark.parametrize("name", NAMES)
def test_from_trash_gives_back_what_to_trash_took(tmp_path, name):
    thrown = to_trash(laid(tmp_path, name))
    assert not (tmp_path / name).exists() and thrown.parent == tmp_path / TRASH
    assert [each.name for each in trash_in(tmp_path)] == [name] == [name_in_trash(thrown)]
    assert trashed(thrown, BookError).root == tmp_path
    assert from_trash(thrown, BookError) == tmp_path / name
    assert (tmp_path / name / "a.txt").read_text() == name and trash_in(tmp_path) == []


def test_from_trash_takes_a_free_name(tmp_path):
    thrown = to_trash(laid(tmp_path, "rex"))
    laid(tmp_path, "rex")
    assert from_trash(thrown, BookError) == tmp_path / "rex-2"


def test_trash_in_lists_what_was_thrown_away_last_first(tmp_path):
    for name in ("b", "a", "c"):
        to_trash(laid(tmp_path, name))
    assert [each.name for each in trash_in(tmp_path)] == ["c", "a", "b"]
    assert trash_in(tmp_path / "none") == []


@pytest.mark.parametrize("name", STRANGERS)
def test_what_was_not_thrown_away_stays_in_the_trash(tmp_path, name):
    (tmp_path / TRASH).mkdir()
    stranger = laid(tmp_path / TRASH, name)
    assert trash_in(tmp_path) == [] and empty_trash(tmp_path, older_than_days=0) == 0
    with pytest.raises(TrainingError, match="does not lie in the trash"):
        from_trash(stranger, TrainingError)
    assert stranger.is_dir()


def test_from_trash_refuses_what_lies_elsewhere(tmp_path):
    for folder in (laid(tmp_path, "rex-20261122-160000-000000"), tmp_path / TRASH / "gone"):
        with pytest.raises(BookError, match="emptied, or put back"):
            from_trash(folder, BookError)


def test_empty_trash_spares_what_is_young(tmp_path):
    (tmp_path / TRASH).mkdir()
    laid(tmp_path / TRASH, "old-20200101-000000-000000")
    young = to_trash(laid(tmp_path, "young"))
    assert empty_trash(tmp_path) == 1
    assert [each.folder for each in trash_in(tmp_path)] == [young]
