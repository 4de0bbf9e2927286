"""The end page: the end of the story, and how the book was made."""

from dataclasses import dataclass

from storybook.press import ornaments
from storybook.press.desk import Desk, draw_left, draw_title, lay_paper
from storybook.press.fonts import Face, Fonts
from storybook.press.layout import safe_box
from storybook.press.title import set_title
from storybook.press.typeset import Setting, set_text
from storybook.records import Record

SIZES_PT = (10.5, 10, 9.5, 9, 8.5, 8, 7.5, 7)
"""Of the small print; printers take no less than 7."""

LABELS_PT = 62
MEASURE_PT = 400
LONGEST = 40
THE_END = "The End"
HEADING = "How this book was made"
INTRODUCTION = (
    "Words and pictures of this book are machine-made: computer models wrote the story from a "
    "short summary, drew each picture from a description, chose among several drawings and "
    "enlarged them for print. A person asked for it, and may have changed words or chosen pictures."
)


class Facts(Record):
    """How a book was made, for its end page: names of models, without dates."""

    writer: str
    painter: str
    critic: str
    enlarger: str
    style: str
    seeds: tuple[int, ...] = ()
    """Of the pictures in the order of their pages, as far as they are known."""


@dataclass(frozen=True, slots=True)
class SmallPrint:
    """The set text of the end page, each row's label beside its setting."""

    size_pt: float
    introduction: Setting
    rows: tuple[tuple[str, Setting], ...]

    @property
    def height_pt(self) -> float:
        blocks = [self.introduction, *(setting for _, setting in self.rows)]
        return 3.2 * self.size_pt + sum(block.height_pt + 0.6 * self.size_pt for block in blocks)


def draw_end_page(desk: Desk, facts: Facts, sheet: int) -> None:
    """`The End` in the upper half, the small print at the foot."""
    safe, canvas, theme = safe_box(desk.form, sheet), desk.canvas, desk.theme
    lay_paper(desk)
    fonts = desk.fonts
    room_pt = 0.58 * safe.height
    small = set_small_print(facts, fonts, min(MEASURE_PT, safe.width), room_pt)
    left = safe.middle - min(MEASURE_PT, safe.width) / 2
    top = safe.y + small.height_pt
    face = fonts.for_title(THE_END)
    title = set_title(THE_END, face, safe.width, 120, most_pt=60)
    middle = (safe.top + top) / 2
    draw_title(desk, title, face, safe.middle, middle + title.height_pt / 2 + 14, theme.spark)
    ornaments.rule(canvas, safe.middle, middle - title.height_pt / 2 - 12, 150, theme.accent)
    ornaments.fill_with(canvas, theme.accent)
    canvas.setFont(fonts.bold.name, 1.2 * small.size_pt)
    canvas.drawString(left, top - 1.2 * small.size_pt, HEADING)
    top -= 2.4 * small.size_pt
    draw_left(desk, small.introduction, fonts.text, left, top, theme.ink)
    top -= small.introduction.height_pt + 1.4 * small.size_pt
    for label, setting in small.rows:
        ornaments.fill_with(canvas, theme.accent)
        canvas.setFont(fonts.bold.name, small.size_pt)
        canvas.drawString(left, top - setting.lines[0].drop_pt, label)
        draw_left(desk, setting, fonts.text, left + LABELS_PT, top, theme.ink)
        top -= setting.height_pt + 0.6 * small.size_pt
    canvas.showPage()


def set_small_print(facts: Facts, fonts: Fonts, width_pt: float, height_pt: float) -> SmallPrint:
    """The small print as large as it fits; at the smallest size it may be higher than asked."""
    face = fonts.text
    rows = [(label, _shortened(_shown(value, face))) for label, value in rows_of(facts, fonts)]
    for size_pt in SIZES_PT:
        values = [
            (label, _set(value, face, size_pt, width_pt - LABELS_PT)) for label, value in rows
        ]
        small = SmallPrint(size_pt, _set(INTRODUCTION, face, size_pt, width_pt), tuple(values))
        if small.height_pt <= height_pt:
            break
    return small


def rows_of(facts: Facts, fonts: Fonts) -> list[tuple[str, str]]:
    """What the end page tells, each with its label."""
    rows = (
        ("Writer", facts.writer),
        ("Painter", facts.painter),
        ("Style", facts.style),
        ("Seeds", ", ".join(map(str, facts.seeds))),
        ("Critic", facts.critic),
        ("Enlarger", facts.enlarger),
        ("Type", fonts.credit),
    )
    return [(label, value) for label, value in rows if value]


def _set(text: str, face: Face, size_pt: float, width_pt: float) -> Setting:
    setting = set_text(
        text,
        lambda words: face.width(words, size_pt),
        face.cap_height(size_pt),
        size_pt,
        width_pt,
        measure_em=60,
        breaking=True,
    )
    assert setting is not None, "two letters of the small print fit into its column"
    return setting


def _shown(value: str, face: Face) -> str:
    """A value in letters that the font has: the name of a model is no reason to print no book."""
    lacking = set(face.missing(value))
    return "".join("?" if char in lacking else char for char in value)


def _shortened(value: str) -> str:
    """A value whose longest word still fits a column: the middle of longer ones is left out."""
    return " ".join(
        word if len(word) <= LONGEST else f"{word[: LONGEST - 18]}…{word[-14:]}"
        for word in value.split()
    )
