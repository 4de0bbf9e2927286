"""Growing a painter: what one of small pictures has learnt is carried into one of larger ones.

Around the U-Net's levels one more is put, at twice the size and untaught; every other weight keeps
its shape and most of its name. What is inside still works on maps of the size that it knows, so a
grown painter composes at 256 px after a few thousand pictures as its source does at 128 px after
hundreds of thousands (`docs/log.md` has the figures).
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import TypeVar

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPModel, CLIPTextModel, CLIPTokenizer

from storybook.errors import TrainingError

M = TypeVar("M", CLIPModel, CLIPTextModel)


def grown_state(
    source: Mapping[str, Tensor], target: UNet2DConditionModel
) -> tuple[dict[str, Tensor], list[str]]:
    """Weights for `target`, a U-Net with one more outer level than the one that `source` is of.

    Its `down_blocks.i` are the source's `down_blocks.i-1`; its innermost `up_blocks` come first, so
    these keep their numbers. Second is the list of what is untaught: the outer level, and the
    upsampler that now follows the source's last block. Raises TrainingError for a U-Net of other
    widths.
    """
    state = {name: weight.clone() for name, weight in target.state_dict().items()}
    taught = set()
    for name, weight in source.items():
        first, _, rest = name.partition(".")
        if first == "down_blocks":
            number, _, inner = rest.partition(".")
            name = f"down_blocks.{int(number) + 1}.{inner}"
        if name not in state or state[name].shape != weight.shape:
            has = "nothing" if name not in state else tuple(state[name].shape)
            raise TrainingError(
                f"A painter grows by an outer level, all else as it is: {name} is "
                f"{tuple(weight.shape)} in the smaller painter and {has} in the larger one."
            )
        state[name] = weight.to(state[name].dtype)
        taught.add(name)
    return state, [name for name in state if name not in taught]


@torch.no_grad()
def with_words(model: M, old: CLIPTokenizer, new: CLIPTokenizer) -> M:
    """A copy of a CLIP or of its text tower, taught with `old`, that reads the tokens of `new`.

    A token that both know keeps its embedding; a word that was several tokens begins as their mean.
    """
    grown = deepcopy(model)
    table = grown.text_model.embeddings.token_embedding.weight
    known, words = old.get_vocab(), new.get_vocab()
    embeddings = torch.empty(len(words), table.shape[1], dtype=table.dtype)
    for token, index in words.items():
        same = known.get(token)
        parts = [same] if same is not None else _parts(token, old)
        embeddings[index] = table[parts].mean(0)
    grown.text_model.embeddings.token_embedding = nn.Embedding.from_pretrained(
        embeddings, freeze=False
    )
    config = grown.config.text_config if isinstance(grown, CLIPModel) else grown.config
    config.vocab_size = len(words)
    for key in ("bos_token_id", "eos_token_id", "pad_token_id"):
        setattr(config, key, getattr(new, key))
        if hasattr(grown.text_model, key):  # where the tower looks for the end of a text
            setattr(grown.text_model, key, getattr(new, key))
    return grown


def _parts(token: str, old: CLIPTokenizer) -> list[int]:
    """The old tokens of a new one; the unknown's own if there are none."""
    spoken = token.removesuffix("</w>")
    parts = old(spoken, add_special_tokens=False).input_ids
    return parts or [old.unk_token_id]
