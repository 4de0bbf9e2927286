"""The library and its command line: a summary becomes an illustrated children's book that stars the
reader's own pet. What it offers to programs is in `__all__`, loaded when first asked for.
"""

from typing import TYPE_CHECKING

from storybook.quantisation import hide_bitsandbytes

if TYPE_CHECKING:
    from storybook.api import (
        Book,
        Event,
        Hero,
        StorybookError,
        Studio,
        add_hero,
        export_html,
        make_book,
        new_book,
        open_studio,
        paint,
        press_pdf,
        status,
        teach,
        tell,
    )

__all__ = [
    "Book",
    "Event",
    "Hero",
    "StorybookError",
    "Studio",
    "add_hero",
    "export_html",
    "make_book",
    "new_book",
    "open_studio",
    "paint",
    "press_pdf",
    "status",
    "teach",
    "tell",
]

hide_bitsandbytes()


def __getattr__(name: str) -> object:
    """A name of `__all__`, from `storybook.api`, so that importing us alone costs nothing."""
    if name in __all__:
        from storybook import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
