"""The share of summaries whose cast is right, over a table of summaries written by hand.

A row of `tests/data/summaries.jsonl` holds a summary, given heroes, and its cast as
`name/species/pronoun`, the star first, the others in any order. A name `*` is one that is made up;
a species `*` is open. The pronoun must be that one; empty, it must stay open; `he?` is what the
name alone suggests, so that open is right as well. Those with `held_out` were written after the
reader.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from storybook.config import shipped
from storybook.records import Hero
from storybook.story.casting import cast
from storybook.summary.lexicon import load_words
from storybook.world import load_world

WORLD = load_world(shipped("assets"))
TABLE = Path(__file__).parent / "data" / "summaries.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in TABLE.read_text("utf-8").splitlines()]
AIM = 0.97


def is_meant(wanted: str, hero: Hero, summary: str) -> bool:
    """Whether a hero is the one that a cell of the table says."""
    name, species, pronoun = wanted.split("/")
    made_up = name == "*"
    if (hero.name in summary) if made_up else (hero.name != name):
        return False
    if species not in ("*", hero.species):
        return False
    if pronoun.endswith("?"):
        return hero.pronoun in ("", pronoun[:-1])
    usual = load_words().usual_sex(hero.name) if made_up else ""
    return hero.pronoun == pronoun or (not pronoun and hero.pronoun == usual)


def casting(row: dict[str, Any]) -> tuple[Hero, ...]:
    heroes = []
    for given in row.get("heroes", ()):
        name, species, pronoun = given.split("/")
        heroes.append(Hero(name=name, species=species, look="grey", pronoun=pronoun))
    return cast(row["summary"], heroes, WORLD, seed=1).heroes


def is_right(row: dict[str, Any]) -> bool:
    """Whether star and company are those of the table, and nobody else is there."""
    star, *others = casting(row)
    if not is_meant(row["cast"][0], star, row["summary"]):
        return False
    for wanted in row["cast"][1:]:
        found = next((each for each in others if is_meant(wanted, each, row["summary"])), None)
        if found is None:
            return False
        others.remove(found)
    return not others


def wrong(rows: list[dict[str, Any]]) -> list[str]:
    """What is cast where the table says otherwise, one line each."""
    said = []
    for row in rows:
        if not is_right(row):
            have = [f"{hero.name}/{hero.species}/{hero.pronoun}" for hero in casting(row)]
            said.append(f"{row['summary']}: {', '.join(have)}; not {', '.join(row['cast'])}")
    return said


@pytest.mark.parametrize("part", ["all", "held out"])
def test_cast_is_right_for_nearly_every_summary(part: str) -> None:
    rows = [row for row in ROWS if part == "all" or row.get("held_out")]
    failed = wrong(rows)
    share = 1 - len(failed) / len(rows)
    assert share >= AIM, f"{share:.3f} of {len(rows)} casts are right:\n" + "\n".join(failed)


def test_the_table_is_large_and_varied() -> None:
    texts = [row["summary"] for row in ROWS]
    assert len(texts) == len(set(texts)) >= 200
    assert sum(bool(row.get("held_out")) for row in ROWS) >= 80
    assert sum(len(row["cast"]) > 1 for row in ROWS) >= 60
    assert sum("heroes" in row for row in ROWS) >= 20
    for pronoun in ("he", "she", "they", "", "he?", "she?"):
        assert any(cell.endswith(f"/{pronoun}") for row in ROWS for cell in row["cast"])


def test_the_table_finds_a_wrong_cast() -> None:
    right = {"summary": "Rex the dog lost his ball.", "cast": ["Rex/dog/he"]}
    assert is_right(right)
    for cell in ("Max/dog/he", "Rex/cat/he", "Rex/dog/she", "Rex/dog/", "*/dog/he"):
        assert not is_right(right | {"cast": [cell]})
    assert not is_right(right | {"cast": ["Rex/dog/he", "Fox/fox/"]})
