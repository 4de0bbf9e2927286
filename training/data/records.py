"""What a reader finds in a folder of training pictures."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from storybook.records import Record

Layout = Literal["sidecars", "names", "image_captions", "metadata", "dataset"]
"""How a folder says what its pictures show.

`sidecars`: a `.txt` or `.caption` beside each picture, or no words at all; `names`: in the file's
name; `image_captions`: in `image_captions.json`; `metadata`: in a metadata file of kohya's scripts;
`dataset`: a Hugging Face `imagefolder` or saved dataset.
"""

Size = tuple[int, int]
"""Width and height in pixels."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, as shares of an upright picture's sides."""

LATENT_PX = 8
"""Pixels of a side to a latent."""

STEP_PX = 64
"""Sides of buckets are multiples of it: 8 pixels to a latent, and three halvings in the U-Net."""


class Example(Record):
    """One picture to learn from, with its words."""

    path: Path
    captions: tuple[str, ...] = ()
    """None if nobody said what it shows; of several, each epoch takes one."""
    repeats: int | float = Field(default=1, gt=0)
    """How often an epoch shows it; 0.5 is every other epoch."""
    concept: str = ""
    is_class: bool = False
    """Whether it shows others of the pet's class, so that they are not forgotten."""
    latents: Path | None = None
    """Latents that kohya's scripts left for it, if they are there for the whole folder."""
    bucket: Size | None = None
    """The size that those latents were made at."""
    crop: Box | None = None
    """The part of the picture that is learnt; None: all of it."""
    mask: Path | None = None
    """A grey picture of the same shape, drawn by its owner: white where it counts fully."""


class DataIssue(Record):
    """Something about a file or a folder that its owner should know."""

    path: Path
    found: str
    done: str


class FolderReading(Record):
    """A folder, read."""

    layout: Layout
    examples: tuple[Example, ...]
    findings: tuple[DataIssue, ...] = ()
