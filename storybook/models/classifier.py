"""A classifier that says what a drawn picture shows: one choice for each attribute of the world.

It lies in a critic's folder as `classifier.json` (what it chooses from) and
`classifier.safetensors`. A CLIP compares a whole picture with a whole caption, which tells little
of one striped coat; this was taught to name it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional
from torchvision.transforms.functional import pil_to_tensor

from storybook.config import validated
from storybook.errors import ModelError, last_line
from storybook.files import save_weights, write_whole
from storybook.models.weights import read_json, read_tensors
from storybook.records import Record

CHOICES, WEIGHTS = "classifier.json", "classifier.safetensors"
SIDE_PX = 128
FIRST_MAP = 64
"""Cells of a side of its finest map, at whatever size it looks."""
WIDTHS = (32, 48, 96, 192)


class ClassifierConfig(Record):
    """What a classifier chooses from for each attribute; None, where it is one, is none of them."""

    choices: dict[str, tuple[str | int | None, ...]]
    widths: tuple[int, ...] = WIDTHS
    """Channels of its maps, the finest first."""
    side_px: int = SIDE_PX
    """The size at which it looks at pictures, a multiple of 64."""


class Classifier(nn.Module):
    """A small residual network with one gaze and one linear head for each attribute.

    A gaze is a softmax over the 8 x 8 map: what tells coats apart is elsewhere than what tells
    places apart, and a small thing would drown in the mean of the map.
    """

    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__()
        self.config = config
        first, *others = config.widths
        last, attributes = config.widths[-1], config.choices
        stride = config.side_px // FIRST_MAP
        stem = nn.Conv2d(3, first, 2 * stride + 1, stride, stride, bias=False)
        layers: list[nn.Module] = [stem, nn.BatchNorm2d(first), nn.ReLU()]
        for before, width in zip(config.widths, others, strict=False):
            layers += [_Residual(before, width, stride=2), _Residual(width, width, stride=1)]
        self.body = nn.Sequential(*layers)
        self.gaze = nn.Conv2d(last, len(attributes), 1)
        self.heads = nn.ModuleDict(
            {name: nn.Linear(2 * last, len(keys)) for name, keys in attributes.items()}
        )

    def forward(self, images: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Logits [b, choices] of each attribute, and gazes [b, attributes, h, w] that sum to 1.

        `images` are [b, 3, h, w] in [-1, 1], of any size.
        """
        attended, overall, gaze = self.features(images)
        logits = {
            name: head(torch.cat([attended[:, index], overall], dim=1))
            for index, (name, head) in enumerate(self.heads.items())
        }
        return logits, gaze

    def features(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What is seen where each attribute is looked for [b, attributes, c], and in all [b, c].

        With the gazes that they were seen by, [b, attributes, h, w].
        """
        images = resized(images, self.config.side_px)
        features = self.body(images.contiguous(memory_format=torch.channels_last))
        gaze = self.gaze(features).flatten(2).softmax(-1)  # [b, a, h * w]
        attended = gaze @ features.flatten(2).transpose(1, 2)
        return attended, features.mean((2, 3)), gaze.unflatten(2, features.shape[2:])

    @torch.inference_mode()
    def probabilities(self, image: Image.Image) -> dict[str, dict[str | int | None, float]]:
        """For each attribute, how likely each choice is in a picture."""
        pixels = pil_to_tensor(image.convert("RGB"))[None].float().div_(127.5).sub_(1)
        logits, _ = self(pixels.to(self.gaze.weight.device))
        return {
            name: dict(zip(self.config.choices[name], scores[0].softmax(0).tolist(), strict=True))
            for name, scores in logits.items()
        }


class _Residual(nn.Module):
    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        self.way = nn.Sequential(
            nn.Conv2d(before, width, 3, stride, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, 1, 1, bias=False),
            nn.BatchNorm2d(width),
        )
        plain = before == width and stride == 1
        self.shortcut = nn.Identity() if plain else nn.Conv2d(before, width, 1, bias=False)
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        # Not a strided 1 x 1 convolution: of 8 to 12 channels, channels last, its gradient in torch
        # 2.14 on AVX-512 writes beyond its memory.
        return functional.relu(self.way(x) + self.shortcut(x[:, :, :: self.stride, :: self.stride]))


def resized(images: Tensor, side_px: int) -> Tensor:
    """Pictures [b, 3, h, w] of any size at the size that a classifier is taught on."""
    if images.shape[-2:] == (side_px, side_px):
        return images
    return functional.interpolate(
        images, (side_px, side_px), mode="bilinear", antialias=True, align_corners=False
    )


def new_classifier(
    choices: Mapping[str, Sequence[str | int | None]],
    widths: Sequence[int] = WIDTHS,
    seed: int = 0,
    side_px: int = SIDE_PX,
) -> Classifier:
    """An untaught classifier, the same each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        config = ClassifierConfig(choices=dict(choices), widths=tuple(widths), side_px=side_px)
        return Classifier(config).to(memory_format=torch.channels_last)


def save_classifier(classifier: Classifier, folder: Path) -> None:
    """Put a classifier into a folder, its weights in half precision."""
    weights = {
        name: (weight.half() if weight.is_floating_point() else weight).cpu().contiguous()
        for name, weight in classifier.state_dict().items()
    }
    save_weights(weights, folder / WEIGHTS)
    write_whole(folder / CHOICES, (classifier.config.model_dump_json() + "\n").encode())


def open_classifier(folder: Path, device: torch.device) -> Classifier | None:
    """The classifier in a critic's folder, if there is one; ModelError if it is broken."""
    if not (folder / CHOICES).is_file():
        return None
    config = validated(ClassifierConfig, read_json(folder / CHOICES), str(folder / CHOICES))
    classifier = Classifier(config).to(memory_format=torch.channels_last)
    try:
        classifier.load_state_dict(read_tensors(folder / WEIGHTS))
    except RuntimeError as fault:
        raise ModelError(
            f"{folder / WEIGHTS} does not fit {CHOICES}: {last_line(fault)}"
        ) from fault
    return classifier.to(device).eval()
