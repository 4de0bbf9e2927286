"""Weights out of packages: from a folder of wheels, through pip, and everything that goes wrong."""

import hashlib
import os
import re
import zipfile
from pathlib import Path

import pytest

import tiny_ncnn
from storybook.cli import main
from storybook.errors import ModelError
from storybook.models import packaged, wheels
from storybook.models.packaged import Packaged, on_disk, read_table
from storybook.models.weights import model_name, tensor_names

WHEEL = "tiny_weights-1.0-py3-none-any.whl"
TABLE = """
[package.tiny-weights]
version = "1.0"
wheel = "{wheel}"
sha256 = "{wheel_sha256}"
bytes = {wheel_bytes}
licence_file = "tiny_weights-1.0.dist-info/LICENSE"

[model.tiny-x4]
what = "A tiny enlarger"
package = "tiny-weights"
files = ["tiny_weights/x4.param", "tiny_weights/x4.bin"]
form = "ncnn"
result = "tiny-x4.safetensors"
sha256 = "{sha256}"
bytes = {bytes}
licence = "MIT"
setting = "enlarge.enlarger"
"""


def write_wheel(folder: Path, *, without: str = "", numbers: bytes | None = None) -> Path:
    """The package `tiny-weights`, with a network of ncnn's form."""
    folder.mkdir(parents=True, exist_ok=True)
    param, own, _ = tiny_ncnn.compact()
    about = "tiny_weights-1.0.dist-info"
    files = {
        "tiny_weights/x4.param": param,
        "tiny_weights/x4.bin": own if numbers is None else numbers,
        f"{about}/LICENSE": b"MIT License",
        f"{about}/METADATA": b"Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
        b"Requires-Python: >=3.8\nRequires-Dist: nothing-that-is-there\n",
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": b"",
    }
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        for name in files.keys() - {without}:
            wheel.writestr(zipfile.ZipInfo(name), files[name])
    return folder / WHEEL


def known_as(wheel: Path, monkeypatch: pytest.MonkeyPatch, sha256: str = "") -> Packaged:
    """Let the table know the wheel as it is, and what is made of it."""
    data = wheel.read_bytes()
    made = b""
    if not sha256:
        from safetensors.torch import save

        from storybook.models.ncnn import read_ncnn

        param, numbers, _ = tiny_ncnn.compact()
        made = save(read_ncnn(param, numbers, "x4"))
        sha256 = hashlib.sha256(made).hexdigest()
    table = wheel.parent / "table.toml"
    table.write_text(
        TABLE.format(
            wheel=WHEEL,
            wheel_sha256=hashlib.sha256(data).hexdigest(),
            wheel_bytes=len(data),
            sha256=sha256,
            bytes=len(made),
        ),
        "utf-8",
    )
    known = read_table(table)
    monkeypatch.setattr(packaged, "known", lambda: known)
    return known["tiny-x4"]


@pytest.fixture
def wheel(tmp_path, monkeypatch) -> Path:
    wheel = write_wheel(tmp_path / "wheels")
    known_as(wheel, monkeypatch)
    return wheel


