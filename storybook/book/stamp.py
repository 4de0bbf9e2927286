"""The stamp of an artifact, by which is known whether it is due, and whether it was edited."""

import hashlib

from storybook.records import Record


class Stamp(Record):
    """From what an artifact was made, and the digest of what it held when it was made."""

    made_from: str
    content: str


def content_digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
