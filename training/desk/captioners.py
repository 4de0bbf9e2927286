"""Captioners: models that say in a sentence what a picture shows.

Whatever transformers opens as an image-text-to-text model is one: BLIP, BLIP-2, ViT-GPT2 say it of
themselves; models that chat are asked. A server's model is asked likewise, and the drawn world's
critic names what it sees in pictures of that world.
"""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from PIL import Image
from pydantic import Field, model_validator

from storybook.config import shipped
from storybook.errors import ConfigError, ModelError, first_line
from storybook.hero.seer import NAME as BREEDS
from storybook.models.devices import device_of, dtype_of, explain_oom, quiet
from storybook.models.hub import on_disk
from storybook.records import Record
from training.desk.annotate import Annotator

if TYPE_CHECKING:
    from storybook.models.classifier import Classifier
    from storybook.world import World

ALIASES = {
    "blip2": "Salesforce/blip2-opt-2.7b",
    "blip2-opt-6.7b": "Salesforce/blip2-opt-6.7b",
    "blip": "Salesforce/blip-image-captioning-large",
    "blip-base": "Salesforce/blip-image-captioning-base",
    "vit-gpt2": "nlpconnect/vit-gpt2-image-captioning",
}
"""Short names for captioners on a hub. BLIP-2's language model is OPT, whose licence is for
research alone."""
STARTER, SERVER = "starter", "server"
QUESTION = "Describe the picture in one sentence."
OTHERS = {1: "another animal", 2: "two other animals"}
"""The drawn world's critic counts whom it sees, and names the first one."""
SENT_PX = 768
"""A server is sent pictures whose longer side is at most so long."""


class Generation(Record):
    """How a captioner chooses its words."""

    max_new_tokens: int | None = Field(default=None, ge=1)
    """None: 64, or what `max_length` leaves."""
    max_length: int | None = Field(default=None, ge=2)
    min_length: int = Field(default=0, ge=0)
    num_beams: int = Field(default=5, ge=1)
    """How many captions are followed at once; 1 is greedy."""
    top_p: float | None = Field(default=None, gt=0, le=1)
    """Nucleus sampling in the place of beams; 0.9 is usual."""

    @model_validator(mode="after")
    def _one_length(self) -> "Generation":
        if self.max_length is not None and self.max_new_tokens is not None:
            raise ValueError(
                "max_length counts the question's tokens too, max_new_tokens does "
                "not: give one of them"
            )
        longest = self.max_length or self.max_new_tokens
        if longest is not None and longest < self.min_length:
            raise ValueError("min_length is more than the longest caption may have")
        return self

    def arguments(self) -> dict[str, Any]:
        """For `generate`."""
        length = (
            {"max_length": self.max_length}
            if self.max_length is not None
            else {"max_new_tokens": self.max_new_tokens or 64}
        )
        least = {"min_length": self.min_length} if self.min_length else {}
        if self.top_p is not None:
            return length | least | {"do_sample": True, "top_p": self.top_p, "num_beams": 1}
        return length | least | {"do_sample": False, "num_beams": self.num_beams}


@dataclass(slots=True)
class LocalCaptioner:
    """An image-text-to-text model of transformers'."""

    name: str
    model: Any
    inputs_of: Callable[[Sequence[Image.Image]], dict[str, Any]]
    decode: Callable[[Any], list[str]]
    generation: Generation
    prompt: str
    """What the reply begins with, if the model repeats what it was asked."""

    def say(self, images: Sequence[Image.Image], seeds: Sequence[int]) -> list[str]:
        """A caption for each picture; with `top_p` a batch follows the seed of its first one."""
        device = self.model.device
        remedy = "Try a smaller captioner, such as blip-base."
        with quiet(), explain_oom(device, f"Captioning {len(images)} pictures", remedy):
            inputs = self.inputs_of(images)
            moved = {
                name: each.to(device, self.model.dtype if each.is_floating_point() else None)
                for name, each in inputs.items()
                if isinstance(each, torch.Tensor)
            }
            with torch.random.fork_rng(), torch.inference_mode():
                torch.manual_seed(seeds[0])
                made = self.model.generate(**moved, **self.generation.arguments())
            prompt_ids = moved.get("input_ids")
            if prompt_ids is not None and not self.model.config.is_encoder_decoder:
                echoed = made.shape[1] > prompt_ids.shape[1] and torch.equal(
                    made[:, : prompt_ids.shape[1]], prompt_ids
                )
                made = made[:, prompt_ids.shape[1] :] if echoed else made
            return [" ".join(text.split()) for text in self.decode(made)]


@dataclass(slots=True)
class ServerCaptioner:
    """A model behind any OpenAI-compatible server that takes pictures."""

    name: str
    ask: Callable[[str, str, int], str]
    """Asked (question, picture as a data URL, seed)."""
    question: str

    def say(self, images: Sequence[Image.Image], seeds: Sequence[int]) -> list[str]:
        """A caption for each picture, one question each."""
        return [
            self.ask(self.question, data_url(image), seed)
            for image, seed in zip(images, seeds, strict=True)
        ]


