"""A1111's marks in prompts: `(more)`, `[less]`, `(exactly:1.3)`, `\\(literal\\)`, `BREAK`."""

import math
import re
from dataclasses import dataclass

MORE = 1.1
LESS = 1 / 1.1
BREAK = re.compile(r"\s*\bBREAK\b\s*")
"""In capitals and as a word of its own."""

_TOKEN = re.compile(
    r"""\\[()\[\]\\]                            # an escaped bracket or backslash
      | [(\[]
      | :\s*(?P<weight>[+-]?(?:\d+\.?\d*|\.\d+))\s*\)
      | [)\]]
      | [^\\()\[\]:]+
      | .""",
    re.VERBOSE | re.DOTALL,
)


NETWORK = re.compile(r"<\w+:[^<>]*>")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a prompt and how strongly it counts; 1 is plain."""

    text: str
    weight: float = 1.0


def spans(prompt: str) -> tuple[Span, ...]:
    """A prompt as pieces of equal weight, brackets taken away.

    Nested brackets multiply, unclosed ones reach to the end, stray closing ones are letters.

    >>> spans("a ((b)) [c]")
    (Span(text='a ', weight=1.0), Span(text='b', weight=1.2100000000000002), \
Span(text=' ', weight=1.0), Span(text='c', weight=0.9090909090909091))
    """
    pieces: list[Span] = []
    round_starts: list[int] = []
    square_starts: list[int] = []
    for match in _TOKEN.finditer(prompt):
        token, weight = match.group(), match["weight"]
        if token == "(":
            round_starts.append(len(pieces))
        elif token == "[":
            square_starts.append(len(pieces))
        elif weight is not None and round_starts:
            _scale(pieces, round_starts.pop(), float(weight))
        elif token == ")" and round_starts:
            _scale(pieces, round_starts.pop(), MORE)
        elif token == "]" and square_starts:
            _scale(pieces, square_starts.pop(), LESS)
        elif token != "\\":  # a backslash before no bracket is nothing, as in A1111
            pieces.append(Span(token.removeprefix("\\")))
    for start in round_starts:
        _scale(pieces, start, MORE)
    for start in square_starts:
        _scale(pieces, start, LESS)
    return _merged(pieces)


@dataclass(frozen=True, slots=True)
class Network:
    """An adapter that a prompt asks for: `<lora:name:0.8>`."""

    mark: str
    """As the prompt writes it."""
    name: str
    text: float = 1.0
    """How strongly it counts in the text encoder."""
    unet: float = 1.0


def networks(prompt: str) -> tuple[Network, ...]:
    """The LoRAs that a prompt asks for, with their weights, as A1111 reads them.

    `<lora:name:text:unet>` and `<lora:name:te=0.5:unet=1>` tell the parts apart. One whose weights
    are no numbers is none.

    >>> networks("a cat <lora:rex:0.8>")
    (Network(mark='<lora:rex:0.8>', name='rex', text=0.8, unet=0.8),)
    """
    loras = []
    for match in NETWORK.finditer(prompt):
        kind, name, *others = match.group()[1:-1].split(":")
        named = dict(each.split("=", 1) for each in others if "=" in each)
        places = [each for each in others if "=" not in each]
        try:
            text = float(named.get("te", places[0] if places else 1))
            unet = float(named.get("unet", places[1] if len(places) > 1 else text))
        except ValueError:
            continue
        if kind == "lora" and name.strip() and math.isfinite(text) and math.isfinite(unet):
            loras.append(Network(match.group(), name.strip(), text, unet))
    return tuple(loras)


def sections(prompt: str) -> tuple[tuple[Span, ...], ...]:
    """The pieces of a prompt between its `BREAK`s, each of which begins a new chunk of tokens.

    >>> sections("a cat BREAK (a dog)")
    ((Span(text='a cat', weight=1.0),), (Span(text='a dog', weight=1.1),))
    """
    pieces: list[list[Span]] = [[]]
    for span in spans(prompt):
        first, *others = BREAK.split(span.text)
        pieces[-1].append(Span(first, span.weight))
        pieces += [[Span(other, span.weight)] for other in others]
    return tuple(tuple(span for span in section if span.text) for section in pieces)


def plain(prompt: str) -> str:
    """The words of a prompt without their emphasis."""
    return " ".join("".join(span.text for span in section) for section in sections(prompt))


def _scale(pieces: list[Span], start: int, factor: float) -> None:
    pieces[start:] = [Span(piece.text, piece.weight * factor) for piece in pieces[start:]]


def _merged(pieces: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for piece in pieces:
        if merged and merged[-1].weight == piece.weight:
            merged[-1] = Span(merged[-1].text + piece.text, piece.weight)
        else:
            merged.append(piece)
    return tuple(merged)
