"""Captions as the U-Net hears them: encoded once, or anew each time while the encoder learns."""

from collections.abc import Sequence

import torch
from diffusers import StableDiffusionPipeline
from torch import Tensor

from storybook.models.clip_text import encode_captions
from training.pet.recipe import Recipe


class Words:
    """The states of captions; those of a text encoder that stays as it is are kept."""

    def __init__(self, pipe: StableDiffusionPipeline, recipe: Recipe, device: torch.device) -> None:
        self._pipe, self._recipe, self._device = pipe, recipe, device
        self._known: dict[str, Tensor] = {}

    def heard(self, captions: Sequence[str], *, learning: bool = False) -> Tensor:
        """[b, positions, d], padded with what nothing sounds like; gradients only if `learning`."""
        if learning:
            self._known.clear()
            said = sorted(set(captions))
            states = self._encode(said)
            return states[[said.index(caption) for caption in captions]]
        # In single precision whoever asks, so that a run that goes on hears what it heard before.
        with torch.no_grad(), torch.autocast(self._device.type, enabled=False):
            for caption in {*captions, ""} - self._known.keys():
                self._known[caption] = self._encode([caption])[0].detach()
        states = [self._known[caption] for caption in captions]
        longest = max(map(len, states))
        nothing = self._known[""]
        return torch.stack(
            [
                torch.cat([state] + [nothing] * ((longest - len(state)) // len(nothing)))
                for state in states
            ]
        )

    def prepare(self, captions: Sequence[str]) -> None:
        """Encode all captions that will come, and let the encoder leave the device."""
        self.heard(captions)
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
