"""Folders of small pictures with words, as training finds them."""

import numpy as np
from PIL import Image


def noise(seed=0, size=(96, 80)):
    """A picture like no other: coarse blocks, so that it survives JPEG."""
    blocks = np.random.default_rng(seed).integers(0, 256, (16, 17, 3), np.uint8)
    return Image.fromarray(blocks).resize(size, Image.Resampling.NEAREST)


def lay(path, seed=0, words=None, suffix=".txt", size=(96, 80)):
    """A picture at `path`, with words beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise(seed, size).save(path)
    if words is not None:
        path.with_suffix(suffix).write_text(words, encoding="utf-8")
    return path


def said(reading):
    return {example.path.name: example.captions for example in reading.examples}


def found(findings):
    return {finding.path.name: (finding.found, finding.done) for finding in findings}
