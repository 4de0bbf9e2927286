"""ncnn's own runtime on the processor, which the converted networks are held to.

It is no dependency: `pip install ncnn` for it.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from storybook.models.enlargers import Levels


def open_runtime(param: Path, weights: Path) -> Callable[[Levels], Levels]:
    """The network in a `.param` and its `.bin`: [h, w, 3] -> [4 * h, 4 * w, 3], on one thread."""
    import ncnn

    network = ncnn.Net()
    network.opt.use_vulkan_compute = False
    network.opt.num_threads = 1
    if network.load_param(str(param)) or network.load_model(str(weights)):
        raise ValueError(f"ncnn cannot open {param}")

    def once(levels: Levels) -> Levels:
        height, width, _ = levels.shape
        kind = ncnn.Mat.PixelType.PIXEL_RGB
        seen = ncnn.Mat.from_pixels(np.ascontiguousarray(levels), kind, width, height)
        seen.substract_mean_normalize([], [1 / 255] * 3)
        extractor = network.create_extractor()
        extractor.input("data", seen)
        _, found = extractor.extract("output")
        shares = np.array(found).transpose(1, 2, 0).clip(0, 1)
        return (shares * 255).round().astype(np.uint8)

    return once
