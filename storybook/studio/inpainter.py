"""Who touches up a studio's pictures: its painter, or an inpainting checkpoint in its place."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storybook.models import Inpainter
from storybook.models.checkpoint import Checkpoint
from storybook.records import Hero
from storybook.studio.studio import Studio


def inpainter_name(studio: Studio, cast: tuple[Hero, ...], *, masked: bool) -> str:
    """Contains the digest of the weights, as a painter's name does."""
    if masked and studio.settings.draw.inpainting:
        return Checkpoint(Path(studio.settings.draw.inpainting)).name()
    return studio.painter_name(cast)


@contextmanager
def open_inpainter(studio: Studio, cast: tuple[Hero, ...], *, masked: bool) -> Iterator[Inpainter]:
    """An inpainter who knows the taught heroes of `cast`; an inpainting checkpoint knows none.

    Such a checkpoint works only where there is a mask: it sees nothing of what is behind one.
    """
    if studio.settings.draw.painter == "flat":
        from storybook.models.doubles import FlatInpainter

        yield FlatInpainter()
        return
    from storybook.models.inpainting import DiffusionInpainter

    if masked and studio.settings.draw.inpainting:
        from storybook.models.painting import open_painter

        path = Path(studio.settings.draw.inpainting)
        painter = open_painter(path, device=studio.settings.device, batch=1, inpaints=True)
        yield DiffusionInpainter(painter.name, painter)
        return
    with studio.painter(cast) as painter:
        yield DiffusionInpainter(painter.name, painter)
