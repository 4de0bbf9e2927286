import pytest
from hypothesis import given
from hypothesis import strategies as st

from books import BISCUIT, FOX, doubles, made, new_book
from storybook.errors import BookError
from storybook.readability import sentences
from storybook.records import COVER, Story
from storybook.stages.split import cut, split

WORDS = st.lists(st.sampled_from(["ran", "far", "and", "slept", "on"]), min_size=1, max_size=9)
SENTENCE = WORDS.map(lambda words: f"Biscuit {' '.join(words)}.")
PARAGRAPHS = st.lists(
    st.lists(SENTENCE, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=8
)


@given(PARAGRAPHS, st.integers(1, 12))
def test_cut_gives_exactly_the_pages_and_loses_nothing(paragraphs, pages):
    whole = sentences(" ".join(paragraphs))
    if len(whole) < pages and len(paragraphs) != pages:
        with pytest.raises(BookError, match=f"{len(whole)} sentences for {pages} pages"):
            cut(paragraphs, pages)
        return
    parts = cut(paragraphs, pages)
    assert len(parts) == pages and all(parts)
    assert [sentence for part in parts for sentence in sentences(part)] == whole


def test_a_quotation_is_never_broken():
    text = ["He ran on. “Stop! Wait for me! I am so slow today,” said the fox. She ran. He sat."]
    for pages in (2, 3, 4):
        parts = cut(text, pages)
        assert all(part.count("“") == part.count("”") for part in parts)


def test_cut_keeps_scripts_without_spaces_as_they_are():
    text = ["皮普跑到海边。风很大，也很暖和。", "风筝飞起来了。皮普笑了。他跑回家。", "他睡了。"]
    parts = cut(text, 2)
    assert "".join(parts) == "".join(text)
    assert max(map(len, parts)) - min(map(len, parts)) <= 6


def test_pages_of_a_cut_are_even():
    text = [" ".join(f"Biscuit ran to tree number {n} in the wood." for n in range(24))]
    lengths = [len(part.split()) for part in cut(text, 8)]
    assert max(lengths) == min(lengths) == 27


def test_a_page_ends_with_a_paragraph_where_it_can():
    paragraphs = ["One two three. Four five six.", "Seven eight nine ten. Eleven twelve."] * 2
    assert cut(paragraphs, 4) == paragraphs


def test_split_makes_a_cover_and_the_pages():
    paragraphs = (
        "Biscuit ran to the beach. She saw a kite.",
        "“Help!” said the fox. The kite was in the sea.",
        "They jumped into the waves together.",
        "At night they slept by the fire.",
    )
    world = doubles().world
    story = Story(title="The Kite", paragraphs=paragraphs, cast=(BISCUIT, FOX))
    cover, *pages = split(story, story.cast, 4, world)
    assert cover.page == COVER and cover.text == "The Kite" and cover.things == ("kite",)
    assert [scene.page for scene in pages] == [1, 2, 3, 4]
    assert [scene.moment for scene in pages] == ["running", "sitting", "jumping", "sleeping"]
    assert [scene.place for scene in pages] == ["beach", "beach", "beach", "living room"]
    assert [scene.light for scene in pages] == ["day", "day", "day", "night"]
    assert pages[2].cast == ("Biscuit", "Fern")


def test_an_edited_story_is_split_again():
    book = new_book()
    made(book, until="split")
    assert made(book, until="split") == []
    told = book.path(book.STORY).read_text(encoding="utf-8")
    book.path(book.STORY).write_text(told.replace("Biscuit", "Biscuit herself", 1), "utf-8")
    assert [event.stage for event in made(book, until="split")] == ["split"]


def test_fewer_pages_move_the_rest_away():
    book = new_book(pages=6)
    made(book)
    brief = book.path(book.BRIEF).read_text().replace("pages = 6", "pages = 5")
    book.path(book.BRIEF).write_text(brief)
    book.path(book.STORY).unlink()
    made(book)
    assert len(book.scenes) == 6 and not book.page(6).exists()
