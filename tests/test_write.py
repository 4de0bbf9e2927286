"""write: tellings, their faults, the best of them, and the stage on a book's folder."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from books import BISCUIT, SUMMARY, brief, doubles, new_book, told_best
from storybook.config import WriteSettings, shipped
from storybook.errors import BookError, ConfigError, NotForChildren, QuestionTooLong, ReplyError
from storybook.hero.folder import add_hero
from storybook.models.replies import answered, in_turn
from storybook.records import R, Story, digest
from storybook.stages import write as stage
from storybook.story.casting import Cast, cast
from storybook.story.faults import faults_of
from storybook.story.prompt_frame import PLAIN, load_frame
from storybook.story.sampling import StorySample, sample_stories, select_best
from storybook.story.told_languages import check_language
from storybook.studio.studio import Studio
from storybook.world import load_world
from tiny import tiny_llama

WORLD = load_world(shipped("assets"))
PLAINLY = load_frame(PLAIN)
WHO = cast(SUMMARY, [BISCUIT], WORLD, seed=1)
PARAGRAPHS = (
    "Biscuit ran out to play. The snow was deep and white. She saw one blue mitten lie there.",
    'Biscuit held the mitten up high. "Who lost you?" said Biscuit. A shy fox came out to see.',
    "The fox had a good nose. Biscuit and the fox went down the hill. Sniff, sniff, sniff!",
    "They came to a warm house. Biscuit gave the mitten back. Then Biscuit slept by the fire.",
)
GOOD = "\n".join(("Title: The Blue Mitten", *PARAGRAPHS))


class Scripted:
    """A writer who says its lines in turn; a line may be an error."""

    name = "scripted"

    def __init__(self, *lines: str | Exception) -> None:
        self.lines: Iterable[str | Exception] = iter(lines)
        self.asked: list[tuple[str, int]] = []

    def tell(self, question: str, *, seed: int, max_words: int) -> str:
        self.asked.append((question, seed))
        line = next(self.lines)
        if isinstance(line, Exception):
            raise line
        return line

    def tell_each(
        self, question: str, *, seeds: Sequence[int], max_words: int
    ) -> Iterator[str | ReplyError]:
        return in_turn(partial(self.tell, question, max_words=max_words), seeds)

    def answer(self, question: str, kind: type[R], *, seed: int) -> R:
        def ask(said: str, try_seed: int) -> str:
            return self.tell(said, seed=try_seed, max_words=500)

        return answered(ask, question, kind, seed=seed, name=self.name)


def told(*lines: str | Exception, attempts: int = 4, **changes: object) -> Story:
    return told_best(brief(**changes), WHO, WORLD, Scripted(*lines), PLAINLY, attempts=attempts)


def complaints(*paragraphs: str, who: Cast = WHO, **changes: object) -> str:
    story = Story(title="T", paragraphs=paragraphs, cast=who.heroes)
    return "; ".join(fault.what for fault in faults_of(story, brief(**changes), who, WORLD))


def test_a_good_telling_is_taken_at_once() -> None:
    writer = Scripted(GOOD)
    story = told_best(brief(seed=7), WHO, WORLD, writer, PLAINLY)
    assert story == Story(title="The Blue Mitten", paragraphs=PARAGRAPHS, cast=WHO.heroes)
    ((question, seed),) = writer.asked
    assert seed == 7
    assert "Hero: Biscuit, an orange striped cat\n" in question
    assert f"Summary: {SUMMARY} END" in question and "Pages: 4. Ages: 3-5." in question


def test_the_author_s_title_wins() -> None:
    assert told(GOOD, title="Snow").title == "Snow"


@pytest.mark.parametrize("title", ["", "Title: **\n", f"Title: {'so ' * 40}long\n"])
def test_a_telling_without_a_title_is_named_after_its_star(title: str) -> None:
    assert told(title + "\n\n".join(PARAGRAPHS)).title == "Biscuit's Story"


def test_a_faulty_telling_is_told_again_with_another_seed() -> None:
    writer = Scripted(ReplyError("silence"), GOOD.replace("fox", "hat"), GOOD, "never asked")
    seen = list(
        sample_stories(brief(seed=7), WHO, WORLD, writer, PLAINLY, attempts=4, outline=False)
    )
    assert [seed for _, seed in writer.asked] == [7, 8, 9]
    assert [sample.complaint for sample in seen] == ["silence", "no word of Fox", ""]


def test_of_good_tellings_the_one_that_keeps_to_the_summary_is_taken() -> None:
    summary = "Biscuit finds a blue mitten. She hums a tune and ties a knot."
    asked = {"summary": summary, "pages": 4}
    who = cast(summary, [BISCUIT], WORLD, seed=1)
    another = "\n".join(("Title: X", *PARAGRAPHS))
    half = another.replace("went down the hill", "hummed a tune")
    whole = half.replace("Sniff, sniff, sniff!", "Biscuit tied a knot.")

    def chosen(*lines: str, attempts: int = 4, candidates: int = 3) -> tuple[int, Story]:
        writer = Scripted(*lines)
        story = told_best(
            brief(**asked), who, WORLD, writer, PLAINLY, attempts=attempts, candidates=candidates
        )
        return len(writer.asked), story

    def pages(reply: str) -> tuple[str, ...]:
        return tuple(reply.split("\n")[1:])

    asked_for, story = chosen(another, half, another)
    assert (asked_for, story.paragraphs) == (3, pages(half))
    asked_for, story = chosen(another, whole, half)
    assert (asked_for, story.paragraphs) == (2, pages(whole)), "nothing better can come"
    asked_for, story = chosen(another, half, candidates=1)
    assert (asked_for, story.paragraphs) == (1, pages(another))
    faulty = whole.replace("Biscuit", "She")
    asked_for, story = chosen(faulty, faulty, another, half, attempts=4)
    assert (asked_for, story.paragraphs) == (4, pages(half)), "a fault outweighs the summary"


def test_the_best_of_faulty_tellings_is_kept() -> None:
    nameless = GOOD.replace("Biscuit", "She")
    almost = GOOD.replace("fox", "hat")
    assert told(nameless, almost, almost, nameless).paragraphs == tuple(almost.split("\n")[1:])


def test_no_telling_that_can_become_a_book() -> None:
    with pytest.raises(ReplyError, match=r"2 times\. The last time: 1 sentences for 20") as fault:
        told(GOOD, "Title: X\nNo.", attempts=2, pages=20)
    assert fault.value.reply == "Title: X\nNo."


@pytest.mark.parametrize(
    ("paragraphs", "changes", "complaint"),
    [
        (PARAGRAPHS, {}, ""),
        (PARAGRAPHS[:1], {}, "3 sentences for 4 pages"),
        (PARAGRAPHS, {"ages": "7-9"}, "18 words a page, not 25 to 45"),
        ([p.replace("Biscuit", "She") for p in PARAGRAPHS], {}, "Biscuit is named in 0%"),
        ([p.replace("mitten", "thing") for p in PARAGRAPHS], {}, "no word of blue mitten"),
        ([PARAGRAPHS[0]] * 4, {}, "is said twice"),
        (
            [p.replace("snow", "precipitation accumulation phenomenon") for p in PARAGRAPHS]
            + ["Biscuit experienced extraordinary exhilaration notwithstanding circumstances."] * 2,
            {},
            "reading grade",
        ),
    ],
)
def test_faults(paragraphs: Iterable[str], changes: dict[str, object], complaint: str) -> None:
    said = complaints(*paragraphs, **changes)
    assert complaint in said and bool(said) == bool(complaint)


def test_words_that_few_children_know_are_a_fault_by_ages() -> None:
    first = ("perilous", "parchment", "gazebo", "quarrel", "brazen", "somber")
    hard = (*first, "ravine", "sextant", "gantry", "plinth", "argot", "fjord")
    pages = [f"{page} {' '.join(hard[n::4])}." for n, page in enumerate(PARAGRAPHS)]
    assert complaints(*PARAGRAPHS) == ""
    said = complaints(*pages)
    assert "words that are hard at 3-5, such as" in said and "parchment" in said
    assert "hard at" not in complaints(*pages, ages="7-9")
    asked = Cast(WHO.heroes, f"{WHO.summary} {' '.join(hard)}")
    assert "hard at" not in complaints(*pages, who=asked), "that was asked for"


def test_a_telling_in_the_english_of_a_country_is_held_to_english() -> None:
    nameless = [page.replace("Biscuit", "She") for page in PARAGRAPHS]
    assert "named in 0%" in complaints(*nameless, language="en-GB")
    assert "no word of blue mitten" in complaints(
        *(page.replace("mitten", "thing") for page in PARAGRAPHS), language="en-GB"
    )


def test_more_pages_than_a_writer_tells_at_once_are_cut_later() -> None:
    writer = Scripted(GOOD.replace(". ", ". Oh! ") * 10)
    told_best(brief(pages=40), WHO, WORLD, writer, PLAINLY, attempts=1)
    assert "Pages: 20." in writer.asked[0][0]


def test_a_summary_too_long_says_how_long_it_may_be() -> None:
    with pytest.raises(BookError, match=r"has 3,000 words; scripted has room for some 500"):
        told(QuestionTooLong("too long", 2500), summary="word " * 3000)


LINES = (
    "Biscuit finds a blue mitten in the snow",
    "A shy fox helps her",
    "They look",
    "It is home",
)
OUTLINE = json.dumps({"title": "The Mitten", "pages": LINES})


def test_a_large_writer_plans_and_tells_page_by_page() -> None:
    writer = Scripted(OUTLINE, *PARAGRAPHS)
    story = told_best(brief(), WHO, WORLD, writer, PLAINLY, outline=True)
    assert (story.title, story.paragraphs) == ("The Mitten", PARAGRAPHS)
    third = writer.asked[3][0]
    assert PARAGRAPHS[1] in third and f"3. {LINES[2]}" in third and "page 3 of 4" in third


def test_an_outline_of_another_length_is_asked_for_again() -> None:
    short = '{"title": "T", "pages": ["one"]}'
    writer = Scripted("no JSON", short, OUTLINE, *PARAGRAPHS)
    assert told_best(brief(), WHO, WORLD, writer, PLAINLY, outline=True).title == "The Mitten"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"language": "de"}, "tells in English, not 'de'"),
        ({"summary": "猫が雪の中で青い手袋を見つける"}, "reads English"),
        (
            {"summary": "Pip die Maus möchte am Strand einen roten Drachen steigen lassen."},
            r"of the 8 words of the summary that are no names 2 are\. Write the summary in English",
        ),
        ({"summary": "El perro Bruno encuentra una llave en la playa."}, "reads English"),
        ({"summary": "Minou le chat"}, "reads English"),
    ],
)
def test_other_languages_need_another_writer(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_language(brief(**changes), WriteSettings(writer="some/folder"))
    check_language(brief(**changes), WriteSettings(writer="server"))


def test_a_studio_file_says_in_which_languages_its_writer_tells() -> None:
    two = WriteSettings(writer="some/folder", languages=("de", "fr"))
    check_language(brief(language="de-AT", summary="Ein Hund."), two)
    with pytest.raises(ConfigError, match="tells in de, fr, not 'en'"):
        check_language(brief(), two)
    check_language(brief(language="en-GB"), WriteSettings(writer="some/folder"))


def test_the_stage_writes_once() -> None:
    book, studio = new_book(), doubles()
    events = list(stage.run(book, studio))
    assert {event.stage for event in events} == {"write"}
    assert events[-1].done == events[-1].total
    notes = [event.note for event in events]
    assert "Fox is drawn as a grey fox" in notes  # Biscuit is orange
    assert book.story.cast == (BISCUIT.but(pronoun="she"), *WHO.heroes[1:])
    assert list(stage.run(book, studio)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"summary": "Biscuit the cat naps."},
        {"ages": "5-7"},
        {"language": "de"},
        {"pages": 5},
        {"heroes": ("pepper",)},
        {"seed": 2},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_the_stage_is_due_when_what_it_reads_changes(changes: dict[str, object]) -> None:
    book = new_book()
    list(stage.run(book, doubles()))
    (book.folder / "brief.toml").unlink()
    assert stage.due(new_book(**changes), doubles())


def test_the_stage_is_not_due_when_the_look_of_the_book_changes() -> None:
    list(stage.run(new_book(), doubles()))
    Path("book/brief.toml").unlink()
    assert not stage.due(new_book(style="crayon", format="square-8.5", title="Snow"), doubles())
    assert stage.due(new_book("other"), doubles("write.attempts=2"))


def studio_of_a_writer(folder: Path, *, pages: int) -> Studio:
    """A studio with a real LLaMA that knows one story, for the sample's summary in `pages`."""
    question = load_frame(PLAIN).ask(
        pages=pages, ages="3-5", hero="Biscuit, an orange striped cat", summary=SUMMARY
    )
    tiny_llama(folder, learns=(f"{question} {GOOD} END",), context=1024)
    return doubles(f"write.writer={folder}", "write.temperature=0", "write.attempts=1")


