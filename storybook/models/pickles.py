"""Pickles of weights, read without running what may be in them."""

import io
import os
import pickle
from pathlib import Path

import torch

from storybook.errors import ModelError, first_line

BROKEN = (RuntimeError, EOFError, OSError, ValueError, LookupError, TypeError, AttributeError)
"""What torch raises for a file that is cut off, or no pickle."""


def unpickle(source: Path | bytes, name: str = "") -> dict[str, object]:
    """What a pickle of weights, a file or its bytes, holds; faults call it `name`, or the path.

    Raises ModelError for one that is broken or wants more.
    """
    name = name or str(source)
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        if (len(source) if isinstance(source, bytes) else os.path.getsize(source)) == 0:
            raise ModelError(f"{name} is empty. Fetch it again.")
        values = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise ModelError(
            f"{name} holds more than weights, or is no weight file, and is not opened: "
            "a pickle can run any program. Use the .safetensors file of this model."
        ) from None
    except BROKEN as fault:
        raise ModelError(f"{name} is broken ({first_line(fault)}). Fetch it again.") from fault
    if not isinstance(values, dict):
        raise ModelError(f"{name} holds a {type(values).__name__}, not named tensors.")
    return values
