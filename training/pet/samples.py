"""Samples of the model in training: always the same prompts from the same seeds."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from diffusers import StableDiffusionPipeline
from PIL import Image, ImageDraw, ImageFont

from storybook.config import shipped
from storybook.errors import TrainingError
from storybook.files import replacing, write_whole
from storybook.models.auto_precision import AutoPrecision
from storybook.models.critics import ClipCritic, open_critic
from storybook.models.infotext import infotext, png_bytes
from storybook.models.painting import DiffusionPainter
from storybook.records import Candidate, Event
from training.data.pictures import open_picture
from training.pet.sample_prompts import sample_prompts
from training.pet.setup import TrainingSetup
from training.runs.run import PROMPTS, Run

DARKEST = 4.0
"""In levels of 255: a picture whose brightest pixel is below this is black."""

UNCHANGED = 0.5
"""In levels of 255: samples that differ less than this from the first ones were not changed."""

CELL_PX, MARGIN_PX, LINE_PX = 128, 4, 18


@dataclass(frozen=True, slots=True)
class ImageSampler:
    """The requests that are drawn again and again, and the critic who looks at them."""

    painter: DiffusionPainter
    requests: tuple[Candidate, ...]
    run: Run
    critics: dict[str, ClipCritic]
    """By the name of a concept: one who knows its photos."""

    def draw(self, step: int) -> Generator[Event, None, float | None]:
        """Draw all requests into the run's samples, with the grid; the likeness to the photos.

        Each says what it was made from, as A1111 writes it; its model is the run's at this step.
        An event for each. Raises TrainingError if all are black or one is no picture.
        """
        pictures = []
        self._write_prompts()
        model = f"{self.run.folder.name}-{step:06d}"
        karras = bool(self.painter.sampler.config.use_karras_sigmas)
        total, note = len(self.requests), f"of step {step}" if step else "before the first step"
        with _eval_mode(self.painter.pipe):
            for number, picture in enumerate(self.painter.paint(self.requests)):
                how = self.painter.precision
                request = self.requests[number]
                text = infotext(request, model, karras=karras, precision=how)
                write_whole(self.run.samples / _name(step, number), png_bytes(picture, text))
                pictures.append(picture)
                yield Event(stage="samples", done=number + 1, total=total, note=note)
        self._draw_grid()
        if all(np.asarray(picture).max() < DARKEST for picture in pictures):
            raise TrainingError(
                f"At step {step} the painter draws nothing but black: the learning rate is too "
                "high, or half precision too coarse. Try a smaller lr, or --set precision=fp32."
            )
        return self._likeness(pictures)

    def changed(self, step: int) -> bool:
        """Whether the samples of `step` differ from those before the first step."""
        pairs = (
            [
                np.asarray(Image.open(self.run.samples / _name(each, number)), np.float32)
                for each in (0, step)
            ]
            for number in range(len(self.requests))
        )
        return any(np.abs(before - after).mean() > UNCHANGED for before, after in pairs)

    @property
    def grid(self) -> Path:
        """The sheet of all samples: a row for each step, a column for each request."""
        return self.run.samples / "grid.png"

    def has(self, step: int) -> bool:
        """Whether the samples of a step are there."""
        numbers = range(len(self.requests))
        return all((self.run.samples / _name(step, number)).is_file() for number in numbers)

    def _write_prompts(self) -> None:
        """Write down what is asked for, a line for each picture of a step."""
        lines = "".join(f"{request.prompt.positive}\n" for request in self.requests)
        write_whole(self.run.samples / PROMPTS, lines.encode())

    def _draw_grid(self) -> None:
        steps = sorted({int(path.stem.split("-")[0]) for path in self.run.samples.glob("*-*.png")})
        columns = len(self.requests)
        font = ImageFont.truetype(shipped("assets", "fonts", "Andika-Regular.ttf"), 12)
        cell = CELL_PX + MARGIN_PX
        sheet = Image.new("RGB", (columns * cell, len(steps) * (cell + LINE_PX)), "white")
        pen = ImageDraw.Draw(sheet)
        for row, step in enumerate(steps):
            top = row * (cell + LINE_PX)
            for column, request in enumerate(self.requests):
                path = self.run.samples / _name(step, column)
                left = column * cell
                words = f"{step}: {request.prompt.positive}"
                pen.text((left, top), _fitted(pen, words, font), fill="black", font=font)
                if path.is_file():
                    small = Image.open(path).convert("RGB").resize((CELL_PX, CELL_PX))
                    sheet.paste(small, (left, top + LINE_PX))
        with replacing(self.grid) as draft:
            sheet.save(draft, "PNG")

    def _likeness(self, pictures: Sequence[Image.Image]) -> float | None:
        """Mean cosine between pictures of a pet and its photos, as the critic sees them."""
        cosines = [
            float(critic.encode_image(picture) @ critic.photo_features)
            for request, picture in zip(self.requests, pictures, strict=True)
            for name, critic in self.critics.items()
            if name in request.prompt.positive
        ]
        return sum(cosines) / len(cosines) if cosines else None


def new_image_sampler(setup: TrainingSetup, run: Run) -> ImageSampler:
    """The sampler that the recipe asks for, with a critic for each concept that has a name."""
    recipe, pipe = setup.recipe, setup.model.pipe
    critics = {}
    if recipe.critic is not None:
        device = str(pipe.unet.device)
        critics = {
            name: open_critic(recipe.critic, photos=_readable(paths), device=device)
            for name, paths in setup.photos_by_concept().items()
            if name
        }
    amp = AutoPrecision("bf16" if recipe.precision == "bf16" else "fp32", device=pipe.unet.device)
    amp.choose()
    painter = replace(setup.painter, name="student", batch=4, clip_skip=recipe.clip_skip, amp=amp)
    return ImageSampler(painter, _requests(setup), run, critics)


@contextmanager
def _eval_mode(pipe: StableDiffusionPipeline) -> Iterator[None]:
    """Within it, all parts of the painter are on one device, and none is learning."""
    parts, home = (pipe.unet, pipe.text_encoder, pipe.vae), pipe.unet.device
    before = [(part, part.device, part.training) for part in parts]
    away = [(part, device) for part, device, _ in before if device != home]
    for part in parts:
        part.eval()
    for part, _ in away:
        part.to(home)
    try:
        yield
    finally:
        for part, _, learning in before:
            part.train(learning)
        for part, device in away:
            part.to(device)


def _requests(setup: TrainingSetup) -> tuple[Candidate, ...]:
    recipe, (width, height) = setup.recipe, setup.size_px
    defaults, wish = setup.painter.checkpoint.sampling, recipe.sample_guidance
    return tuple(
        Candidate(
            prompt=prompt,
            painter="student",
            seed=recipe.seed + number,
            width_px=width,
            height_px=height,
            steps=recipe.sample_steps or defaults.steps,
            guidance=defaults.guidance if wish is None else wish,
        )
        for prompt in sample_prompts(recipe, setup.data.train.examples)
        for number in range(recipe.sample_count)
    )


def _readable(paths: Sequence[Path]) -> list[Path]:
    return [path for path in paths if open_picture(path, 64)[0] is not None]


def _name(step: int, number: int) -> str:
    return f"{step:06d}-{number:02d}.png"


def _fitted(pen: ImageDraw.ImageDraw, words: str, font: ImageFont.FreeTypeFont) -> str:
    """The words as far as they fit above a cell."""
    while words and pen.textlength(words, font=font) > CELL_PX:
        words = words[:-1]
    return words
