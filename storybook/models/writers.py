"""The writer's door: a folder, a server or a double, by what `[write]` says."""

from collections.abc import Iterator
from pathlib import Path

from storybook.config import PrecisionWish, Teller, WriteSettings
from storybook.models import Writer, packaged
from storybook.models.generation import SamplingParams, load_sampling
from storybook.records import digest

ECHO, SERVER = "echo", "server"
RESULT = "result"
"""Of a training run: what was made."""


def writer_name(settings: WriteSettings) -> str:
    """The name of the writer that `open_writer` would open, without loading it."""
    settings = own(settings)
    if settings.writer == ECHO:
        return ECHO
    if settings.writer == SERVER:
        return f"server-{settings.model}"
    from storybook.models import local_writer

    adapter, sampling = _adapter(settings), _sampling(settings)
    return local_writer.writer_name(packaged.fetched(settings.writer), adapter, sampling)


def known_name(settings: WriteSettings) -> str:
    """A name that is the same before a writer's weights are fetched and after."""
    if settings.writer not in packaged.known():
        return writer_name(settings)
    from storybook.models.weights import weights_digest

    adapter = _adapter(settings)
    taught = weights_digest(adapter) if adapter else None
    base = packaged.known()[settings.writer].model_name
    return f"{base}-{digest(taught, _sampling(settings))}"


def open_writer(settings: WriteSettings, device: str, precision: PrecisionWish = "fp32") -> Writer:
    """The writer that the settings name; raises ModelError if it cannot be opened."""
    settings = own(settings)
    if settings.writer == ECHO:
        from storybook.models.doubles import EchoWriter

        return EchoWriter()
    if settings.writer == SERVER:
        from storybook.models.server_writer import open_server_writer

        return open_server_writer(
            settings.model,
            base_url=settings.base_url,
            key_variable=settings.key_variable,
            timeout_s=settings.timeout_s,
            temperature=settings.temperature,
        )
    from storybook.models.local_writer import open_local_writer

    return open_local_writer(
        packaged.fetched(settings.writer),
        _adapter(settings),
        device=device,
        sampling=_sampling(settings),
        temperature=settings.temperature,
        precision=precision,
    )


def adapter_folder(adapter: str) -> Path:
    """Where an adapter lies: in the folder itself, or in the result of a run's folder."""
    result = Path(adapter) / RESULT
    return result if result.is_dir() else Path(adapter)


def _adapter(settings: WriteSettings) -> Path | None:
    return adapter_folder(settings.adapter) if settings.adapter else None


def _sampling(settings: WriteSettings) -> SamplingParams | None:
    return load_sampling(settings.generation) if settings.generation else None


def own(write: WriteSettings) -> WriteSettings:
    """The settings of who tells first: the writer, or who stands in while it is not fetched."""
    return next(each_of(write))


def each_of(write: WriteSettings) -> Iterator[WriteSettings]:
    """The settings of each teller that is there, one without another beside it.

    The writer itself where none is, so that who opens it says what is missing.
    """
    there = [each for each in all_of(write) if not packaged.is_missing(each.writer)]
    yield from there or [write.but(also=())]


def all_of(write: WriteSettings) -> list[WriteSettings]:
    """The settings of each teller, whether it is there or not, the writer's own first."""
    alone = write.but(also=())
    return [alone, *(_as_writer(alone, teller) for teller in write.also)]


def missing(write: WriteSettings) -> str:
    """What to say of a writer for whom another stands in; empty if it is there."""
    if not write.also or not packaged.is_missing(write.writer):
        return ""
    return (
        f"{write.writer} has not been fetched: another writer tells alone. "
        f"Fetch it: storybook models get {write.writer}"
    )


def _as_writer(write: WriteSettings, teller: Teller) -> WriteSettings:
    own_way = {"adapter": teller.adapter, "generation": teller.generation}
    return write.but(**own_way | teller.model_dump(exclude_none=True))
