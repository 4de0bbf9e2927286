"""Voices that read aloud, each a program of its own: Piper's, or espeak-ng where there is none.

`piper-tts` is under the GPL (3.0 or later) and is no part of this program: it is installed by who
wants it (`pip install 'storybook[voice]'`), started as a process, given lines of text and asked for
files of sound. So is espeak-ng.
"""

import io
import json
import shutil
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np

from storybook.errors import ModelError
from storybook.models import packaged
from storybook.models.speech import Sound
from storybook.models.weights import model_name
from storybook.processes import usable_cores

FETCHED = "joe-voice"
"""The voice that `storybook models get` knows."""
ESPEAK = "espeak-ng"
WORDS_A_MINUTE = 145
"""What espeak-ng reads for children; it alone would take 175."""
CONFIG = ".json"
"""A Piper voice's config has this behind its own name."""
SLOWEST_S = 600.0
A_PROCESS = 8
"""So many sentences are worth a further process, which takes as long to start as to speak three."""
MOST_PROCESSES = 4
ONE_THREAD = """
import runpy, sys
import onnxruntime

class OneThread(onnxruntime.SessionOptions):
    def __init__(self):
        super().__init__()
        self.intra_op_num_threads = 1

onnxruntime.SessionOptions = OneThread
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
"""Runs another module with ONNX Runtime on one thread. By itself it takes one for each core, and
those that wait for each other spin: on one core that doubles what a sentence costs. Piper has no
option for it."""
NOBODY = (
    "Nobody is here to read aloud. Fetch a voice: storybook models get {fetched}, and what runs "
    "it: pip install 'storybook[voice]' (piper-tts, GPL-3.0-or-later); or install espeak-ng."
)
NO_PIPER = (
    "{voice} is a voice of Piper, and piper-tts is not installed. It is under the GPL-3.0-or-later "
    "and runs in a process of its own: pip install 'storybook[voice]'; or --voice espeak-ng."
)


class Voice(Protocol):
    """Somebody who reads aloud."""

    name: str
    """Contains the digest of its weights, if it has some."""
    runs_by: str
    """The program that speaks, and its licence."""

    def speak(self, sentences: Sequence[str]) -> Iterator[Sound]:
        """What is heard of each sentence, in their order; raises ModelError."""
        ...


@dataclass(frozen=True, slots=True)
class PiperVoice:
    """A voice of Piper's, an `.onnx` with its config beside it."""

    name: str
    file: Path
    runs_by: str = "piper-tts, GPL-3.0-or-later, as a process of its own"

    def speak(self, sentences: Sequence[str]) -> Iterator[Sound]:
        """Sentences are dealt to a process for each core, and told as they are ready."""
        count = max(1, min(usable_cores(), MOST_PROCESSES, len(sentences) // A_PROCESS))
        with ExitStack() as stack:
            hands = [
                stack.enter_context(self._speaking(sentences[first::count]))
                for first in range(count)
            ]
            for place in range(len(sentences)):
                yield next(hands[place % count])
            for hand in hands:
                next(hand, None)  # so that each ends, and says whether it ended well

    @contextmanager
    def _speaking(self, sentences: Sequence[str]) -> Iterator[Iterator[Sound]]:
        """What a process that was started is heard to say, one sentence after the other."""
        with tempfile.TemporaryDirectory() as name:
            lines = Path(name, "lines.txt")
            text = "".join(f"{' '.join(each.split())}\n" for each in sentences)
            lines.write_text(text, encoding="utf-8")
            command = [
                *(sys.executable, "-c", ONE_THREAD, "piper", "--model", str(self.file)),
                *("--input-file", str(lines), "--output-dir", name, "--sentence-silence", "0"),
            ]
            with subprocess.Popen(
                command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            ) as process:
                try:
                    yield self._heard(process, len(sentences))
                finally:
                    process.kill()

    def _heard(self, process: subprocess.Popen, count: int) -> Iterator[Sound]:
        """What the process says that it wrote; raises ModelError if that is less than `count`."""
        done, last = 0, "it ended without a word"
        for line in process.stderr or ():
            _, wrote, path = line.strip().partition("Wrote ")
            if wrote:
                yield read_wav(Path(path).read_bytes(), self.name)
                done += 1
            elif line.strip():
                last = line.strip()
        if process.wait() or done != count:
            raise ModelError(f"piper-tts failed with {self.file}: {last[:200]}. Fetch it again.")


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """espeak-ng: small, quick, of forty languages, and heard to be a machine."""

    language: str
    program: str
    runs_by: str = "espeak-ng, GPL-3.0-or-later, as a process of its own"

    @property
    def name(self) -> str:
        """Such as `espeak-ng-en`."""
        return f"{ESPEAK}-{self.language}"

    def speak(self, sentences: Sequence[str]) -> Iterator[Sound]:
        """A process for each sentence."""
        for sentence in sentences:
            command = [self.program, "-v", self.language, "-s", str(WORDS_A_MINUTE), "-z"]
            command += ["--stdout", "--stdin"]
            try:
                done = subprocess.run(
                    command, input=sentence.encode(), capture_output=True, timeout=SLOWEST_S
                )
            except subprocess.TimeoutExpired:
                raise ModelError(f"{ESPEAK} took more than {SLOWEST_S:.0f} s.") from None
            if done.returncode or not done.stdout:
                message = done.stderr.decode(errors="replace").strip() or "it ended without a word"
                raise ModelError(f"{ESPEAK} does not speak {self.language!r}: {message[:200]}.")
            yield read_wav(done.stdout, self.name)


def open_voice(named: str | None, language: str) -> Voice:
    """The voice that is named (a folder, an `.onnx` or `espeak-ng`), or else who is there.

    Raises ModelError if that is nobody, or one of another language, or without its config.
    """
    if named and named != ESPEAK:
        return _piper(Path(named), language)
    if named is None and not packaged.is_missing(FETCHED) and find_spec("piper"):
        file = packaged.on_disk(FETCHED)
        if _speaks(file) == _main(language):
            return _piper(file, language)
    if program := shutil.which(ESPEAK):
        return EspeakVoice(language, program)
    if named == ESPEAK:
        raise ModelError("espeak-ng is not installed. Install it, or name another with --voice.")
    raise ModelError(NOBODY.format(fetched=FETCHED))


def read_wav(data: bytes, name: str) -> Sound:
    """Sound of one channel and 16 bits; raises ModelError, calling who spoke `name`.

    Its length is that of what is there: a program that writes to a pipe cannot know it before.
    """
    try:
        with wave.open(io.BytesIO(data)) as file:
            form = file.getnchannels(), file.getsampwidth()
            rate, frames = file.getframerate(), file.readframes(len(data))
    except (wave.Error, EOFError) as fault:
        raise ModelError(f"What {name} spoke is no sound: {fault}.") from fault
    if form != (1, 2):
        raise ModelError(f"{name} speaks in {form[0]} channels of {8 * form[1]} bits, not 1 of 16.")
    return Sound(np.frombuffer(frames[: len(frames) // 2 * 2], "<i2"), rate)


def _piper(path: Path, language: str) -> PiperVoice:
    files = sorted(path.glob("*.onnx")) if path.is_dir() else [path]
    if len(files) != 1 or not files[0].is_file():
        many = f"holds {len(files)} voices (.onnx)" if path.is_dir() else "does not exist"
        raise ModelError(f"--voice {path} {many}. Name the one file, or a folder with one.")
    (file,) = files
    speaks = _speaks(file)
    if speaks != _main(language):
        raise ModelError(
            f"{file} speaks {speaks or 'no language that its config names'}, and the book is told "
            f"in {language}. Name another with --voice."
        )
    if not find_spec("piper"):
        raise ModelError(NO_PIPER.format(voice=file))
    return PiperVoice(model_name(file), file)


def _speaks(file: Path) -> str:
    """The language that a voice's config says, such as `en`; raises ModelError without a config."""
    config = file.with_name(file.name + CONFIG)
    try:
        read = json.loads(config.read_bytes())
        message = read.get("language", {}).get("code") or read["espeak"]["voice"]
        return _main(str(message))
    except FileNotFoundError:
        raise ModelError(
            f"{file} has no {config.name} beside it, and Piper needs both. Copy it there."
        ) from None
    except (ValueError, AttributeError, KeyError, TypeError):
        raise ModelError(f"{config} is no config of a Piper voice. Copy it again.") from None


def _main(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()
