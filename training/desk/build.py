"""A Hugging Face dataset of pictures with words: on the disk, and on a hub when that is asked."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from storybook.errors import TrainingError, first_line
from storybook.files import drafting, follow_umask, in_bytes, put
from storybook.images.photo_reading import read_picture
from storybook.records import Event
from training.data.crops import cropped
from training.data.hugging_face import COLUMNS
from training.data.records import Example

if TYPE_CHECKING:
    from datasets import Dataset

TASK = "text-to-image"
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (10**6, "100K<n<1M"))


def build(
    examples: Sequence[Example], to: Path, *, columns: tuple[str, str] = COLUMNS
) -> Iterator[Event]:
    """Save `examples` in the folder `to`, whole: a column of pictures and one of their words.

    The pictures' own bytes are taken, so nothing is encoded anew but, as PNG, one of which a part
    is learnt (`crop`); masks do not come along. One without words has an empty text, one with
    several is there once for each. Raises TrainingError if `to` is something else than an older
    dataset of ours.
    """
    datasets = _library()
    if to.exists() and not (to / "dataset_info.json").is_file():
        raise TrainingError(f"{to} is there already, and no dataset. Name another folder.")
    image, text = columns
    rows = [(each, words) for each in examples for words in each.captions or ("",)]
    yield Event(stage="build", done=0, total=len(rows), note=f"{len(examples)} pictures")
    features = datasets.Features({image: datasets.Image(), text: datasets.Value("string")})

    def made() -> Iterator[dict[str, Any]]:
        for each, words in rows:
            data, name = _picture_of(each)
            yield {image: {"bytes": data, "path": name}, text: words}

    with drafting(to) as draft, TemporaryDirectory(dir=to.parent, prefix=".dataset-") as cache:
        with _silent(datasets):
            saved = datasets.Dataset.from_generator(made, features=features, cache_dir=cache)
            saved.save_to_disk(str(draft))
        (draft / "README.md").write_text(_card(rows, columns), encoding="utf-8")
        follow_umask(draft)
        put(draft, to)
    yield Event(stage="build", done=len(rows), total=len(rows), note=str(to))


def _picture_of(example: Example) -> tuple[bytes, str]:
    if example.crop is None:
        return example.path.read_bytes(), example.path.name
    data = io.BytesIO()
    cropped(read_picture(example.path).image, example.crop).save(data, "PNG")
    return data.getvalue(), f"{example.path.stem}.png"


def what_is_pushed(folder: Path, repository: str) -> str:
    """What would be sent where, for people to agree to; raises TrainingError for no dataset."""
    saved = _opened(folder)
    size = sum(file.stat().st_size for file in folder.rglob("*.arrow"))
    return (
        f"{len(saved)} pictures with their words, {in_bytes(size)}, would be sent to {repository} "
        "on the hub, for its owner alone to see unless the repository is public already."
    )


def push(folder: Path, repository: str) -> Iterator[Event]:
    """Send a saved dataset to a hub; raises TrainingError, also where the hub refuses or is away.

    The token is the one that `hf auth login` keeps.
    """
    from httpx import HTTPError
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    yield Event(stage="push", done=0, total=1, note=repository)
    try:
        _opened(folder).push_to_hub(repository, private=True)
    except (
        HfHubHTTPError,
        HFValidationError,
        HTTPError,
        OfflineModeIsEnabled,
        OSError,
        ValueError,
    ) as fault:
        raise TrainingError(
            f"{repository} could not be sent: {first_line(fault)} The dataset is whole in {folder};"
            " try again when the hub can be reached and `hf auth login` was done."
        ) from fault
    yield Event(stage="push", done=1, total=1, note=repository)


def _opened(folder: Path) -> "Dataset":
    datasets = _library()
    try:
        return datasets.load_from_disk(str(folder))
    except (OSError, ValueError) as fault:
        raise TrainingError(f"{folder} holds no saved dataset: {first_line(fault)}") from fault


def _card(rows: Sequence[tuple[Example, str]], columns: tuple[str, str]) -> str:
    """A dataset card, with the head that hubs read."""
    size = next((name for most, name in SIZES if len(rows) < most), "n>1M")
    worded = sum(bool(words) for _, words in rows)
    first = next((words for _, words in rows if words), "")
    example = f"\nThe first of them says: {first}\n" if first else ""
    return (
        f"---\ntask_categories:\n- {TASK}\nsize_categories:\n- {size}\n---\n\n"
        f"# Pictures with words\n\n{len(rows)} pictures in the column `{columns[0]}`, "
        f"{worded} of them with words in the column `{columns[1]}`.\n{example}\n"
        "Say here where the pictures come from, and who may use them for what.\n"
    )


@contextmanager
def _silent(datasets: Any) -> Iterator[None]:
    """The library draws bars of its own."""
    were_on = not datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        if were_on:
            datasets.enable_progress_bars()


def _library() -> Any:
    try:
        import datasets
    except ImportError:
        raise TrainingError(
            "A dataset is built by Hugging Face's library: pip install 'storybook[train]'"
        ) from None
    return datasets
