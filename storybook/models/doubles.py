"""Doubles for dry runs: small, quick and honest ones, one for each door. They never pretend to see.

`--studio doubles` names them; a book made with them is whole, only plain.
"""

import colorsys
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import cycle, islice

from PIL import Image, ImageDraw

from storybook.errors import ReplyError
from storybook.models.replies import in_turn
from storybook.records import Candidate, Hero, Prompt, R, Verdict, digest

PAGES = re.compile(r"\bPages:\s*(\d+)|\b(\d+) pages\b")
HERO = re.compile(r"^Hero:\s*([^,.\n]+)", re.MULTILINE)
SUMMARY = re.compile(r"\bSummary:\s*(.*?)\s*(?:\bEND\b|\Z)", re.DOTALL)

MOMENTS = (
    "It is a warm day, and {hero} sits in the garden. A red ball is on the grass.",
    "{hero} walks in the forest. The trees are tall and green, and a bird sings.",
    "{hero} runs in the meadow. A kite flies up high, and the wind is strong.",
    "{hero} jumps on the beach. The waves come in, and a toy boat bobs by.",
    "At the pond {hero} looks up. A balloon drifts over, slow and round.",
    "It is cold, and {hero} walks in the snow. One blue mitten lies there.",
    "{hero} stops in the town street. There is a lantern on each door.",
    "In the kitchen {hero} finds a cake. It is still warm, and it smells good.",
    "{hero} sits in the living room. There is a good book by the fire.",
    "It is night now, and {hero} sleeps in the bedroom. The moon is bright.",
)


class EchoWriter:
    """Says the summary back in pieces, a piece and a simple moment to each page."""

    name = "echo"

    def tell(self, question: str, *, seed: int, max_words: int) -> str:
        """A title and as many paragraphs as the question asks for, at most `max_words` in all.

        Raises ReplyError if the question lacks `Pages:`, `Hero:` or `Summary:`.
        """
        pages, hero, summary = (part.search(question) for part in (PAGES, HERO, SUMMARY))
        if not (pages and hero and summary):
            raise ReplyError("echo tells only from a question with Pages:, Hero: and Summary:.")
        count, name = int(pages[1] or pages[2]), hero[1].strip()
        pieces = _pieces(summary[1], count)
        moments = islice(cycle(MOMENTS), seed % len(MOMENTS), None)
        paragraphs = [
            f"{moment.format(hero=name)} {piece}".strip()
            for moment, piece in zip(moments, pieces, strict=False)
        ]
        story = "\n\n".join([f"Title: The Day of {name}", *paragraphs])
        if len(story.split()) > max_words:
            raise ReplyError(f"echo needs more than {max_words} words for {count} pages.")
        return story

    def tell_each(
        self, question: str, *, seeds: Sequence[int], max_words: int
    ) -> Iterator[str | ReplyError]:
        """What `tell` tells for each seed, one after another."""
        return in_turn(partial(self.tell, question, max_words=max_words), seeds)

    def answer(self, question: str, kind: type[R], *, seed: int) -> R:
        """Raises ReplyError: an echo has no answers."""
        raise ReplyError(
            f"echo tells prose and answers nothing, so it has no {kind.__name__}. "
            "Set write.outline = false."
        )


class FlatPainter:
    """Paints a ground, a sky and a round somebody, in colours that the request's digest says."""

    name = "flat"
    precision = ""

    def paint(self, requests: Sequence[Candidate]) -> Iterator[Image.Image]:
        """One picture for each request, in their order; equal requests give equal pictures."""
        for request in requests:
            yield _flat_picture(request)


class FlatInpainter:
    """Lays a flat picture of the request where the mask is, or thinly over the whole."""

    name = "flat"

    def inpaint(
        self, request: Candidate, image: Image.Image, mask: Image.Image | None, *, strength: float
    ) -> Image.Image:
        """As `models.Inpainter` says."""
        size = (request.width_px, request.height_px)
        if mask is None:
            return Image.blend(image.resize(size), _flat_picture(request), strength)
        inside = mask.convert("L").resize(image.size).point(lambda level: 255 * (level > 0))
        return Image.composite(_flat_picture(request).resize(image.size), image, inside)


class LengthCritic:
    """Prefers the picture with more in it: the longer PNG for its size. It reads no prompt."""

    name = "length"

    def judge(self, image: Image.Image, prompt: Prompt, hero: Hero) -> Verdict:
        """The PNG's share of the bare pixels' bytes as the score, in [0, 1]."""
        file = io.BytesIO()
        image.convert("RGB").save(file, "PNG")
        share = len(file.getvalue()) / (3 * image.width * image.height)
        return Verdict(score=min(share, 1.0), reasons=(f"{share:.0%} of its bytes are needed",))

    def compare(self, image: Image.Image, captions: Sequence[str]) -> list[float]:
        """All are as probable, since it reads none."""
        return [1 / len(captions)] * len(captions)


class NearestEnlarger:
    """Makes each pixel a square."""

    name = "nearest"

    def enlarge(
        self, image: Image.Image, prompt: Prompt, *, width_px: int, seed: int
    ) -> Image.Image:
        """The picture `width_px` wide, RGB, its aspect ratio kept."""
        height_px = max(1, round(image.height * width_px / image.width))
        return image.convert("RGB").resize((width_px, height_px), Image.Resampling.NEAREST)


def _pieces(summary: str, count: int) -> list[str]:
    """The summary cut into `count` pieces between words, none left out; later ones may be empty."""
    words = summary.split()
    size = max(6, -(-len(words) // count))
    cut = [" ".join(words[start : start + size]) for start in range(0, len(words), size)]
    spoken = [piece if piece[-1] in ".!?" else f"{piece} …" for piece in cut]
    return spoken + [""] * (count - len(spoken))


def _flat_picture(request: Candidate) -> Image.Image:
    numbers = hashlib.sha256(digest(request).encode()).digest()
    width, height = request.width_px, request.height_px
    sky, ground, body = (_colour(numbers[n], light) for n, light in enumerate((0.85, 0.6, 0.4)))
    picture = Image.new("RGB", (width, height), sky)
    pen = ImageDraw.Draw(picture)
    horizon = height * (50 + numbers[3] % 25) // 100
    pen.rectangle((0, horizon, width, height), fill=ground)
    radius = min(width, height) * (15 + numbers[4] % 15) // 100
    x = radius + numbers[5] * max(width - 2 * radius, 0) // 255
    y = min(horizon, height - radius)
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=body)
    for side in (-1, 1):
        eye_x, eye_y, eye = x + side * radius // 3, y - radius // 4, max(radius // 8, 1)
        pen.ellipse((eye_x - eye, eye_y - eye, eye_x + eye, eye_y + eye), fill="white")
    return picture


def _colour(number: int, lightness: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hls_to_rgb(number / 256, lightness, 0.5)
    return round(red * 255), round(green * 255), round(blue * 255)
