"""Which colours the numbers of a screen's PDF mean: those of sRGB, by a profile in the file."""

import struct
from functools import cache
from typing import TYPE_CHECKING

from PIL import ImageCms

if TYPE_CHECKING:
    import pikepdf

MADE_AT = slice(24, 36)
"""Where a profile says when it was made (ICC.1:2010, 7.2.8): six numbers of 16 bits."""


@cache
def srgb_profile() -> bytes:
    """littleCMS's own sRGB, without the time at which it was made: equal books are equal."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[MADE_AT] = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    return bytes(profile)


def say_srgb(pdf: "pikepdf.Pdf") -> None:
    """Have an open PDF say that its colours are sRGB (ISO 19005-2, 6.2.3)."""
    import pikepdf

    profile = pdf.make_stream(srgb_profile(), N=3)
    pdf.Root.OutputIntents = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Type=pikepdf.Name.OutputIntent,
                S=pikepdf.Name.GTS_PDFA1,
                OutputConditionIdentifier=pikepdf.String("sRGB"),
                Info=pikepdf.String("sRGB IEC61966-2.1"),
                DestOutputProfile=profile,
            )
        ]
    )
