"""Captions and prompts are heard alike: chunks, lengths, layers."""

import pytest
import torch
from transformers import CLIPTextModel, CLIPTokenizer

from storybook.models.clip_text import encode_captions, encode_prompt
from tiny_sd import tiny_painter


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    folder = tiny_painter(tmp_path_factory.mktemp("painter"))
    encoder = CLIPTextModel.from_pretrained(folder / "text_encoder").eval()
    return CLIPTokenizer.from_pretrained(folder / "tokenizer"), encoder


@torch.no_grad()
def test_a_caption_is_heard_as_the_same_prompt_is(clip):
    for words in ("a bhna cat", "cats " * 25, ""):
        (heard,) = encode_captions(*clip, [words], max_tokens=225)
        assert torch.allclose(heard, encode_prompt(*clip, words), atol=1e-6)


@torch.no_grad()
def test_brackets_in_a_caption_are_letters(clip):
    heard = encode_captions(*clip, ["a cat (asleep)", "a cat asleep"])
    assert not torch.allclose(heard[0], heard[1])
    tokens = clip[0]("a cat (asleep)").input_ids
    states = clip[1](torch.tensor([tokens + [clip[0].pad_token_id] * (77 - len(tokens))]))[0]
    assert torch.allclose(heard[0], states[0], atol=1e-6)


@torch.no_grad()
@pytest.mark.parametrize(("most", "chunks"), [(75, 1), (150, 2), (225, 3)])
def test_long_captions_are_cut_at_whole_chunks(clip, most, chunks):
    words = "cat " * 100  # three letters a word: 300 tokens
    heard = encode_captions(*clip, [words, "a"], max_tokens=most)
    assert heard.shape[:2] == (2, 77 * chunks)


@torch.no_grad()
def test_clip_skip_counts_as_a1111_does(clip):
    tokenizer, encoder = clip
    row = [tokenizer.bos_token_id, *[tokenizer.eos_token_id] * 76]
    layers = encoder(torch.tensor([row]), output_hidden_states=True).hidden_states
    norm = encoder.text_model.final_layer_norm
    for skip in (1, 2):
        (heard,) = encode_captions(tokenizer, encoder, [""], clip_skip=skip)
        assert torch.allclose(heard, norm(layers[-skip])[0], atol=1e-6)


def test_gradients_reach_the_encoder(clip):
    encode_captions(*clip, ["a cat"]).square().mean().backward()
    assert any(weight.grad is not None for weight in clip[1].parameters())
    clip[1].zero_grad()
