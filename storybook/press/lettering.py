"""Lettering: large words, kerned, and with a halo that keeps them legible on any picture."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from storybook.press.bidi import visual
from storybook.press.colour import Srgb
from storybook.press.fonts import FontFace

PAIR, EXTENSION = 2, 9
"""Types of GPOS lookups (OpenType 1.9)."""


def lettered_width(text: str, face: FontFace, size_pt: float) -> float:
    """How wide kerned `text` is, in points."""
    return sum(_advances(visual(text), face, size_pt))


def draw_lettering(
    canvas: Canvas, text: str, face: FontFace, size_pt: float, x: float, y: float, fill: Srgb
) -> None:
    """Kerned text, its baseline beginning at (x, y); it stays one piece of text to copy."""
    canvas.setFillColorRGB(fill.red, fill.green, fill.blue)
    line = canvas.beginText(x, y)
    line.setFont(face.name, size_pt)
    text = visual(text)
    for char, advance in zip(text, _advances(text, face, size_pt), strict=True):
        line.setCharSpace(advance - face.width(char, size_pt))
        line.textOut(char)
    line.setCharSpace(0)
    canvas.drawText(line)


def draw_centred(
    canvas: Canvas,
    text: str,
    face: FontFace,
    size_pt: float,
    middle: tuple[float, float],
    most_pt: float,
) -> float:
    """One line centred on `middle`, in the canvas's colour; returns its size, in points.

    That is `size_pt`, or less where the line would be wider than `most_pt`.
    """
    size_pt *= min(1.0, most_pt / max(face.width(text, size_pt), 1e-6))
    canvas.setFont(face.name, size_pt)
    canvas.drawCentredString(*middle, visual(text))
    return size_pt


def draw_halo(
    canvas: Canvas,
    text: str,
    face: FontFace,
    size_pt: float,
    x: float,
    y: float,
    colour: Srgb,
    width_pt: float,
) -> None:
    """A round-cornered rim of `width_pt` around every letter; shapes, no text."""
    canvas.saveState()
    canvas.setStrokeColorRGB(colour.red, colour.green, colour.blue)
    canvas.setFillColorRGB(colour.red, colour.green, colour.blue)
    canvas.setLineWidth(2 * width_pt)
    canvas.setLineJoin(1)
    canvas.setLineCap(1)
    canvas.drawPath(_outline(canvas, text, face, size_pt, x, y), stroke=1, fill=1)
    canvas.restoreState()


def draw_shapes(
    canvas: Canvas, text: str, face: FontFace, size_pt: float, x: float, y: float, colour: Srgb
) -> None:
    """Letters as shapes, no text."""
    canvas.setFillColorRGB(colour.red, colour.green, colour.blue)
    canvas.drawPath(_outline(canvas, text, face, size_pt, x, y), stroke=0, fill=1, fillMode=1)


def _outline(
    canvas: Canvas, text: str, face: FontFace, size_pt: float, x: float, y: float
) -> PDFPathObject:
    path, text = canvas.beginPath(), visual(text)
    for char, advance in zip(text, _advances(text, face, size_pt), strict=True):
        _trace(path, face, char, size_pt, x, y)
        x += advance
    return path


def _advances(text: str, face: FontFace, size_pt: float) -> Iterator[float]:
    """The distance from each letter's origin to the next one's, in points."""
    names = _glyph_names(face.path)
    scale = size_pt / _open(face.path)["head"].unitsPerEm
    for left, right in pairwise([*text, None]):
        kern = _kern(face.path, names.get(ord(left)), names.get(ord(right))) if right else 0
        yield face.width(left, size_pt) + kern * scale


def _trace(path: object, face: FontFace, char: str, size_pt: float, x: float, y: float) -> None:
    """Add the outline of a letter to a path; its quadratic curves become cubic ones."""
    font = _open(face.path)
    scale = size_pt / font["head"].unitsPerEm
    glyph = _glyph_names(face.path).get(ord(char), ".notdef")
    pen = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[glyph].draw(pen)
    here = (0.0, 0.0)
    for verb, points in pen.value:
        spots = [(x + px * scale, y + py * scale) for px, py in points]
        if verb == "moveTo":
            path.moveTo(*spots[0])
        elif verb == "lineTo":
            path.lineTo(*spots[0])
        elif verb == "qCurveTo":
            _quadratic(path, here, spots)
        elif verb == "closePath":
            path.close()
        here = spots[-1] if spots else here


def _quadratic(path: object, here: tuple[float, float], spots: list[tuple[float, float]]) -> None:
    """TrueType's quadratic spline: between two controls lies an implied point on the curve."""
    *controls, end = spots
    for index, control in enumerate(controls):
        following = controls[index + 1] if index + 1 < len(controls) else None
        onto = end if following is None else _between(control, following, 0.5)
        path.curveTo(*_between(here, control, 2 / 3), *_between(onto, control, 2 / 3), *onto)
        here = onto


def _between(
    one: tuple[float, float], other: tuple[float, float], share: float
) -> tuple[float, float]:
    return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])


@lru_cache(maxsize=16)
def _open(path: Path) -> TTFont:
    return TTFont(path, lazy=True)


@lru_cache(maxsize=16)
def _glyph_names(path: Path) -> dict[int, str]:
    return _open(path).getBestCmap()


@lru_cache(maxsize=16)
def _kerning(path: Path) -> tuple[object, ...]:
    """The subtables of the font's pair kerning, in their order."""
    if "GPOS" not in _open(path):
        return ()
    table = _open(path)["GPOS"].table
    features = [f.Feature for f in table.FeatureList.FeatureRecord if f.FeatureTag == "kern"]
    indices = dict.fromkeys(index for feature in features for index in feature.LookupListIndex)
    subtables = [sub for index in indices for sub in table.LookupList.Lookup[index].SubTable]
    unpacked = [sub.ExtSubTable if sub.LookupType == EXTENSION else sub for sub in subtables]
    return tuple(sub for sub in unpacked if sub.LookupType == PAIR)


@lru_cache(maxsize=4096)
def _kern(path: Path, left: str | None, right: str | None) -> int:
    """The kerning of two glyphs in font units; the first subtable that knows the pair decides."""
    for table in _kerning(path):
        if left not in table.Coverage.glyphs:
            continue
        if table.Format == 1:
            pairs = table.PairSet[table.Coverage.glyphs.index(left)].PairValueRecord
            values = [pair.Value1 for pair in pairs if pair.SecondGlyph == right]
        else:
            row = table.Class1Record[table.ClassDef1.classDefs.get(left, 0)]
            values = [row.Class2Record[table.ClassDef2.classDefs.get(right, 0)].Value1]
        if values:
            return getattr(values[0], "XAdvance", 0) or 0
    return 0
