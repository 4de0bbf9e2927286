import tracemalloc
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from benchmarks.faces import measured
from storybook.config import BindSettings
from storybook.errors import ConfigError, PressError
from storybook.press import compose
from storybook.press import picture as picture_module
from storybook.press.colour import Srgb, contrast, theme_of
from storybook.press.compose import TURNS, composed
from storybook.press.faces import GRID
from storybook.press.fonts import load_fonts
from storybook.press.formats import POINTS_PER_INCH, format_names, load_format, placed
from storybook.press.layout import Box, folio_box, lay_out, safe_box, sheet_of, text_box
from storybook.press.pdf import draw_card
from storybook.press.pdf_context import PdfContext, new_canvas, place_sheet
from storybook.press.picture import calm_side, calmer_of, cut_to, jpeg, open_picture
from storybook.press.screen import Screen, ScreenPicture, story_page
from storybook.press.sounds import pieces_of
from storybook.press.veil import veiled
from storybook.world import load_world

SHORT = "Biscuit ran to the pond."
LONG = " ".join(["Biscuit looked under the bed and behind the curtain."] * 5)
ENDLESS = " ".join([LONG] * 12)
FACE = load_fonts().text
ROOT = Path(__file__).parent.parent


def lies_in(inner: Box, outer: Box) -> bool:
    """Whether a box lies inside another one, to a thousandth of a point."""
    across = outer.x - 1e-3 <= inner.x and inner.right <= outer.right + 1e-3
    return across and outer.y - 1e-3 <= inner.y and inner.top <= outer.top + 1e-3


def scene(x: float, y: float, size_px: int = 128) -> Image.Image:
    """Sky over grass with a red ball at (x, y), in shares of the picture."""
    picture = Image.new("RGB", (size_px, size_px), (190, 220, 240))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, size_px // 2, size_px, size_px), fill=(140, 190, 120))
    x, y, r = x * size_px, y * size_px, 0.12 * size_px
    pen.ellipse((x - r, y - r, x + r, y + r), fill=(210, 60, 50))
    return picture


@pytest.mark.parametrize("name", format_names())
def test_every_shipped_format_loads_and_keeps_safe_margins(name):
    form = load_format(name)
    assert form.margin_in >= 0.5
    page = Box(0, 0, form.width_pt, form.height_pt)
    assert lies_in(safe_box(form, 1), page)


def test_an_unknown_format_names_the_known_ones():
    with pytest.raises(ConfigError, match=r"Did you mean square-8\.5"):
        load_format("square-8")


def test_the_gutter_is_left_on_right_hand_sheets():
    form = load_format("square-8.5")
    gutter = form.gutter_in * POINTS_PER_INCH
    left_hand, right_hand = safe_box(form, sheet_of(1)), safe_box(form, sheet_of(2))
    assert right_hand.x - left_hand.x == pytest.approx(gutter)
    assert right_hand.right - left_hand.right == pytest.approx(gutter)


@pytest.mark.parametrize("name", format_names())
@pytest.mark.parametrize("ages", ["3-5", "5-7", "7-9"])
def test_text_and_page_numbers_stay_inside_the_safe_margins(name, ages):
    form = load_format(name)
    for laid in lay_out([SHORT, LONG, SHORT, LONG[:120]], form, FACE, ages):
        safe = safe_box(form, sheet_of(laid.page))
        text, disc = text_box(laid.area, laid.setting), folio_box(laid, laid.area)
        assert lies_in(text, laid.area) and lies_in(text, safe) and lies_in(disc, safe)
        widest = max(FACE.width(line.text, laid.setting.size_pt) for line in laid.setting.lines)
        assert widest <= text.width + 1e-6
        if laid.kind != "panel":
            assert text.top <= laid.picture.y or text.x >= laid.picture.right


def test_a_book_has_one_size_of_type_within_its_age():
    laid = lay_out([SHORT, LONG], load_format("square-8.5"), FACE, "3-5")
    (size,) = {page.setting.size_pt for page in laid}
    assert 18 <= size <= 24


def test_the_arrangement_follows_the_length_of_the_text():
    laid = lay_out([SHORT, LONG], load_format("square-8.5"), FACE, "3-5")
    assert [page.kind for page in laid] == ["panel", "above"]


