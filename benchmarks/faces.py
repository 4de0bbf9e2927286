"""Words over faces: python -m benchmarks.faces [--pictures 300] [--seed 11] [--fit]

Pictures of the starter's world are drawn, whose heads are known, and set with a short text and a
long one each, as a book is. What is counted: pages with words, or the veil behind them, over more
than a fiftieth of a head, pages whose picture is cut through a head, and how pages were laid out.
`--fit` teaches the finder of faces anew, from other pictures, and writes `assets/face_finder.npz`.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from storybook.config import shipped
from storybook.press.compose import composed
from storybook.press.faces import FILE, GRID, surroundings
from storybook.press.fonts import load_fonts
from storybook.press.formats import Format, load_format, placed
from storybook.press.layout import CARDS, Box, StoryPage, lay_out, text_box
from storybook.press.picture import cut_box
from storybook.press.veil import CLEAR_PT, SOFT_PT
from storybook.records import Placement
from storybook.world import World, load_world
from training.starter.artist import draw, parts_in, parts_of
from training.starter.pictures import Picture, random_picture

ROOT = Path(__file__).parent.parent
TEXTS = (
    "But the wind was too strong. It pulled the kite out of the paws. Whoosh, wheee, down it came!",
    "Bruno had an idea. “You run and I will hold on,” he said to Olive. They let the string out "
    "slowly. Whoosh, wheee, up it went! Then they laughed and ran home.",
)
OVER, CUT = 0.02, 0.2
"""The shares of a head from which on it counts as covered, and as cut."""
SIDE_PX = 256
HIDDEN, STEPS, BATCH, RATE, DECAY = 48, 6000, 1024, 6e-3, 1e-2
FIT_PICTURES, FIT_SEED = 1600, 31
COARSE_PX = (72, 160)
"""Half of the pictures are learnt from as coarse as this, as a painter's are."""
KEPT, KEPT_OF_FACES = 0.12, 0.6
"""The shares of places that are learnt from, elsewhere and on faces."""
FACE = 0.3
"""From this share of a place on it counts as a face's."""


def drawn(world: World, seed: int, count: int) -> Iterator[tuple[Picture, Image.Image]]:
    """So many random pictures of the world."""
    rng = random.Random(seed)
    for _ in range(count):
        shown = random_picture(world, rng)
        yield shown, draw(shown, world, SIDE_PX)


def heads_in(shown: Picture, world: World) -> list[np.ndarray]:
    """Where each head is on a picture, booleans [SIDE_PX, SIDE_PX]."""
    labels = parts_in(shown, world, SIDE_PX)
    names = parts_of(world)
    heads = [labels == number for number, name in enumerate(names) if name.endswith("head")]
    return [head for head in heads if head.any()]


def fit(world: World) -> dict[str, np.ndarray]:
    """The finder's weights, from drawings with their heads."""
    import torch
    from torch.nn import functional

    rng = np.random.default_rng(FIT_SEED)
    seen, faces = [], []
    for shown, picture in drawn(world, FIT_SEED, FIT_PICTURES):
        if rng.random() < 0.5:
            small = (int(rng.integers(*COARSE_PX)),) * 2
            picture = picture.resize(small, Image.Resampling.BOX).resize(picture.size)
        levels = np.asarray(picture) * rng.uniform(0.85, 1.12) + rng.normal(0, 4)
        picture = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
        heads = np.any(heads_in(shown, world) or [np.zeros((SIDE_PX, SIDE_PX), bool)], axis=0)
        share = heads.reshape(GRID, SIDE_PX // GRID, GRID, SIDE_PX // GRID).mean(axis=(1, 3))
        kept = rng.random((GRID, GRID)) < np.where(share > FACE, KEPT_OF_FACES, KEPT)
        seen.append(surroundings(picture)[kept])
        faces.append(share[kept] > FACE)
    inputs, wanted = np.concatenate(seen), np.concatenate(faces)
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-5
    x = torch.from_numpy((inputs - mean) / spread)
    y = torch.from_numpy(wanted.astype(np.float32))
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Linear(x.shape[1], HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 1)
    )
    optimizer = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    for _ in range(STEPS):
        some = torch.randint(len(x), (BATCH,))
        loss = functional.binary_cross_entropy_with_logits(net(x[some])[:, 0], y[some])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    first, _, last = (each for each in net)
    return {
        "mean": mean,
        "spread": spread,
        "hidden": first.weight.detach().numpy().T,
        "hidden_bias": first.bias.detach().numpy(),
        "face": last.weight.detach().numpy()[0],
        "face_bias": last.bias.detach().numpy(),
    }


def measured(world: World, seed: int, count: int, placement: Placement) -> Counter[str]:
    """Of two pages for each picture: how they were laid out, and what happened to heads."""
    form = placed(load_format("square-8.5"), placement)
    texts = [TEXTS[number % len(TEXTS)] for number in range(len(TEXTS) * count)]
    pages = iter(lay_out(texts, form, load_fonts().story, "3-5"))
    found: Counter[str] = Counter()
    for shown, picture in drawn(world, seed, count):
        heads = heads_in(shown, world)
        for _ in TEXTS:
            laid = composed(next(pages), picture, form)
            found[laid.kind] += 1
            found["words over a head"] += _is_over(laid, picture, heads, form)
            found["a head cut"] += _is_cut(laid, picture, heads)
    return found


def _is_over(laid: StoryPage, picture: Image.Image, heads: list[np.ndarray], form: Format) -> bool:
    """Whether a card, or a veil where it hides half and more, is over a fiftieth of a head."""
    if laid.kind not in (*CARDS, "open"):
        return False
    box = laid.area if laid.kind in CARDS else _veil(text_box(laid.area, laid.setting), form)
    window = cut_box(picture, laid.picture.width / laid.picture.height)
    scale = (window[2] - window[0]) / form.width_pt
    left, right = (window[0] + side * scale for side in (box.x, box.right))
    top, foot = (window[1] + (form.height_pt - side) * scale for side in (box.top, box.y))
    rows = slice(max(0, int(top)), int(np.ceil(foot)))
    columns = slice(max(0, int(left)), int(np.ceil(right)))
    return any(head[rows, columns].sum() > OVER * head.sum() for head in heads)


def _veil(text: Box, form: Format) -> Box:
    """From a text to the page's nearer edge and as far beyond it, over the page's whole width."""
    beyond = CLEAR_PT + SOFT_PT / 2
    if text.y + text.height / 2 < form.height_pt / 2:
        return Box(0, 0, form.width_pt, text.top + beyond)
    return Box(0, text.y - beyond, form.width_pt, form.height_pt - text.y + beyond)


def _is_cut(laid: StoryPage, picture: Image.Image, heads: list[np.ndarray]) -> bool:
    """Whether the picture as it is shown lacks more than a fifth of a head."""
    left, upper, right, lower = cut_box(picture, laid.picture.width / laid.picture.height)
    return any(head[upper:lower, left:right].sum() < (1 - CUT) * head.sum() for head in heads)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    world = load_world(shipped("assets"))
    if options.fit:
        net = fit(world)
        file = ROOT.joinpath(*FILE)
        np.savez_compressed(file, **{name: part.astype(np.float16) for name, part in net.items()})
    for placement in ("auto", "over"):
        found = measured(world, options.seed, options.pictures, placement)
        print(placement, dict(found.most_common()))  # noqa: T201


if __name__ == "__main__":
    main()
