"""Fetching a model from a hub into a folder, once it has been said what that takes.

The hub is huggingface.co, or what HF_ENDPOINT names. Nothing else in this project asks one.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from storybook.errors import ConfigError, ModelError, first_line
from storybook.models.weights import PICKLES
from storybook.records import Event, Record

MOVED = {
    "runwayml/stable-diffusion-v1-5": "stable-diffusion-v1-5/stable-diffusion-v1-5",
    "runwayml/stable-diffusion-inpainting": "stable-diffusion-v1-5/stable-diffusion-inpainting",
    "decapoda-research/llama-7b-hf": "huggyllama/llama-7b",
}
"""Repositories that are gone, with where the same weights are now."""

REPOSITORY = re.compile(r"(?P<repository>[\w-][\w.-]*/[\w.-]+?)(@(?P<revision>[\w.-]+))?")
MODELS = Path("models")
"""Where models are fetched to, unless another folder is named."""
KEPT = PICKLES | {".safetensors", ".json", ".txt", ".model", ".jinja", ".yaml"}
UNUSED = ("onnx", "openvino", "flax", "coreml")
"""Folders of other runtimes."""
INDEX = "model_index.json"
TAGGER, TAG_LISTS = "model.onnx", ("selected_tags.csv", "tags.txt")
"""A network that tags pictures, and the list of what it says beside it: WD14's, DeepDanbooru's."""
HALF = ".fp16"
MARGIN = 1.05
"""Of the disk: a file is written beside its place first."""


class RemoteFile(Record):
    """A file of a repository."""

    name: str
    size: int
    """Bytes."""


class Listing(Record):
    """What would be fetched."""

    repository: str
    """Where it is today, which may be another place than was asked for."""
    commit: str
    files: tuple[RemoteFile, ...]
    revision: str | None = None
    """The branch, tag or commit that was asked for by name."""

    @property
    def folder(self) -> str:
        """What its folder among the models is called."""
        return _folder_of(self.repository, self.revision)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def on_disk(model: Path) -> Path:
    """Where a model lies that is named by its path, or as a hub's `OWNER/NAME` or one `@REVISION`.

    What is no path is looked for where `storybook models get` puts it and in the hub's cache, both
    under its old name and its new one; no hub is asked. Raises ModelError if it is nowhere.
    """
    name = REPOSITORY.fullmatch(model.as_posix())
    if model.exists() or name is None or model.suffix in PICKLES | {".safetensors"}:
        return model
    repository, revision = name["repository"], name["revision"]
    both = dict.fromkeys((repository, MOVED.get(repository, repository)))
    for each in both:
        if (fetched := MODELS / _folder_of(each, revision)).is_dir():
            return fetched
    for each in both:
        if (cached := _in_cache(each, revision)) is not None:
            return cached
    raise ModelError(
        f"{model} does not exist here, and no model of that name was fetched. Check the path, or "
        f"fetch it: storybook models get {model.as_posix()}"
    )


def at_revision(model: Path, revision: str) -> Path:
    """A hub's `OWNER/NAME` at a branch, tag or commit; raises ConfigError for what cannot be."""
    name = REPOSITORY.fullmatch(model.as_posix())
    if name is None or model.exists():
        raise ConfigError(
            f"--revision {revision}: {model} is no hub's OWNER/NAME, so it has no revisions."
        )
    if name["revision"] not in (None, revision):
        raise ConfigError(f"--revision {revision}: {model} names another one. Leave one out.")
    at = Path(f"{name['repository']}@{revision}")
    if REPOSITORY.fullmatch(at.as_posix()) is None:
        raise ConfigError(f"--revision {revision!r} is no name of a branch, a tag or a commit.")
    return at


def listing(repository: str, *, half: bool = False) -> Listing:
    """What has to be fetched of a repository `OWNER/NAME` or one `@REVISION`; `half` prefers half
    precision.

    Raises ModelError if the hub does not answer, or has no such model.
    """
    from httpx import HTTPError
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    repository, _, revision = repository.partition("@")
    there = MOVED.get(repository, repository)
    try:
        info = HfApi().model_info(there, revision=revision or None, files_metadata=True)
    except (HFValidationError, HfHubHTTPError, HTTPError, OSError) as fault:
        raise ModelError(_refused(there, fault)) from fault
    every = [RemoteFile(name=each.rfilename, size=each.size or 0) for each in info.siblings or []]
    files = needed(every, half=half)
    weights = PICKLES | {".safetensors", PurePosixPath(TAGGER).suffix}
    if not any(PurePosixPath(file.name).suffix in weights for file in files):
        raise ModelError(f"{there} holds no weights that are known here. Name another repository.")
    commit = info.sha or revision or "main"
    return Listing(repository=there, commit=commit, files=files, revision=revision or None)


