"""The coach's verdict before a pet is taught: its photos, and the word that is to mean it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from storybook.hero.photo_quality import SetVerdict, judge_photos, token_fault
from storybook.hero.seer import open_pet_seer
from storybook.records import Record


class Tokenizer(Protocol):
    """What is asked of a tokenizer; those of transformers and diffusers are ones."""

    def tokenize(self, text: str) -> list[str]: ...


class CoachReport(Record):
    """All that the coach says."""

    photos: SetVerdict
    token: tuple[str, ...] = ()
    """What is amiss with the token, a line each."""

    @property
    def good(self) -> bool:
        """Whether nothing at all is amiss."""
        return not (
            self.token
            or self.photos.findings
            or any(each.fitness != "good" for each in self.photos.photos)
        )


def coach(
    photos: Sequence[Path], token: str | None = None, tokenizer: Tokenizer | None = None
) -> CoachReport:
    """The verdict on photos of one pet and on its token; raises HeroError for an unreadable one."""
    findings = token_findings(token, tokenizer) if token is not None else ()
    return CoachReport(photos=judge_photos(photos, open_pet_seer()), token=findings)


def token_findings(token: str, tokenizer: Tokenizer | None = None) -> tuple[str, ...]:
    """What is amiss with a token: a common word, or several pieces to the painter's tokenizer.

    A word in pieces can be taught, but every piece drags along what it meant before.
    """
    findings = [f"token {token!r}: {fault}"] if (fault := token_fault(token)) else []
    pieces = tokenizer.tokenize(token) if tokenizer else [token]
    if len(pieces) > 1:
        findings.append(
            f"token {token!r} is {len(pieces)} pieces to this painter ({' '.join(pieces)}): "
            "a word of one piece is learnt more surely."
        )
    return tuple(findings)
