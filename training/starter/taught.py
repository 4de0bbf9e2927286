"""Which combinations a painter was taught: a file beside it, so that unseen ones can be asked for.

A painter may be taught in several phases on several sets of drawings, so a seed and a count do not
say it. Kept are fingerprints of 32 bits: of 20,000 combinations one unseen one in 200,000 is taken
for taught.
"""

from collections.abc import Iterable
from pathlib import Path
from zlib import crc32

import numpy as np

from storybook.errors import ModelError
from storybook.files import replacing
from training.starter.pictures import Picture

TAUGHT = "taught.npy"


def combination(picture: Picture) -> tuple[str | None, ...]:
    """What makes two pictures the same combination."""
    return picture.species, picture.coat, picture.action, picture.place, picture.thing


def fingerprint(picture: Picture) -> int:
    """32 bits that stand for the picture's combination, the same on every machine."""
    return crc32("/".join(part or "" for part in combination(picture)).encode())


def write_taught(folder: Path, pictures: Iterable[Picture], before: Iterable[int] = ()) -> None:
    """Keep the combinations of `pictures` in `folder`, and the fingerprints from `before`."""
    known = {fingerprint(picture) for picture in pictures} | set(before)
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / TAUGHT) as draft, draft.open("wb") as file:
        np.save(file, np.array(sorted(known), np.uint32))


def taught_in(folder: Path) -> set[int]:
    """The fingerprints kept in `folder`; none if there is no such file.

    Raises ModelError for a file that is none of ours.
    """
    path = folder / TAUGHT
    if not path.is_file():
        return set()
    try:
        return set(np.load(path, allow_pickle=False).tolist())
    except (ValueError, OSError, EOFError) as fault:
        raise ModelError(
            f"{path} cannot be read: put the file back that came with the painter."
        ) from fault
