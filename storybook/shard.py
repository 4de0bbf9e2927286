"""Shard(i, n): my part of a book's pages, so that several processes can draw it together."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from pydantic import Field, model_validator

from storybook.errors import ConfigError
from storybook.records import Record

T = TypeVar("T")


class Shard(Record):
    """Every `count`-th page, from the `index`-th on; counting starts at 1."""

    index: int = Field(default=1, ge=1)
    count: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _is_a_part(self) -> "Shard":
        if self.index > self.count:
            raise ValueError(f"shard {self.index} of {self.count} does not exist")
        return self

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """`2/8` as a shard; raises ConfigError that shows the form."""
        match = re.fullmatch(r"(\d+)/(\d+)", text)
        if match is None or not 1 <= int(match[1]) <= int(match[2]):
            raise ConfigError(f"--shard {text}: write it as I/N with 1 <= I <= N, such as 2/8.")
        return cls(index=int(match[1]), count=int(match[2]))

    def of(self, pages: Iterable[int]) -> list[int]:
        """The pages that are mine; the shards 1/n ... n/n are disjoint and complete."""
        return [page for page in pages if page % self.count == self.index - 1]

    def part_of(self, work: Sequence[T]) -> list[T]:
        """Every `count`-th of some pieces of work, which lie in the same order for all shards."""
        return list(work[self.index - 1 :: self.count])

    @property
    def whole(self) -> bool:
        return self.count == 1
