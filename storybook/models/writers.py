"""The writer's door: a folder, a server or a double, by what `[write]` says."""

from pathlib import Path

from storybook.config import PrecisionWish, WriteSettings
from storybook.models import Writer, packaged
from storybook.models.generation import Sampling, load_sampling

ECHO, SERVER = "echo", "server"
RESULT = "result"
"""Of a training run: what was made."""


def writer_name(settings: WriteSettings) -> str:
    """The name of the writer that `open_writer` would open, without loading it."""
    if settings.writer == ECHO:
        return ECHO
    if settings.writer == SERVER:
        return f"server-{settings.model}"
    from storybook.models import local_writer

    adapter, sampling = _adapter(settings), _sampling(settings)
    return local_writer.writer_name(packaged.fetched(settings.writer), adapter, sampling)


def open_writer(settings: WriteSettings, device: str, precision: PrecisionWish = "fp32") -> Writer:
    """The writer that the settings name; raises ModelError if it cannot be opened."""
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


def _sampling(settings: WriteSettings) -> Sampling | None:
    return load_sampling(settings.generation) if settings.generation else None
