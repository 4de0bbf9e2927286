"""The text that A1111 writes into a PNG under `parameters`, so that its tools find our pictures."""

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path

from PIL import Image, PngImagePlugin, UnidentifiedImageError

from storybook.errors import BookError
from storybook.records import Candidate, Record

KEY = "parameters"
SAMPLER = "DPM++ 2M"
NEGATIVE = "Negative prompt: "

_FACT = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
_FEWEST_FACTS = 3
"""With fewer, A1111 takes the last line for a part of the prompt."""


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
    """Every other fact with its key, in the order in which they are written."""


def png_bytes(
    image: Image.Image,
    candidate: Candidate,
    model_name: str,
    model_hash: str,
    *,
    karras: bool = True,
    loras: Mapping[str, str] | None = None,
) -> bytes:
    """The picture as a PNG that says how it was asked for; equal input gives equal bytes."""
    facts = PngImagePlugin.PngInfo()
    text = infotext(candidate, model_name, model_hash, karras=karras, loras=loras)
    facts.add_text(KEY, text)
    file = io.BytesIO()
    image.save(file, "PNG", pnginfo=facts)
    return file.getvalue()


def infotext(
    candidate: Candidate,
    model_name: str,
    model_hash: str,
    *,
    karras: bool = True,
    loras: Mapping[str, str] | None = None,
) -> str:
    """Prompt, negative prompt and a line of facts, as A1111 and what reads its pictures expect.

    `loras` are the hashes of those that the prompt asks for, by name.
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
    except (OSError, UnidentifiedImageError, SyntaxError) as fault:
        raise BookError(f"{path} is no picture that can be read ({fault}).") from fault
    return parsed(text) if isinstance(text, str) else None


def parsed(text: str) -> Infotext:
    """The facts of an infotext, ours or A1111's; what is no fact stays in the prompt."""
    lines = text.split("\n")
    facts = [(key, _unquoted(value)) for key, value in _FACT.findall(lines[-1])]
    if len(facts) < _FEWEST_FACTS:
        facts = []
    else:
        lines.pop()
    start = next((n for n, line in enumerate(lines) if line.startswith(NEGATIVE)), len(lines))
    known = dict(reversed(facts))
    width_px, _, height_px = known.get("Size", "").partition("x")
    ours = ("Steps", "CFG scale", "Seed", "Size", "Model", "Model hash")
    return Infotext(
        positive="\n".join(lines[:start]),
        negative="\n".join(lines[start:]).removeprefix(NEGATIVE),
        steps=known.get("Steps"),
        guidance=known.get("CFG scale"),
        seed=known.get("Seed"),
        width_px=width_px or None,
        height_px=height_px or None,
        model=known.get("Model", ""),
        model_hash=known.get("Model hash", ""),
        others=tuple((key, value) for key, value in facts if key not in ours),
    )


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
