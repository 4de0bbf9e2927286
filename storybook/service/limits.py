"""What the service refuses: a wrong token, too many orders at once, paths that lead elsewhere."""

import hashlib
import hmac
import os
import time
from pathlib import Path, PurePosixPath
from threading import Lock

from storybook.errors import BookError, ConfigError
from storybook.locks import POSIX
from storybook.text_files import read_text

SHORTEST = 16
"""A token of fewer letters can be guessed."""
SERVED = (".pdf", ".png", ".json", ".toml", ".html")
"""The kinds of files that are handed out."""


class AccessToken:
    """The word that a client has to know; only its digest is held."""

    def __init__(self, word: str) -> None:
        self._digest = hashlib.sha256(word.encode()).digest()

    def is_in(self, header: str) -> bool:
        """Whether an `Authorization` header bears it; it takes as long whatever is wrong."""
        kind, _, word = header.partition(" ")
        given = hashlib.sha256(word.strip().encode()).digest()
        return hmac.compare_digest(given, self._digest) and kind.lower() == "bearer"


def read_token(path: Path) -> AccessToken:
    """The token in a file that nobody but its owner may read; raises ConfigError."""
    word = read_text(path, ConfigError).text.strip()
    if len(word) < SHORTEST or len(word.split()) != 1:
        raise ConfigError(
            f"{path} must hold one word of at least {SHORTEST} letters. Make one with: "
            f'python -c "import secrets; print(secrets.token_urlsafe())" > {path}'
        )
    if POSIX and path.stat().st_mode & 0o077:
        raise ConfigError(f"{path} can be read by others on this machine. Say: chmod 600 {path}")
    return AccessToken(word)


class Rate:
    """So many at once, and then so many a second, of each client: a token bucket."""

    MOST_CLIENTS = 10_000

    def __init__(self, burst: int, per_s: float) -> None:
        self.burst, self.per_s = burst, per_s
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def wait_s(self, client: str) -> float:
        """0 if a client may go on, which is counted; else how many seconds it has to wait."""
        with self._lock:
            now = time.monotonic()
            left, then = self._left.get(client, (float(self.burst), now))
            left = min(self.burst, left + (now - then) * self.per_s)
            if left < 1:
                return (1 - left) / self.per_s
            if len(self._left) >= self.MOST_CLIENTS:
                self._left.clear()  # so many addresses are no household
            self._left[client] = (left - 1, now)
            return 0.0


def file_within(folder: Path, name: str) -> Path:
    """A file of a book by its path in the book; raises BookError for any other path.

    No part is hidden, no link is followed, and only the kinds of files are there that a book is
    made of.
    """
    pure = PurePosixPath(name)
    parts = pure.parts
    bad = not parts or pure.is_absolute() or any(part.startswith(".") for part in parts)
    if not bad and not set("\\:\0") & set(name) and pure.suffix.lower() in SERVED:
        path = folder.joinpath(*parts)
        try:
            whole = os.path.realpath(path) == os.path.join(os.path.realpath(folder), *parts)
            if whole and path.is_file():
                return path
        except (OSError, ValueError):
            pass
    raise BookError(f"There is no file {name!r:.80} in this book.")