def test_text_that_does_not_fit_is_an_error_naming_the_page():
    with pytest.raises(PressError, match=r"page 2: .* do not fit at 18 pt"):
        lay_out([SHORT, ENDLESS, SHORT], load_format("square-8.5"), FACE, "3-5")


def test_a_card_goes_where_nothing_is_covered():
    assert calm_side(scene(0.5, 0.8), 0.25) == "top"
    assert calm_side(scene(0.5, 0.2), 0.25) == "bottom"


def test_calmer_of_looks_only_at_what_a_card_covers():
    """A ball at the upper left is no reason to leave the upper right, where the card stands."""
    low, high = (0.55, 0.7, 0.95, 0.95), (0.55, 0.05, 0.95, 0.3)
    picture = scene(0.2, 0.17)
    ImageDraw.Draw(picture).ellipse((90, 95, 110, 115), fill=(60, 40, 160))
    assert calmer_of(picture, low, high) == "top"
    assert calm_side(scene(0.2, 0.17), 0.3) == "bottom", "which a band over the whole width is"
    assert calmer_of(scene(0.75, 0.17), low, high) == "bottom"


@pytest.mark.parametrize(("row", "side"), [(4, "bottom"), (24, "top")])
def test_calm_side_spares_a_face_rather_than_a_ball(monkeypatch, row, side):
    faces = np.zeros((GRID, GRID))
    faces[row : row + 4, 14:18] = 1.0
    monkeypatch.setattr(picture_module, "faces_in", lambda picture: faces)
    assert calm_side(scene(0.5, 1 - row / GRID), 0.3) == side


@pytest.mark.parametrize("ball", [0.15, 0.85])
def test_composed_covers_nobody_in_print_and_on_the_screen(ball):
    form = load_format("square-8.5")
    (laid,) = lay_out([SHORT], form, FACE, "3-5")
    picture = scene(0.5, ball)
    area = composed(laid, picture, form).area
    assert (area.y > form.height_pt / 2) == (ball > 0.5)
    screen = Screen(form, load_fonts(), theme_of(picture))
    html = story_page(screen, laid, ScreenPicture(picture, "a ball"))
    assert f'class="words card" style="{screen.inside(area)}' in html


def test_cutting_keeps_what_the_picture_is_about():
    low, high = cut_to(scene(0.5, 0.85), 1.5), cut_to(scene(0.5, 0.15), 1.5)
    for picture in (low, high):
        assert picture.width / picture.height == pytest.approx(1.5, abs=0.02)
        reds = [count for count, colour in picture.getcolors(9999) if colour == (210, 60, 50)]
        assert sum(reds) > 650


def test_pictures_are_never_kept_finer_than_asked():
    data = jpeg(scene(0.5, 0.5, 512), 36, max_ppi=360, quality=92)
    assert open_picture(data, "page 1").width == 180
    data = jpeg(scene(0.5, 0.5, 64), 612, max_ppi=360, quality=92)
    assert open_picture(data, "page 1").width == 64


def test_bytes_that_are_no_picture_are_an_error():
    with pytest.raises(PressError, match="page 3: the plate is no picture"):
        open_picture(b"nothing", "page 3")


@pytest.mark.parametrize("colour", [(20, 30, 90), (250, 240, 120), (128, 128, 128), (230, 40, 40)])
def test_every_theme_can_be_read(colour):
    theme = theme_of(Image.new("RGB", (64, 64), colour))
    assert contrast(theme.ink, theme.paper) >= 7
    assert min(contrast(theme.accent, theme.paper), contrast(theme.spark, theme.paper)) >= 4.5


def test_composed_puts_no_words_over_a_head_and_cuts_none():
    """Of 20 drawn pictures, whose heads are known, with two texts each."""
    found = measured(load_world(ROOT / "assets"), 5, 20, "auto")
    assert found["words over a head"] == found["a head cut"] == 0
    assert sum(found[kind] > 0 for kind in ("panel", "open", "above", "spot", "beside")) >= 4


