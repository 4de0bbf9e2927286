"""The coach that sees and the voice that reads: seconds and memory, where they have been fetched.

By itself: `python -m benchmarks.senses`. With `WAY OUT EYES VOICE` it does one of them once, and
writes what it took to OUT.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from PIL import Image
from rich.console import Console

from benchmarks.measure import run
from storybook.config import shipped
from storybook.hero.photo_quality import judge_photos
from storybook.hero.seer import NAME
from storybook.models import packaged
from storybook.models.speech import sentences_of
from storybook.models.voices import ESPEAK, FETCHED, open_voice

PHOTOS, SIDE_PX = 5, 1280
SAID = (
    "Bruno the brown and white dog had a new kite. He ran to the beach, and the wind was strong. "
)
TIMES = 16
"""As much as a book of twelve pages says."""


def senses(console: Console, folder: Path) -> None:
    """Print what a photo takes with and without eyes, and how quick voices are."""
    sees, reads = not packaged.is_missing(NAME), not packaged.is_missing(FETCHED)
    ways = [
        "blind",
        *(["coach"] if sees else []),
        *(["voice"] if reads and find_spec("piper") else []),
        *([ESPEAK] if shutil.which(ESPEAK) else []),
    ]
    for way in ways:
        out = folder / f"{way}.json"
        weights = [str(packaged.on_disk(name).absolute()) for name in (NAME, FETCHED)]
        measured = run(["benchmarks.senses", way, str(out), *weights], folder)
        console.print(f"  {json.loads(out.read_text())}; {measured.peak_mb:.0f} MB")


def main(way: str, out: str, eyes: str, voice: str) -> None:
    if way in ("blind", "coach"):
        seconds = _coach(Path(out).with_suffix(""), eyes if way == "coach" else None)
    else:
        seconds = _voice(ESPEAK if way == ESPEAK else voice)
    Path(out).write_text(json.dumps(seconds))


def _coach(folder: Path, eyes: str | None) -> str:
    seer = None
    if eyes:
        from storybook.models.pet_seer import pet_seer

        seer = pet_seer(Path(eyes))
    folder.mkdir()
    photo = Image.open(shipped("docs", "spread.png")).convert("RGB").resize((SIDE_PX, SIDE_PX))
    photos = [folder / f"{number}.jpg" for number in range(PHOTOS)]
    for path in photos:
        photo.save(path, quality=92)
    begin = time.perf_counter()
    judge_photos(photos, seer)
    seconds = (time.perf_counter() - begin) / PHOTOS
    return f"the coach, {'seeing' if eyes else 'measuring'}: {seconds:.2f} s a photo"


def _voice(named: str) -> str:
    voice = open_voice(named, "en")
    sentences = [" ".join(words) for words in sentences_of(SAID * TIMES)]
    begin, work = time.perf_counter(), _children_s()
    spoken = sum(sound.seconds for sound in voice.speak(sentences))
    seconds, work = time.perf_counter() - begin, _children_s() - work
    return (
        f"{voice.name}: {spoken:.0f} s of speech in {seconds:.1f} s, starting included: "
        f"{spoken / seconds:.1f} times as fast as it is spoken; {work:.1f} s of the processor, "
        f"{spoken / work:.1f} times"
    )


def _children_s() -> float:
    """What processes that have ended took of the processor, which other work does not lengthen."""
    spent = os.times()
    return spent.children_user + spent.children_system


if __name__ == "__main__":
    if sys.argv[1:]:
        main(*sys.argv[1:])
    else:
        with tempfile.TemporaryDirectory() as name:
            senses(Console(), Path(name))
