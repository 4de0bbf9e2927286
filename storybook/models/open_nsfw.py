"""Yahoo's open_nsfw (2016), a network that says how unfit for children a picture is.

A safety net for painters without a checker of their own, and for photos. It was taught on photos,
and errs to both sides.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from storybook.errors import ModelError
from storybook.models.onnx_files import open_onnx

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MEAN_BGR = (104, 117, 123)
"""Of levels 0 to 255."""
WHOLE_PX, SEEN_PX = 256, 224
"""A picture is brought to the first; of that the middle is looked at."""
UNFIT = 0.5
"""From here on a picture is refused."""
MISSING = (
    "{} is looked at pictures with, and needs onnxruntime. Install it: "
    "pip install 'storybook[safety]', or set write.for_children=false."
)


@dataclass(frozen=True, slots=True)
class OpenNsfw:
    """The network in memory, on the processor."""

    session: "InferenceSession"

    def flags(self, image: Image.Image) -> bool:
        """Whether a picture is not for children."""
        return self.unfit(image) >= UNFIT

    def unfit(self, image: Image.Image) -> float:
        """How sure the network is that a picture is not fit for children, in [0, 1]."""
        name = self.session.get_inputs()[0].name
        (scores,) = self.session.run(None, {name: as_seen(image)[None]})
        return float(scores[0, 1])


def as_seen(image: Image.Image) -> np.ndarray:
    """What the network sees of a picture: [224, 224, 3] of float32, BGR less the mean."""
    edge = (WHOLE_PX - SEEN_PX) // 2
    whole = image.convert("RGB").resize((WHOLE_PX, WHOLE_PX), Image.Resampling.BILINEAR)
    cropped = whole.crop((edge, edge, edge + SEEN_PX, edge + SEEN_PX))
    levels = np.asarray(cropped, np.float32)[:, :, ::-1] - np.array(MEAN_BGR, np.float32)
    return np.ascontiguousarray(levels)


def open_nsfw(file: Path) -> OpenNsfw:
    """The network in an `.onnx` file; raises ModelError if it is broken or another network."""
    if not file.is_file():
        raise ModelError(f"{file} does not exist. Fetch it: storybook models get opennsfw")
    session = open_onnx(file, MISSING.format(file))
    shapes = [tuple(each.shape[1:]) for each in (*session.get_inputs(), *session.get_outputs())]
    if shapes != [(SEEN_PX, SEEN_PX, 3), (2,)]:
        raise ModelError(f"{file} is another network than open_nsfw: it takes and gives {shapes}.")
    return OpenNsfw(session)
