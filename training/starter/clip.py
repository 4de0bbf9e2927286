"""The critic: a small CLIP taught on drawings, captions and captions that miss by one attribute."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import CLIPConfig, CLIPModel, CLIPTextConfig, CLIPTokenizer, CLIPVisionConfig

from storybook.records import Event
from storybook.world import World
from training.starter.dataset import Drawings, near_miss, words_for
from training.starter.loop import TrainContext, TrainSpec, learn
from training.starter.pictures import Picture, caption
from training.starter.plan import Plan
from training.starter.vocabulary import new_tokenizer, save_tokenizer

ATTRIBUTES = (
    ("species", "species"),
    ("coat", "coats"),
    ("action", "actions"),
    ("place", "places"),
    ("light", "lights"),
    ("shot", "shots"),
    ("style", "styles"),
    ("thing", "things"),
    ("relation", "relations"),
    ("view", "views"),
    ("pose", "poses"),
    ("side", "sides"),
    ("facing", "sides"),
)
"""Fields of a Picture with the sections of the world that hold their keys."""

ATTRIBUTE_WEIGHT = 0.25


def attributes_of(world: World) -> list[tuple[str, str]]:
    """The attributes that pictures of a world differ in; one without compositions has no views."""
    return [(field, section) for field, section in ATTRIBUTES if getattr(world, section)]


class CriticModel(nn.Module):
    """A CLIP with one classifier for each attribute, shared by pictures and words.

    The classifiers give a short training far more to learn from than one match among a batch can,
    and by being shared they draw both towers to one space. They are not exported.
    """

    def __init__(self, clip: CLIPModel, world: World) -> None:
        super().__init__()
        self.clip = clip
        width = clip.config.projection_dim
        # One class more: an attribute that the picture does not have, such as no thing.
        self.heads = nn.ModuleDict(
            {
                field: nn.Linear(width, len(getattr(world, section)) + 1)
                for field, section in attributes_of(world)
            }
        )


def tokenizer_in(folder: Path, world: World, plan: Plan) -> CLIPTokenizer:
    """The tokenizer kept in `folder`, made first if it is not there."""
    if not (folder / "tokenizer.json").exists():
        save_tokenizer(new_tokenizer(world, plan.vocabulary, plan.caption_tokens), folder)
    return CLIPTokenizer.from_pretrained(folder)


def new_critic(plan: Plan, tokenizer: CLIPTokenizer, world: World) -> CriticModel:
    """An untaught critic."""
    return CriticModel(_new_clip(plan, tokenizer), world)


def _new_clip(plan: Plan, tokenizer: CLIPTokenizer) -> CLIPModel:
    width = plan.text_width
    text = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=plan.text_layers,
        num_attention_heads=4,
        max_position_embeddings=plan.caption_tokens,
        projection_dim=width,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    vision = CLIPVisionConfig(
        hidden_size=width,
        intermediate_size=3 * width,
        num_hidden_layers=plan.vision_layers,
        num_attention_heads=4,
        image_size=plan.critic_px,
        patch_size=plan.critic_px // 8,
        projection_dim=width,
    )
    return CLIPModel(
        CLIPConfig(text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=width)
    )


def teach_clip(
    critic: CriticModel,
    tokenizer: CLIPTokenizer,
    drawings: Drawings,
    world: World,
    context: TrainContext,
) -> Iterator[Event]:
    """Teach `critic` to match drawings with what they show."""
    plan, device = context.plan, context.device

    def loss(module: CriticModel, generator: torch.Generator) -> Tensor:
        chosen = torch.randint(len(drawings.pictures), (plan.clip_batch,), generator=generator)
        rng = Random(int(torch.randint(2**62, (1,), generator=generator)))
        shown = [drawings.pictures[index] for index in chosen]
        captions = [words_for(picture, world, rng) for picture in shown]
        missed = [caption(near_miss(picture, world, rng), world) for picture in shown]
        image_embeds = image_features(
            module.clip, drawings.images(chosen, plan.critic_px).to(device)
        )
        text_embeds = text_features(module.clip, tokenizer, captions + missed)
        scale = module.clip.logit_scale.clamp(max=4.6).exp()
        matches = scale * image_embeds @ text_embeds.T  # [b, 2b]
        right = torch.arange(plan.clip_batch, device=device)
        contrast = functional.cross_entropy(matches, right)
        contrast = contrast + functional.cross_entropy(matches[:, : plan.clip_batch].T, right)
        return contrast + ATTRIBUTE_WEIGHT * _attribute_loss(
            module.heads, image_embeds, text_embeds[: plan.clip_batch], shown, world
        )

    spec = TrainSpec(
        "clip", critic.to(device), loss, lr=1e-3, weight_decay=0.05, ema_decay=0.98, mixed=True
    )
    yield from learn(spec, context)


def image_features(clip: CLIPModel, images: Tensor) -> Tensor:
    """Unit vectors [b, d] of pictures [b, 3, h, w] in [-1, 1]."""
    pooled = clip.vision_model(pixel_values=images).pooler_output
    return functional.normalize(clip.visual_projection(pooled), dim=-1)


def text_features(clip: CLIPModel, tokenizer: CLIPTokenizer, texts: list[str]) -> Tensor:
    """Unit vectors [b, d] of texts, cut at the tokenizer's length.

    Padding only to the longest changes nothing: the tower looks back, and pools at the first end.
    """
    tokens = tokenizer(texts, padding=True, truncation=True, return_tensors="pt").to(clip.device)
    pooled = clip.text_model(input_ids=tokens.input_ids).pooler_output
    return functional.normalize(clip.text_projection(pooled), dim=-1)


@torch.inference_mode()
def retrieval(
    clip: CLIPModel, tokenizer: CLIPTokenizer, drawings: Drawings, world: World, among: int = 100
) -> float:
    """The share of held-out drawings whose own caption matches best among `among` captions."""
    among = min(among, len(drawings.pictures))
    side_px = clip.config.vision_config.image_size
    hits = []
    for part in torch.arange(len(drawings.pictures) // among * among).split(among):
        captions = [caption(drawings.pictures[index], world) for index in part]
        text_embeds = text_features(clip, tokenizer, captions)
        image_embeds = image_features(clip, drawings.images(part, side_px).to(clip.device))
        hits.append((image_embeds @ text_embeds.T).argmax(1).cpu() == torch.arange(among))
    return float(torch.cat(hits).float().mean())


def _attribute_loss(
    heads: nn.ModuleDict,
    image_embeds: Tensor,
    text_embeds: Tensor,
    shown: list[Picture],
    world: World,
) -> Tensor:
    """Mean cross entropy of all attributes, from image and from text embeddings."""
    losses = []
    for field, section in attributes_of(world):
        keys = [*getattr(world, section), None]
        right = torch.tensor(
            [keys.index(getattr(one, field)) for one in shown], device=image_embeds.device
        )
        # Unit vectors make small logits, so they are scaled as a CLIP scales its matches.
        losses += [
            functional.cross_entropy(10 * heads[field](side), right)
            for side in (image_embeds, text_embeds)
        ]
    return torch.stack(losses).mean() * 2
