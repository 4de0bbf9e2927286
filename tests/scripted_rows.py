"""Rows of a writer that say what they are given, in place of `BatchDecoder`."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    text: str
    mean_logprob: float = -1.0
    ended: bool = True


class Script:
    """Rows that say what they are given, and keep what was put into them."""

    def __init__(self, *told: Sequence[str | Said]) -> None:
        self.told = [[each if isinstance(each, Said) else Said(each) for each in t] for t in told]
        self.said: list[str] = []
        self.kept: list[list[int]] = []

    def __len__(self) -> int:
        return len(self.told[0])

    def put(self, texts: str | Sequence[str]) -> None:
        self.said.append(texts)

    def keep(self, rows: Sequence[int]) -> None:
        self.kept.append(list(rows))

    def lines(
        self, *, least: int | Sequence[int], most: int, enough: float = 1.0
    ) -> Sequence[Said]:
        assert all(0 <= each < most for each in ([least] if isinstance(least, int) else least))
        return self.told.pop(0)
