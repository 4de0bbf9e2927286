"""Books of an earlier edition: nothing of them is due because they are read anew."""

from pathlib import Path

import pytest

from books import doubles, made, new_book
from storybook.authoring.status import status
from storybook.book.folder import Book
from storybook.hero.folder import load_hero
from storybook.records import digest
from storybook.stages import write as stage
from storybook.studio.studio import Studio

EARLIER = "Pepper the dog wants a kite. Willow the rabbit helps."


def read_earlier(book: Book, look: str) -> None:
    """Let the story be as if an earlier reading of the same summary had given Pepper this look."""
    list(stage.run(book, doubles()))
    before = book.story.cast
    story = book.story.but(cast=(before[0].but(look=look), *before[1:]))
    looks = [(hero.name, hero.species, hero.look) for hero in story.cast]
    studio, asked = doubles(), book.brief
    how = studio.settings.write
    made_from = digest(
        asked.summary,
        looks,
        (None, asked.ages, asked.language, asked.pages, asked.seed),
        studio.frame,
        (how.attempts, how.candidates, how.outline, how.temperature),
        None,
        studio.writer_name,
    )
    book.save(book.STORY, story, made_from)


@pytest.mark.parametrize("look", ["white", "grey striped", "golden"])
def test_a_summary_that_is_read_in_another_way_today_is_not_told_anew(look: str) -> None:
    book = new_book(summary=EARLIER, heroes=())
    read_earlier(book, look)
    assert not stage.due(book, doubles())
    Path("book/brief.toml").unlink()
    for changes in ({"heroes": ("biscuit",)}, {"seed": 2}, {"summary": f"{EARLIER} She sings."}):
        assert stage.due(new_book(**{"summary": EARLIER, "heroes": (), **changes}), doubles())
        Path("book/brief.toml").unlink()


def test_a_story_is_told_anew_when_the_brief_names_its_hero_no_more() -> None:
    list(stage.run(new_book(), doubles()))
    Path("book/brief.toml").unlink()
    assert stage.due(new_book(heroes=()), doubles())


def test_a_book_from_before_pictures_were_composed_has_nothing_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    book, studio = new_book(), doubles()
    bare = studio.world.but(views={}, poses={}, sides={})
    assert "views" not in bare.model_dump()
    with monkeypatch.context() as patched:
        patched.setattr(Studio, "world", bare)
        made(book, doubles())
    drawn = {path: path.read_bytes() for path in book.folder.rglob("*.*") if path.is_file()}
    assert all(verb.state == "done" for verb in status(book, studio).verbs)
    assert not made(book, studio)
    now = {path: path.read_bytes() for path in book.folder.rglob("*.*") if path.is_file()}
    assert {path.name for path in now if now[path] != drawn.get(path)} <= {"1.jsonl"}


@pytest.mark.parametrize("hero", ["biscuit", "pepper"])
def test_an_earlier_book_is_not_due_because_somebody_in_it_looks_as_a_hero_does(hero: str) -> None:
    book, known = new_book(summary=EARLIER, heroes=()), load_hero(hero)
    read_earlier(book, "white")
    story = book.story.but(heroes=None)
    named = story.but(cast=(story.cast[0], known))
    looks = [(each.name, each.species, each.look) for each in named.cast]
    how, asked = doubles().settings.write, book.brief
    told = (None, asked.ages, asked.language, asked.pages, asked.seed)
    settings = (how.attempts, how.candidates, how.outline, how.temperature)
    book.save(
        book.STORY,
        named,
        digest(asked.summary, looks, told, doubles().frame, settings, None, doubles().writer_name),
    )
    assert "heroes" not in (book.folder / "story.json").read_text()
    assert not stage.due(book, doubles())
