"""Has a model say what pictures show: in batches, once each, to be gone on with."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from PIL import Image

from storybook.errors import OutOfMemory, TrainingError
from storybook.records import Event
from training.data.captions import clean
from training.data.pictures import open_picture
from training.data.records import DataIssue
from training.desk.words import CaptionStore

SEEN_PX = 64
"""A picture with less area than this squared and a sixteenth of it is not looked at."""
SHOWN = 60


class Annotator(Protocol):
    """Says what pictures show."""

    name: str

    def say(self, images: Sequence[Image.Image], seeds: Sequence[int]) -> list[str]:
        """Words for each of some pictures in RGB; each has a seed of its own.

        Raises OutOfMemory for too many at once.
        """


def annotate(
    pictures: Sequence[Path],
    annotator: Annotator,
    words: CaptionStore,
    findings: list[DataIssue],
    *,
    batch: int = 1,
    seed: int = 42,
    again: bool = False,
) -> Iterator[Event]:
    """Keep in `words` what `annotator` says of each picture of which nothing is said yet.

    All of them `again`, if asked. A batch that does not fit into memory is halved, for good. What
    could not be read or said goes to `findings`. A picture's seed is `seed` and its place, whether
    the run was stopped before or not. Raises TrainingError if nothing could be said of any
    picture.
    """
    due = [(place, path) for place, path in enumerate(pictures) if again or not words.has(path)]
    before = done = len(pictures) - len(due)
    written = 0
    if done:
        yield Event(stage="look", done=done, total=len(pictures), note=f"{done} said already")
    try:
        while done < len(pictures):
            start = done - before
            taken = due[start : start + batch]
            opened = _opened(taken, findings)
            if opened:
                try:
                    texts = annotator.say(
                        [image for _, _, image in opened], [seed + place for place, _, _ in opened]
                    )
                except OutOfMemory:
                    if batch == 1:
                        raise
                    batch //= 2
                    _forget(findings, taken)
                    continue
                written += _kept(opened, texts, annotator, words, findings)
            done += len(taken)
            note = taken[-1][1].name
            if opened and texts[-1]:
                note = f"{note}: {texts[-1]:.{SHOWN}}"
            yield Event(stage="look", done=done, total=len(pictures), note=note)
    finally:
        words.close()
    if findings and not written and not any(map(words.has, pictures)):
        raise TrainingError(
            f"{annotator.name} said nothing of any picture. {findings[0].path}: {findings[0].found}"
        )


def _opened(
    taken: Sequence[tuple[int, Path]], findings: list[DataIssue]
) -> list[tuple[int, Path, Image.Image]]:
    opened = []
    for place, path in taken:
        image, odd = open_picture(path, SEEN_PX)
        if image is None:
            findings += odd
        else:
            opened.append((place, path, image))
    return opened


def _forget(findings: list[DataIssue], taken: Sequence[tuple[int, Path]]) -> None:
    """What was found of pictures that will be opened again."""
    paths = {path for _, path in taken}
    findings[:] = [each for each in findings if each.path not in paths]


def _kept(
    opened: Sequence[tuple[int, Path, Image.Image]],
    texts: Sequence[str],
    annotator: Annotator,
    words: CaptionStore,
    findings: list[DataIssue],
) -> int:
    """How many of the texts said something, which is kept."""
    written = 0
    for (_, path, _), text in zip(opened, texts, strict=True):
        if line := clean(text, path, findings):
            words.keep(path, line)
            written += 1
        else:
            found = f"{annotator.name} said nothing of it"
            findings.append(DataIssue(path=path, found=found, done="left without words"))
    return written
