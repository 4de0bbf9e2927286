"""Pictures of any kind as 8-bit RGB, which is all that painters, critics and enlargers know."""

import numpy as np
from PIL import Image


def plain_rgb(image: Image.Image) -> Image.Image:
    """The picture as 8-bit RGB: 16 bits are scaled down, transparency is laid on white paper."""
    if image.mode.startswith("I") or image.mode == "F":
        levels = np.asarray(image, dtype=np.float64)
        if levels.max(initial=0) > 255:
            levels = levels / 257  # 65535 becomes 255
        return Image.fromarray(levels.clip(0, 255).round().astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(paper, clear).convert("RGB")
    return image.convert("RGB")
