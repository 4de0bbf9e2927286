import os
import tempfile
import time
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from storybook import files
from storybook.files import (
    LEFT_S,
    drafting,
    follow_umask,
    in_bytes,
    move,
    patiently,
    put,
    replacing,
    save_weights,
    write_whole,
    zip_files,
)


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


def names(folder):
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*"))


def filled(folder, **files):
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_replacing_puts_a_folder_in_the_place_of_a_full_one(tmp_path):
    painter = tmp_path / "new" / "painter"
    for name in ("one", "two"):
        with replacing(painter) as draft:
            filled(draft, **{name: name})
            assert draft.parent == painter.parent and draft.name.startswith(".")
    assert names(tmp_path) == ["new", "new/painter", "new/painter/two"]


@pytest.mark.parametrize(("before", "after"), [("file", "folder"), ("folder", "file")])
def test_replacing_lets_files_and_folders_take_each_others_place(tmp_path, before, after):
    made = {"file": lambda path: path.write_text("a"), "folder": lambda path: filled(path, a="a")}
    made[before](tmp_path / "it")
    with replacing(tmp_path / "it") as draft:
        made[after](draft)
    assert (tmp_path / "it").is_dir() == (after == "folder")
    assert [each.name for each in tmp_path.iterdir()] == ["it"]


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_replacing_keeps_what_was_there_when_the_writing_fails(tmp_path, fault):
    filled(tmp_path / "painter", one="whole")
    with pytest.raises(type(fault)), replacing(tmp_path / "painter") as draft:
        filled(draft, two="half")
        raise fault
    assert names(tmp_path) == ["painter", "painter/one"]


def test_replacing_keeps_the_folder_when_its_place_cannot_be_taken(tmp_path):
    filled(tmp_path / "painter", one="whole")
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "painter"):
        pass  # nothing is written
    assert names(tmp_path) == ["painter", "painter/one"]


def test_replacing_of_a_new_folder_spares_one_that_came_meanwhile(tmp_path):
    with pytest.raises(OSError), replacing(tmp_path / "rex", new=True) as draft:
        filled(draft, mine="a")
        filled(tmp_path / "rex", theirs="b")
    assert names(tmp_path) == ["rex", "rex/theirs"]


def test_replacing_leaves_what_a_link_points_at(tmp_path):
    filled(tmp_path / "far", one="whole")
    (tmp_path / "painter").symlink_to(tmp_path / "far")
    with replacing(tmp_path / "painter") as draft:
        filled(draft, two="b")
    assert names(tmp_path) == ["far", "far/one", "painter", "painter/two"]


def test_drafting_clears_the_old_drafts_of_its_own_target_alone(tmp_path):
    old = [".a[1].pt.0123.draft", ".a[1].pt.4567.draft"]
    others = [".a[1].pt.89ab.draft", ".b.pt.0123.draft", ".a1.pt.0123.draft"]
    for name in (*old, *others):
        (tmp_path / name).write_text("half")
    (tmp_path / old[0]).unlink()
    filled(tmp_path / old[0], unet="half")
    for name in (*old, *others[1:]):
        os.utime(tmp_path / name, (time.time() - LEFT_S - 60,) * 2)
    with drafting(tmp_path / "a[1].pt"):
        assert sorted(each.name for each in tmp_path.iterdir()) == sorted(others)


def test_put_flushes_all_there_is_before_the_rename_and_the_name_after(tmp_path, monkeypatch):
    done, fsync, replace = [], os.fsync, Path.replace
    filled(tmp_path / "draft" / "unet", weights="w")

    def flushed(file):
        done.append(os.fstat(file).st_ino)
        fsync(file)

    def renamed(path, to):
        done.append("rename")
        return replace(path, to)

    monkeypatch.setattr(files.os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", renamed)
    inside = {each.stat().st_ino for each in (tmp_path / "draft").rglob("*")}
    put(tmp_path / "draft", tmp_path / "painter")
    before, after = done[: done.index("rename")], done[done.index("rename") + 1 :]
    assert set(before) == {*inside, (tmp_path / "painter").stat().st_ino}
    assert after == [tmp_path.stat().st_ino]


def test_move_flushes_both_folders(tmp_path, monkeypatch):
    filled(tmp_path / "a", one="1"), (tmp_path / "b").mkdir()
    flushed = []
    monkeypatch.setattr(files.os, "fsync", lambda file: flushed.append(os.fstat(file).st_ino))
    assert move(tmp_path / "a" / "one", tmp_path / "b" / "two").read_text() == "1"
    assert set(flushed) == {(tmp_path / name).stat().st_ino for name in "ab"}


def test_move_goes_on_where_a_folder_cannot_be_flushed(tmp_path, monkeypatch):
    def refused(_):
        raise OSError(22, "Invalid argument")

    (tmp_path / "one").write_text("1")
    monkeypatch.setattr(files.os, "fsync", refused)
    assert move(tmp_path / "one", tmp_path / "two").read_text() == "1"


def test_move_flushes_no_folder_where_the_system_opens_none(tmp_path, monkeypatch):
    (tmp_path / "one").write_text("1")
    monkeypatch.setattr(files, "POSIX", False)
    monkeypatch.setattr(files.os, "open", lambda *_: pytest.fail("a folder was opened"))
    assert move(tmp_path / "one", tmp_path / "two").read_text() == "1"


def test_zip_files_is_whole_or_not_there(tmp_path):
    filled(tmp_path / "run", a="one")
    to = tmp_path / "new" / "run.zip"
    assert zip_files({"run/a": tmp_path / "run" / "a"}, to) == to
    with pytest.raises(FileNotFoundError):
        zip_files({"run/b": tmp_path / "run" / "b"}, to)
    with zipfile.ZipFile(to) as packed:
        assert packed.namelist() == ["run/a"] and packed.read("run/a") == b"one"
    assert names(to.parent) == ["run.zip"]


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
        "0 MB",
        "36 MB",
        "999 MB",
        "2.1 GB",
    ]
