import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from storybook.errors import ConfigError, PressError
from storybook.press.colour import contrast, theme_of
from storybook.press.fonts import load_fonts
from storybook.press.formats import POINTS_PER_INCH, format_names, load_format
from storybook.press.layout import Box, folio_box, lay_out, safe_box, sheet_of, text_box
from storybook.press.pdf import card_of
from storybook.press.picture import calm_side, calmer_of, cut_to, jpeg, open_picture
from storybook.press.screen import Screen, Shown, story_page
from storybook.world import load_world
from training.starter.artist import draw, figures_in
from training.starter.pictures import random_picture

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


def test_calmer_of_spares_fine_forms_rather_than_one_broad_one():
    """A face has edges; a curtain of the same colour has two."""
    picture = scene(0.5, 2.0)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((40, 10, 88, 34), fill=(210, 60, 50))
    for x in range(40, 88, 4):
        pen.rectangle((x, 92, x + 1, 116), fill=(210, 60, 50))
    assert calmer_of(picture, (0.25, 0.7, 0.75, 0.95), (0.25, 0.05, 0.75, 0.3)) == "top"


@pytest.mark.parametrize("ball", [0.15, 0.85])
def test_card_of_covers_nobody_in_print_and_on_the_screen(ball):
    form = load_format("square-8.5")
    (laid,) = lay_out([SHORT], form, FACE, "3-5")
    picture = scene(0.5, ball)
    area = card_of(picture, laid, form)
    assert (area.y > form.height_pt / 2) == (ball > 0.5)
    screen = Screen(form, load_fonts(), theme_of(picture))
    html = story_page(screen, laid, Shown(picture, "a ball"))
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


def test_card_of_seldom_covers_the_upper_part_of_a_drawn_figure():
    """Where heads are: of 40 drawn pictures, whose figures are known, at most 6 (measured: 3)."""
    world, chance = load_world(ROOT / "assets"), random.Random(11)
    form = load_format("square-8.5")
    (laid,) = lay_out([LONG[:120]], form, FACE, "3-5")
    covered = 0
    for _ in range(40):
        shown = random_picture(world, chance)
        figure = figures_in(shown, world, 128) > 127
        rows = np.flatnonzero(figure.any(axis=1))
        head = figure.copy()
        head[rows[0] + round(0.35 * len(rows)) :] = False
        area = card_of(draw(shown, world, 128), laid, form)
        scale = 128 / form.width_pt
        top, foot = 128 - area.top * scale, 128 - area.y * scale
        part = head[round(top) : round(foot), round(area.x * scale) : round(area.right * scale)]
        covered += part.sum() > 0.25 * head.sum()
    assert covered <= 6
