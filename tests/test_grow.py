"""Growing: all that a smaller painter knows is in the larger one, and words keep their sound."""

from pathlib import Path

import pytest
import torch
from diffusers import UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from storybook.errors import TrainingError
from storybook.world import load_world
from tiny_sd import alike
from training.starter.grow import grown_state, with_words
from training.starter.vocabulary import new_tokenizer

ASSETS = Path(__file__).parents[1] / "assets"


def unet(*channels):
    plain, crossed = ("DownBlock2D", "CrossAttnDownBlock2D"), ("UpBlock2D", "CrossAttnUpBlock2D")
    finest = len(channels) - 2
    torch.manual_seed(len(channels))
    return UNet2DConditionModel(
        sample_size=8,
        in_channels=4,
        out_channels=4,
        block_out_channels=channels,
        down_block_types=(plain[0],) * finest + (plain[1],) * 2,
        up_block_types=(crossed[1],) * 2 + (crossed[0],) * finest,
        layers_per_block=1,
        attention_head_dim=2,
        cross_attention_dim=8,
        norm_num_groups=4,
    )


def test_grown_state_holds_every_weight_of_its_source():
    source, target = unet(8, 16, 16), unet(8, 8, 16, 16)
    state, untaught = grown_state(source.state_dict(), target)
    target.load_state_dict(state)
    assert len(state) - len(untaught) == len(source.state_dict())
    blocks = {name.rsplit(".", 2)[0].split(".resnets")[0] for name in untaught}
    assert all(
        block.startswith(("down_blocks.0", "up_blocks.3", "up_blocks.2.upsamplers"))
        for block in blocks
    )
    kept = source.state_dict()
    assert torch.equal(state["conv_in.weight"], kept["conv_in.weight"])
    assert torch.equal(
        state["down_blocks.1.resnets.0.conv1.weight"], kept["down_blocks.0.resnets.0.conv1.weight"]
    )


def test_grown_state_computes_inside_as_its_source_does():
    source, target = unet(8, 16, 16), unet(8, 8, 16, 16)
    target.load_state_dict(grown_state(source.state_dict(), target)[0])
    maps, time = torch.randn(1, 8, 8, 8), torch.randn(1, 32)
    said = torch.randn(1, 5, 8)
    with torch.inference_mode():
        ours, theirs = (
            model.down_blocks[level](maps, temb=time)[0]
            for model, level in ((source, 0), (target, 1))
        )
        middle = torch.randn(1, 16, 2, 2)
        inside = [
            model.mid_block(middle, temb=time, encoder_hidden_states=said)
            for model in (source, target)
        ]
    assert alike(ours, theirs) and alike(*inside)


def test_grown_state_refuses_other_widths():
    with pytest.raises(TrainingError, match=r"in the smaller painter .* in the larger one"):
        grown_state(unet(8, 16, 16).state_dict(), unet(8, 8, 16, 32))


def test_with_words_hears_known_words_as_before():
    folder = ASSETS / "starter" / "painter"
    encoder = CLIPTextModel.from_pretrained(folder / "text_encoder")
    old = CLIPTokenizer.from_pretrained(folder / "tokenizer")
    world = load_world(ASSETS)
    new = new_tokenizer(world.but(poses={"zigzagging": {}, **world.poses}), 2100, 48)
    ours = with_words(encoder, old, new)

    @torch.inference_mode()
    def heard(tokenizer, model):
        words = "watercolour of a grey cat running, in the garden, day"
        ids = tokenizer(words, padding="max_length", return_tensors="pt").input_ids
        return model(ids).last_hidden_state

    assert alike(heard(old, encoder), heard(new, ours))
    table = ours.text_model.embeddings.token_embedding.weight
    pieces = old("zigzagging", add_special_tokens=False).input_ids
    before = encoder.text_model.embeddings.token_embedding.weight[pieces].mean(0)
    assert torch.allclose(table[new.get_vocab()["zigzagging</w>"]], before)
    assert ours.config.vocab_size == len(new) == len(table)
