import pytest

from storybook.errors import PressError
from storybook.press.fonts import load_fonts
from storybook.press.printable import check_glyphs, curl
from storybook.press.typeset import break_lines, set_text

SENTENCE = "He ran to the garden and asked the mouse, but the mouse had seen no red ball today."


def ten_each(text: str) -> float:
    return 10.0 * len(text)


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("\"It's Ben's,\" said Ann...", "“It’s Ben’s,” said Ann…"),
        ("'twas the dogs' bone in '95", "’twas the dogs’ bone in ’95"),
        ("\"'Run!' he cried,\" said Bo.", "“‘Run!’ he cried,” said Bo."),
        ('"But--" said (the "old") cat.', "“But—” said (the “old”) cat."),
        ("bump -- bump - bump, 3-5", "bump — bump – bump, 3–5"),
        ("She said 'hello' to  it.\n\n Then\tnothing.", "She said ‘hello’ to it.\nThen nothing."),
    ],
)
def test_quotes_and_dashes_are_curled(typed, set_):
    assert curl(typed) == set_


def test_curling_twice_changes_nothing():
    once = curl('"Don\'t!" -- "Why not?" he said. \'Tis late...')
    assert curl(once) == once


def test_quotation_marks_follow_the_language():
    assert curl('"Где мяч?" - спросил кот.', "ru") == "«Где мяч?» – спросил кот."
    assert curl('"Wo?" sagte er.', "de-AT") == "„Wo?“ sagte er."


def test_lines_keep_all_words_within_the_width():
    lines = break_lines(SENTENCE, ten_each, 300)
    assert " ".join(lines) == SENTENCE
    assert all(ten_each(line) <= 300 for line in lines)


def test_lines_are_as_few_as_can_be_and_even():
    lines = break_lines(SENTENCE, ten_each, 300)
    widths = [len(line) for line in lines]
    assert len(lines) == 3
    assert max(widths) - min(widths) <= 6


def test_no_word_stands_alone_on_the_last_line():
    text = "One two three four five six seven eight nine ten"
    for width in range(120, 480, 10):
        lines = break_lines(text, ten_each, width)
        assert len(lines) == 1 or len(lines[-1].split()) > 1, width


def test_a_word_wider_than_the_line_cannot_be_set():
    face = load_fonts().text
    assert break_lines("a wheelbarrow", ten_each, 60) is None
    assert set_text("a wheelbarrow", face, 10, 60, measure=ten_each) is None


def test_paragraphs_stand_apart():
    face = load_fonts().text
    together, apart = (set_text(text, face, 10, 200) for text in ("One.", "One.\nTwo."))
    assert apart.lines[1].drop_pt - apart.lines[0].drop_pt == pytest.approx(1.5 * 1.4 * 10)
    assert apart.height_pt > together.height_pt


def test_lines_hold_at_most_sixty_letters():
    face = load_fonts().text
    setting = set_text(SENTENCE * 3, face, 14, 2000)
    assert max(len(line.text) for line in setting.lines) <= 62


def test_a_missing_glyph_is_named_with_its_page():
    with pytest.raises(PressError, match=r"page 4: .*U\+1F980, CRAB"):
        check_glyphs("A crab 🦀!", load_fonts().text, "page 4")


def test_the_fonts_hold_latin_and_cyrillic():
    fonts = load_fonts()
    assert not fonts.text.missing("Łukasz, Zoë und Æsa: «Где мой мяч?» — “no…”")
    assert fonts.for_title("Zoë & Łukasz") is fonts.display
    assert fonts.for_title("Красный мяч") is fonts.bold


@pytest.mark.parametrize("title", ["Mrs", "Dr.", "“Mr"])
def test_a_title_stays_with_its_name(title):
    text = f"That was the best jumper ever, said {title} Ngozi to the goat."
    for width_pt in range(90, 300, 10):
        lines = break_lines(text, ten_each, width_pt)
        assert lines and not any(line.endswith(title) for line in lines)


def test_a_row_of_sounds_stays_on_a_line_up_to_four_of_them():
    text = "Bruno walked to the beach. Tip, tap, tip, tap, went his feet. Boom!"
    for width_pt in range(200, 420, 10):
        lines = break_lines(text, ten_each, width_pt)
        assert lines and sum("Tip, tap, tip, tap," in line for line in lines) == 1
    lines = break_lines("Plop, plop, plop, plop, plop, plop, it went.", ten_each, 240)
    assert [*lines] == ["Plop, plop, plop, plop,", "plop, plop, it went."]
    face = load_fonts().text
    setting = set_text(
        "Tip, tap, tip, tap, he went.", face, 10, 160, measure=ten_each, breaking=True
    )
    narrow = [line.text for line in setting.lines]
    assert [*narrow] == ["Tip, tap, tip,", "tap, he went."]  # wider than the line


def test_a_title_leaves_a_name_that_is_wider_than_the_line():
    face = load_fonts().text
    setting = set_text("Mr Featherstone", face, 10, 90, measure=ten_each, breaking=True)
    assert [line.text for line in setting.lines] == ["Mr", "Feathers-", "tone"]
