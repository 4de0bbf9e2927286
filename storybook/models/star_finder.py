"""Where the star of a drawn picture is: where a critic's classifier looks to name its coat.

On 24 drawn pictures the peak of its gaze was on the star each time; on 60, the middle of its gaze
strays by 0.05 to 0.11 of the picture's side (standard deviation) from the middle of the star's box.
How large that is, the page's shot says.
"""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision.transforms.functional import pil_to_tensor

from storybook.models.classifier import open_classifier
from storybook.records import Shot

GAZE = "coat"
SIZES: dict[Shot, tuple[float, float]] = {
    "wide": (0.6, 0.55),
    "middle": (0.75, 0.75),
    "close": (0.9, 0.9),
}
"""Width and height of a box that holds a star, as shares of the picture: a quarter to a third more
than the median of 60 stars; the figure is cut out of it by its colours."""


@torch.inference_mode()
def find_star(critic: Path, image: Image.Image, shot: Shot) -> tuple[float, ...] | None:
    """The star's box as shares, left, top, right and bottom; None if this critic cannot find it.

    Raises ModelError if its classifier is broken.
    """
    classifier = open_classifier(critic, torch.device("cpu"))
    if classifier is None or GAZE not in classifier.config.choices:
        return None
    pixels = pil_to_tensor(image.convert("RGB"))[None].float().div_(127.5).sub_(1)
    _, gazes = classifier(pixels)
    gaze = gazes[0, list(classifier.config.choices).index(GAZE)].numpy()
    return _box_around(gaze, *SIZES[shot])


def _box_around(gaze: np.ndarray, width: float, height: float) -> tuple[float, ...]:
    """A box of that size around the middle of a gaze [rows, columns], within the picture."""
    weight = gaze**2 / (gaze**2).sum()
    rows, columns = gaze.shape
    across = float(weight.sum(0) @ ((np.arange(columns) + 0.5) / columns))
    down = float(weight.sum(1) @ ((np.arange(rows) + 0.5) / rows))
    left, top = (min(max(0.0, x - w / 2), 1 - w) for x, w in ((across, width), (down, height)))
    return left, top, left + width, top + height
