"""ffmpeg, a program of its own: it makes sound small, and films of pictures."""

import shutil
import subprocess
from collections.abc import Sequence
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
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise ConfigError(f"{program} failed: {said[-1][:200]}. Another ffmpeg may know more.")
    return done.stdout


def mp3(wav: bytes) -> bytes:
    """A WAV file of speech as an MP3, about a tenth as large."""
    program = find("Sound in an EPUB")
    encode = ("-f", "wav", "-i", "pipe:0", *PLAIN, "-c:a", "libmp3lame", "-b:a", "64k", "-ac", "1")
    return run(program, (*encode, "-f", "mp3", "pipe:1"), wav)
