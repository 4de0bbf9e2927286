"""bitsandbytes, which holds weights and optimizers in 8 or 4 bits, is there for who asks for it.

diffusers and peft import it whenever they find it, whatever they are used for. That costs each
start its time, and on some processors it prints a line that no user can act on. So it is hidden
when `storybook` is imported, and shown by the code that works in 8 or 4 bits.
"""

import json
import logging
import sys
from pathlib import Path

NAME = "bitsandbytes"


def hide_bitsandbytes() -> None:
    """Let libraries find that it is not installed; no change where somebody has imported it."""
    sys.modules.setdefault(NAME, None)  # what Python itself reads as "there is no such module"


def show_bitsandbytes() -> None:
    """Let it be found again; before a model or an optimizer of 8 or 4 bits is made."""
    # It tells of a faster kernel that it did not find, which changes nothing but the speed.
    logging.getLogger(NAME).setLevel(logging.ERROR)
    if sys.modules.get(NAME, ...) is not None:
        return
    del sys.modules[NAME]
    for module, question in (
        ("transformers.utils.import_utils", "is_bitsandbytes_available"),
        ("peft.import_utils", "is_bnb_available"),
        ("peft.import_utils", "is_bnb_4bit_available"),
    ):
        if module in sys.modules:  # who was asked before remembers the answer
            getattr(sys.modules[module], question).cache_clear()


def is_quantised(folder: Path) -> bool:
    """Whether the weights in a model's folder are held in bitsandbytes' 8 or 4 bits."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return config["quantization_config"]["quant_method"] == NAME
    except (OSError, ValueError, KeyError, TypeError):  # whoever opens the model says what is amiss
        return False