def test_a_real_writer_tells_the_book(tmp_path: Path) -> None:
    book = new_book()
    list(stage.run(book, studio_of_a_writer(tmp_path / "writer", pages=4)))
    assert (book.story.title, book.story.paragraphs) == ("The Blue Mitten", PARAGRAPHS)


def test_a_story_that_cannot_become_the_book_is_kept_aside(tmp_path: Path) -> None:
    book, studio = new_book(pages=14), studio_of_a_writer(tmp_path / "writer", pages=14)
    with pytest.raises(ReplyError, match=r"12 sentences for 14.*kept in book/rejected/write\.txt"):
        list(stage.run(book, studio))
    assert (book.folder / "rejected" / "write.txt").read_text(encoding="utf-8") == GOOD
    assert not (book.folder / book.STORY).exists()


def test_words_that_are_not_for_children_are_refused(tmp_path: Path) -> None:
    book = new_book(tmp_path / "b", summary="Biscuit the cat drinks whisky with a fox.")
    with pytest.raises(NotForChildren, match="whisky"):
        list(stage.run(book, doubles()))
    told_anyway = doubles("write.for_children=false")
    assert list(stage.run(book, told_anyway))
    assert "whisky" in " ".join(book.story.paragraphs)


ZH = (
    "小老鼠皮普有一只红色的风筝。皮普拿着它跑到海边。风很大，也很暖和。皮普笑了。",
    "风筝飞起来了。它飞过沙滩，越飞越高。皮普用两只爪子抓住线。多么美好的一天！",
    "线断了。风筝飞到了海上。皮普坐在沙滩上。他流下了眼泪。",
    "风又转了方向。它把风筝带回给皮普。皮普紧紧抱住它。然后皮普回家睡觉了。",
)
RU = (
    "Мышонок Бисквит нашёл в снегу синюю варежку. Он взял её в лапы. Снег был белый.",
    "— Кто её потерял? — спросил Бисквит. Из леса вышла лиса. Она молчала.",
    "Лиса и Бисквит пошли вниз по холму. У лисы был хороший нос. Нюх, нюх!",
    "Они пришли к тёплому дому. Бисквит отдал варежку. Потом он уснул у огня.",
)
PL = tuple(part.replace("Biscuit", "Biscuita") for part in PARAGRAPHS)


