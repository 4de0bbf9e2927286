"""Whether an adapter belongs to a painter: told by headers, without loading either."""

from pathlib import Path

from safetensors import SafetensorError, safe_open

from storybook.errors import ModelError
from storybook.models.weights import read_json, weights_digest

BASE = "storybook.base_digest"
"""In the header of an adapter that this project taught: the digest of the painter it was taught on.

Others say nothing of the kind, and are judged by their shape."""
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
