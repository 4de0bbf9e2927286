"""The text that A1111 writes into a PNG under `parameters`, so that its tools find our pictures."""

import io
import json
import math
import re
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from PIL import Image, PngImagePlugin, UnidentifiedImageError

from storybook.errors import BookError
from storybook.records import Candidate, Record

KEY = "parameters"
SAMPLER = "DPM++ 2M"
NEGATIVE = "Negative prompt: "

_FACT = re.compile(r'\s*(\w[\w \-/]{1,60}):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
_FEWEST_FACTS = 3
"""With fewer, A1111 takes the last line for a part of the prompt."""


_LINES = re.compile(r"\r\n?")
UNREADABLE = (
    OSError,
    UnidentifiedImageError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What Pillow raises for a file that is no picture, or would be far too large as one."""

N = TypeVar("N", int, float)


class Infotext(Record):
    """What a picture says it was made from."""

    positive: str
    negative: str = ""
    steps: int | None = None
    guidance: float | None = None
    seed: int | None = None
    width_px: int | None = None
    height_px: int | None = None
    model: str = ""
    model_hash: str = ""
    others: tuple[tuple[str, str], ...] = ()
    """Every other fact with its key, in the order in which they are written.

    A number that is none, such as `Seed: random`, is among these.
    """


def png_bytes(image: Image.Image, text: str) -> bytes:
    """The picture as a PNG with an infotext of how it was asked for; equal input, equal bytes."""
    facts = PngImagePlugin.PngInfo()
    facts.add_text(KEY, text)
    file = io.BytesIO()
    image.save(file, "PNG", pnginfo=facts)
    return file.getvalue()


def infotext(
    candidate: Candidate,
    model_name: str,
    model_hash: str = "",
    *,
    karras: bool = True,
    loras: Mapping[str, str] | None = None,
    precision: str = "",
    others: Mapping[str, object] | None = None,
) -> str:
    """Prompt, negative prompt and a line of facts, as A1111 and what reads its pictures expect.

    A `model_hash` or a `precision` that is not known is left out. `loras` are the hashes of those
    that the prompt asks for, by name; `others` are further facts.
    """
    facts = {
        "Steps": candidate.steps,
        "Sampler": SAMPLER,
        "Schedule type": "Karras" if karras else "Automatic",
        "CFG scale": f"{candidate.guidance:g}",
        "Seed": candidate.seed,
        "Size": f"{candidate.width_px}x{candidate.height_px}",
        "Model hash": model_hash[:10],
        "Model": model_name,
        "Lora hashes": ", ".join(f"{name}: {known}" for name, known in (loras or {}).items()),
        "Precision": precision,
        **(others or {}),
        "Version": "storybook",
    }
    lines = [candidate.prompt.positive]
    if candidate.prompt.negative:
        lines.append(NEGATIVE + candidate.prompt.negative)
    lines.append(", ".join(f"{key}: {_quoted(fact)}" for key, fact in facts.items() if fact != ""))
    return "\n".join(lines)


def read_infotext(path: Path, *, whole: bool = True) -> Infotext | None:
    """What the picture at `path` was made from; None if it does not say.

    If not `whole`, only what stands before the pixels is read, as we and A1111 write it, which is
    quick. Raises BookError if it is no picture.
    """
    try:
        with Image.open(path) as image:
            if whole:
                image.load()  # iTXt may stand behind the pixels
            text = image.info.get(KEY)
    except UNREADABLE as fault:
        raise BookError(f"{path} is no picture that can be read ({fault}).") from fault
    return parsed(text) if isinstance(text, str) else None


def parsed(text: str) -> Infotext:
    """The facts of an infotext, whoever wrote it; what is no fact stays in the prompt."""
    text = _LINES.sub("\n", text)
    lines = text.rstrip().split("\n")
    facts = [(key, _unquoted(value)) for key, value in _FACT.findall(lines[-1])]
    if len(facts) < _FEWEST_FACTS:
        lines, facts = text.split("\n"), []
    else:
        lines.pop()
    start = next((n for n, line in enumerate(lines) if line.startswith(NEGATIVE)), len(lines))
    fields = dict(reversed(facts))
    sides = [_number(side, int) for side in fields.get("Size", "").split("x")]
    width_px, height_px = sides if len(sides) == 2 and None not in sides else (None, None)
    parsed = {
        "steps": ("Steps", _number(fields.get("Steps"), int)),
        "guidance": ("CFG scale", _number(fields.get("CFG scale"), float)),
        "seed": ("Seed", _number(fields.get("Seed"), int)),
        "width_px": ("Size", width_px),
        "height_px": ("Size", height_px),
        "model": ("Model", fields.get("Model", "")),
        "model_hash": ("Model hash", fields.get("Model hash", "")),
    }
    known = {key for key, value in parsed.values() if value is not None}
    return Infotext(
        positive="\n".join(lines[:start]),
        negative="\n".join(lines[start:]).removeprefix(NEGATIVE),
        others=tuple((key, value) for key, value in facts if key not in known),
        **{name: value for name, (_, value) in parsed.items()},
    )


def _number(text: str | None, kind: Callable[[str], N]) -> N | None:
    """The number that other programs wrote, or None for what is none."""
    try:
        number = kind(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _quoted(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if re.search(r'[,\n:"]', text) else text


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value.strip()
    try:
        return str(json.loads(value))
    except ValueError:
        return value