def test_composed_takes_turns_and_keeps_to_what_its_author_wants(monkeypatch):
    monkeypatch.setattr(compose, "faces_in", lambda picture: np.zeros((GRID, GRID)))
    form, calm = load_format("square-8.5"), scene(0.5, 0.6)
    laid = lay_out([SHORT] * 7, form, load_fonts().story, "3-5")
    kinds = [composed(page, calm, form).kind for page in laid]
    assert kinds == list(TURNS)
    low, high = (composed(laid[1], calm, form, side) for side in ("low", "high"))
    assert low.kind == high.kind == "panel" and low.area.top < high.area.y
    below = placed(form, "below")
    kinds = {composed(page, calm, below).kind for page in lay_out([SHORT] * 7, below, FACE, "3-5")}
    assert kinds == {"above"}


def with_faces(monkeypatch, *faces):
    """Faces, each by its first row and column and how many of them it has."""
    seen = np.zeros((GRID, GRID))
    for row, column, high, wide in faces:
        seen[row : row + high, column : column + wide] = 1.0
    monkeypatch.setattr(compose, "faces_in", lambda picture: seen)


def test_composed_finds_room_for_a_narrow_card_beside_a_tall_head(monkeypatch):
    """A head from the top to the foot leaves a column that no card of the usual width fits."""
    with_faces(monkeypatch, (0, 20, 32, 12))
    form = load_format("square-8.5")
    (laid,) = lay_out([SHORT], form, load_fonts().story, "3-5")
    usual = max(each.area.width for each in laid.options if each.kind == "panel")
    card = composed(laid, scene(0.5, 0.6), form)
    assert card.kind == "panel" and card.area.width < 0.8 * usual
    assert card.area.right <= form.width_pt * 19 / GRID


def test_composed_takes_the_small_picture_only_where_nothing_else_is_harmless(monkeypatch):
    form, seen = load_format("square-8.5"), scene(0.5, 0.6)
    laid = lay_out([SHORT] * 7, form, load_fonts().story, "3-5")
    with_faces(monkeypatch, (0, 0, 32, 32))
    assert {composed(page, seen, form).kind for page in laid} == {"spot"}
    with_faces(monkeypatch, (12, 12, 8, 8))
    assert "spot" not in {composed(page, seen, form).kind for page in laid}


def test_composed_puts_no_veil_over_a_dark_picture(monkeypatch):
    form = load_format("square-8.5")
    laid = lay_out([SHORT] * 7, form, load_fonts().story, "3-5")
    with_faces(monkeypatch)
    night, grey = (Image.new("RGB", (96, 96), (level,) * 3) for level in (60, 150))
    kinds = [[composed(page, each, form).kind for page in laid] for each in (night, grey)]
    assert "open" not in kinds[0] and kinds[1] == list(TURNS)


def test_a_bubble_and_its_tail_leave_no_slit():
    """What lies in both was left out, and the picture was seen through it."""
    form, fonts, night = load_format("square-8.5"), load_fonts(), Image.new("RGB", (64, 64))
    (page,) = lay_out([SHORT], form, fonts.story, "3-5")
    area = page.area
    laid = replace(page, kind="speech", tail=(area.middle, area.top + 60), others=())
    file = BytesIO()
    canvas = new_canvas(file, form, fonts, title="t", subject="s", language="en")
    pdf = PdfContext(canvas, form, fonts, theme_of(scene(0.5, 0.5)), BindSettings())
    place_sheet(pdf, night, laid.picture)
    draw_card(pdf, laid)
    canvas.save()
    with pypdfium2.PdfDocument(file.getvalue()) as document:
        shown = np.asarray(document[0].render(scale=2).to_pil().convert("L"))
    column = shown[:, round(2 * area.middle)]
    white = np.flatnonzero(column > 128)
    assert len(white) == white[-1] - white[0] + 1, "from the bubble's foot to the tail's tip"


def test_composed_goes_by_no_single_place_that_looks_like_a_face(monkeypatch):
    form, seen = load_format("square-8.5"), scene(0.5, 0.6)
    (laid,) = lay_out([SHORT], form, load_fonts().story, "3-5")
    with_faces(monkeypatch)
    usual = composed(laid, seen, form)
    with_faces(monkeypatch, (2, 3, 1, 1), (2, 28, 1, 2), (29, 3, 1, 1), (29, 28, 1, 2))
    assert composed(laid, seen, form) == usual