@pytest.mark.parametrize(
    ("language", "paragraphs", "complaint"),
    [
        ("zh", ZH, r"no font of the press holds [^;]*"),
        ("ru", RU, "13 words a page, not 15 to 30"),
        ("pl", PL, ""),
        (
            "de",
            [part.replace("Biscuit", "Er") for part in PARAGRAPHS],
            "Biscuit is named in 0% of the paragraphs; no word of Biscuit",
        ),
        ("zh", ["皮普。"] * 4, r"\d words a page, not 15 to 30; no font.*"),
    ],
)
def test_a_telling_in_another_language_is_measured_by_its_own_script(
    language: str, paragraphs: tuple[str, ...], complaint: str
) -> None:
    alone = Cast(WHO.heroes[:1], WHO.summary)
    assert re.fullmatch(complaint, complaints(*paragraphs, who=alone, language=language))


def test_a_writer_is_told_which_language_to_tell_in() -> None:
    writer = Scripted("Title: Мышонок\n" + "\n".join(RU))
    alone = Cast(WHO.heroes[:1], WHO.summary)
    story = told_best(brief(language="ru"), alone, WORLD, writer, PLAINLY, attempts=1)
    assert story.paragraphs == RU
    assert 'in the language "ru"' in writer.asked[0][0] and SUMMARY in writer.asked[0][0]
    assert "language" not in PLAINLY.question


