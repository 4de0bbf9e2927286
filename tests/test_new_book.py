"""Ideas, drafts and how a book begins."""

from pathlib import Path

import pytest

from storybook.authoring.new_book import (
    Draft,
    begin,
    brief_of,
    drop_draft,
    folder_name,
    heroes_named,
    ideas,
    load_draft,
    save_draft,
)
from storybook.book.folder import Book
from storybook.cli import main
from storybook.config import shipped
from storybook.errors import ConfigError, HeroError, NotForChildren, StorybookError
from storybook.hero.folder import load_hero
from storybook.story.casting import cast
from storybook.world import load_world

SUMMARY = "Bruno the dog finds a key."


def test_ideas_star_the_hero_and_change_with_the_seed() -> None:
    bruno = load_hero("bruno")
    assert ideas(bruno, 3, seed=1) != ideas(bruno, 3, seed=2)
    for idea in ideas(bruno, 24, seed=1):
        assert idea.startswith("Bruno the dog ")
        star = cast(idea, (bruno,), load_world(shipped("assets")), seed=1).heroes[0]
        assert star == bruno.but(pronoun=star.pronoun)
        brief_of(Draft(summary=idea, heroes=("bruno",)))


def test_a_draft_outlives_its_window(tmp_path: Path) -> None:
    assert load_draft(tmp_path) == Draft()
    draft = Draft(summary="A cat", pages=8)
    save_draft(tmp_path, draft)
    assert load_draft(tmp_path) == draft
    drop_draft(tmp_path)
    assert load_draft(tmp_path) == Draft()


def test_a_spoilt_draft_is_an_empty_one(tmp_path: Path) -> None:
    save_draft(tmp_path, Draft(summary="A cat"))
    (tmp_path / ".new-book.json").write_text('{"summary": 3')
    assert load_draft(tmp_path) == Draft()


@pytest.mark.parametrize(
    ("draft", "error", "says"),
    [
        (Draft(), StorybookError, "tap an idea"),
        (Draft(summary="A cat with a gun."), NotForChildren, "gun"),
        (Draft(summary="A cat.", heroes=("nobody",)), HeroError, "nobody"),
        (Draft(summary="12 34"), StorybookError, "no words"),
    ],
)
def test_what_is_no_brief_is_said_in_a_line(draft: Draft, error: type, says: str) -> None:
    with pytest.raises(error, match=says):
        brief_of(draft)


def test_the_same_words_twice_are_two_books(tmp_path: Path) -> None:
    brief = brief_of(Draft(summary=SUMMARY))
    first, second, third = (begin(tmp_path, brief) for _ in range(3))
    assert first.folder.name == folder_name(brief)
    assert len({first.folder, second.folder, third.folder}) == 3
    assert Book(second.folder).brief == brief


def test_another_word_may_stand_where_the_studio_allows_it() -> None:
    assert brief_of(Draft(summary="A cat with a gun."), for_children=False).summary


@pytest.mark.parametrize(
    ("summary", "found"),
    [
        ("Bruno the dog finds a key.", ("bruno",)),
        ("miso and bruno have a race", ("miso", "bruno")),
        ("My dog Bruno digs.", ("bruno",)),
        ("Bruno, a brown bear, sings.", ()),
        ("Pepper the white dog digs.", ()),
        ("A cat eats a biscuit with pepper.", ()),
        ("Bruno's dog naps.", ()),
        ("", ()),
    ],
)
def test_heroes_named_takes_whom_a_summary_names_and_contradicts_in_nothing(
    summary: str, found: tuple[str, ...]
) -> None:
    assert heroes_named(summary) == found


def test_heroes_named_takes_no_name_that_two_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder, name in (("rex", "Rex"), ("rex2", "Rex"), ("bo", "Bo"), ("broken", "[")):
        (tmp_path / "heroes" / folder).mkdir(parents=True)
        (tmp_path / "heroes" / folder / "hero.toml").write_text(
            f'name = "{name}"\nspecies = "dog"\n' if name != "[" else name
        )
    assert heroes_named("Rex and Bo, two dogs, dig.") == ("bo",)


def test_new_takes_the_hero_that_its_summary_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert not main(["new", "one", "--summary", SUMMARY])
    assert "Bruno of the summary is the hero ohwx dog in " in capsys.readouterr().err
    assert not main(["new", "two", "--summary", SUMMARY, "--no-hero"])
    assert not main(["new", "three", "--summary", SUMMARY, "--hero", "miso"])
    assert not capsys.readouterr().err
    heroes = [Book(Path(name)).brief.heroes for name in ("one", "two", "three")]
    assert heroes == [("bruno",), (), ("miso",)]


@pytest.mark.parametrize(
    ("said", "tag"), [("DE", "de"), ("pt_br", "pt-BR"), ("EN", "en"), ("az-latn", "az-Latn")]
)
def test_a_language_is_kept_as_tags_are_written(said, tag):
    assert brief_of(Draft(summary="Pip the mouse naps.", language=said)).language == tag


@pytest.mark.parametrize("said", ["x", "de-", "klingon", "de DE", "12"])
def test_what_is_no_tag_of_a_language_is_said_before_a_book_is_begun(said):
    with pytest.raises(ConfigError, match="is no tag of a language"):
        brief_of(Draft(summary="Pip the mouse naps.", language=said))
