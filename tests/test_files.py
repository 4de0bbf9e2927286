import os
import tempfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from storybook import files
from storybook.files import follow_umask, in_bytes, patiently, save_weights, write_whole


def test_a_file_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "new" / "a.txt"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [each.name for each in path.parent.iterdir()] == ["a.txt"]


def test_a_failed_write_leaves_the_old_file_and_no_draft(tmp_path):
    path = tmp_path / "a.txt"
    write_whole(path, b"one")
    with pytest.raises(TypeError):
        write_whole(path, "no bytes")
    assert path.read_bytes() == b"one"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


@pytest.fixture(params=[0o022, 0o002, 0o077], ids=["others read", "a group writes", "private"])
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(folder):
    paths = (each for each in folder.rglob("*"))
    return {each.name: each.stat().st_mode & 0o777 for each in paths}


def test_write_whole_follows_the_umask(tmp_path, umask):
    write_whole(tmp_path / "a.txt", b"one")
    assert modes(tmp_path) == {"a.txt": 0o666 & ~umask}


def test_save_weights_follows_the_umask_and_leaves_no_draft(tmp_path, umask):
    file = tmp_path / "new" / "a.safetensors"
    for number in (1.0, 2.0):
        save_weights({"a": torch.full((2,), number)}, file, {"who": "us"})
    assert load_file(file)["a"].tolist() == [2.0, 2.0]
    assert modes(file.parent) == {"a.safetensors": 0o666 & ~umask}
    with pytest.raises(RuntimeError, match="share memory"):
        shared = torch.zeros(4)
        save_weights({"a": shared, "b": shared[1:]}, file)
    assert load_file(file)["a"].tolist() == [2.0, 2.0]
    assert [each.name for each in file.parent.iterdir()] == ["a.safetensors"]


def test_follow_umask_opens_what_libraries_keep_private(tmp_path, umask):
    """safetensors gives its files to their owner alone, and so does tempfile its folders."""
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    (folder / "unet").mkdir(mode=0o700)
    save_file({"a": torch.zeros(1)}, folder / "unet" / "a.safetensors")
    (tmp_path / "elsewhere").write_text("theirs")
    (tmp_path / "elsewhere").chmod(0o640)
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    follow_umask(folder)
    assert folder.stat().st_mode & 0o777 == 0o777 & ~umask
    assert modes(folder) == {"unet": 0o777 & ~umask, "a.safetensors": 0o666 & ~umask, "link": 0o640}


class Busy:
    """Something that another process has open for a while."""

    def __init__(self, times):
        self.left = times

    def __call__(self):
        self.left -= 1
        if self.left >= 0:
            raise PermissionError("somebody has it open")
        return "done"


@pytest.mark.parametrize("times", [0, 1, 5])
def test_patiently_waits_for_a_busy_file_where_open_files_are_refused(monkeypatch, times):
    monkeypatch.setattr(files, "POSIX", False)
    monkeypatch.setattr(files, "PAUSES_S", (0.0,) * 5)
    assert patiently(Busy(times)) == "done"


def test_patiently_gives_up_and_tries_once_only_where_open_files_are_no_trouble(monkeypatch):
    once = Busy(1)
    with pytest.raises(PermissionError):
        patiently(once)
    assert once.left == 0
    monkeypatch.setattr(files, "POSIX", False)
    monkeypatch.setattr(files, "PAUSES_S", (0.0,) * 5)
    with pytest.raises(PermissionError):
        patiently(Busy(100))


def test_in_bytes_says_a_size_for_people():
    assert [in_bytes(count) for count in (0, 36_400_000, 999_000_000, 2_130_000_000)] == [
        "0 MB", "36 MB", "999 MB", "2.1 GB"]  # fmt: skip
