"""Soft edges of a picture: what a ControlNet for them is shown.

HED (Xie and Tu 2015) where its weights are there, as lllyasviel/Annotators has them; else the
steepness of colours, which finds the outlines of a drawing as well but knows nothing of objects.
"""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageFilter
from torch import Tensor, nn
from torch.nn import functional

from storybook.errors import ModelError
from storybook.models.devices import device_of, explain_oom
from storybook.models.weights import read_tensors

Edges = np.ndarray
"""[h, w] of float32 in [0, 1], 1 on an edge."""
EdgeFinder = Callable[[Image.Image], Edges]

BLOCKS = ((3, 64, 2), (64, 128, 2), (128, 256, 3), (256, 512, 3), (512, 512, 3))
"""Channels in and out and the convolutions of each of HED's blocks."""
FINE = 1 / 400
"""Detail of this share of a side is smoothed away before colours are compared."""
STEEPEST = 98
"""The percentile of steepness that counts as a full edge."""


class Hed(nn.Module):
    """Holistically-nested edge detection, in the arrangement of ControlNet's `ControlNetHED`."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.Parameter(torch.zeros(1, 3, 1, 1))
        for number, (before, after, count) in enumerate(BLOCKS, start=1):
            self.add_module(f"block{number}", HedBlock(before, after, count))

    def forward(self, pixels: Tensor) -> Tensor:
        """[b, 3, h, w] of RGB levels 0 to 255 -> edges [b, h, w] in [0, 1]."""
        features, side_outputs = pixels - self.norm, []
        for number in range(1, len(BLOCKS) + 1):
            if number > 1:
                features = functional.max_pool2d(features, 2, 2)
            features, edges = getattr(self, f"block{number}")(features)
            side_outputs.append(functional.interpolate(edges, pixels.shape[-2:], mode="bilinear"))
        return torch.sigmoid(torch.stack(side_outputs).mean(0))[:, 0]


class HedBlock(nn.Module):
    """Convolutions, and what the block sees of edges at its own scale."""

    def __init__(self, before: int, after: int, count: int) -> None:
        super().__init__()
        widths = [before] + [after] * count
        self.convs = nn.ModuleList(nn.Conv2d(*pair, 3, padding=1) for pair in pairwise(widths))
        self.projection = nn.Conv2d(after, 1, 1)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        for conv in self.convs:
            features = functional.relu(conv(features))
        return features, self.projection(features)


def open_hed(file: Path, device: str = "auto") -> EdgeFinder:
    """HED with the weights in `file`; raises ModelError if they are not HED's."""
    tensors, network, place = read_tensors(file), Hed(), device_of(device)
    expected = {name: each.shape for name, each in network.state_dict().items()}
    if expected != {name: each.shape for name, each in tensors.items()}:
        raise ModelError(
            f"{file} is no HED: it needs the {len(expected)} tensors of ControlNetHED."
        )
    network.load_state_dict(tensors)
    network.float().eval().to(place)

    @torch.inference_mode()
    def find(image: Image.Image) -> Edges:
        levels = torch.tensor(np.asarray(image), device=place).permute(2, 0, 1)[None].float()
        with explain_oom(place, "Finding edges", "Try --set enlarge.control=off."):
            return network(levels)[0].cpu().numpy()

    return find


def steep_edges(image: Image.Image) -> Edges:
    """Where the colours of an RGB picture change most steeply, lightly smoothed before."""
    radius = max(image.size) * FINE
    smooth = np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255
    if min(image.size) < 2:
        return np.zeros(smooth.shape[:2], np.float32)
    steep = np.hypot(*np.gradient(smooth, axis=(0, 1))).max(-1)
    most = np.percentile(steep, STEEPEST)
    return (steep / most).clip(0, 1) if most > 1e-4 else np.zeros_like(steep)