@dataclass(slots=True)
class WorldCaptioner:
    """The critic of the drawn world, whose classifier names what it sees."""

    name: str
    classifier: "Classifier"
    world: "World"

    def say(self, images: Sequence[Image.Image], seeds: Sequence[int]) -> list[str]:
        """What each picture shows, in the words that books ask for pictures in."""
        return [self._say(self.classifier.probabilities(image)) for image in images]

    def _say(self, seen: Mapping[str, Mapping[str | int | None, float]]) -> str:
        from training.starter.classifier import CHARACTERS
        from training.starter.pictures import Picture, caption

        likely = {name: max(choices, key=choices.__getitem__) for name, choices in seen.items()}
        others = likely.pop(CHARACTERS, 1) - 1
        words = caption(Picture(mood="happy", **likely), self.world)
        return f"{words}, beside {OTHERS[others]}" if others else words


def open_captioner(
    model: str,
    generation: Generation,
    *,
    prompt: str = "",
    device: str = "auto",
    base_url: str | None = None,
    server_model: str = "",
) -> Annotator:
    """A captioner by its short name, `starter`, `server`, the name of the network that sees pets, a
    hub's name or a folder.

    `prompt` is what a model that chats is asked, and what another one's caption begins with.
    Raises ModelError if it is missing or of another kind, ConfigError for a server without a name.
    """
    if model == STARTER:
        return _open_world_captioner(device)
    if model == BREEDS:
        from training.desk.breed_captioner import open_breed_captioner

        return open_breed_captioner(prompt)
    if model == SERVER:
        return _open_server_captioner(server_model, base_url, prompt or QUESTION)
    folder = on_disk(Path(ALIASES.get(model, model)))
    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder} holds no captioner: there is no config.json in it.")
    return _open_local(folder, generation, prompt, device)


def data_url(image: Image.Image) -> str:
    """A picture as a server takes it: JPEG in base64, its longer side at most `SENT_PX`."""
    small = image.convert("RGB")
    small.thumbnail((SENT_PX, SENT_PX))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=90)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _open_local(folder: Path, generation: Generation, prompt: str, device: str) -> LocalCaptioner:
    from transformers import AutoConfig, AutoModelForImageTextToText

    place = device_of(device)
    with quiet(), explain_oom(place, f"Opening {folder}", "Try --device cpu, or a smaller one."):
        try:
            config = AutoConfig.from_pretrained(folder, local_files_only=True)
            if type(config) not in AutoModelForImageTextToText._model_mapping:
                raise ModelError(
                    f"{folder} is no captioner: transformers knows {config.model_type} as "
                    "something else than a model that says what pictures show."
                )
            model = AutoModelForImageTextToText.from_pretrained(
                folder, local_files_only=True, dtype=dtype_of(place)
            )
            inputs_of, decode = _processing(folder, config.model_type, prompt)
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise ModelError(f"{folder} cannot be opened: {first_line(fault)}") from fault
        return LocalCaptioner(
            folder.name, model.to(place).eval(), inputs_of, decode, generation, prompt
        )


Processing = tuple[Callable[[Sequence[Image.Image]], dict[str, Any]], Callable[[Any], list[str]]]


def _processing(folder: Path, model_type: str, prompt: str) -> Processing:
    """How pictures become a model's inputs, and its tokens words."""
    from transformers import AutoProcessor

    if model_type == "vision-encoder-decoder":
        return _without_processor(folder)
    processor = AutoProcessor.from_pretrained(folder, local_files_only=True)

    def inputs_of(images: Sequence[Image.Image]) -> dict[str, Any]:
        if getattr(processor, "chat_template", None):
            return dict(
                processor(
                    text=[_question(processor, prompt)] * len(images),
                    images=[[image] for image in images],
                    padding=True,
                    return_tensors="pt",
                )
            )
        words = {"text": [prompt] * len(images)} if prompt else {}
        return dict(processor(images=list(images), **words, return_tensors="pt"))

    return inputs_of, lambda ids: processor.batch_decode(ids, skip_special_tokens=True)


def _without_processor(folder: Path) -> Processing:
    """An encoder of pictures beside a decoder of words has no processor of its own."""
    from transformers import AutoImageProcessor, AutoTokenizer

    eyes = AutoImageProcessor.from_pretrained(folder, local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)

    def inputs_of(images: Sequence[Image.Image]) -> dict[str, Any]:
        return {"pixel_values": eyes(images=list(images), return_tensors="pt").pixel_values}

    return inputs_of, lambda ids: tokenizer.batch_decode(ids, skip_special_tokens=True)


def _question(processor: Any, prompt: str) -> str:
    content = [{"type": "image"}, {"type": "text", "text": prompt or QUESTION}]
    return processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True
    )


def _open_world_captioner(device: str) -> WorldCaptioner:
    from storybook.models.classifier import open_classifier
    from storybook.world import load_world

    assets = shipped("assets")
    critic = assets / "starter" / "critic"
    classifier = open_classifier(critic, device_of(device))
    if classifier is None:
        raise ModelError(f"{critic} holds no classifier. Make it: make starter")
    return WorldCaptioner(STARTER, classifier, load_world(assets / "starter" / "painter"))


def _open_server_captioner(model: str, base_url: str | None, question: str) -> ServerCaptioner:
    from storybook.models.server_writer import open_server_writer

    if not model:
        raise ConfigError("A server's captioner needs a name: --server-model.")
    writer = open_server_writer(model, base_url=base_url)

    def ask(question: str, picture: str, seed: int) -> str:
        return writer.look(question, picture, seed=seed)

    return ServerCaptioner(writer.name, ask, question)
