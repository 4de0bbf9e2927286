"""Prompt embeddings of captions: encoded once, or anew each time while the encoder is trained."""

from collections.abc import Sequence

import torch
from diffusers import StableDiffusionPipeline
from torch import Tensor

from storybook.models.clip_text import encode_captions
from training.pet.recipe import Recipe


class PromptEmbedsCache:
    """Prompt embeddings by caption; those of a frozen text encoder are kept."""

    def __init__(self, pipe: StableDiffusionPipeline, recipe: Recipe, device: torch.device) -> None:
        self._pipe, self._recipe, self._device = pipe, recipe, device
        self._known: dict[str, Tensor] = {}

    def encode(self, captions: Sequence[str], *, train_encoder: bool = False) -> Tensor:
        """[b, positions, d], padded with an empty caption's; gradients only if `train_encoder`."""
        if train_encoder:
            self._known.clear()
            unique = sorted(set(captions))
            prompt_embeds = self._encode(unique)
            return prompt_embeds[[unique.index(caption) for caption in captions]]
        # In float32 whoever asks, so that a resumed run has the embeddings that it had before.
        with torch.no_grad(), torch.autocast(self._device.type, enabled=False):
            for caption in {*captions, ""} - self._known.keys():
                self._known[caption] = self._encode([caption])[0].detach()
        prompt_embeds = [self._known[caption] for caption in captions]
        longest = max(map(len, prompt_embeds))
        empty = self._known[""]
        return torch.stack(
            [
                torch.cat([each] + [empty] * ((longest - len(each)) // len(empty)))
                for each in prompt_embeds
            ]
        )

    def prepare(self, captions: Sequence[str]) -> None:
        """Encode all captions that will come, and let the encoder leave the device."""
        self.encode(captions)
        self._pipe.text_encoder.to("cpu")

    def _encode(self, captions: Sequence[str]) -> Tensor:
        encoder = self._pipe.text_encoder
        if encoder.device.type != self._device.type:
            encoder.to(self._device)
        return encode_captions(
            self._pipe.tokenizer,
            encoder,
            captions,
            max_tokens=self._recipe.max_tokens,
            clip_skip=self._recipe.clip_skip,
        )
