"""Which adapters a painter has: told by names and headers, without loading any."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open

from storybook.errors import ModelError
from storybook.models.emphasis import networks
from storybook.models.weights import (
    WEIGHTS,
    Adapter,
    header_text,
    read_json,
    weights_digest,
)

BASE = "storybook.base_digest"
"""In the header of an adapter that this project taught: the digest of the painter it was taught on.

Others say nothing of the kind, and are judged by their shape."""
LORA_FILES = ("pytorch_lora_weights.safetensors", "pytorch_lora_weights.bin")
"""What diffusers calls an adapter in its folder, whose name is then the adapter's."""
HEARING = (
    "attn2.to_k.lora_A.weight",
    "attn2.to_k.lora.down.weight",
    "attn2_to_k.lora_down.weight",
)
"""How diffusers and kohya call the part of an adapter that takes in the words."""


def belongs(adapter: Path, painter: Path, *, exactly: bool) -> bool:
    """Whether an adapter file was taught on a painter of this shape or, `exactly`, on this one.

    An adapter of which nothing can be told belongs: opening it says what is wrong. Raises
    ModelError if the file is broken.
    """
    try:
        # As numpy: for torch it would be imported, and this is asked whenever a book is looked at.
        with safe_open(adapter, "np") as file:
            base = (file.metadata() or {}).get(BASE)
            names = [name for name in file.keys() if name.endswith(HEARING)]  # noqa: SIM118
            heard = {file.get_slice(name).get_shape()[1] for name in names}
    except (SafetensorError, OSError) as fault:
        raise ModelError(f"{adapter} is broken: {fault}. Teach the hero again.") from fault
    if exactly and base is not None:
        return base == weights_digest(painter)
    config = painter / "unet" / "config.json"
    if not heard or not config.is_file():
        return True
    return heard == {read_json(config).get("cross_attention_dim")}


def descends(taught: Path, painter: Path, *, exactly: bool) -> bool:
    """Whether a whole painter was taught on one of this shape or, `exactly`, on this one.

    As with `belongs`, one of which nothing can be told does; opening it says what is wrong.
    """
    unet = next(iter(sorted((taught / "unet").glob("*.safetensors"))), taught)
    base = header_text(unet).get(BASE) if unet.is_file() else None
    if exactly and base is not None:
        return base == weights_digest(painter)
    configs = [folder / "unet" / "config.json" for folder in (taught, painter)]
    if not all(config.is_file() for config in configs):
        return True
    own, other = (read_json(config).get("cross_attention_dim") for config in configs)
    return own == other


def named_loras(folder: Path, others: Iterable[Path] = ()) -> dict[str, Path]:
    """The adapters that prompts can ask for: files and diffusers folders by their names' stems.

    Those in `folder` and the folders within it, and the `others`, which go before. Of two with one
    name the first of their paths counts.
    """
    found = sorted(file for file in folder.rglob("*") if file.suffix in WEIGHTS and file.is_file())
    found = [file.parent if file.name in LORA_FILES else file for file in found]
    named: dict[str, Path] = {}
    for path in (*others, *found):
        named.setdefault(path.name if path.is_dir() else path.stem, path)
    return named


def asked_for(prompt: str, loras: Mapping[str, Path]) -> tuple[Adapter, ...]:
    """The adapters that a prompt asks for, with their weights; names that `loras` lacks are left.

    >>> asked_for("a cat <lora:rex:0.8> <lora:who:1>", {"rex": Path("rex.safetensors")})
    (Adapter(path=PosixPath('rex.safetensors'), weight=0.8, text=None),)
    """
    return tuple(
        Adapter(loras[each.name], each.unet, None if each.text == each.unet else each.text)
        for each in networks(prompt)
        if each.name in loras
    )


def lora_file(path: Path) -> Path:
    """The file of an adapter that is named by its file or its folder; ModelError if none is."""
    if path.is_file():
        return path
    for name in LORA_FILES:
        if (path / name).is_file():
            return path / name
    raise ModelError(f"{path} holds no adapter. Name a file, or a folder with {LORA_FILES[0]}.")
