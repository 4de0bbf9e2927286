"""Weight files: what they are called by, whether they are whole, and what is in them.

No framework is imported here until tensors are read, so that names are cheap.
"""

import hashlib
import json
import math
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from storybook.errors import ModelError
from storybook.files import sha256_of
from storybook.models.looked_at import once
from storybook.records import digest

if TYPE_CHECKING:
    from torch import Tensor

SavePrecision = Literal["fp32", "fp16", "bf16"]
PICKLES = frozenset({".ckpt", ".pth", ".pt", ".bin"})
WEIGHTS = PICKLES | {".safetensors"}
CONFIGS = frozenset({".json", ".txt", ".model"})
NOTES = frozenset({"card.json", "README.txt"})
"""Files about a model, which change nothing of what it does."""
VOCABULARIES = frozenset({"vocab.json", "tokenizer.json"})
"""Of megabytes: whether they are whole is looked at, and what they say is not kept."""

METADATA = "__metadata__"
Header = dict[str, Any]
"""Of a safetensors file: shape and place of each tensor by its name, and its metadata."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What the files of a model say while their weights are not read."""

    headers: dict[Path, Header] = field(default_factory=dict)
    """Of each safetensors file."""
    settings: dict[Path, object] = field(default_factory=dict)
    """Of each JSON file but vocabularies."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter's file or folder, and how strongly it counts; 1 is as it was taught."""

    path: Path
    weight: float = 1.0
    text: float | None = None
    """How strongly it counts in the text encoder; None: as in the rest."""

    @classmethod
    def parse(cls, text: str) -> "Adapter":
        """`ink.safetensors`, or `ink.safetensors:0.8` with a weight; any finite number is one.

        >>> Adapter.parse("ink.safetensors:0.8")
        Adapter(path=PosixPath('ink.safetensors'), weight=0.8)
        """
        path, colon, weight = text.rpartition(":")
        try:
            number = float(weight) if colon else 1.0
        except ValueError:  # a colon of the path's own
            return cls(Path(text))
        if not math.isfinite(number):
            raise ModelError(f"{text}: the weight of an adapter is a number such as 0.8.")
        return cls(Path(path if colon else text), number)

    @property
    def text_weight(self) -> float:
        """How strongly it counts in the text encoder."""
        return self.weight if self.text is None else self.text

    @property
    def digest(self) -> str:
        """Another one for other weights, and for another strength."""
        own = weights_digest(self.path)
        if self.text_weight != self.weight:
            return digest(own, self.weight, self.text_weight)
        return own if self.weight == 1 else digest(own, self.weight)


@dataclass(frozen=True, slots=True)
class ComponentOverrides:
    """Components that replace a painter's own, or are added to it."""

    vae: Path | None = None
    """An autoencoder: a folder, or a single file."""
    hypernetworks: tuple[Adapter, ...] = ()
    embeddings: tuple[Path, ...] = ()
    """Files of textual inversion; a file's stem is the token that it adds."""
    clip_skip: int = 1
    """The text encoder's layer from the end, as A1111 counts: 1 is the last, 2 the one before."""

    @property
    def digest(self) -> str:
        """Nothing if there is nothing; else another one for other files and settings."""
        if self == ComponentOverrides():
            return ""
        words = [(path.stem, weights_digest(path)) for path in self.embeddings]
        vae = weights_digest(self.vae) if self.vae else None
        hypernetworks = [hypernetwork.digest for hypernetwork in self.hypernetworks]
        return digest(vae, hypernetworks, words, self.clip_skip)


def model_name(path: Path) -> str:
    """A model's name, such as `critic-0f3a5b7c9d1e`; another one if anything of it is other."""
    return f"{path.stem}-{weights_digest(path)}"


@once
def weights_digest(path: Path) -> str:
    """Twelve hex digits over a file, or over the weight and config files of a folder.

    A single file's digest opens with the ten digits that A1111 calls its model hash.
    Raises ModelError if there is nothing to digest.
    """
    if path.is_file():
        return _file_digest(path)[:12]
    if not path.exists():
        raise ModelError(
            f"{path} does not exist. Name a model's folder or file there is, or fetch "
            "one: storybook models get (docs/models.md says which)."
        )
    files = _model_files(path)
    if not any(file.suffix in WEIGHTS for file in files):
        raise ModelError(f"{path} holds no model: no weight file is in it. Name another folder.")
    return digest([[file.relative_to(path).as_posix(), _file_digest(file)] for file in files])


def lora_hash(path: Path) -> str:
    """The twelve hex digits that A1111 tells an adapter by: of a safetensors file, its tensors'."""
    if path.suffix != ".safetensors":
        return weights_digest(path)
    if known := header_text(path).get("sshs_model_hash"):
        return known[:12]
    with path.open("rb") as file:
        file.seek(8 + int.from_bytes(file.read(8), "little"))
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def check_weights(path: Path) -> Contents:
    """Raise ModelError if a weight file is cut off, or is not what its name says.

    A folder is checked file by file, its JSON files as well. Reads headers only, and returns what
    was read.
    """
    if not path.exists():
        raise ModelError(f"{path} does not exist. Check the path, or fetch the model again.")
    contents = Contents()
    for file in [path] if path.is_file() else _model_files(path):
        if file.suffix == ".safetensors":
            contents.headers[file] = _check_safetensors(file)
        elif file.suffix == ".json":
            values = _parsed(file)
            if file.name not in VOCABULARIES:
                contents.settings[file] = values
    return contents


def read_tensors(path: Path) -> "dict[str, Tensor]":
    """The tensors of one weight file, on the CPU; pickles are read with `weights_only`.

    Dictionaries that wrap the tensors (`state_dict`, `params_ema`, `params`) are opened.
    """
    return read_tensors_and_header(path)[0]


