"""A part of a picture painted anew, or the whole of it after itself, by a painter in memory.

A painter of whole pictures keeps what is outside of the mask by putting it back after each step; an
inpainting checkpoint, which sees the mask, works in diffusers' own pipeline.
"""

from dataclasses import dataclass

import numpy as np
import torch
from diffusers import AutoPipelineForInpainting
from PIL import Image, ImageFilter
from torch import Tensor
from torch.nn import functional

from storybook.models.devices import explain_oom, quiet
from storybook.models.fuse_lora import fused
from storybook.models.memory import execution_device
from storybook.models.painting import DiffusionPainter, Text, is_inpainting
from storybook.models.sampling import Img2ImgInit, decode_latents, encode_image
from storybook.records import Candidate

SOFT = 1 / 64
"""Over this part of a picture's shorter side, what is new runs into what stays."""


@dataclass(frozen=True, slots=True)
class DiffusionInpainter:
    """Paints over with a painter; `name` is that painter's."""

    name: str
    painter: DiffusionPainter

    @torch.inference_mode()
    def inpaint(
        self, request: Candidate, image: Image.Image, mask: Image.Image | None, *, strength: float
    ) -> Image.Image:
        """As `models.Inpainter` says; raises OutOfMemory if it does not fit on the device."""
        pipe, size = self.painter.pipe, (request.width_px, request.height_px)
        small = image.resize(size, Image.Resampling.LANCZOS)
        spot = None if mask is None else mask.convert("L").resize(size, Image.Resampling.BOX)
        work = f"Painting over {size[0]} x {size[1]} px"
        with (
            fused(pipe, self.painter.loras_of(request.prompt)),
            explain_oom(execution_device(pipe), work, "Try --set draw.memory=parts."),
            self.painter.amp.autocast(),
        ):
            if is_inpainting(pipe):
                painted = self._by_pipeline(request, small, spot, strength)
            else:
                wanted = None if spot is None else self._latent_mask(spot)
                init = Img2ImgInit(encode_image(pipe, small), strength, wanted)
                texts = self.painter.encode_texts([request])
                painted = decode_latents(pipe, self.painter.denoise([request], texts, init=init))[0]
        return painted if mask is None else laid_on(image, painted, mask)

    def _latent_mask(self, spot: Image.Image) -> Tensor:
        """[1, 1, h, w] of 0 and 1: each latent that covers anything brushed is made anew."""
        levels = torch.from_numpy(np.array(spot, np.float32))[None, None]
        brushed = functional.max_pool2d((levels > 0).float(), self.painter.pipe.vae_scale_factor)
        return brushed.to(execution_device(self.painter.pipe))

    def _by_pipeline(
        self, request: Candidate, image: Image.Image, spot: Image.Image | None, strength: float
    ) -> Image.Image:
        """What diffusers' pipeline for inpainting checkpoints draws."""
        texts = self.painter.encode_texts([request])
        cond = texts[Text(request.prompt.positive, False)]
        uncond = texts[Text(request.prompt.negative, True)]
        embeds = self.painter.pad_to_longest(cond, uncond)
        pooled = {}
        if cond.pooled is not None:
            pooled["pooled_prompt_embeds"] = cond.pooled[None]
            pooled["negative_pooled_prompt_embeds"] = uncond.pooled[None]
        with quiet():
            pipe = AutoPipelineForInpainting.from_pipe(self.painter.pipe)
            pipe.set_progress_bar_config(disable=True)
            return pipe(
                prompt_embeds=embeds[0].prompt_embeds[None],
                negative_prompt_embeds=embeds[1].prompt_embeds[None],
                **pooled,
                image=image,
                mask_image=spot or Image.new("L", image.size, 255),
                width=request.width_px,
                height=request.height_px,
                num_inference_steps=request.steps,
                guidance_scale=request.guidance,
                strength=strength,
                generator=torch.Generator().manual_seed(request.seed),
            ).images[0]


def laid_on(image: Image.Image, painted: Image.Image, mask: Image.Image) -> Image.Image:
    """The image with what was painted where the mask is; outside of it each pixel is as it was.

    `painted` may be of another size. At its inner edge it fades out.
    """
    mask = mask.convert("L").resize(image.size, Image.Resampling.NEAREST)
    inside = mask.point(lambda level: 255 * (level > 0))
    soft = inside.filter(ImageFilter.GaussianBlur(SOFT * min(image.size)))
    # Twice what the blur leaves above one half: 0 at the edge, 1 where nothing of it is near.
    soft = soft.point(lambda level: max(0, 2 * level - 255))
    wide = painted.resize(image.size, Image.Resampling.LANCZOS)
    return Image.composite(wide, image, Image.composite(soft, Image.new("L", image.size), inside))
