"""What the painter draws while it learns: always the same prompts from the same seeds."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from diffusers import StableDiffusionPipeline
from PIL import Image, ImageDraw, ImageFont

from storybook.config import shipped
from storybook.errors import TrainingError
from storybook.files import write_whole
from storybook.models.critics import ClipCritic, open_critic
from storybook.models.infotext import png_bytes
from storybook.models.sd1 import SAMPLING, Sd1Painter, open_sampler
from storybook.models.weights import read_json
from storybook.records import Candidate, Prompt
from training.data.pictures import open_picture
from training.recipe import Recipe
from training.run import Run
from training.student import Student

DARKEST = 4.0
"""In levels of 255: a picture whose brightest pixel is below this is black."""

UNCHANGED = 0.5
"""In levels of 255: samples that differ less than this from the first ones were not changed."""

CELL_PX, MARGIN_PX, LINE_PX = 128, 4, 18


@dataclass(frozen=True, slots=True)
class Sampler:
    """The requests that are drawn again and again, and the critic who looks at them."""

    painter: Sd1Painter
    requests: tuple[Candidate, ...]
    run: Run
    critics: dict[str, ClipCritic]
    """By the name of a concept: one who knows its photos."""

    def draw(self, step: int) -> float | None:
        """Draw all requests into the run's samples, with the grid; the likeness to the photos.

        Each says what it was made from, as A1111 writes it; its model is the run's at this step.
        Raises TrainingError if a picture is black or no picture.
        """
        with _at_rest(self.painter.pipe):
            pictures = list(self.painter.paint(self.requests))
        model = f"{self.run.folder.name}-{step:06d}"
        karras = bool(self.painter.sampler.config.use_karras_sigmas)
        for number, (request, picture) in enumerate(zip(self.requests, pictures, strict=True)):
            png = png_bytes(picture, request, model, karras=karras)
            write_whole(self.run.samples / _name(step, number), png)
        self._lay_grid()
        if all(np.asarray(picture).max() < DARKEST for picture in pictures):
            raise TrainingError(
                f"At step {step} the painter draws nothing but black: the learning rate is too "
                "high, or half precision too coarse. Try a smaller lr, or --set precision=fp32."
            )
        return self._likeness(pictures)

    def changed(self, step: int) -> bool:
        """Whether the samples of `step` differ from those before the first step."""
        pairs = (
            [np.asarray(Image.open(self.run.samples / _name(each, number)), np.float32)
             for each in (0, step)]
            for number in range(len(self.requests))
        )  # fmt: skip
        return any(np.abs(before - after).mean() > UNCHANGED for before, after in pairs)

    @property
    def grid(self) -> Path:
        """The sheet of all samples: a row for each step, a column for each request."""
        return self.run.samples / "grid.png"

    def has(self, step: int) -> bool:
        """Whether the samples of a step are there."""
        numbers = range(len(self.requests))
        return all((self.run.samples / _name(step, number)).is_file() for number in numbers)

    def _lay_grid(self) -> None:
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
        sheet.save(self.grid)

    def _likeness(self, pictures: Sequence[Image.Image]) -> float | None:
        """Mean cosine between pictures of a pet and its photos, as the critic sees them."""
        cosines = [
            float(critic.see(picture) @ critic.portrait)
            for request, picture in zip(self.requests, pictures, strict=True)
            for name, critic in self.critics.items()
            if name and name in request.prompt.positive
        ]
        return sum(cosines) / len(cosines) if cosines else None


def new_sampler(student: Student, run: Run, photos: dict[str, list[Path]]) -> Sampler:
    """The sampler that the recipe asks for; `photos` are those of each concept, by its name."""
    recipe, pipe = student.recipe, student.pipe
    critics = {}
    if recipe.critic is not None:
        device = str(pipe.unet.device)
        critics = {
            name: open_critic(recipe.critic, photos=_readable(paths), device=device)
            for name, paths in photos.items()
        }
    painter = Sd1Painter("student", pipe, open_sampler(recipe.model), 4, recipe.clip_skip)
    return Sampler(painter, _requests(student), run, critics)


def sample_prompts(recipe: Recipe) -> list[str]:
    """The recipe's prompts, those of its file, or each concept by name and by class alone."""
    if recipe.sample_prompts_file is not None:
        try:
            text = recipe.sample_prompts_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise TrainingError(
                f"sample_prompts_file {recipe.sample_prompts_file} cannot be read: {fault}."
            ) from fault
        return [line.strip() for line in text.splitlines() if line.strip()]
    own = [f"a {word}" for each in recipe.concept for word in (each.name, each.class_word) if word]
    return list(recipe.sample_prompts) or list(dict.fromkeys(own)) or [""]


def habits_of(painter: Path) -> tuple[int, float]:
    """The steps and the guidance that a painter's folder wishes for; else the classic 30 and 7."""
    file = painter / SAMPLING
    own = read_json(file) if file.is_file() else {}
    return own.get("steps", 30), own.get("guidance", 7.0)


@contextmanager
def _at_rest(pipe: StableDiffusionPipeline) -> Iterator[None]:
    """Within it, all parts of the painter are on one device, and none is learning."""
    parts = (pipe.unet, pipe.text_encoder, pipe.vae)
    before = [(part, part.device, part.training) for part in parts]
    for part in parts:
        part.eval().to(pipe.unet.device)
    try:
        yield
    finally:
        for part, device, learning in before:
            part.train(learning).to(device)


def _requests(student: Student) -> tuple[Candidate, ...]:
    recipe, pipe = student.recipe, student.pipe
    steps, guidance = habits_of(recipe.model)
    side = recipe.resolution_px or pipe.unet.config.sample_size * pipe.vae_scale_factor
    return tuple(
        Candidate(
            prompt=Prompt(page=0, positive=prompt, negative=recipe.sample_negative),
            painter="student",
            seed=recipe.seed + number,
            width_px=side,
            height_px=side,
            steps=recipe.sample_steps or steps,
            guidance=guidance if recipe.sample_guidance is None else recipe.sample_guidance,
        )
        for prompt in sample_prompts(recipe)
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
