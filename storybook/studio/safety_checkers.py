"""Who looks whether pictures are for children: a painter's own checker, or one that was fetched."""

from pathlib import Path

from storybook.config import Settings
from storybook.models import SafetyChecker, packaged

NET = "opennsfw"
"""The weights that look at photos, and at what painters without a checker draw."""


def photo_safety_checker_path() -> Path | None:
    """Where the fetched one lies; None if it has not been fetched."""
    return None if packaged.is_missing(NET) else packaged.on_disk(NET)


def open_safety_checker(path: Path, device: str = "auto") -> SafetyChecker:
    """The checker in a painter's folder or an `.onnx` file; raises ModelError."""
    if path.suffix == ".onnx":
        from storybook.models.open_nsfw import open_nsfw

        return open_nsfw(path)
    from storybook.models.safety import open_safety_checker as open_checker

    return open_checker(path, device=device)


def photo_safety_checker(settings: Settings) -> SafetyChecker | None:
    """Who looks at photos that are brought; None if there is nobody, or nobody wants it.

    `write.for_children` is the one setting for words, pictures and photos. Raises ModelError.
    """
    path = photo_safety_checker_path() if settings.write.for_children else None
    return open_safety_checker(path) if path else None
