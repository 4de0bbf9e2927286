"""What a folder of training pictures is: how it is read and why, what is in it, what is amiss."""

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from storybook.images.contact_sheet import contact_sheet
from storybook.images.photo_reading import DAMAGE, read_picture
from storybook.records import Event
from training.data.balance import balance
from training.data.buckets import BucketRow, buckets_around, nearest_bucket, rows_of
from training.data.crops import cropped
from training.data.hugging_face import COLUMNS
from training.data.looks import looks_in
from training.data.pictures import Checked, looking_through
from training.data.readers import explained, read_folder
from training.data.records import DataIssue, Example, Layout, Size

SHEET_PX = 224
MOST_ON_SHEET = 400
SHOWN_FINDINGS = 12
SHOWN_WORDS = 12
SEVERAL = 3
"""So many and more findings of one kind are told in one line."""


@dataclass(frozen=True, slots=True)
class Look:
    """A folder, looked through."""

    layout: Layout
    why: dict[Layout, str]
    """What speaks for the layout, and against each of the others."""
    checked: Checked
    """The pictures that can be learnt from."""
    findings: tuple[DataIssue, ...]
    resolution: Size
    known: int = 0
    """How many pictures were not opened, since they are known from before."""

    def lines(self) -> Iterator[str]:
        """What there is to say, for people to read."""
        examples, sizes = self.checked.examples, self.checked.sizes
        yield f"read as {self.layout}: {self.why[self.layout]}"
        for layout, reason in self.why.items():
            if layout != self.layout:
                yield f"  not as {layout}: {reason}"
        worded = sum(bool(example.captions) for example in examples)
        yield f"{len(examples)} pictures, {worded} of them with words"
        if self.known:
            yield f"  {self.known} pictures were looked at before and have not changed since"
        for share in balance(examples):
            yield f"  {share.folder}: {share.pictures} pictures, {share.share:.0%} of an epoch"
        yield from _word_lines(examples)
        yield f"buckets for {self.resolution[0]} x {self.resolution[1]} px"
        rows = _buckets(sizes, self.resolution)
        for row in rows:
            yield (
                f"  {row.bucket[0]} x {row.bucket[1]}: {row.pictures} pictures, off by "
                f"{row.aspect_error:.3f} of aspect"
            )
        error = sum(row.aspect_error * row.pictures for row in rows) / max(1, len(sizes))
        yield f"  all: off by {error:.3f} of aspect"
        yield from finding_lines(self.findings)


def look(
    source: Path,
    *,
    resolution: Size = (512, 512),
    layout: Layout | None = None,
    pictures: Path | None = None,
    columns: tuple[str, str] = COLUMNS,
    workers: int = 2,
) -> Generator[Event, None, Look]:
    """Read a folder or a metadata file and open all its pictures; raises TrainingError.

    What is found of them is kept in the folder: one that was stopped goes on, and the next one
    opens what is new or has changed.
    """
    chosen, why = explained(source)
    if layout is not None and layout != chosen:
        chosen, why = layout, why | {layout: "it was asked for"}
    reading = read_folder(source, layout=chosen, pictures=pictures, columns=columns)
    beside = pictures or (source if source.is_dir() else source.parent)
    with looks_in(beside) as looks:
        checked = yield from looking_through(
            reading.examples, min(resolution), workers=workers, look=looks.look
        )
    findings = (*reading.findings, *checked.findings)
    return Look(chosen, why, checked, findings, resolution, looks.known)


def sheet_of(examples: Sequence[Example], title: str = "") -> Image.Image:
    """A contact sheet of pictures with their words, at most `MOST_ON_SHEET`, spread evenly."""
    step = max(1, -(-len(examples) // MOST_ON_SHEET))
    chosen = examples[::step]
    with ThreadPoolExecutor(2) as pool:
        images = pool.map(_thumbnail, chosen)
        shown = [
            (example.captions[0] if example.captions else example.path.name, image)
            for example, image in zip(chosen, images, strict=True)
            if image is not None
        ]
    return contact_sheet(shown, title)


def _thumbnail(example: Example) -> Image.Image | None:
    try:
        image = read_picture(example.path, lambda _: (SHEET_PX, SHEET_PX)).image
    except (*DAMAGE, Image.DecompressionBombError):
        return None
    image = cropped(image, example.crop)
    square = min(image.size)
    left, top = (image.width - square) // 2, (image.height - square) // 2
    return image.crop((left, top, left + square, top + square)).resize(
        (SHEET_PX, SHEET_PX), Image.Resampling.HAMMING
    )


def _buckets(sizes: Sequence[Size], resolution: Size) -> list[BucketRow]:
    buckets = buckets_around(resolution)
    return rows_of(sizes, [nearest_bucket(size, buckets) for size in sizes])


def _word_lines(examples: Sequence[Example]) -> Iterator[str]:
    """The parts between commas that most pictures share, as tags are, and words said alike."""
    parts: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for example in examples:
        for caption in example.captions:
            whole[caption] += 1
            parts.update({part.strip() for part in caption.split(",")} - {caption, ""})
    common = [f"{part} ({count})" for part, count in parts.most_common(SHOWN_WORDS) if count > 1]
    if common:
        yield f"said most often: {', '.join(common)}"
    for words, count in whole.most_common(1):
        if count > 1:
            yield f"{count} pictures have the same words: {words:.60}"


def finding_lines(findings: Sequence[DataIssue]) -> Iterator[str]:
    """Findings, those that are alike in one line with how many there are."""
    alike: dict[tuple[str, str], list[Path]] = {}
    for finding in findings:
        alike.setdefault((finding.found, finding.done), []).append(finding.path)
    if findings:
        yield f"{len(findings)} things to know"
    for number, ((found, done), paths) in enumerate(alike.items()):
        if number == SHOWN_FINDINGS:
            yield f"  and {len(alike) - number} kinds more"
            return
        if len(paths) < SEVERAL:
            yield from (f"  {path}: {found}; {done}" for path in paths)
        else:
            yield f"  {paths[0]} and {len(paths) - 1} more: {found}; {done}"