def read_tensors_and_header(path: Path) -> "tuple[dict[str, Tensor], dict[str, str]]":
    """As `read_tensors`, and what the file's header says beside them; it is checked once."""
    header = check_weights(path).headers.get(path, {})
    return _tensors_in(path), metadata_in(header)


def _tensors_in(path: Path) -> "dict[str, Tensor]":
    if path.suffix == ".safetensors":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            return load_file(path)
        except FileNotFoundError:
            raise ModelError(f"{path} has gone while it was opened. Put it back.") from None
        except (SafetensorError, OSError, ValueError) as fault:
            raise ModelError(f"{path} is broken ({fault}). Fetch it again.") from fault
    if path.suffix not in PICKLES:
        known = ", ".join(sorted(WEIGHTS))
        raise ModelError(f"{path} is no weight file by its name. Known endings are: {known}.")
    from storybook.models.pickles import unpickle

    values = unpickle(path)
    wrapped = (values.get(wrapper) for wrapper in ("state_dict", "params_ema", "params"))
    values = next((each for each in wrapped if isinstance(each, dict)), values)
    from torch import Tensor

    return {key: value for key, value in values.items() if isinstance(value, Tensor)}


def tensor_names(path: Path) -> list[str]:
    """The names of the tensors in a weight file; of a safetensors file only the header is read."""
    if path.suffix == ".safetensors":
        return list(sizes_in(_check_safetensors(path)))
    check_weights(path)  # it says what is missing
    facts = path.stat()
    return list(_pickled_names(path, facts.st_size, facts.st_mtime_ns))


def numbers_in(path: Path) -> int:
    """How many numbers a safetensors file holds, by its header; ModelError for another file."""
    if path.suffix != ".safetensors":
        raise ModelError(f"{path} is no safetensors file: only opening it tells what it holds.")
    return sum(sizes_in(_check_safetensors(path)).values())


def header_text(path: Path) -> dict[str, str]:
    """What the header of a safetensors file says beside its tensors; nothing of other files."""
    return metadata_in(_check_safetensors(path)) if path.suffix == ".safetensors" else {}


def sizes_in(header: Header) -> dict[str, int]:
    """How many numbers each tensor has, by its name, as a safetensors header says it."""
    tensors = ((name, entry) for name, entry in header.items() if name != METADATA)
    return {name: math.prod(entry["shape"]) for name, entry in tensors}


def metadata_in(header: Header) -> dict[str, str]:
    """What a safetensors header says beside its tensors."""
    metadata = header.get(METADATA)
    pairs = metadata.items() if isinstance(metadata, dict) else ()
    return {str(key): str(each) for key, each in pairs}


def read_json(path: Path) -> dict[str, Any]:
    """The settings in a JSON file of a model; raises ModelError naming the file."""
    values = _parsed(path)
    if not isinstance(values, dict):
        raise ModelError(f"{path} lists no settings. Fetch the model again.")
    return values


def _parsed(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{path} is missing: the model is not whole. Fetch it again.") from None
    except (OSError, ValueError) as fault:
        raise ModelError(f"{path} is no JSON ({fault}). Fetch the model again.") from fault


def _model_files(folder: Path) -> list[Path]:
    suffixes = WEIGHTS | CONFIGS
    files = [
        file for file in folder.rglob("*") if file.suffix in suffixes and file.name not in NOTES
    ]
    for file in files:
        if file.is_symlink() and not file.exists():
            raise ModelError(f"{file} is a link that goes nowhere. Fetch the model again.")
    return sorted(file for file in files if file.is_file())


def _file_digest(path: Path) -> str:
    try:
        facts = path.stat()
    except FileNotFoundError:
        raise ModelError(f"{path} has gone while it was looked at. Put it back.") from None
    return _sha256(path, facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=1024)
def _sha256(path: Path, size: int, mtime_ns: int) -> str:
    """The size and time are there so that a changed file is read again."""
    return sha256_of(path)


@lru_cache(maxsize=16)
def _pickled_names(path: Path, size: int, mtime_ns: int) -> tuple[str, ...]:
    """Kept, since a pickle of gigabytes has to be read whole; the size and time as above."""
    return tuple(read_tensors(path))


def _check_safetensors(path: Path) -> Header:
    """The header: 8 bytes of length, JSON, then tensors up to the largest `data_offsets`."""
    size = path.stat().st_size
    length, text = _header_bytes(path, size)
    try:
        header = json.loads(text)
        tensors = [entry for name, entry in header.items() if name != METADATA]
        end = max((entry["data_offsets"][1] for entry in tensors), default=0)
        sane = all(side >= 0 for entry in tensors for side in entry["shape"]) and end >= 0
        if not sane:
            raise ValueError("a shape or a place is below nothing")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise ModelError(
            f"{path} is no safetensors file: its header is broken. Fetch it again."
        ) from None
    if size != 8 + length + end:
        raise ModelError(
            f"{path} is cut off: it has {size:,} of {8 + length + end:,} bytes. Fetch it again."
        )
    return header


def _header_bytes(path: Path, size: int) -> tuple[int, bytes]:
    """How long the JSON is that a safetensors file of `size` bytes begins with, and the JSON."""
    with path.open("rb") as file:
        start = file.read(8)
        opens = file.read(1)
        if opens != b"{" and start[:1] in (b"P", b"\x80"):  # a zip of pickles, or a bare one
            raise ModelError(
                f"{path} is a pickle named .safetensors. Do not trust it: "
                "fetch the real file, or rename it to .ckpt if you know who made it."
            )
        length = int.from_bytes(start, "little")
        text = opens + file.read(length - 1) if opens == b"{" and length < size else b""
    if not text:
        raise ModelError(f"{path} is empty, cut off or no safetensors file. Fetch it again.")
    return length, text