def test_composed_makes_a_bubble_of_what_is_mostly_spoken(monkeypatch):
    """Its tail ends before the one face that is seen; with two faces nobody knows who speaks."""
    form = load_format("square-8.5")
    (laid,) = lay_out(
        ["“Come with me to the pond, and bring the ball,” said Bo."], form, FACE, "3-5"
    )

    def seen(*places):
        faces = np.zeros((GRID, GRID))
        for row, column in places:
            faces[row : row + 3, column : column + 3] = 1.0
        monkeypatch.setattr(compose, "faces_in", lambda picture: faces)
        return composed(laid, scene(0.5, 0.6), form)

    bubble = seen((18, 10))
    assert bubble.kind == "speech"
    x, y = bubble.tail
    card, face = bubble.area, [form.height_pt * (1 - row / GRID) for row in (21, 18)]
    assert card.top < y < face[0] or face[1] < y < card.y
    assert card.x < x < card.right
    assert seen((18, 10), (18, 24)).kind == seen().kind == "panel"


def test_place_sheet_keeps_no_pixels():
    """reportlab would keep those of each picture until the file is saved."""
    form, fonts = load_format("square-8.5"), load_fonts()
    canvas = new_canvas(BytesIO(), form, fonts, title="t", subject="s", language="en")
    pdf = PdfContext(canvas, form, fonts, theme_of(scene(0.5, 0.5)), BindSettings())
    tracemalloc.start()
    for number in range(4):
        place_sheet(pdf, scene(0.2 * number, 0.5, 1024), Box(0, 0, 612, 612))
        canvas.showPage()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1024 * 1024 * 3


@pytest.mark.parametrize("name", format_names())
def test_ink_can_be_read_on_a_veil_over_any_picture(name):
    form = load_format(name)
    for colour in ((200, 40, 40), (40, 90, 200), (120, 120, 40)):
        theme = theme_of(Image.new("RGB", (64, 64), colour))
        for low in (True, False):
            edge = 0.25 * form.height_pt if low else 0.75 * form.height_pt
            shown = veiled(Image.new("RGB", (8, 200)), form.height_pt, edge, theme.paper, low=low)
            rows = np.asarray(shown)[:, 0] / 255
            behind = rows[-50:] if low else rows[:50]
            worst = min(contrast(theme.ink, Srgb(*row)) for row in behind)
            assert worst >= 4.5
            assert rows[:60].max() == 0 if low else rows[-60:].max() == 0


def test_the_first_letter_of_a_book_stands_beside_two_lines():
    fonts = load_fonts()
    first, second = lay_out([LONG, LONG], load_format("square-8.5"), fonts.story, "3-5")
    setting = first.setting
    assert setting.initial == "B" and setting.lines[0].text.startswith("iscuit looked")
    indents = [line.indent_pt for line in setting.lines]
    assert indents[0] == indents[1] > 10 and not any(indents[2:])
    assert max(line.indent_pt + line.width_pt for line in setting.lines) <= setting.width_pt
    assert second.setting.initial == ""
    short, *_ = lay_out(["Bo ran."], load_format("square-8.5"), fonts.story, "3-5")
    assert short.setting.initial == "", "a text of one line has nothing to stand beside"


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("Whoosh, wheee, down it came!", ["Whoosh", "wheee"]),
        ("Plop! went the dough.", ["Plop"]),
        ("He sat by the pond.", []),
        ("Die Schifffahrt und der Teeei.", []),
        ("BOOOOM-brrr", ["BOOOOM", "brrr"]),
        ("Click, clack, click. He hops.", ["Click", "clack", "click"]),
        ("Tip, tap, tip, tap, went his feet.", ["Tip", "tap", "tip", "tap"]),
        ("Bump! Bump! It fell with a bump.", ["Bump", "Bump"]),
        ("They hop, tap and sing. A tap on the tap.", []),
        ("He gave a hop. Hop on!", []),
    ],
)
def test_pieces_of_finds_sounds_and_loses_no_letter(text, sounds):
    pieces = pieces_of(text)
    assert [piece for piece, is_sound in pieces if is_sound] == sounds
    assert "".join(piece for piece, _ in pieces) == text
    story = load_fonts().story
    assert (story.width(text, 20) > story.text.width(text, 20)) == bool(sounds)
