"""What of a picture is learnt, as its owner drew it: a crop and a mask, kept beside the picture.

crops.json           {"01.jpg": [left, top, right, bottom]}: shares of the upright picture's sides
01-masklabel.png     grey: white where the picture counts fully, black where hardly; the name is
                     OneTrainer's, and so are masks that were made for it

The picture itself stays as it is.
"""

import json
import math
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from storybook.errors import TrainingError, in_one_line
from storybook.files import write_whole
from storybook.images.photo_files import MASK, NameIndex
from storybook.images.photo_reading import DAMAGE, FORMATS
from training.data.folders import text_of
from training.data.kohya import latents_crop
from training.data.records import Box, DataIssue, Example, Size

CROPS = "crops.json"
LEAST_SHARE = 0.05
"""What a crop leaves of each side at least."""
ASPECTS = 0.05
"""A mask whose width over height is off by more is another picture's."""


class Crops:
    """The crops of pictures, each folder's read once."""

    def __init__(self) -> None:
        self._folders: dict[Path, dict[str, Box]] = {}

    def of(self, picture: Path) -> Box | None:
        """A picture's crop; None for all of it. Raises TrainingError for a file that is broken."""
        folder = picture.parent
        if folder not in self._folders:
            self._folders[folder] = read_crops(folder)
        return self._folders[folder].get(picture.name)


def read_crops(folder: Path) -> dict[str, Box]:
    """The crops of a folder's pictures by their names; raises TrainingError."""
    file = folder / CROPS
    if not file.is_file():
        return {}
    try:
        held = json.loads(text_of(file))
        if not isinstance(held, dict):
            raise ValueError("it is no table of pictures")
        return {name: checked_crop(box) for name, box in held.items()}
    except ValueError as fault:
        reason = in_one_line(fault)
        raise TrainingError(
            f'{file} must look like {{"01.jpg": [0.1, 0, 0.9, 1]}}: {reason}.'
        ) from fault


def save_crop(picture: Path, box: Box | None) -> None:
    """Keep a picture's crop, or take it away; raises TrainingError for one that is none."""
    crops = read_crops(picture.parent)
    if box is None:
        crops.pop(picture.name, None)
    else:
        crops[picture.name] = checked_crop(box)
    file = picture.parent / CROPS
    if crops:
        write_whole(file, (json.dumps(crops, indent=2, ensure_ascii=False) + "\n").encode())
    else:
        file.unlink(missing_ok=True)


def checked_crop(box: object) -> Box:
    """Left, top, right, bottom; raises ValueError unless they leave something of a picture."""
    if not isinstance(box, list | tuple) or len(box) != 4:
        raise ValueError(f"{box!r} are not left, top, right and bottom")
    if not all(isinstance(edge, int | float) and 0 <= edge <= 1 for edge in box):
        raise ValueError(f"{box!r} are not shares of the sides, from 0 to 1")
    left, top, right, bottom = map(float, box)
    if min(right - left, bottom - top) < LEAST_SHARE:
        raise ValueError(f"{box!r} leaves less than {LEAST_SHARE:.0%} of a side")
    return left, top, right, bottom


def cropped(image: Image.Image, box: Box | None) -> Image.Image:
    """The part of an upright picture inside a crop."""
    return image if box is None else image.crop(crop_px(image.size, box))


def crop_px(size: Size, box: Box) -> tuple[int, int, int, int]:
    """A crop of an upright picture of that size, in px: left, top, right, bottom."""
    sides = zip(box, size * 2, strict=True)
    left, top, right, bottom = (round(share * side) for share, side in sides)
    return left, top, max(right, left + 1), max(bottom, top + 1)


def mask_of(picture: Path, names: NameIndex) -> Path | None:
    """The mask that lies beside a picture."""
    return names.find(picture.with_name(picture.stem + MASK))


def read_mask(file: Path, size: Size, crop: Box | None = None) -> Image.Image:
    """A mask in grey for an upright picture, or for the part of it inside `crop`, of that size.

    Raises TrainingError for what is no mask, or one of another picture's shape.
    """
    try:
        with Image.open(file, formats=FORMATS) as image:
            image.load()
            mask = image.convert("L")
    except (*DAMAGE, Image.DecompressionBombError) as fault:
        raise TrainingError(
            f"{file} is no mask ({in_one_line(fault)}). Draw it anew, or delete it."
        ) from fault
    left, top, right, bottom = crop or (0.0, 0.0, 1.0, 1.0)
    whole = (size[0] / (right - left), size[1] / (bottom - top))
    if abs(math.log(mask.width / mask.height * whole[1] / whole[0])) > ASPECTS:
        raise TrainingError(
            f"{file} is {mask.width} x {mask.height} px, and its picture {whole[0]:.0f} x "
            f"{whole[1]:.0f}: it is another picture's mask. Draw it anew, or delete it."
        )
    return cropped(mask, crop).resize(size, Image.Resampling.BILINEAR)


def with_crops(examples: Iterable[Example]) -> tuple[list[Example], list[DataIssue]]:
    """Examples with the crops and masks that lie beside their pictures, and what is odd about it.

    Latents that were made of another part of a picture are put aside. Raises TrainingError.
    """
    crops, names, made, findings = Crops(), NameIndex(), [], []
    for example in examples:
        crop, mask = crops.of(example.path), mask_of(example.path, names)
        changes: dict[str, object] = {}
        if crop is not None or mask is not None:
            changes = {"crop": crop, "mask": mask}
        if example.latents is not None and latents_crop(example.latents) != crop:
            found = "its latents are of another part of it"
            findings.append(DataIssue(path=example.path, found=found, done="made anew"))
            changes |= {"latents": None, "bucket": None}
        made.append(example.but(**changes) if changes else example)
    return made, findings
