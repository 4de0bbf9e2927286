"""The end page: the end of the story, and how the book was made."""

from dataclasses import dataclass

from storybook.press import ornaments
from storybook.press.fonts import FontFace, Fonts
from storybook.press.layout import safe_box
from storybook.press.pdf_context import PdfContext, draw_left, draw_title, lay_paper
from storybook.press.title import set_title
from storybook.press.typeset import Setting, set_text
from storybook.records import Record

SIZES_PT = (8.5, 8, 7.5, 7)
"""Of the small print; printers take no less than 7."""
TOLD_SIZES_PT = (15, 14, 13, 12, 11, 10)
"""Of what is told to a family."""

LABELS_PT = 52
MEASURE_PT = 400
LONGEST = 40
TOLD_EM = 30
"""The widest line of what is told, in sizes."""
GAP_PT = 26
"""Between what is told and the small print."""
THE_END = "The End"
HEADING = "How this book was made"
INTRODUCTION = (
    "A computer told this story, drew every picture several times over, and kept the one that "
    "fitted best: words and pictures are machine-made, and a person may have changed them since. "
    "If a paw is missing somewhere, that is why. You are welcome to draw it in."
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
    """What the end page tells: words for a family, and in small print each row's label beside its
    setting.
    """

    size_pt: float
    introduction: Setting
    rows: tuple[tuple[str, Setting], ...]

    @property
    def height_pt(self) -> float:
        """Of the rows."""
        return sum(setting.height_pt + 0.6 * self.size_pt for _, setting in self.rows)


def draw_end_page(pdf: PdfContext, facts: Facts, sheet: int, the_end: str = THE_END) -> None:
    """`The End` in the upper half, as the book's language has it; words for a family below it, the
    small print at the foot, in English.
    """
    safe, canvas, theme = safe_box(pdf.form, sheet), pdf.canvas, pdf.theme
    lay_paper(pdf)
    fonts, width = pdf.fonts, min(MEASURE_PT, safe.width)
    small = set_small_print(facts, fonts, width, 0.36 * safe.height)
    left, introduction = safe.middle - width / 2, small.introduction
    foot = safe.y + small.height_pt + GAP_PT
    heading_pt = 1.15 * introduction.size_pt
    top = foot + introduction.height_pt + 2.2 * heading_pt
    face = fonts.for_title(the_end)
    title = set_title(the_end, face, safe.width, 120, most_pt=60)
    middle = (safe.top + top) / 2
    draw_title(pdf, title, face, safe.middle, middle + title.height_pt / 2 + 14, theme.spark)
    ornaments.rule(canvas, safe.middle, middle - title.height_pt / 2 - 12, 150, theme.accent)
    ornaments.fill_with(canvas, theme.accent)
    canvas.setFont(fonts.bold.name, heading_pt)
    canvas.drawString(left, top - heading_pt, HEADING)
    draw_left(pdf, introduction, fonts.text, left, foot + introduction.height_pt, theme.ink)
    top = safe.y + small.height_pt
    for label, setting in small.rows:
        ornaments.fill_with(canvas, theme.accent)
        canvas.setFont(fonts.bold.name, small.size_pt)
        canvas.drawString(left, top - setting.lines[0].drop_pt, label)
        draw_left(pdf, setting, fonts.text, left + LABELS_PT, top, theme.ink)
        top -= setting.height_pt + 0.6 * small.size_pt
    canvas.showPage()


def set_small_print(facts: Facts, fonts: Fonts, width_pt: float, height_pt: float) -> SmallPrint:
    """The words for a family, and the small print as large as it fits into a height; at its
    smallest size it may be higher.
    """
    face = fonts.text
    settings = [_set(INTRODUCTION, face, size_pt, width_pt, TOLD_EM) for size_pt in TOLD_SIZES_PT]
    introduction = next(
        (each for each in settings if each.height_pt <= 0.75 * height_pt), settings[-1]
    )
    rows = [(label, _shortened(_shown(value, face))) for label, value in rows_of(facts, fonts)]
    for size_pt in SIZES_PT:
        values = [
            (label, _set(value, face, size_pt, width_pt - LABELS_PT)) for label, value in rows
        ]
        small = SmallPrint(size_pt, introduction, tuple(values))
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


def _set(
    text: str, face: FontFace, size_pt: float, width_pt: float, measure_em: float = 60
) -> Setting:
    setting = set_text(text, face, size_pt, width_pt, measure_em=measure_em, breaking=True)
    assert setting is not None, "two letters of the small print fit into its column"
    return setting


def _shown(value: str, face: FontFace) -> str:
    """A value in letters that the font has: the name of a model is no reason to print no book."""
    lacking = set(face.missing(value))
    return "".join("?" if char in lacking else char for char in value)


def _shortened(value: str) -> str:
    """A value whose longest word still fits a column: the middle of longer ones is left out."""
    return " ".join(
        word if len(word) <= LONGEST else f"{word[: LONGEST - 18]}…{word[-14:]}"
        for word in value.split()
    )
