"""Typesetting: text becomes lines that read well aloud. No page and no canvas is needed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import accumulate, pairwise, takewhile

from storybook.press.breaks import Unit, broken, units_of
from storybook.press.fonts import FontFace, StoryFace

LEADING = 1.4
"""Baseline to baseline, in sizes; new readers need 1.35 to 1.5."""

MEASURE_EM = 27
"""The widest line in sizes: about 55 characters of Andika."""

DESCENT_EM = 0.25

INITIAL_LINES = 2
"""How many lines an initial is high; a text that has no more of them gets none."""

WEAK_BREAK, TORN_SENTENCE, PHRASE_BREAK, WIDOW = 0.02, 0.06, -0.008, 1.0
"""Costs in squares of the width: a break after a little word, after the first word of a sentence,
after a phrase, and before a lonely last word. 0.01 is worth a tenth of the width of raggedness."""

Measure = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class TypesetLine:
    """One line: its baseline lies `drop_pt` under the top of the block's first capitals."""

    text: str
    width_pt: float
    drop_pt: float
    indent_pt: float = 0.0
    """How far it begins from the block's left edge."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A block of set text, from the top of its capitals to the bottom of its descenders."""

    lines: tuple[TypesetLine, ...]
    size_pt: float
    width_pt: float
    height_pt: float
    initial: str = ""
    """The first letter, if it stands large beside the first lines, whose text begins behind it."""


@lru_cache(maxsize=4096)
def set_text(
    text: str,
    face: FontFace | StoryFace,
    size_pt: float,
    width_pt: float,
    *,
    measure: Measure | None = None,
    leading: float = LEADING,
    measure_em: float = MEASURE_EM,
    breaking: bool = False,
    initial_pt: float = 0.0,
) -> Setting | None:
    """`text` in lines of at most `width_pt`, or None if a word alone is wider.

    With `breaking` such a word goes on in the next line. With `initial_pt` the first letter stands
    beside the first lines and takes so much of their width, if its paragraph has lines enough.

    `measure` gives the width of a text, where it is not the face's at `size_pt`. Paragraphs stand
    half a line apart. Settings are kept: the same words are laid before a book is drawn, checked
    again, bound, and shown as a proof.
    """
    measure = measure or partial(face.width, size_pt=size_pt)
    lines: list[TypesetLine] = []
    drop_pt, initial = face.cap_height(size_pt), ""
    for number, paragraph in enumerate(text.splitlines()):
        width = min(width_pt, measure_em * size_pt)
        ends, indent_pt = None, 0.0
        if number == 0 and initial_pt and paragraph[:2].isalpha():
            ends = break_lines(
                paragraph[1:], measure, width, breaking=breaking, indent_pt=initial_pt
            )
            if ends and len(ends) > INITIAL_LINES:
                initial, indent_pt = paragraph[0], initial_pt
            else:
                ends = None
        ends = ends or break_lines(paragraph, measure, width, breaking=breaking)
        if ends is None:
            return None
        drop_pt += 0.5 * leading * size_pt if number else 0.0
        for place, line in enumerate(ends):
            indent = indent_pt if place < INITIAL_LINES else 0.0
            lines.append(TypesetLine(line, measure(line), drop_pt, indent))
            drop_pt += leading * size_pt
    if not lines:
        return Setting((), size_pt, 0.0, 0.0)
    height_pt = lines[-1].drop_pt + DESCENT_EM * size_pt
    widest = max(line.indent_pt + line.width_pt for line in lines)
    return Setting(tuple(lines), size_pt, widest, height_pt, initial)


def break_lines(
    text: str,
    measure: Measure,
    width_pt: float,
    *,
    breaking: bool = False,
    indent_pt: float = 0.0,
) -> tuple[str, ...] | None:
    """A paragraph in as few lines as it needs, as even as they can be; None if a word is too wide.

    Of all ways to break into that many lines, the one with the least sum of squared widths, which
    is the most even one; breaks after little words cost, breaks after a phrase are liked, and a
    last line of a single word is taken only if there is no other way. With `breaking` a word that
    is too wide is broken. `indent_pt` is what the first lines lack beside an initial.
    """
    units: list[Unit] | None = units_of(text)
    narrow_pt = width_pt - indent_pt
    if any(measure(word) > narrow_pt for word, _ in units):
        units = broken(units, measure, narrow_pt) if breaking else None
    if units is None:
        return None
    words = [word for word, _ in units]
    ends = list(accumulate((measure(f"{word}{after}") for word, after in units), initial=0.0))
    space = measure(" ")

    def width(first: int, after: int) -> float:
        return ends[after] - ends[first] - (space if units[after - 1][1] else 0.0)

    def room(first: int) -> float:
        """How wide a line may be that begins with word `first`."""
        return width_pt - (indent_pt if best[first][0] < INITIAL_LINES else 0.0)

    def starts(after: int) -> Iterator[int]:
        """Where a line that ends before word `after` may begin."""
        fitting = takewhile(lambda first: width(first, after) <= width_pt, reversed(range(after)))
        return (first for first in fitting if width(first, after) <= room(first))

    # The first lines of a text in the fewest lines are themselves the fewest for their words, so
    # one best way to each word is enough: (lines, cost, ends of the lines).
    best: list[tuple[int, float, tuple[int, ...]]] = [(0, 0.0, (0,))]
    for after in range(1, len(words) + 1):
        best.append(
            min(
                (
                    best[first][0] + 1,
                    best[first][1] + _cost(words, first, after, width(first, after) / room(first)),
                    (*best[first][2], after),
                )
                for first in starts(after)
            )
        )
    return tuple(
        "".join(f"{word}{after}" for word, after in units[first:last]).rstrip(" ")
        for first, last in pairwise(best[-1][2])
    )


def largest(
    sizes_pt: Sequence[float], setting_of: Callable[[float], Setting | None], height_pt: float
) -> Setting | None:
    """The first of `sizes_pt` whose setting exists and is at most `height_pt` high."""
    settings = (setting_of(size_pt) for size_pt in sizes_pt)
    return next((each for each in settings if each and each.height_pt <= height_pt), None)


def _cost(words: Sequence[str], first: int, after: int, fullness: float) -> float:
    """The cost of a line of `words[first:after]` that fills `fullness` of the width, in [0, 1]."""
    is_last = after == len(words)
    cost = fullness**2
    if is_last:
        return cost + (WIDOW if after - first == 1 and len(words) > 2 else 0.0)
    end = words[after - 1]
    if not end[-1].isalnum():
        return cost + PHRASE_BREAK
    if after - first > 1 and words[after - 2].rstrip("”’»“")[-1:] in tuple(".!?…"):
        return cost + TORN_SENTENCE
    return cost + (WEAK_BREAK if len(end) <= 3 else 0.0)
