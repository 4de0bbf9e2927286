"""Which adapters a painter has: told by names and headers, without loading any."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open

from storybook.errors import ModelError
from storybook.models.prompt_syntax import networks
from storybook.models.weights import WEIGHTS, Adapter, header_text, read_json, weights_digest

BASE = "storybook.base_digest"
"""In the header of an adapter that this project taught: the digest of the painter it was taught on.

Others say nothing of the kind, and are judged by their shape."""
LORA_FILES = (
    "pytorch_lora_weights.safetensors",
    "adapter_model.safetensors",
    "pytorch_lora_weights.bin",
    "adapter_model.bin",
)
"""What diffusers and peft call an adapter in its folder, whose name is then the adapter's."""
PEFT_CONFIG = "adapter_config.json"
"""Beside peft's: it alone says alpha."""
PARTS = ("unet", "text_encoder", "text_encoder_2")
"""What a painter's parts are called that an adapter may change; peft keeps a folder for each."""
CROSS_ATTENTION_DOWN = tuple(
    f"attn2{sign}to_k.{end}"
    for sign in "._"
    for end in ("lora_A.weight", "lora.down.weight", "lora_down.weight", "hada_w1_b")
)
"""The down matrix, [rank, in], of the layer that takes in the prompt embeddings."""


def belongs(adapter: Path, painter: Path, *, exactly: bool) -> bool:
    """Whether an adapter file was taught on a painter of this shape or, `exactly`, on this one.

    An adapter of which nothing can be told belongs: opening it says what is wrong. Raises
    ModelError if the file is broken.
    """
    bases, text_widths = set(), set()
    for file in adapter_files(adapter):
        if file.suffix == ".safetensors":  # a pickle tells nothing before it is opened
            base, widths = _base_and_widths(file)
            bases |= {base}
            text_widths |= widths
    if exactly and bases - {None}:
        return bases == {weights_digest(painter)}
    config = painter / "unet" / "config.json"
    if not text_widths or not config.is_file():
        return True
    return text_widths == {read_json(config).get("cross_attention_dim")}


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


def _base_and_widths(file: Path) -> tuple[str | None, set[int]]:
    """The digest of the painter an adapter was taught on, and how wide prompt embeddings were."""
    try:
        # As numpy: for torch it would be imported, and this is asked whenever a book is looked at.
        with safe_open(file, "np") as opened:
            base = (opened.metadata() or {}).get(BASE)
            names = opened.keys()
            downs = (name for name in names if name.endswith(CROSS_ATTENTION_DOWN))
            return base, {opened.get_slice(name).get_shape()[1] for name in downs}
    except (SafetensorError, OSError) as fault:
        raise ModelError(f"{file} is broken: {fault}. Teach the hero again.") from fault


def named_loras(folder: Path, others: Iterable[Path] = ()) -> dict[str, Path]:
    """The adapters that prompts can ask for: files and diffusers folders by their names' stems.

    Those in `folder` and the folders within it, and the `others`, which go before. Of two with one
    name the first of their paths counts.
    """
    files = sorted(file for file in folder.rglob("*") if file.suffix in WEIGHTS and file.is_file())
    files = [_named_by(file, folder) for file in files]
    named: dict[str, Path] = {}
    for path in (*others, *files):
        named.setdefault(path.name if path.is_dir() else path.stem, path)
    return named


def loras_in_prompt(prompt: str, loras: Mapping[str, Path]) -> tuple[Adapter, ...]:
    """The adapters that a prompt asks for, with their weights; names that `loras` lacks are left.

    >>> loras_in_prompt("a cat <lora:rex:0.8> <lora:who:1>", {"rex": Path("rex.safetensors")})
    (Adapter(path=PosixPath('rex.safetensors'), weight=0.8, text=None),)
    """
    return tuple(
        Adapter(loras[each.name], each.unet, None if each.text == each.unet else each.text)
        for each in networks(prompt)
        if each.name in loras
    )


def adapter_files(path: Path) -> tuple[Path, ...]:
    """The files of an adapter that is named by its file or its folder; ModelError if none is.

    peft keeps one for each part of a painter, in folders of their names.
    """
    if path.is_file():
        return (path,)
    for folders in ((path,), [path / part for part in PARTS]):
        every = [[folder / name for name in LORA_FILES] for folder in folders]
        files = [next((file for file in some if file.is_file()), None) for some in every]
        if any(files):
            return tuple(file for file in files if file)
    raise ModelError(
        f"{path} holds no adapter. Name a file, or a folder with {LORA_FILES[0]} or "
        f"{LORA_FILES[1]}."
    )


def part_of(file: Path) -> str:
    """The part that a file of peft's is for, by its folder; nothing if that does not say."""
    ours = file.stem == "adapter_model" and file.parent.name in PARTS
    return file.parent.name if ours else ""


def _named_by(file: Path, shelf: Path) -> Path:
    """What an adapter's file on a shelf is called by: itself, its folder, or that of its parts."""
    if file.name not in LORA_FILES or file.parent == shelf:
        return file
    above = file.parent.parent
    return above if part_of(file) and above != shelf else file.parent
