"""Captions and prompts are heard alike: chunks, lengths, layers."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import CLIPTextModel, CLIPTokenizer

from storybook.models.clip_text import BACK_TRACK, chunk_cuts, encode_captions, encode_prompt
from tiny_sd import alike, tiny_painter


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    folder = tiny_painter(tmp_path_factory.mktemp("painter"))
    encoder = CLIPTextModel.from_pretrained(folder / "text_encoder").eval()
    return CLIPTokenizer.from_pretrained(folder / "tokenizer"), encoder


@torch.no_grad()
def test_a_caption_is_heard_as_the_same_prompt_is(clip):
    for words in ("a bhna cat", "cats " * 25, ""):
        (heard,) = encode_captions(*clip, [words], max_tokens=225)
        assert alike(heard, encode_prompt(*clip, words))


@torch.no_grad()
def test_brackets_in_a_caption_are_letters(clip):
    heard = encode_captions(*clip, ["a cat (asleep)", "a cat asleep"])
    assert not alike(heard[0], heard[1], 100)
    tokens = clip[0]("a cat (asleep)").input_ids
    states = clip[1](torch.tensor([tokens + [clip[0].pad_token_id] * (77 - len(tokens))]))[0]
    assert alike(heard[0], states[0])


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
        assert alike(heard, norm(layers[-skip])[0])


def test_gradients_reach_the_encoder(clip):
    encode_captions(*clip, ["a cat"]).square().mean().backward()
    assert any(weight.grad is not None for weight in clip[1].parameters())
    clip[1].zero_grad()


def cuts(*commas: int, count: int) -> list[tuple[int, int]]:
    return chunk_cuts([place in commas for place in range(count)], 75)


def test_a_full_chunk_ends_at_a_near_comma():
    assert cuts(count=0) == [(0, 0)]
    assert cuts(70, count=75) == [(0, 75)]
    assert cuts(count=76) == [(0, 75), (75, 76)]
    assert cuts(60, 70, count=80) == [(0, 71), (71, 80)]
    assert cuts(74, count=80) == [(0, 75), (75, 80)]
    assert cuts(55, count=80) == [(0, 56), (56, 80)]
    assert cuts(54, count=80) == [(0, 75), (75, 80)]  # too far back
    assert cuts(70, 75, count=80) == [(0, 75), (75, 80)]  # the words end where the chunk does
    assert cuts(70, 140, count=200) == [(0, 71), (71, 141), (141, 200)]


@given(st.lists(st.booleans(), max_size=400))
def test_chunks_hold_all_tokens_in_order(commas):
    found = chunk_cuts(commas, 75)
    assert [start for start, _ in found] == [0, *(end for _, end in found[:-1])]
    assert found[-1][1] == len(commas)
    assert all(75 - BACK_TRACK < end - start <= 75 for start, end in found[:-1])


@torch.no_grad()
def test_sections_are_heard_apart(clip):
    heard = encode_prompt(*clip, "a cat BREAK a dog")
    alone = [encode_prompt(*clip, words) for words in ("a cat", "a dog")]
    assert alike(heard, torch.cat(alone))


@torch.no_grad()
def test_words_between_commas_are_heard_together(clip):
    tokenizer, _ = clip
    first = "cat " * 23 + ","  # 70 tokens
    assert len(tokenizer(first, add_special_tokens=False).input_ids) == 70
    heard = encode_prompt(*clip, first + " cat cat cat")
    alone = [encode_prompt(*clip, words) for words in (first, "cat cat cat")]
    assert alike(heard, torch.cat(alone))


@torch.no_grad()
@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("a cat BREAK", ["a cat"]),
        ("a cat BREAK ()", ["a cat"]),
        ("BREAK", [""]),
        ("BREAK a cat", ["", "a cat"]),
        ("a cat BREAK BREAK", ["a cat", ""]),
        ("cat " * 25 + "BREAK a dog BREAK\n", ["cat " * 25, "a dog"]),
    ],
)
def test_encode_prompt_begins_no_chunk_behind_the_last_break(clip, prompt, parts):
    heard = encode_prompt(*clip, prompt)
    alone = torch.cat([encode_prompt(*clip, words) for words in parts])
    assert heard.shape == alone.shape and alike(heard, alone)
