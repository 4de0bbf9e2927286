"""Aspect-ratio buckets: which sizes there are, who belongs where, and in which order they come."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from PIL import Image

from storybook.errors import TrainingError
from storybook.records import Record, digest
from training.data.records import STEP_PX, Size


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """All that the order of batches depends on."""

    buckets: tuple[Size, ...]
    """The bucket of each example."""
    repeats: tuple[float, ...]
    """How often an epoch shows each example; 0.5 is every other epoch."""
    batch: int
    seed: int


@dataclass(frozen=True, slots=True)
class BucketBatch:
    """Examples of one bucket that are learnt from together."""

    bucket: Size
    examples: tuple[int, ...]
    """Places in the list of examples; one with repeats may come twice."""
    epoch: int
    number: int
    """Counts from 0 in each epoch."""


class Position(Record):
    """The place of the next batch: all that must be kept to go on where a run was left."""

    order: str
    """Digest of the Order, so that a place in other data is not taken for one in these."""
    epoch: int = 0
    batch: int = 0


class BucketRow(Record):
    """A bucket in the table that is shown before a run."""

    bucket: Size
    pictures: int
    shown: int
    """Pictures times repeats."""
    batches: int
    aspect_error: float
    """Mean difference of width over height between its pictures and itself: what is cut off."""


def bucket_sizes(
    width_px: int, height_px: int, least_px: int = 256, most_px: int = 1024
) -> tuple[Size, ...]:
    """All buckets of at most the area of `width_px` x `height_px`, sorted.

    Sides are multiples of 64 between `least_px` and `most_px`; the square comes in addition. The
    algorithm is that of kohya's scripts. Raises TrainingError for sizes that give none.
    """
    for side in (width_px, height_px, least_px, most_px):
        if side < STEP_PX or side % STEP_PX:
            raise TrainingError(
                f"{side} px is no side of a bucket: give the resolution and its limits as "
                f"multiples of {STEP_PX}."
            )
    area = width_px * height_px
    square = math.isqrt(area) // STEP_PX * STEP_PX
    sizes = {(square, square)}
    for width in range(least_px, most_px + 1, STEP_PX):
        height = min(most_px, area // width // STEP_PX * STEP_PX)
        if height >= least_px:
            sizes |= {(width, height), (height, width)}
    return tuple(sorted(sizes))


def buckets_around(resolution: Size) -> tuple[Size, ...]:
    """The buckets for a set that is looked at: sides from 256 px, or half of a smaller resolution,
    to 1,024 px, or a larger one's own."""
    least_px = min(256, max(STEP_PX, min(resolution) // 2 // STEP_PX * STEP_PX))
    return bucket_sizes(*resolution, least_px, max(1024, *resolution))


def nearest_bucket(size: Size, buckets: Sequence[Size]) -> Size:
    """The picture's own size if that is a bucket, else the bucket whose width over height is
    nearest to that of `size`; of equally near ones the first."""
    if size in buckets:
        return size
    aspect = size[0] / size[1]
    return min(buckets, key=lambda bucket: abs(bucket[0] / bucket[1] - aspect))


def fit(
    image: Image.Image, bucket: Size, at: tuple[float, float] = (0.5, 0.5), spare_px: int = 0
) -> Image.Image:
    """The picture scaled to cover `bucket` with `spare_px` more each way, and cut to it.

    `at` says where the cut lies, from (0, 0) for the left top to (1, 1). Scales down with Hamming,
    which of Pillow's filters is nearest to the area filter of kohya's scripts, and up with Lanczos.
    """
    covering = covering_size(image.size, bucket, spare_px)
    if covering != image.size:
        smaller = covering[0] < image.width
        filter_ = Image.Resampling.HAMMING if smaller else Image.Resampling.LANCZOS
        image = image.resize(covering, filter_)
    left = int((covering[0] - bucket[0]) * at[0])
    top = int((covering[1] - bucket[1]) * at[1])
    return image.crop((left, top, left + bucket[0], top + bucket[1]))


def covering_size(size: Size, bucket: Size, spare_px: int = 0) -> Size:
    """The size to which a picture is scaled so that it covers `bucket`, and `spare_px` more."""
    scale = max((cut + spare_px) / side for cut, side in zip(bucket, size, strict=True))
    return int(size[0] * scale + 0.5), int(size[1] * scale + 0.5)


def steps_per_epoch(shown: Iterable[int], batch: int, accumulation: int = 1) -> int:
    """Optimizer steps of an epoch, from how many pictures each bucket shows in it.

    A bucket's last batch may be short, and so may the last step's accumulation; both count.
    """
    return math.ceil(sum(math.ceil(count / batch) for count in shown) / accumulation)


def everydream_steps(pictures: int, repeats: int, batch: int) -> float:
    """Steps of an epoch by EveryDream's formula, which counts its validation pass in.

    The pass shows each picture once, hence the (1 + 1 / repeats). The formula gives 916.7 for 500
    pictures, 10 repeats and batches of 6, while the document that states it says 835.
    """
    return repeats * pictures / batch * (1 + 1 / repeats)


def bucket_table(sizes: Sequence[Size], order: BatchOrder) -> list[BucketRow]:
    """The buckets that are in use; `sizes` are those of the examples' pictures."""
    members = defaultdict(list)
    for index, bucket in enumerate(order.buckets):
        members[bucket].append(index)
    shown = shown_per_bucket(order)
    rows = []
    for bucket, indices in sorted(members.items()):
        aspects = [sizes[index][0] / sizes[index][1] for index in indices]
        errors = [abs(aspect - bucket[0] / bucket[1]) for aspect in aspects]
        rows.append(
            BucketRow(
                bucket=bucket,
                pictures=len(indices),
                shown=shown[bucket],
                batches=steps_per_epoch([shown[bucket]], order.batch),
                aspect_error=sum(errors) / len(errors),
            )
        )
    return rows


def rows_of(sizes: Sequence[Size], buckets: Sequence[Size]) -> list[BucketRow]:
    """The buckets of pictures that are each shown once, one by one."""
    return bucket_table(sizes, BatchOrder(tuple(buckets), (1.0,) * len(buckets), batch=1, seed=0))


def shown_per_bucket(order: BatchOrder, epoch: int = 0) -> dict[Size, int]:
    """How many pictures an epoch shows of each bucket, repeats included.

    With fractions of repeats epochs differ a little.
    """
    shown: Counter[Size] = Counter()
    for bucket, times in zip(order.buckets, showings(order, epoch), strict=True):
        shown[bucket] += times
    return dict(shown)


def showings(order: BatchOrder, epoch: int) -> list[int]:
    """How often an epoch shows each example, which for whole repeats is always the same.

    Examples with the same fraction take turns in an order that the seed decides, so that of 0.5 an
    epoch shows one half of them and the next epoch the other.
    """
    times = [int(repeats) for repeats in order.repeats]
    sharing: dict[float, list[int]] = defaultdict(list)
    for index, repeats in enumerate(order.repeats):
        if repeats != int(repeats):
            sharing[repeats].append(index)
    for repeats, indices in sorted(sharing.items()):
        Random(f"{order.seed}/{repeats}").shuffle(indices)
        exact = Fraction(str(repeats))
        for turn, index in enumerate(indices):
            ahead = Fraction(turn, len(indices))
            before, after = (math.floor(exact * each + ahead) for each in (epoch, epoch + 1))
            times[index] = after - before
    return times


def steps_of_epochs(order: BatchOrder, accumulation: int, epochs: int) -> int:
    """Optimizer steps of so many epochs from the first one on."""
    whole = all(repeats == int(repeats) for repeats in order.repeats)
    shown = [shown_per_bucket(order, epoch).values() for epoch in range(1 if whole else epochs)]
    steps = [steps_per_epoch(counts, order.batch, accumulation) for counts in shown]
    return steps[0] * epochs if whole else sum(steps)


def epoch_batches(order: BatchOrder, epoch: int) -> list[BucketBatch]:
    """The batches of an epoch, which depend on nothing but the order and the epoch.

    Each bucket is shuffled and cut into batches, the last of which may be short; then the batches
    of all buckets are shuffled.
    """
    rng = Random(f"{order.seed}/{epoch}")
    members = defaultdict(list)
    for index, (bucket, times) in enumerate(
        zip(order.buckets, showings(order, epoch), strict=True)
    ):
        members[bucket] += [index] * times
    parts = []
    for bucket, indices in sorted(members.items()):
        rng.shuffle(indices)
        for start in range(0, len(indices), order.batch):
            parts.append((bucket, tuple(indices[start : start + order.batch])))
    rng.shuffle(parts)
    return [BucketBatch(*part, epoch, number) for number, part in enumerate(parts)]


def first_position(order: BatchOrder) -> Position:
    """The place of the very first batch."""
    return Position(order=_digest(order))


def batches_from(order: BatchOrder, position: Position) -> Iterator[tuple[BucketBatch, Position]]:
    """Batches from `position` on, without end, each with the position after it.

    Raises TrainingError if the position is one in other data, or there is nothing to show.
    """
    if position.order != _digest(order):
        raise TrainingError(
            "The pictures, their repeats, the batch size or the seed are not those that this run "
            "began with, so its place in them means nothing. Put them back, or begin a new run."
        )
    if not order.buckets:
        raise TrainingError("There is no picture to learn from.")
    while True:
        batches = epoch_batches(order, position.epoch)
        if not batches:  # an epoch in which no picture has its turn
            position = position.but(epoch=position.epoch + 1, batch=0)
        for batch in batches[position.batch :]:
            last = batch.number + 1 == len(batches)
            after = {"epoch": batch.epoch + last, "batch": 0 if last else batch.number + 1}
            position = position.but(**after)
            yield batch, position


def steps_from(
    order: BatchOrder, position: Position, batches: int
) -> Iterator[tuple[list[BucketBatch], Position]]:
    """What optimizer steps learn from, without end: `batches` at a time, fewer where an epoch ends.

    Each comes with the position after it. Raises TrainingError as `batches_from` does.
    """
    group: list[BucketBatch] = []
    for batch, after in batches_from(order, position):
        group.append(batch)
        if len(group) == batches or after.batch == 0:
            yield group, after
            group = []


def _digest(order: BatchOrder) -> str:
    return digest(order.buckets, order.repeats, order.batch, order.seed)