def test_a_telling_in_letters_that_no_font_has_is_no_book() -> None:
    assert "no font of the press holds 猫" in complaints(*PARAGRAPHS, "Biscuit said 猫.")
    assert complaints(*PARAGRAPHS[:3], PARAGRAPHS[3] + " 🎉") == "", "an emoji is left out in print"


def test_a_telling_with_such_words_is_no_book() -> None:
    assert "it says gun" in complaints(*["Biscuit saw a gun."] * 4)


def test_of_equal_tellings_the_one_with_more_of_the_summary_s_words_is_taken() -> None:
    def sample(title: str, kept: float, covered: float = 0.5) -> StorySample:
        return StorySample(
            "", Story(title=title, paragraphs=("P.",), cast=(BISCUIT,)), (), covered, kept
        )

    told = [sample("few", 0.2), sample("more", 0.6), sample("all, out of order", 1.0, covered=0.0)]
    assert select_best(told, "writer").title == "more"


def test_of_equal_tellings_one_that_need_not_be_cut_anew_goes_first() -> None:
    story = Story(title="T", paragraphs=("P.",), cast=(BISCUIT,))
    recut = StorySample("", story.but(title="recut"), (), 1.0, 1.0, recut=True)
    assert select_best([recut, StorySample("", story, (), 0.5, 0.5)], "writer").title == "T"


def test_the_story_keeps_what_its_heroes_are_called_by() -> None:
    book = new_book(summary="Biscuit the cat finds a lost kitten and carries him home.")
    list(stage.run(book, doubles()))
    assert [(hero.name, hero.pronoun) for hero in book.story.cast] == [
        ("Biscuit", ""),
        ("Kitten", "he"),
    ]
    assert [hero.pronoun for hero in book.cast] == ["", "he"]


def test_the_stage_is_due_when_a_folder_says_another_pronoun(tmp_path: Path) -> None:
    book = new_book(summary="Biscuit the cat naps.")
    list(stage.run(book, doubles()))
    assert not stage.due(book, doubles())
    add_hero(BISCUIT.but(pronoun="she"), [])
    assert stage.due(book, doubles())
    list(stage.run(book, doubles()))
    assert book.story.cast[0].pronoun == "she"


def test_old_records_of_heroes_keep_their_digest() -> None:
    assert "pronoun" not in BISCUIT.model_dump()
    assert digest(BISCUIT) != digest(BISCUIT.but(pronoun="she"))
