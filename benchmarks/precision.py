"""What the starter's models take in fp32, and in the precision that this machine is quickest in.

By itself: `python -m benchmarks.precision`. Both take turns, and the least of each counts.
"""

import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from benchmarks.stories import stories_recipe
from benchmarks.teaching import pet_recipe
from storybook.config import load_settings
from storybook.models.precision import Precision, clock_here
from storybook.records import Candidate, Prompt
from storybook.studio.studio import Studio

ROUNDS = 3
WISHES = ("fp32", "auto")
WORDS = "watercolour of an orange striped cat that runs in a garden, day"
PICTURES, BATCH = 24, 8
"""As many as are worth measuring for, of which the first batch is timed."""
PLATE_PX = 1024
CPU = torch.device("cpu")

Work = tuple[Callable[[], object], str]
"""What is timed, and the precision that it is done in."""


def precision(console: Console, folder: Path) -> None:
    """Print seconds of each kind of work in both, what was chosen, and the ratio."""
    table = Table("work", "fp32, s", "chosen, s", "chosen", "times as fast")
    for name, begin in (
        (f"draw {BATCH} pictures", drawing),
        (f"a plate of {PLATE_PX} px", enlarging),
        ("a step of teaching a pet, 4 pictures", lambda *each: teaching(*each, folder)),
        ("a step of teaching the writer, 4 pairs", lambda *each: telling(*each, folder)),
    ):
        with ExitStack() as stack:
            works = [begin(wish, stack) for wish in WISHES]
            seconds = timed([do for do, _ in works])
        plain, chosen = seconds
        table.add_row(name, f"{plain:.2f}", f"{chosen:.2f}", works[1][1], f"{plain / chosen:.2f}")
    console.print(f"{torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}")
    console.print(table)


def timed(works: list[Callable[[], object]]) -> list[float]:
    """The least seconds of each, of `ROUNDS` in which all take turns; one more warms up.

    Of a single thread, seconds of the processor: other work on the machine does not count.
    """
    least, clock = [float("inf")] * len(works), clock_here()
    for number in range(ROUNDS + 1):
        for place, work in enumerate(works):
            begun = clock()
            work()
            if number:
                least[place] = min(least[place], clock() - begun)
    return least


def drawing(wish: str, stack: ExitStack) -> Work:
    """A batch of pictures by the starter's painter, with its own steps and guidance."""
    studio = _studio(wish)
    painter = stack.enter_context(studio.painter())
    requests = [_asked(studio, seed) for seed in range(PICTURES)]

    def draw() -> None:
        list(islice(painter.paint(requests), BATCH))

    draw()
    return draw, painter.precision


def enlarging(wish: str, stack: ExitStack) -> Work:
    """A plate, painted over and enlarged; in the precision that was found while drawing."""
    studio = _studio(wish)
    enlarger = stack.enter_context(studio.enlarger())
    request = _asked(studio, 1)
    picture = next(iter(enlarger.painter.paint([request])))

    def enlarge() -> None:
        enlarger.enlarge(picture, request.prompt, width_px=PLATE_PX, seed=1)

    enlarge()
    return enlarge, f"{enlarger.painter.precision}; {enlarger.then.amp.precision}"


def teaching(wish: str, stack: ExitStack, folder: Path) -> Work:
    """The gradient of a batch of photos, as `hero teach` takes it."""
    from training.parallel_gradients import ParallelGradients
    from training.pet.measured import largest_batch, with_precision
    from training.pet.recipe import recipe_of
    from training.pet.setup import prepare
    from training.pet.train import train_step
    from training.runs.run import Run

    recipe, _ = recipe_of(pet_recipe() | {"precision": wish})
    setup = with_precision(_result(prepare(recipe, Run(folder / wish / "pet"), CPU)), train_step)
    gradients, batch = ParallelGradients(setup.model.weights, setup.device), largest_batch(setup)
    way = Precision(dtype=setup.recipe.precision, channels_last=setup.recipe.channels_last)
    return lambda: train_step(setup, gradients, batch), str(way)


def telling(wish: str, stack: ExitStack, folder: Path) -> Work:
    """The gradient of a batch of pairs, as `story-lora` takes it."""
    from training.story.base import open_base
    from training.story.measured import forward_backward, tokens_of, with_precision
    from training.story.recipe import StoryRecipe
    from training.story.rows import tokenize_pairs
    from training.story.train import frame_of, pairs_of

    table = stories_recipe(folder) | {"epochs": 3, "precision": wish}
    table.pop("preset")
    recipe = StoryRecipe(**table)
    base = open_base(recipe, CPU)
    pairs = pairs_of(recipe)
    dataset = tokenize_pairs(pairs, recipe, frame_of(recipe), base.tokenizer, base.context)
    recipe = with_precision(recipe, base, dataset)
    base.model.train()
    tokens = tokens_of(base, recipe.batch, dataset.width(recipe, base.context))
    way = Precision(dtype=recipe.precision)
    return lambda: forward_backward(base, tokens, way), str(way)


def _studio(wish: str) -> Studio:
    return Studio(
        load_settings("starter", ["device=cpu", f"precision={wish}", "enlarge.control_for=both"])
    )


def _asked(studio: Studio, seed: int) -> Candidate:
    return Candidate(
        prompt=Prompt(page=1, positive=WORDS, negative=""),
        painter=studio.painter_name(),
        seed=seed,
        width_px=studio.sampling.width_px,
        height_px=studio.sampling.height_px,
        steps=studio.sampling.steps,
        guidance=studio.sampling.guidance,
    )


def _result(events: Generator[object, None, object]) -> object:
    """What a generator returns at its end."""
    result = None

    def drain() -> Iterator[object]:
        nonlocal result
        result = yield from events

    for _ in drain():
        pass
    return result


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        precision(Console(), Path(folder))


if __name__ == "__main__":
    sys.exit(main())