def needed(files: Sequence[RemoteFile], *, half: bool = False) -> tuple[RemoteFile, ...]:
    """Those of a repository's files that a model is opened from, each weight once.

    Of a folder's weights the safetensors, if there are any; of a diffusers repository no single
    file beside the parts; of a tagger its network in ONNX and the list of its tags.
    """
    paths = {file.name: PurePosixPath(file.name) for file in files}
    if TAGGER in paths and not paths.keys().isdisjoint(TAG_LISTS):
        return tuple(file for file in files if file.name in (TAGGER, *TAG_LISTS))
    parted = INDEX in paths
    kept = [
        file
        for file in files
        if paths[file.name].suffix in KEPT
        and not set(paths[file.name].parts[:-1]) & set(UNUSED)
        and not (parted and _is_weight(paths[file.name]) and len(paths[file.name].parts) == 1)
    ]
    chosen = []
    for file in kept:
        path = paths[file.name]
        beside = [paths[other.name] for other in kept if paths[other.name].parent == path.parent]
        weights = [other for other in beside if _is_weight(other)]
        if path not in weights or path in _of_one_form(weights, half=half):
            chosen.append(file)
    return tuple(chosen)


def _of_one_form(weights: Sequence[PurePosixPath], *, half: bool) -> Sequence[PurePosixPath]:
    """Of a folder's weights, which may lie there in several forms, those that are opened."""
    safe = [each for each in weights if each.suffix == ".safetensors"] or weights
    halves = [each for each in safe if HALF in each.name]
    wholes = [each for each in safe if HALF not in each.name]
    return (halves or wholes) if half else (wholes or halves)


def fetch(listing: Listing, folder: Path) -> Iterator[Event]:
    """Fetch into `folder`, an event for each file; what is there already is not fetched again.

    Raises ModelError if the disk has no room for it, or the hub stops answering; then run it again.
    """
    from httpx import HTTPError
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError

    check_room(listing, folder)
    total = len(listing.files)
    for done, file in enumerate(listing.files):
        yield Event(stage="fetch", done=done, total=total, note=f"{file.name}, {megabytes(file)}")
        try:
            hf_hub_download(
                listing.repository, file.name, revision=listing.commit, local_dir=folder
            )
        except (HfHubHTTPError, HTTPError, OSError) as fault:
            raise ModelError(
                f"{_refused(listing.repository, fault)} {done} of {total} files are in {folder}; "
                "run it again to go on."
            ) from fault
    yield Event(stage="fetch", done=total, total=total, note=str(folder))


def check_room(listing: Listing, folder: Path) -> None:
    """Raise ModelError if the disk under `folder` is too small for what is not there yet."""
    there = sum((folder / file.name).is_file() * file.size for file in listing.files)
    place = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(place).free
    if (listing.size - there) * MARGIN > free:
        raise ModelError(
            f"{listing.repository} takes {listing.size / 1e9:.1f} GB, and {place} has "
            f"{free / 1e9:.1f} GB free. Make room, or name a folder elsewhere with --into."
        )


def megabytes(file: RemoteFile) -> str:
    """A file's size for people."""
    return f"{file.size / 1e6:,.1f} MB"


def _folder_of(repository: str, revision: str | None) -> str:
    name = repository.rpartition("/")[2]
    return f"{name}@{revision}" if revision else name


def _in_cache(repository: str, revision: str | None) -> Path | None:
    """The folder of a repository in the hub's cache; None if it is not there."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(repository, revision=revision, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError):
        return None


def _is_weight(path: PurePosixPath) -> bool:
    return path.suffix in PICKLES | {".safetensors"}


def _refused(repository: str, fault: Exception) -> str:
    reason = first_line(fault)
    return f"{repository} cannot be fetched: {reason}. Is the name right, is HF_HUB_OFFLINE unset?"
