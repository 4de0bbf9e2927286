"""Grade, sentences, syllables, rare words, repetition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storybook.readability import TARGETS, length, measure, sentences, syllables, words

SYLLABLES = {
    1: "cat jumped cakes once eyes moved played crawled smiled leaves whale strange laughed our",
    2: "little biscuit wanted people garden purple puppy kitten quiet something puzzled safely "
    "player crayon wishes boxes lion sparkled careful apple giggled maybe yellow rabbit",
    3: "umbrella animal idea butterfly beautiful delicious adventure everything radio elephant",
    4: "caterpillar ordinary watermelon",
}


@pytest.mark.parametrize(
    ("word", "count"), [(word, count) for count, said in SYLLABLES.items() for word in said.split()]
)
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('"Hello!" said Pip. "Where is my ball?" Pip asked.', 2),
        ("Mr. Fox met Dr. Owl on St. Mary's Road. They ran.", 2),
        ("He looked... and looked… and slept. Then he woke.", 2),
        ('"Wait!" "Come back!" cried the mouse.', 2),
        ("“Oh no!” The wind took it. Splash! Bump!", 4),
        ("It was cold\nThe snow fell", 2),
        ("Oh! the snow. Was it I? It was I. They slept", 4),
        ("...\n!", 0),
        ("小老鼠跑了。风很大！他去哪儿？多好……", 4),
        ("“快跑！”皮普说。他跑了。", 2),
        ("「早く！」とピップは言った。ピップは走った。", 2),
        ("皮普笑了!他跑了?是的", 3),
        ("أين الكرة؟ ركض بيب. نام.", 3),
        ("پپ بھاگا۔ وہ سو گیا۔", 2),
        ("पिप भागा। वह सो गया।", 2),
        ("Պիպը վազեց։ Նա քնեց։", 2),
        ("Πού είναι; Ο Πιπ έτρεξε.", 2),
        ("หนูปิ๊ปวิ่ง เขาหัวเราะ แล้วก็นอน", 3),
        ("ပစ် ပြေးသည်။ သူ အိပ်သည်။", 2),
        ("ፒፕ ሮጠ። ተኛ።", 2),
        ("Pip lief. »Wo?«, sagte er. Dann schlief er.", 3),
    ],
)
def test_sentences(text: str, count: int) -> None:
    assert len(sentences(text)) == count


@given(st.text(alphabet="aB .!?…\"'”\n", max_size=60))
def test_sentences_lose_no_word(text: str) -> None:
    assert words(" ".join(sentences(text))) == words(text)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("小老鼠皮普有一只红色的风筝。皮普拿着它跑到海边。风很大，也很暖和。皮普笑了。", 20, 28),
        ("ねずみのピップは赤いたこをもっていました。ピップは海へ走りました。", 9, 16),
        ("หนูปิ๊ปมีว่าวสีแดง ปิ๊ปวิ่งไปที่ชายหาด", 6, 14),
        ("Pip the mouse had a red kite. Pip ran to the beach.", 12, 12),
        ("Мышонок Пип нашёл мяч.", 4, 4),
        ("", 0, 0),
    ],
)
def test_length_counts_what_a_text_says(text: str, least: int, most: int) -> None:
    assert least <= length(text) <= most
    assert measure(text).words == round(length(text))


def test_grade_is_the_formula() -> None:
    reading = measure("The cat sat. The dog ran to the cat.")
    assert (reading.words, reading.sentences) == (9, 2)
    assert reading.fk_grade == pytest.approx(0.39 * 4.5 + 11.8 * 1 - 15.59)


def test_grades_order_as_readers_do() -> None:
    toddler = "Pip ran. Pip saw a red ball. The ball went up. Pip hopped and hopped."
    adult = (
        "Notwithstanding considerable meteorological complications, the expedition successfully "
        "accomplished its objectives, demonstrating extraordinary organisational determination."
    )
    assert measure(toddler).fk_grade < TARGETS["3-5"].fk_grade < 12 < measure(adult).fk_grade


def test_repetition() -> None:
    refrain = "Up and up and up she went. "
    assert measure(refrain * 4).repeated_4grams > 0.5 > measure(refrain).repeated_4grams
    assert measure(refrain * 4).distinct2 < measure(refrain).distinct2


def test_no_words_are_measured_as_nothing() -> None:
    assert measure(" … 12 !").words == 0
