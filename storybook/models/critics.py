"""Critics that look at a picture with CLIP and say which of the asked words they see in it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import torch
from PIL import Image, ImageStat
from torch import Tensor
from transformers import AutoImageProcessor, CLIPModel, CLIPTokenizer
from transformers.image_processing_utils import BaseImageProcessor

from storybook.config import PrecisionWish
from storybook.errors import HeroError, ModelError, first_line
from storybook.images.photo_reading import DAMAGE, read_picture
from storybook.models.auto_precision import AutoPrecision, num_params, param_shapes
from storybook.models.classifier import Classifier, open_classifier
from storybook.models.devices import device_of, explain_oom, quiet
from storybook.models.precision import FP32, Precision
from storybook.models.prompt_syntax import plain
from storybook.models.scheduling import resolve_syntax
from storybook.models.weights import check_weights, model_name, read_json
from storybook.records import Hero, Prompt, Verdict
from storybook.world import World, article

PRECISIONS = (FP32, Precision(dtype="bf16"))
"""A transformer has hardly a map that could lie otherwise."""

JUDGED = ("species", "coats", "actions", "places", "things")
"""Sections of the world that a picture is judged by; light and mood are matters of degree."""

ATTRIBUTES = {
    "species": "species",
    "coats": "coat",
    "actions": "action",
    "places": "place",
    "things": "thing",
}
"""What a classifier calls the first word of a section in a caption, which is the star's."""

CLIPSCORE_WEIGHT = 2.5
"""Brings the cosine of picture and caption to about [0, 1]: Hessel et al. 2021, CLIPScore."""

LIKENESS_WEIGHT = 0.4
"""What the likeness to the hero's photos weighs in a score; what the page shows weighs the rest."""

DARKEST = 6.0
FLATTEST = 3.0
"""In levels of 255: a picture darker or flatter than this on average shows nothing."""


@dataclass(frozen=True, slots=True)
class WordQuery:
    """A word of a prompt, and the prompt as it would be with each word of its section."""

    section: str
    word: str
    captions: dict[str, str]
    star: bool = True
    """Whether it is said of the star, as the first of its section is but for a coat of others."""


