"""A soft proof: how a book's pictures come out in print, beside how they look on a screen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from storybook.images.contact_sheet import contact_sheet
from storybook.press.colour import oklab
from storybook.press.inks import Inks, load_inks
from storybook.press.picture import open_picture
from storybook.press.printers import Printer
from storybook.stages.bind import PlatePage

USUAL, USUAL_INK = "coated-tr006-ink240.icc", 2.4
"""What printers that ask for RGB print on, as far as anybody can say: coated paper."""
SHOWN_PX = 360
SEEN = 0.02
"""From this mean distance in Oklab on a picture's change is seen at a glance."""


@dataclass(frozen=True, slots=True)
class SoftProof:
    """All pictures in pairs, on the screen and in print, and how much each changes."""

    sheet: Image.Image
    changes: tuple[float, ...]
    """The mean distance in Oklab, the cover's first."""

    @property
    def seen(self) -> tuple[int, ...]:
        """The pages whose colours change so much that it is seen; 0 is the cover."""
        return tuple(page for page, change in enumerate(self.changes) if change >= SEEN)

    @property
    def says(self) -> str:
        """What to know, in a line."""
        most = max(range(len(self.changes)), key=self.changes.__getitem__)
        where = f"page {most}" if most else "the cover"
        if not self.seen:
            return f"No picture changes so that it is seen; {where} changes most."
        return (
            f"The colours of {len(self.seen)} of {len(self.changes)} pictures come out duller; "
            f"{where} changes most."
        )


def soft_proof(plates: Sequence[PlatePage], printer: Printer) -> SoftProof:
    """The pictures of a book as a printer's paper shows them; `plates` begin with the cover."""
    inks, pairs, changes = _inks_of(printer), [], []
    for place, plate in enumerate(plates):
        whole = open_picture(plate.png, f"page {place}")
        high = max(1, round(SHOWN_PX * whole.height / whole.width))
        shown = whole.resize((SHOWN_PX, high), Image.Resampling.BOX)
        printed = inks.soft_proof(shown)
        away = np.sqrt(((oklab(shown) - oklab(printed)) ** 2).sum(axis=-1))
        changes.append(float(away.mean()))
        both = Image.new("RGB", (2 * SHOWN_PX, high))
        both.paste(shown, (0, 0))
        both.paste(printed, (SHOWN_PX, 0))
        pairs.append((f"page {place}" if place else "cover", both))
    title = f"Left on a screen, right in print: {printer.title}"
    return SoftProof(contact_sheet(pairs, title), tuple(changes))


def _inks_of(printer: Printer) -> Inks:
    rule = printer.colour
    return load_inks(rule.profile, rule.most_ink) if rule.profile else load_inks(USUAL, USUAL_INK)
