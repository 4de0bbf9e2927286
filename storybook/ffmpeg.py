"""ffmpeg, a program of its own: it makes sound small, and films of pictures."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from storybook.errors import ConfigError

QUIET = ("-nostdin", "-hide_banner", "-loglevel", "error", "-y")
PLAIN = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact")
"""No names and no times: equal arguments give equal files."""


def find(for_what: str) -> str:
    """Where ffmpeg lies: on the path, else in the package imageio-ffmpeg.

    Raises ConfigError that says how to get it `for_what`.
    """
    if on_path := shutil.which("ffmpeg"):
        return on_path
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        raise ConfigError(
            f"{for_what} needs ffmpeg, which is not here. Install it, or run: "
            "pip install imageio-ffmpeg"
        ) from None


def run(program: str, arguments: Sequence[str | Path], stdin: bytes | None = None) -> bytes:
    """What ffmpeg writes to its output; raises ConfigError with its last word if it fails."""
    quiet = QUIET if stdin is None else QUIET[1:]
    command = [program, *quiet, *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False)
    _check(program, done.returncode, done.stderr)
    return done.stdout


def mp3(wav: bytes) -> bytes:
    """A WAV file of speech as an MP3, about a tenth as large."""
    program = find("Sound in an EPUB")
    encode = ("-f", "wav", "-i", "pipe:0", *PLAIN, "-c:a", "libmp3lame", "-b:a", "64k", "-ac", "1")
    return run(program, (*encode, "-f", "mp3", "pipe:1"), wav)


def stream(program: str, arguments: Sequence[str | Path], chunks: Iterable[bytes]) -> None:
    """Give ffmpeg `chunks` on its input, one after the other; raises ConfigError if it fails."""
    command = [program, *QUIET[1:], *map(str, arguments)]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=complaints) as process,
    ):
        try:
            with suppress(BrokenPipeError):
                for chunk in chunks:
                    process.stdin.write(chunk)
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.wait()
        except BaseException:
            process.kill()
            raise
        complaints.seek(0)
        _check(program, process.returncode, complaints.read())


def _check(program: str, code: int, complaint: bytes) -> None:
    if code:
        said = complaint.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise ConfigError(f"{program} failed: {said[-1][:200]}. Another ffmpeg may know more.")