@dataclass(frozen=True, slots=True)
class ClipCritic:
    """A CLIP in memory, with the words it chooses between if the painter has a world."""

    name: str
    model: CLIPModel
    tokenizer: CLIPTokenizer
    image_processor: BaseImageProcessor
    world: World | None
    text_features: dict[str, Tensor] = field(default_factory=dict)
    """Unit text embeddings [d] of captions; candidates of a page share them."""
    classifier: Classifier | None = None
    """Names what a drawn picture shows, if the critic's folder has one."""
    photo_features: Tensor | None = None
    """The mean direction [d] of the star's photos, if there are any."""
    amp: AutoPrecision = field(default_factory=AutoPrecision)

    def judge(self, image: Image.Image, prompt: Prompt, hero: Hero) -> Verdict:
        """How well the picture shows what was asked, in [0, 1], with a reason for each word.

        With a world: for each asked word, its probability among all words of its section, and the
        mean of them; by the classifier for what the star is and does, by the CLIP in the same
        caption (zero-shot classification) for the rest. Without: the cosine of picture and prompt.
        Where the hero has photos and is in the prompt, the cosine of picture
        and photos counts as well. A picture that shows nothing scores 0.
        """
        if blank := _blank(image):
            return Verdict(score=0.0, reasons=(blank,))
        caption = plain(resolve_syntax(prompt.positive)[0])
        if hero.token and hero.look:  # a rare word means nothing to a critic
            caption = re.sub(rf"\b{re.escape(hero.token)}\b", hero.look, caption)
        query = list(word_queries(caption, self.world)) if self.world else []
        with explain_oom(self.model.device, "Judging a picture", "Try --set device=cpu."):
            image_features = self.encode_image(image)
            words = (text for each in query for text in each.captions.values())
            self._encode_text([caption, *words])
        scores = self._word_scores(image, image_features, query, caption)
        score = sum(probability for probability, _ in scores) / len(scores)
        reasons = tuple(reason for _, reason in scores)
        if self.photo_features is None or not any(
            it in caption for it in (hero.species, hero.called)
        ):
            return Verdict(score=score, reasons=reasons)
        likeness = max(float(image_features @ self.photo_features), 0.0)
        score += LIKENESS_WEIGHT * (likeness - score)
        return Verdict(score=score, reasons=(*reasons, f"like {hero.name}'s photos {likeness:.2f}"))

    def compare(self, image: Image.Image, captions: Sequence[str]) -> list[float]:
        """How probable each of several captions is of a picture (zero-shot classification)."""
        with explain_oom(self.model.device, "Judging a picture", "Try --set device=cpu."):
            image_features = self.encode_image(image)
            self._encode_text(captions)
        return self._zero_shot(image_features, captions).tolist()

    def _zero_shot(self, image_features: Tensor, captions: Sequence[str]) -> Tensor:
        """The softmax [n] over captions whose features are known."""
        known = torch.stack([self.text_features[caption] for caption in captions])
        with torch.inference_mode():
            return (self.model.logit_scale.exp() * (known @ image_features)).softmax(dim=0)

    @torch.inference_mode()
    def _word_scores(
        self, image: Image.Image, image_features: Tensor, query: Sequence[WordQuery], caption: str
    ) -> list[tuple[float, str]]:
        """How probable each asked word is, with its reason; of no words, the caption's cosine."""
        if not query:
            cosine = float(image_features @ self.text_features[caption])
            match = min(max(CLIPSCORE_WEIGHT * cosine, 0.0), 1.0)
            return [(match, f"text match {match:.2f}")]
        named = self.classifier.probabilities(image) if self.classifier else {}
        return [
            _named(each, named.pop(ATTRIBUTES[each.section]))
            if each.star and ATTRIBUTES[each.section] in named
            else self._word_score(image_features, each)
            for each in query
        ]

    def _word_score(self, image_features: Tensor, query: WordQuery) -> tuple[float, str]:
        words = list(query.captions)
        probabilities = self._zero_shot(image_features, [query.captions[word] for word in words])
        probability = float(probabilities[words.index(query.word)])
        return probability, _reason(query, probability, words[int(probabilities.argmax())])

    @torch.inference_mode()
    def encode_image(self, image: Image.Image) -> Tensor:
        """A unit embedding [d]."""
        pixels = self.image_processor(images=image.convert("RGB"), return_tensors="pt").pixel_values
        pixels = pixels.to(self.model.device)
        look = partial(self.model.get_image_features, pixel_values=pixels)
        patches = (pixels.shape[-1] // self.model.config.vision_config.patch_size) ** 2
        self.amp.choose(look, macs=num_params(self.model.vision_model) * patches)
        with self.amp.autocast():
            features = look()
        return _unit(features.pooler_output.float())[0]

    @torch.inference_mode()
    def _encode_text(self, captions: Iterable[str]) -> None:
        new = [caption for caption in dict.fromkeys(captions) if caption not in self.text_features]
        if not new:
            return
        tokens = self.tokenizer(
            new,
            padding=True,
            truncation=True,
            max_length=self.model.config.text_config.max_position_embeddings,
            return_tensors="pt",
        ).to(self.model.device)
        with self.amp.autocast():
            features = self.model.get_text_features(**tokens).pooler_output  # [n, d]
        features = _unit(features.float())
        self.text_features.update(zip(new, features, strict=True))


def _named(query: WordQuery, probabilities: Mapping[str | int | None, float]) -> tuple[float, str]:
    """What the classifier says of an asked word."""
    probability = probabilities.get(query.word, 0.0)
    return probability, _reason(
        query, probability, max(probabilities, key=probabilities.__getitem__)
    )


def _reason(query: WordQuery, probability: float, likeliest: object) -> str:
    instead = "" if likeliest == query.word else f", looks like {likeliest or 'nothing'}"
    return f"{query.section}: {query.word} {probability:.2f}{instead}"


def open_critic(
    folder: Path,
    world: World | None = None,
    *,
    photos: Sequence[Path] = (),
    device: str = "auto",
    precision: PrecisionWish = "fp32",
) -> ClipCritic:
    """The critic in a `CLIPModel` folder with its tokenizer and image processor.

    On a CPU it works in `precision`.

    `photos` of the star make likeness to them count. Raises ModelError if something is missing,
    broken, or no CLIP, HeroError for a photo that cannot be read.
    """
    place = device_of(device)
    model, tokenizer, image_processor = _open_clip(folder, place)
    classifier = open_classifier(folder, place) if world else None
    amp = AutoPrecision(precision, (), param_shapes(model), PRECISIONS, place)
    name = model_name(folder)
    critic = ClipCritic(
        name, model, tokenizer, image_processor, world, classifier=classifier, amp=amp
    )
    if not photos:
        return critic
    image_features = torch.stack([critic.encode_image(_photo(path)) for path in photos])
    return replace(critic, photo_features=_unit(image_features.mean(dim=0)))


def _open_clip(
    folder: Path, place: torch.device
) -> tuple[CLIPModel, CLIPTokenizer, BaseImageProcessor]:
    """A folder's CLIP in fp32 with what prepares words and pictures for it."""
    check_weights(folder)
    kind = read_json(folder / "config.json").get("model_type")
    if kind != "clip":
        raise ModelError(f"{folder} is no critic: config.json says {kind}, and clip is known.")
    with quiet(), explain_oom(place, f"Opening {folder}", "Try --set device=cpu."):
        try:
            model, loaded = CLIPModel.from_pretrained(
                folder, local_files_only=True, output_loading_info=True
            )
            tokenizer = CLIPTokenizer.from_pretrained(folder, local_files_only=True)
            image_processor = AutoImageProcessor.from_pretrained(
                folder, local_files_only=True, backend="pil"
            )
        except (OSError, ValueError, RuntimeError, TypeError) as fault:
            raise ModelError(f"{folder} cannot be opened: {first_line(fault)}") from fault
        if loaded["missing_keys"]:
            missing = sorted(loaded["missing_keys"])
            raise ModelError(f"{folder} lacks {len(missing)} weights, such as {missing[0]}.")
        return model.to(place, torch.float32).eval(), tokenizer, image_processor


def _photo(path: Path) -> Image.Image:
    try:
        return read_picture(path).image
    except (*DAMAGE, Image.DecompressionBombError) as fault:
        raise HeroError(f"{path} cannot be read as a photo. Mend it, or take it away.") from fault


def word_queries(caption: str, world: World) -> Iterator[WordQuery]:
    """Each word of the world that a caption says, with the captions that say another instead.

    Only keys count, since captions are written in them; a coat is one that a species follows, and
    the whole of what is said before it: no critic knows the white of a `brown and white dog`.
    """
    species = _any_of(world.species)
    star = re.search(rf"\b{species}\b", caption)
    for section in JUDGED:
        keys = list(getattr(world, section))
        behind = rf"(?=\s+{species}\b)" if section == "coats" else ""
        whole = r"(?<!\band )(?<!-)" if section == "coats" else ""
        pattern = re.compile(rf"\b(?:(an?)\s+)?{whole}({_any_of(keys)})\b{behind}")
        for match in pattern.finditer(caption):
            before, after = caption[: match.start()], caption[match.end() :]
            captions = {key: f"{before}{article(key) if match[1] else key}{after}" for key in keys}
            others = section == "coats" and star is not None and match.start() > star.start()
            yield WordQuery(section, match[2], captions, star=not others)


def _any_of(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(re.escape(word) for word in sorted(words, key=len, reverse=True))})"


def _unit(features: Tensor) -> Tensor:
    return features / features.norm(dim=-1, keepdim=True)


def _blank(image: Image.Image) -> str:
    """Why the picture shows nothing, or an empty text."""
    colours = ImageStat.Stat(image.convert("RGB"))
    brightness = sum(colours.mean) / 3
    if brightness < DARKEST:
        return f"near black: mean brightness {brightness:.1f} of 255"
    if max(colours.stddev) < FLATTEST:
        return "blank: one colour from edge to edge"
    return ""
