"""The dataset desk on very many pictures: seconds of the processor and memory of each of its deeds.

`python -m benchmarks.desk_scale 100000` makes so many small pictures, each with a caption and tags,
in a temporary folder. Each deed is a command of its own, as it is typed.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.measure import run

PICTURES = 10_000
SIZES = ((96, 80), (80, 96), (120, 72))
A_FOLDER = 10_000
"""Pictures that lie in one folder."""
RESOLUTION = "128"


def desk_scale(console: Console, folder: Path, pictures: int = PICTURES) -> None:
    """Print what each deed takes for so many pictures, and for a tenth of them."""
    table = Table("deed", "pictures", "seconds", "of the processor", "MB")
    for count in (pictures // 10, pictures):
        place = folder / str(count)
        lay(place / "photos", count)
        for name, deed in (
            ("look, with buckets and twins", ["look", "photos", "--resolution", RESOLUTION]),
            ("merge", ["merge", "photos", "--out", "meta.json"]),
            ("clean", ["clean", "meta.json", "--out", "clean.json"]),
        ):
            took = run(["training", "dataset", *deed], place)
            table.add_row(
                name,
                f"{count:,}",
                f"{took.seconds:.1f}",
                f"{took.cpu_s:.1f}",
                f"{took.peak_mb:.0f}",
            )
    console.print(table)


def lay(folder: Path, count: int) -> None:
    """Pictures of random colours, no two alike, with words beside them."""
    rng = np.random.default_rng(0)
    for number in range(count):
        place = folder / f"{number // A_FOLDER:03}"
        if number % A_FOLDER == 0:
            place.mkdir(parents=True)
        levels = rng.integers(0, 256, (9, 12, 3)).astype(np.uint8)
        size = SIZES[number % len(SIZES)]
        image = Image.fromarray(levels).resize(size, Image.Resampling.BILINEAR)
        path = place / f"{number:06}.jpg"
        image.save(path, quality=85)
        path.with_suffix(".caption").write_text(f"arafed cat number {number} on a sofa\n", "utf-8")
        path.with_suffix(".txt").write_text("cat, shirt, white shirt, sofa\n", "utf-8")


def main() -> None:
    pictures = int(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    with tempfile.TemporaryDirectory() as name:
        desk_scale(Console(), Path(name), pictures)


if __name__ == "__main__":
    main()
