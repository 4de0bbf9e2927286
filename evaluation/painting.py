"""Painting what is asked through the studio's own doors, each picture once for each painter."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from evaluation.judge import SceneAttributes
from evaluation.records import Bench
from storybook.files import write_whole
from storybook.records import Candidate, Event, Hero, Prompt, Tries
from storybook.shard import Shard
from storybook.stages.choose import choose
from storybook.stages.draw import draw
from storybook.story.prompt_to_caption import prompt_to_caption
from storybook.studio.candidates import wanted
from storybook.studio.studio import Studio

SEED = 41
"""Of the noise that pictures are painted from."""
STYLE = "gouache"
"""Of a prompt that names none."""


@dataclass(frozen=True, slots=True)
class PaintingTask:
    """One thing to paint: the words that the painter hears, and what they ask for."""

    words: str
    shown: SceneAttributes


@dataclass(frozen=True, slots=True)
class Painted:
    """The first picture of each prompt and the critic's choice, uint8 [n, h, w, 3]."""

    first: np.ndarray
    chosen: np.ndarray


def paint(bench: Bench, asked: Sequence[PaintingTask]) -> Generator[Event, None, Painted]:
    """Paint every prompt as `draw` does, and choose as `choose` does."""
    prompts = [one.words for one in asked]
    requests = _requests(bench, prompts, bench.extent.tries)
    every = yield from _paint(bench, requests)
    first, chosen = [], []
    with bench.studio.critic() as critic:
        for done, (one, tries, arrays) in enumerate(
            zip(asked, requests, every, strict=True), start=1
        ):
            images = [Image.fromarray(pixels) for pixels in arrays]
            star = Hero(name="Star", species=one.shown.species, look=one.shown.coat)
            pick = choose(tries, images, star, critic)
            best = [request.id for request in tries].index(pick.candidate)
            first.append(arrays[0])
            chosen.append(arrays[best])
            yield Event(stage="choose", done=done, total=len(asked))
    return Painted(np.stack(first), np.stack(chosen))


def paint_once(
    bench: Bench, prompts: Sequence[str], cast: tuple[Hero, ...] = ()
) -> Generator[Event, None, np.ndarray]:
    """One picture for each prompt by a painter who knows the heroes of `cast`, [n, h, w, 3]."""
    every = yield from _paint(bench, _requests(bench, prompts, 1, cast), cast)
    return np.stack([tries[0] for tries in every])


def _requests(
    bench: Bench, prompts: Sequence[str], tries: int, cast: tuple[Hero, ...] = ()
) -> list[list[Candidate]]:
    studio = bench.studio
    return [
        list(
            wanted(
                Prompt(page=number, positive=_heard(words, studio)),
                Tries(count=tries),
                studio.painter_name(cast),
                studio.sampling,
                SEED,
                studio.world if studio.draws_the_world else None,
            )
        )
        for number, words in enumerate(prompts)
    ]


def _heard(words: str, studio: Studio) -> str:
    """What the painter is told when an author types `words`, as `draw` tells it."""
    return prompt_to_caption(words, (), studio.world, STYLE) if studio.draws_the_world else words


def _paint(
    bench: Bench, requests: Sequence[Sequence[Candidate]], cast: tuple[Hero, ...] = ()
) -> Generator[Event, None, list[list[np.ndarray]]]:
    """The pictures of all requests; those that were painted before are taken from the work.

    A picture is kept by the digest of its request, which names the painter's weights, so a run that
    was stopped goes on, and another painter paints anew.
    """
    folder = bench.work / "pictures"
    yield from _paint_missing(bench, requests, cast, Shard())
    return [
        [np.asarray(Image.open(_file(folder, request)).convert("RGB")) for request in tries]
        for tries in requests
    ]


def paint_share(
    bench: Bench, prompts: Sequence[str], tries: int, cast: tuple[Hero, ...], shard: Shard
) -> Iterator[Event]:
    """Paint a share of what `paint` or `paint_once` will ask for, into the work."""
    yield from _paint_missing(bench, _requests(bench, prompts, tries, cast), cast, shard)


def _paint_missing(
    bench: Bench, requests: Sequence[Sequence[Candidate]], cast: tuple[Hero, ...], shard: Shard
) -> Iterator[Event]:
    """Paint those of a share that are not in the work."""
    studio, folder = bench.studio, bench.work / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    every = shard.part_of([request for tries in requests for request in tries])
    missing = [request for request in every if not _file(folder, request).is_file()]
    if missing:
        with studio.painter(cast) as painter:
            pictures = draw(missing, painter, karras=studio.sampling.karras)
            for done, (request, png) in enumerate(pictures, len(every) - len(missing) + 1):
                write_whole(_file(folder, request), png)
                yield Event(stage="paint", done=done, total=len(every))


def _file(folder: Path, request: Candidate) -> Path:
    return folder / f"{request.id}.png"
