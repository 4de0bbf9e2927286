"""Drawing what of a picture is learnt: its crop and its mask, kept where training reads them."""

import base64
import io
from pathlib import Path
from typing import Any

from PIL import Image

from storybook.errors import TrainingError, in_one_line
from storybook.files import write_whole
from storybook.images.photo_files import MASK, NameIndex
from storybook.images.photo_reading import DAMAGE, read_picture
from training.data.crops import checked_crop, mask_of, read_crops, save_crop

DRAWN_PX = 640
"""The longer side of what is drawn on, and so of a mask; latents are coarser still."""
Drawn = dict[str, Any]
"""`crop`: left, top, right, bottom as shares, or None; `mask`: a PNG in base64, or None."""


def drawn_of(picture: Path) -> Drawn:
    """What was drawn on a picture; raises TrainingError for a file of crops that is broken."""
    mask = mask_of(picture, NameIndex())
    return {
        "crop": read_crops(picture.parent).get(picture.name),
        "mask": None if mask is None else base64.b64encode(mask.read_bytes()).decode(),
    }


def checked(drawn: Drawn) -> Drawn:
    """What may be kept of what a browser says; raises TrainingError for no crop, or no mask.

    A crop of all, and a mask in which nothing is white, are none.
    """
    crop, mask = drawn.get("crop"), drawn.get("mask")
    try:
        box = None if crop is None else checked_crop(crop)
        return {
            "crop": None if box == (0, 0, 1, 1) else box,
            "mask": None if mask is None else _grey(base64.b64decode(mask, validate=True)),
        }
    except (ValueError, TypeError, *DAMAGE) as fault:
        raise TrainingError(f"What was drawn cannot be kept: {in_one_line(fault)}.") from fault


def draw(picture: Path, drawn: Drawn) -> None:
    """Keep what is drawn on a picture, as `checked` or `drawn_of` gave it."""
    beside = mask_of(picture, NameIndex()) or picture.with_name(picture.stem + MASK)
    save_crop(picture, drawn["crop"])
    if drawn["mask"] is None:
        beside.unlink(missing_ok=True)
    else:
        write_whole(beside, base64.b64decode(drawn["mask"]))


def shown(picture: Path) -> Image.Image:
    """A whole, upright picture, its longer side at most `DRAWN_PX`."""
    image = read_picture(picture, lambda _: (DRAWN_PX, DRAWN_PX)).image
    image.thumbnail((DRAWN_PX, DRAWN_PX))
    return image


def as_url(image: Image.Image) -> str:
    """A picture as a browser takes it within a page."""
    data = io.BytesIO()
    image.convert("RGB").save(data, "JPEG", quality=88)
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}"


def _grey(png: bytes) -> str | None:
    with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
        grey = opened.convert("L")
    if not grey.getbbox():
        return None
    data = io.BytesIO()
    grey.save(data, "PNG", optimize=True)
    return base64.b64encode(data.getvalue()).decode()
