"""Writers, painters, critics and enlargers behind four doors, and a safety checker; open them
with `writers`, `painting`, `critics`, `enlargers`.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from PIL.Image import Image

from storybook.errors import ReplyError
from storybook.installed import remember_packages
from storybook.records import Candidate, Hero, Prompt, R, Verdict

remember_packages()


class Writer(Protocol):
    """Somebody who tells stories."""

    name: str
    """Contains the digest of weights and adapter, so that another writer is another name."""

    def tell(self, question: str, *, seed: int, max_words: int) -> str:
        """Prose that follows `question`, without the closing `END`.

        Raises ReplyError if nothing came back or the reply was cut off at its length limit.
        """
        ...

    def tell_each(
        self, question: str, *, seeds: Sequence[int], max_words: int
    ) -> Iterator[str | ReplyError]:
        """What `tell` tells for each of `seeds`, in their order; in place of a reply its fault.

        A writer on this machine tells them side by side, which is hardly slower than one.
        """
        ...

    def answer(self, question: str, kind: type[R], *, seed: int) -> R:
        """A record; the writer is shown its own mistake and asked again at most three times."""
        ...


class Painter(Protocol):
    """Somebody who draws pictures from prompts."""

    name: str
    """Contains the digest of weights and adapters, so that a re-taught painter is a new one."""
    precision: str
    """What its pictures are computed in, such as `bf16`; empty if it computes nothing. It is no
    part of the name: by eye nobody tells the same picture in two precisions apart."""

    def paint(self, requests: Sequence[Candidate]) -> Iterator[Image]:
        """One RGB picture of `width_px` x `height_px` for each request, in their order.

        A picture depends on its own request only, whatever the others in the batch are.
        """
        ...


class Inpainter(Protocol):
    """Somebody who paints over a picture."""

    name: str

    def inpaint(
        self, request: Candidate, image: Image, mask: Image | None, *, strength: float
    ) -> Image:
        """The picture, RGB and of its size, with what is asked for where the mask is above 0.

        Without a mask, a picture after it of the request's size. `strength` in (0, 1]: 1 keeps next
        to nothing of what was there.
        """
        ...


class SafetyChecker(Protocol):
    """Somebody who looks at pictures before anybody else does."""

    def flags(self, image: Image) -> bool:
        """Whether a picture is not for children."""
        ...


class Critic(Protocol):
    """Somebody who says how well a picture shows what was asked."""

    name: str

    def judge(self, image: Image, prompt: Prompt, hero: Hero) -> Verdict:
        """A score in [0, 1] with reasons."""
        ...

    def compare(self, image: Image, captions: Sequence[str]) -> list[float]:
        """How probable it is of each of several captions that it is the picture's; 1 in all."""
        ...


class Enlarger(Protocol):
    """Somebody who brings a picture to print size."""

    name: str

    def enlarge(self, image: Image, prompt: Prompt, *, width_px: int, seed: int) -> Image:
        """The same picture, RGB, `width_px` wide, its aspect ratio kept."""
        ...
