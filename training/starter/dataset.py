"""The drawn pictures that the starter's models learn from: drawn once, kept in a folder.

A folder of drawings holds files of `BLOCK` pictures each. Block `n` depends only on the world, the
seed and `n`, so that drawing can stop anywhere and several processes can share it.
"""

import hashlib
import inspect
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from storybook.files import replacing
from storybook.records import Event, digest
from storybook.world import NEEDS_THING, World
from training.starter import artist, pictures
from training.starter.pictures import Picture, caption, random_picture, spoken_caption

BLOCK = 32

# Books ask for more than the table knows: a painter must have met such words to pass over them.
FLUFF = (
    "storybook illustration",
    "children's book illustration",
    "soft colours",
    "cute",
    "beautiful",
    "gentle",
    "cosy",
    "detailed",
    "warm colours",
    "for children",
    "lovely",
    "charming",
    "high quality",
    "a picture of",
    "little",
    "friendly",
    "once upon a time",
    "magical",
    "small",
    "big",
    "old",
    "new",
)


EXACT = 0.85
"""How often the painter is given the whole caption: the only words that leave nothing to guess."""


@dataclass(frozen=True, slots=True)
class Drawings:
    """Drawn pictures with what each shows."""

    pictures: tuple[Picture, ...]
    pixels: np.ndarray
    """uint8 [n, h, w, 3], sRGB."""

    def images(self, chosen: Tensor, side_px: int | None = None) -> Tensor:
        """The chosen pictures, [b, 3, h, w] in [-1, 1], scaled down to `side_px` if it is given."""
        images = to_tensor(self.pixels[chosen.numpy()])
        return images if side_px is None else scaled_to(images, side_px)


def to_tensor(pixels: np.ndarray) -> Tensor:
    """uint8 [b, h, w, 3] as float [b, 3, h, w] in [-1, 1]."""
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def scaled_to(images: Tensor, side_px: int) -> Tensor:
    """Pictures [b, 3, h, w] at [b, 3, side_px, side_px], each pixel the mean of those it covers."""
    if images.shape[-2:] == (side_px, side_px):
        return images
    return functional.interpolate(images, (side_px, side_px), mode="area")


def source_digest(world: World) -> str:
    """Changes whenever the world, the artist or the pictures' recipe changes."""
    code = hashlib.sha256(inspect.getsource(pictures).encode())
    for path in sorted(Path(artist.__file__).parent.glob("*.*")):
        if path.suffix in (".py", ".toml"):
            code.update(path.read_bytes())
    return digest(world, code.digest())


def draw_all(
    folder: Path, world: World, count: int, size_px: int, seed: int, workers: int
) -> Iterator[Event]:
    """Draw what is missing of `count` pictures, rounded up to whole blocks, into `folder`.

    More than one of the `workers` are processes of their own; one alone is this process.
    """
    folder.mkdir(parents=True, exist_ok=True)
    blocks = range(-(-count // BLOCK))
    missing = [block for block in blocks if not _file(folder, block).exists()]
    if not missing:
        return
    draw = partial(_draw_block, folder, world, size_px, seed)
    drawn = map(draw, missing) if workers == 1 else _drawn_by(workers, draw, missing)
    for done, _ in enumerate(drawn, start=len(blocks) - len(missing) + 1):
        yield Event(
            stage="draw",
            done=done * BLOCK,
            total=len(blocks) * BLOCK,
            note=f"pictures of {size_px} px",
        )


def _drawn_by(workers: int, draw: Callable[[int], None], blocks: list[int]) -> Iterator[None]:
    """Draw each of the blocks in one of so many processes, in no order."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for job in as_completed([pool.submit(draw, block) for block in blocks]):
            yield job.result()


def load_drawings(folder: Path, world: World, count: int, seed: int) -> Drawings:
    """The first `count` pictures of a folder that `draw_all` has filled from the same seed."""
    blocks = range(-(-count // BLOCK))
    first = np.load(_file(folder, 0))
    pixels = np.empty((len(blocks) * BLOCK, *first.shape[1:]), np.uint8)
    for block in blocks:  # one by one: together with their copy they would be twice as large
        pixels[block * BLOCK : (block + 1) * BLOCK] = np.load(_file(folder, block))
    shown = [picture for block in blocks for picture in pictures_in(world, seed, block)]
    return Drawings(tuple(shown[:count]), pixels[:count])


def pictures_in(world: World, seed: int, block: int) -> list[Picture]:
    """What the pictures of a block show."""
    rng = Random(f"{seed}/{block}")
    return [random_picture(world, rng) for _ in range(BLOCK)]


def words_for(picture: Picture, world: World, rng: Random) -> str:
    """What conditions the painter: mostly the caption that books ask in, else free words."""
    if rng.random() < EXACT:
        return caption(picture, world)
    spoken = spoken_caption(picture, world, rng)
    if rng.random() < 0.25:
        fluff = rng.choice(FLUFF)
        return f"{fluff}, {spoken}" if rng.random() < 0.5 else f"{spoken}, {fluff}"
    return spoken


def near_miss(picture: Picture, world: World, rng: Random) -> Picture:
    """The picture with one attribute changed: what a critic must be able to tell apart."""
    if picture.companions and rng.random() < 0.15:
        return picture.but(companions=picture.companions[:-1])
    fields = {
        "species": "species",
        "coat": "coats",
        "action": "actions",
        "place": "places",
        "light": "lights",
        "mood": "moods",
        "shot": "shots",
        "style": "styles",
        "thing": "things",
    }
    if world.views:
        fields |= {"view": "views", "pose": "poses"}
    if picture.thing and picture.action not in NEEDS_THING:
        fields["relation"] = "relations"
    field = rng.choice(list(fields))
    # A happy mood is never said, so a caption that leaves the mood out would still be true.
    unsaid = {getattr(picture, field), "happy"}
    if not picture.thing:
        unsaid.update(NEEDS_THING)
    others = [key for key in getattr(world, fields[field]) if key not in unsaid]
    return picture.but(**{field: rng.choice(others)})


def _draw_block(folder: Path, world: World, size_px: int, seed: int, block: int) -> None:
    shown = pictures_in(world, seed, block)
    pixels = np.stack([np.asarray(artist.draw(picture, world, size_px)) for picture in shown])
    with replacing(_file(folder, block)) as draft, draft.open("wb") as file:
        np.save(file, pixels)


def _file(folder: Path, block: int) -> Path:
    return folder / f"{block:05d}.npy"
