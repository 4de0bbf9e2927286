"""The baseline: what a plain script does with the same models, prompts and seeds.

It opens each model with its library's own class, calls the pipeline once for each picture, lets
the critic look once at each, paints over with diffusers' pipeline for ControlNets if the studio
does, and enlarges with the same network, untiled. `python -m benchmarks.plain BOOK OUT` draws the
candidates of a finished book again, into OUT.
"""

import sys
from pathlib import Path

import torch
from PIL import Image

from storybook.book.folder import Book
from storybook.config import load_settings
from storybook.hero.folder import hero_folder
from storybook.images.broad_colours import with_broad_colours
from storybook.models.soft_edges import steep_edges
from storybook.records import Candidate
from storybook.studio.candidates import candidates
from storybook.studio.enlarger_choice import enlarger_file, is_controlled
from storybook.studio.studio import Studio


def main(folder: str, out: str) -> None:
    book, studio = Book(folder), Studio(load_settings("starter"))
    plates = Path(out)
    plates.mkdir(parents=True, exist_ok=True)
    for scene in book.scenes:
        for request in candidates(book, studio, scene.page):
            draw(studio, book, request).save(plates / f"{request.id}.png")
    for scene in book.scenes:
        for request in candidates(book, studio, scene.page):
            look(studio, plates / f"{request.id}.png", request.prompt.positive)
    for scene in book.scenes:
        picture = Image.open(plates / f"{book.picked(scene.page)}.png")
        if is_controlled(studio.settings.enlarge):
            picture = paint_over(studio, picture, book.prompt(scene.page).positive)
        plate = enlarge(studio, picture)
        plate.save(plates / f"plate-{scene.page:02d}.png")


_open: dict[str, object] = {}


def draw(studio: Studio, book: Book, request: Candidate) -> Image.Image:
    from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline

    if "painter" not in _open:
        pipe = StableDiffusionPipeline.from_pretrained(
            studio.settings.draw.painter, local_files_only=True
        )
        pipe.scheduler = DPMSolverMultistepScheduler.from_config(
            pipe.scheduler.config, use_karras_sigmas=studio.sampling.karras
        )
        pipe.set_progress_bar_config(disable=True)
        for hero in book.cast:
            if hero.adapter:
                pipe.load_lora_weights(hero_folder(hero.name), weight_name=hero.adapter)
                pipe.fuse_lora()
                pipe.unload_lora_weights()
        _open["painter"] = pipe
    return _open["painter"](
        request.prompt.positive,
        negative_prompt=request.prompt.negative,
        width=request.width_px,
        height=request.height_px,
        num_inference_steps=request.steps,
        guidance_scale=request.guidance,
        generator=torch.Generator().manual_seed(request.seed),
    ).images[0]


@torch.no_grad()
def look(studio: Studio, picture: Path, prompt: str) -> float:
    from transformers import CLIPModel, CLIPProcessor

    if "critic" not in _open:
        folder = studio.settings.choose.critic
        _open["critic"] = (CLIPModel.from_pretrained(folder), CLIPProcessor.from_pretrained(folder))
    model, processor = _open["critic"]
    inputs = processor(
        text=[prompt],
        images=Image.open(picture),
        return_tensors="pt",
        padding=True,
        truncation=True,
    )
    return float(model(**inputs).logits_per_image)


def paint_over(studio: Studio, picture: Image.Image, prompt: str) -> Image.Image:
    """The picture at twice its size, held by its own edges."""
    from diffusers import ControlNetModel, StableDiffusionControlNetImg2ImgPipeline

    options = studio.settings.enlarge
    if "control" not in _open:
        control = ControlNetModel.from_pretrained(options.control, local_files_only=True)
        _open["control"] = StableDiffusionControlNetImg2ImgPipeline.from_pipe(
            _open["painter"], controlnet=control
        )
        _open["control"].set_progress_bar_config(disable=True)
    size = (2 * picture.width, 2 * picture.height)
    edges = Image.fromarray((steep_edges(picture) * 255).astype("uint8")).convert("RGB")
    return _open["control"](
        prompt,
        image=picture.resize(size, Image.LANCZOS),
        control_image=edges.resize(size),
        strength=options.strength,
        num_inference_steps=options.steps,
        guidance_scale=options.guidance,
        controlnet_conditioning_scale=options.control_weight,
        generator=torch.Generator().manual_seed(1),
    ).images[0]


@torch.no_grad()
def enlarge(studio: Studio, image: Image.Image) -> Image.Image:
    import numpy as np
    from spandrel import ModelLoader

    if "enlarger" not in _open:
        _open["enlarger"] = ModelLoader().load_from_file(enlarger_file(studio.settings.enlarge))
    network, width_px = _open["enlarger"], studio.settings.enlarge.width_px
    nearly = 1.0
    while image.width * nearly < width_px:  # the way of our own, without tiles
        if nearly > 1:
            image = image.reduce(2)
        pixels = torch.from_numpy(np.asarray(image.convert("RGB"))).permute(2, 0, 1)[None] / 255
        levels = network(pixels)[0].permute(1, 2, 0).clamp(0, 1) * 255
        wider = Image.fromarray(levels.round().byte().numpy())
        nearly = max(1.0, wider.width / image.width / 2)
        image = with_broad_colours(wider, image.convert("RGB"))
    return image.resize((width_px, width_px * image.height // image.width), Image.LANCZOS)


if __name__ == "__main__":
    main(*sys.argv[1:])
