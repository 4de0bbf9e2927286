"""From a recipe's folders to what is learnt: pictures with their final words, in buckets."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from storybook.errors import TrainingError
from training.data.balance import match_class
from training.data.buckets import BatchOrder, bucket_sizes, nearest_bucket
from training.data.captions import class_caption, filewords, instance_caption
from training.data.folders import tidy
from training.data.pictures import look_through
from training.data.readers import read_folder
from training.data.records import DataIssue, Example, FolderReading, Size
from training.pet.recipe import Concept, Recipe


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a run learns from, or only looks at."""

    examples: tuple[Example, ...]
    """With their final captions and repeats."""
    sizes: tuple[Size, ...]
    """Of their pictures, upright."""
    buckets: tuple[Size, ...]

    def order(self, recipe: Recipe) -> BatchOrder:
        """The order of batches that these examples come in."""
        repeats = tuple(example.repeats for example in self.examples)
        return BatchOrder(self.buckets, repeats, recipe.batch, recipe.seed)


@dataclass(frozen=True, slots=True)
class GatheredDataset:
    """All that a recipe's folders hold."""

    train: Dataset
    held_out: Dataset
    findings: tuple[DataIssue, ...]


def gather(recipe: Recipe, size_px: Size, class_images: Sequence[Path | None]) -> GatheredDataset:
    """Read, look through and caption all pictures; raises TrainingError where that cannot be.

    `size_px` is that of a picture, or of one with as many pixels. `class_images` are the folders
    of generated pictures, one for each concept or None.
    """
    findings: list[DataIssue] = []
    taught: list[tuple[Example, Size]] = []
    kept_back: list[tuple[Example, Size]] = []
    for concept, generated in zip(recipe.concept, class_images, strict=True):
        own = _own(recipe, concept, size_px, findings)
        if not own:
            raise TrainingError(
                f"No picture in {concept.photos} can be learnt from. Bring other ones; see above "
                "what is wrong with these."
            )
        back = _held_out(concept, len(own), recipe)
        findings += _too_few(concept, len(own), recipe.held_out, len(back))
        kept_back += [own[place] for place in back]
        taught += _fewest(recipe, [each for place, each in enumerate(own) if place not in back])
        for folder in filter(None, (concept.class_photos, generated)):
            taught += _of_class(concept, folder, size_px, findings)
    examples = match_class(
        example.but(repeats=tidy(example.repeats * recipe.repeats)) for example, _ in taught
    )
    sizes = _bucket_sizes(recipe, size_px)
    return GatheredDataset(
        _in_buckets(list(zip(examples, (size for _, size in taught), strict=True)), sizes),
        _in_buckets(kept_back, sizes),
        tuple(findings),
    )


def _too_few(concept: Concept, count: int, wished: int, held_out: int) -> Iterator[DataIssue]:
    """That fewer of `count` pictures are held out than was wished, if so."""
    if wished > count:
        found = f"held_out is {wished} of {count} pictures"
        done = f"{held_out} are kept back, a third at most"
        yield DataIssue(path=concept.photos, found=found, done=done)


def _own(
    recipe: Recipe, concept: Concept, size_px: Size, findings: list[DataIssue]
) -> list[tuple[Example, Size]]:
    reading = read_folder(
        concept.metadata or concept.photos,
        layout=concept.layout,
        plain=recipe.layout,
        pictures=concept.photos if concept.metadata else None,
        columns=(concept.image_column, concept.caption_column),
        concept=concept.name,
    )
    return [
        (example.but(repeats=tidy(example.repeats * concept.repeats)), size)
        for example, size in _looked_through(reading, concept, size_px, findings)
    ]


def _of_class(
    concept: Concept, folder: Path, size_px: Size, findings: list[DataIssue]
) -> list[tuple[Example, Size]]:
    reading = read_folder(folder, concept=concept.name, is_class=True)
    return _looked_through(reading, concept, size_px, findings)


def _looked_through(
    reading: FolderReading, concept: Concept, size_px: Size, findings: list[DataIssue]
) -> list[tuple[Example, Size]]:
    """The pictures that can be learnt from, captioned, with their sizes."""
    checked = look_through(reading.examples, math.isqrt(size_px[0] * size_px[1]))
    findings += [*reading.findings, *checked.findings]
    return [
        (example.but(captions=_captions(example, concept)), size)
        for example, size in zip(checked.examples, checked.sizes, strict=True)
    ]


def _fewest(recipe: Recipe, examples: list[tuple[Example, Size]]) -> list[tuple[Example, Size]]:
    """At most `max_samples` of the examples, in their order."""
    count = len(examples)
    most = count if recipe.max_samples is None else min(recipe.max_samples, count)
    places = sorted(Random(recipe.seed).sample(range(count), most))
    return [examples[place] for place in places]


def _captions(example: Example, concept: Concept) -> tuple[str, ...]:
    """The words of a picture by the concept's prompts and names."""
    captions = example.captions or (_words_in_name(example.path),)
    if example.is_class:
        caption_of, prompt = class_caption, concept.class_prompt
    else:
        caption_of, prompt = instance_caption, concept.prompt
    return tuple(caption_of(prompt, words, concept.name, concept.class_word) for words in captions)


def _words_in_name(path: Path) -> str:
    """A file's name, if it is words: a camera's `IMG_2041` says nothing."""
    words = filewords(path)
    return words if " " in words.strip() else ""


def _held_out(concept: Concept, count: int, recipe: Recipe) -> set[int]:
    """Places of the pictures that are only looked at; a third is the most that is kept back."""
    rng = Random(f"{recipe.seed}/{concept.name}")
    return set(rng.sample(range(count), min(recipe.held_out, count // 3)))


def _bucket_sizes(recipe: Recipe, size_px: Size) -> tuple[Size, ...]:
    if not recipe.buckets:
        return (size_px,)
    return bucket_sizes(*size_px, recipe.least_px, recipe.most_px)


def _in_buckets(pairs: Sequence[tuple[Example, Size]], sizes: tuple[Size, ...]) -> Dataset:
    """Latents of kohya's scripts decide where a picture belongs, if it has them."""
    buckets = (example.bucket or nearest_bucket(size, sizes) for example, size in pairs)
    return Dataset(
        tuple(example for example, _ in pairs), tuple(size for _, size in pairs), tuple(buckets)
    )
