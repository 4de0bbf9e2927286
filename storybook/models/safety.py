"""The picture safety checker that comes with Stable Diffusion: what is not for children's eyes.

It is a CLIP that holds a picture against concepts which it only knows as directions: Rando et al.
2022, Red-Teaming the Stable Diffusion Safety Filter. It errs to both sides.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from PIL import Image
from transformers import AutoImageProcessor
from transformers.image_processing_utils import BaseImageProcessor

from storybook.errors import ModelError, first_line
from storybook.models.components import open_part
from storybook.models.devices import device_of, dtype_of, explain_oom, quiet
from storybook.models.weights import check_weights, read_json

IMAGE_PROCESSOR = "feature_extractor"
"""Where a painter's folder keeps them."""
KIND = "StableDiffusionSafetyChecker"


@dataclass(frozen=True, slots=True)
class PictureChecker:
    """A safety checker in memory."""

    model: StableDiffusionSafetyChecker
    image_processor: BaseImageProcessor

    @torch.inference_mode()
    def flags(self, image: Image.Image) -> bool:
        """Whether a picture is not for children."""
        device, remedy = self.model.device, "Try --set draw.memory=parts."
        with quiet(), explain_oom(device, "Looking whether a picture is for children", remedy):
            inputs = self.image_processor(images=image.convert("RGB"), return_tensors="pt")
            pixel_values = inputs.pixel_values.to(device, self.model.dtype)
            # It wants pictures as well, to blacken them.
            _, has_nsfw_concept = self.model(pixel_values, [np.zeros((1, 1, 3))])
        return has_nsfw_concept[0]


def open_safety_checker(folder: Path, *, device: str = "auto") -> PictureChecker:
    """The safety checker in a folder; its image processor is there too, or beside it.

    Raises ModelError if something is missing, broken or no safety checker.
    """
    check_weights(folder)
    kind = (read_json(folder / "config.json").get("architectures") or ["nothing"])[0]
    if kind != KIND:
        raise ModelError(
            f"{folder} is no picture safety checker: config.json says {kind}, and {KIND} is known."
        )
    processor_folder = _processor_folder(folder)
    place = device_of(device)
    with quiet(), explain_oom(place, f"Opening {folder}", "Try --set device=cpu."):
        model = open_part(StableDiffusionSafetyChecker, folder)
        try:
            image_processor = AutoImageProcessor.from_pretrained(
                processor_folder, local_files_only=True, backend="pil"
            )
        except (OSError, ValueError, TypeError) as fault:
            raise ModelError(f"{processor_folder} cannot be opened: {first_line(fault)}") from fault
        return PictureChecker(model.to(place, dtype_of(place)).eval(), image_processor)


def _processor_folder(folder: Path) -> Path:
    """Where the image processor of a safety checker lies: with it, or beside it."""
    for place in (folder, folder.parent / IMAGE_PROCESSOR):
        if (place / "preprocessor_config.json").is_file():
            return place
    raise ModelError(
        f"{folder} has no preprocessor_config.json, nor is there a {IMAGE_PROCESSOR} beside it. "
        "Fetch the model again."
    )
