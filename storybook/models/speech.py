"""When each word of a spoken sentence is heard.

No voice here says when it speaks which word. So each sentence is spoken by itself, and its length
is known exactly; within it, pauses that are heard stand where the punctuation is, and between two
of them time is shared by the letters of the words. That is an estimate, good enough to light words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

ENDS, PAUSES = ".!?…", ",;:—–"
CLOSING = "\"'”’»)]"
ABBREVIATIONS = frozenset({"mr.", "mrs.", "ms.", "dr.", "st.", "prof."})
FRAME_S = 0.01
SILENT = 0.04
"""A frame that is less than this as loud as the loud ones is silence."""
PAUSE_S = 0.06
"""Less than this between two words is a consonant that is stopped, and no pause."""
FAR = 0.25
"""A pause is looked for within this share of a sentence from where its punctuation is expected."""

Span = tuple[float, float]
"""Begin and end in seconds."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What was spoken: [n] of int16, so many of them a second."""

    samples: np.ndarray
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate


def sentences_of(text: str) -> list[tuple[str, ...]]:
    """The words of each sentence, split at white space; together they are all words of the text.

    >>> sentences_of('"Come!" said Mr. Fox. They ran')
    [('"Come!"', 'said', 'Mr.', 'Fox.'), ('They', 'ran')]
    """
    words = text.split()
    sentences: list[tuple[str, ...]] = []
    open_: list[str] = []
    for word, after in pairwise([*words, ""]):
        open_.append(word)
        bare = word.rstrip(CLOSING)
        ends = bool(bare) and bare[-1] in ENDS and bare.lower() not in ABBREVIATIONS
        if not after or (ends and not after[:1].islower()):
            sentences.append(tuple(open_))
            open_ = []
    whole: list[tuple[str, ...]] = []
    for sentence in sentences:
        if whole and not any(sign.isalnum() for word in sentence for sign in word):
            whole[-1] += sentence  # a dash alone cannot be spoken
        else:
            whole.append(sentence)
    return whole


def word_times(words: Sequence[str], sound: Sound) -> list[Span]:
    """When each word of a sentence is heard in its sound, one after the other and within it."""
    if not words:
        return []
    begin, end = _spoken(sound)
    weights = [sum(sign.isalnum() for sign in word) + 1.0 for word in words]
    total = sum(weights)
    edges = [begin + (end - begin) * share / total for share in accumulate(weights, initial=0.0)]
    anchors = [(0, begin, begin)]
    silences = _silences(sound, begin, end)
    for place, word in enumerate(words[:-1], start=1):
        if word.rstrip(CLOSING)[-1:] in (*ENDS, *PAUSES) and (
            pause := _nearest(silences, edges[place], anchors[-1][2], FAR * (end - begin))
        ):
            anchors.append((place, *pause))
    anchors.append((len(words), end, end))
    spans: list[Span] = []
    for (first, _, start), (last, stop, _) in pairwise(anchors):
        part = weights[first:last]
        whole = sum(part)
        edges = accumulate(part, initial=0.0)
        spans += pairwise(start + (stop - start) * edge / whole for edge in edges)
    return [(round(start, 3), round(stop, 3)) for start, stop in spans]


def _loud(sound: Sound) -> np.ndarray:
    """Whether each frame is no silence, booleans [frames]."""
    size = max(1, round(FRAME_S * sound.rate))
    count = max(1, -(-len(sound.samples) // size))
    padded = np.zeros(count * size, np.float32)
    padded[: len(sound.samples)] = sound.samples
    level = np.sqrt(np.square(padded.reshape(count, size)).mean(1))
    return level > SILENT * max(float(np.percentile(level, 95)), 1e-9)


def _spoken(sound: Sound) -> Span:
    """From the first to the last loud frame; all of it if there is none."""
    loud = np.nonzero(_loud(sound))[0]
    if not len(loud):
        return 0.0, sound.seconds
    return float(loud[0] * FRAME_S), min(float((loud[-1] + 1) * FRAME_S), sound.seconds)


def _silences(sound: Sound, begin: float, end: float) -> list[Span]:
    """The pauses within what is spoken."""
    steps = np.diff(np.concatenate([[1], _loud(sound).astype(int), [1]]))
    spans = zip(np.nonzero(steps < 0)[0], np.nonzero(steps > 0)[0], strict=True)
    pauses = [(float(start * FRAME_S), float(stop * FRAME_S)) for start, stop in spans]
    return [
        (start, stop)
        for start, stop in pauses
        if start > begin and stop < end and stop - start >= PAUSE_S
    ]


def _nearest(silences: Sequence[Span], expected: float, after: float, far: float) -> Span | None:
    """The longest pause about a place in time, none before `after`; nearer ones count for more."""
    near = [each for each in silences if each[0] > after and abs(sum(each) / 2 - expected) <= far]
    return max(
        near,
        key=lambda each: (each[1] - each[0]) / (1 + abs(sum(each) / 2 - expected) / far),
        default=None,
    )