@pytest.fixture
def index(wheel, monkeypatch) -> Path:
    """pip is set to the folder of the wheel, and to no index."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    return wheel.parent


def get(*arguments: str) -> int:
    return main(["models", "get", "tiny-x4", *arguments])


def refused(capsys, *arguments: str) -> str:
    """The one line that `models get` ends in, with nothing half made beside it."""
    assert get(*arguments) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("storybook:")]
    assert len(lines) == 1
    left = [path.name for path in Path("models").rglob("*") if path.is_file()]
    assert not left, left
    return lines[0]


def test_get_makes_weights_of_a_wheel_that_lies_in_a_folder(wheel, capsys):
    assert get("--from", str(wheel.parent)) == 0
    said = capsys.readouterr().out
    assert said.index("Licence: MIT") < said.index("models/tiny-x4.safetensors")
    made = Path("models/tiny-x4.safetensors")
    assert tensor_names(made)[:2] == ["body.0.bias", "body.1.weight"]
    assert Path("models/tiny-x4.LICENSE.txt").read_text() == "MIT License"
    assert model_name(made) == packaged.known()["tiny-x4"].model_name
    assert on_disk("tiny-x4") == made
    assert get("--from", "nowhere") == 0, "what is there whole is not made again"
    assert "already" in capsys.readouterr().out


def test_get_fetches_the_wheel_through_pip_without_what_it_depends_on(index, capsys):
    assert get() == 0
    assert sorted(path.name for path in Path("models").iterdir()) == [
        "tiny-x4.LICENSE.txt",
        "tiny-x4.safetensors",
    ]


def test_get_goes_on_with_a_wheel_that_it_has_fetched(index, monkeypatch, capsys):
    """Killed between fetching and making, and the index is away afterwards."""
    with monkeypatch.context() as killed:
        killed.setattr(wheels, "_made", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert get() == 130
    assert (Path("models/.wheels") / WHEEL).is_file()
    monkeypatch.setenv("PIP_FIND_LINKS", "nowhere")
    assert get() == 0
    assert not Path("models/.wheels").exists()


def test_get_takes_a_wheel_that_was_cut_off_while_it_was_fetched_for_none(index):
    half = Path("models/.wheels") / WHEEL
    half.parent.mkdir(parents=True)
    half.write_bytes((index / WHEEL).read_bytes()[:-1])
    assert get() == 0


def test_get_says_when_the_index_is_away(index, monkeypatch, capsys):
    monkeypatch.setenv("PIP_FIND_LINKS", "nowhere")
    said = refused(capsys)
    assert "pip cannot fetch tiny-weights 1.0" in said and "--from FOLDER" in said
    assert not Path("models/.wheels").exists()


def test_get_says_when_there_is_no_pip(index, monkeypatch, capsys):
    monkeypatch.setattr("sys.executable", "/bin/false")
    assert "pip cannot fetch" in refused(capsys)


def test_get_refuses_a_wheel_from_an_index_that_is_another_one(index, capsys):
    write_wheel(index, numbers=tiny_ncnn.compact(tiny_ncnn.SINGLE)[1])
    assert "pip fetched a tiny_weights-1.0-py3-none-any.whl that" in refused(capsys)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda wheel: wheel.write_bytes(wheel.read_bytes()[:-1]), r"bytes, not .*Copy it again"),
        (lambda wheel: wheel.write_bytes(b"\0" + wheel.read_bytes()[1:]), "another file than is"),
        (
            lambda wheel: wheel.rename(wheel.with_name("tiny_weights-2.0-py3-none-any.whl")),
            r"holds tiny_weights-2\.0.*but not tiny_weights-1\.0",
        ),
        (lambda wheel: wheel.unlink(), "does not hold tiny_weights-1"),
    ],
    ids=["cut by a byte", "another byte", "another version", "none"],
)
def test_get_refuses_a_wheel_that_is_not_the_one_known(wheel, capsys, change, says):
    change(wheel)
    assert re.search(says, refused(capsys, "--from", str(wheel.parent)))


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"without": "tiny_weights/x4.bin"}, "no item named 'tiny_weights/x4.bin'"),
        ({"without": "tiny_weights-1.0.dist-info/LICENSE"}, "no item named"),
        ({"numbers": tiny_ncnn.compact()[1][:-1]}, "x4.bin is cut off"),
        ({"numbers": tiny_ncnn.rrdb()[1]}, "x4.bin"),
        ({"numbers": tiny_ncnn.compact(tiny_ncnn.SINGLE)[1]}, "is not what is known"),
    ],
    ids=["no weights", "no licence", "cut off", "of another network", "other numbers"],
)
def test_get_refuses_a_wheel_with_other_things_in_it(tmp_path, monkeypatch, capsys, broken, says):
    wheel = write_wheel(tmp_path / "other", **broken)
    known_as(wheel, monkeypatch)
    assert says in refused(capsys, "--from", str(wheel.parent))


def test_get_says_when_a_folder_cannot_be_written(wheel, capsys, monkeypatch):
    def read_only(path: Path, data: bytes) -> None:
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr(wheels, "write_whole", read_only)
    assert "cannot be kept in models: Read-only" in refused(capsys, "--from", str(wheel.parent))


def test_get_says_when_a_file_stands_where_the_folder_would_be(wheel, capsys):
    Path("into").write_text("a file")
    said = refused(capsys, "--from", str(wheel.parent), "--into", "into")
    assert "cannot be kept in into" in said and Path("into").read_text() == "a file"


def test_get_says_when_the_disk_is_too_small(wheel):
    huge = packaged.known()["tiny-x4"].but(bytes=10**18)
    with pytest.raises(ModelError, match=r"tiny-x4 takes 1050000000\.0 GB.*--into"):
        list(wheels.get(huge, Path("models"), wheel.parent))


def test_get_only_says_what_it_takes_when_it_is_a_dry_run(wheel, capsys):
    assert get("--dry-run") == 0
    assert "Licence: MIT" in capsys.readouterr().out and not Path("models").exists()


def test_get_offers_the_nearest_name(capsys):
    assert main(["models", "get", "realesrgan-x4plu"]) == 2
    assert "Did you mean realesrgan-x4plus?" in capsys.readouterr().err


def test_models_lists_what_is_there_and_what_could_be(wheel, capsys):
    assert main(["models", "--studio", "doubles"]) == 0
    assert "not on disk)" in capsys.readouterr().out.splitlines()[-2]
    get("--from", str(wheel.parent))
    capsys.readouterr()
    assert main(["models", "--studio", "doubles"]) == 0
    name, says = capsys.readouterr().out.splitlines()[-2:]
    assert name.startswith("tiny-x4 (") and "models/tiny-x4.safetensors)" in name and "MIT" in says


def test_models_fits_80_columns_in_a_pipe(capsys):
    assert main(["models"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--studio", "doubles", "get", "tiny-x4"), "--studio and --set mean nothing here"),
        (("get", "tiny-x4", "--half"), "--half: only a hub's OWNER/NAME"),
        (("get", "owner/name", "--from", "wheels"), "--from: a wheel is taken for a NAME"),
        (("get", "owner/name", "tiny-x4", "--half"), "--half: only a hub's OWNER/NAME"),
    ],
)
def test_models_get_refuses_flags_that_mean_nothing(arguments, says, capsys):
    assert main(["models", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_known_is_a_table_of_wheels_and_files_that_are_pinned():
    for name, weights in packaged.known().items():
        assert weights.package.wheel.startswith(weights.package.name.replace("-", "_"))
        assert f"-{weights.package.version}-" in weights.package.wheel
        assert len(weights.sha256) == len(weights.package.sha256) == 64
        assert weights.licence and weights.result.startswith(name)


def test_get_keeps_a_config_beside_what_needs_one(tmp_path, monkeypatch):
    """A voice is a network and its config: one without the other is not there."""
    wheel = write_wheel(tmp_path / "wheels")
    known_as(wheel, monkeypatch)
    weights = packaged.known()["tiny-x4"]
    param, numbers, _ = tiny_ncnn.compact()
    voice = weights.but(
        form="with-config",
        files=("tiny_weights/x4.bin", "tiny_weights/x4.param"),
        result="tiny.onnx",
        sha256=hashlib.sha256(numbers).hexdigest(),
    )
    monkeypatch.setattr(packaged, "known", lambda: {"tiny-x4": voice})
    assert get("--from", str(wheel.parent)) == 0
    assert Path("models/tiny.onnx").read_bytes() == numbers
    assert Path("models/tiny.onnx.json").read_bytes() == param
    Path("models/tiny.onnx.json").unlink()
    assert not wheels.is_there(voice, Path("models"))
    assert get("--from", str(wheel.parent)) == 0 and Path("models/tiny.onnx.json").is_file()
