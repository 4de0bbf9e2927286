"""The table of docs/training.md: every number of the source documents once, and nothing made up."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TABLE = (
    (ROOT / "docs" / "training.md")
    .read_text(encoding="utf-8")
    .partition("## Where each number of the source documents went\n")[2]
)
ROWS = [line.strip("|").split("|") for line in TABLE.splitlines() if re.match(r"\| [A-E]\d", line)]
LAST = {"A": 37, "B": 21, "C": 16, "D": 15, "E": 55}
"""How many numbers each source document has."""


def test_training_docs_have_every_number_once():
    numbers = Counter(
        number.strip() for first, *_ in ROWS for number in first.split(",") if number.strip()
    )
    wanted = [f"{letter}{number}" for letter, last in LAST.items() for number in range(1, last + 1)]
    assert set(numbers) == set(wanted)
    assert [number for number, count in numbers.items() if count > 1] == []


def test_training_docs_say_something_in_each_row():
    for row in ROWS:
        _, where, what = (cell.strip() for cell in row)
        assert where and len(what) > 15, row


@pytest.fixture(scope="module")
def tests_there() -> set[str]:
    trees = [
        ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "tests").glob("test_*.py")
    ]
    return {node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_training_docs_name_tests_that_are_there(tests_there):
    named = set(re.findall(r"`(test_\w+)`", TABLE))
    assert len(named) > 80
    assert named - tests_there == set()


def test_training_docs_name_files_and_settings_that_are_there():
    files = set(re.findall(r"`((?:storybook|training|prompts|tests)/[\w/]+\.\w+)`", TABLE))
    assert files and not [file for file in files if not (ROOT / file).is_file()]
    recipes = [ROOT / "training" / "pet" / "recipe.py", ROOT / "training" / "story" / "recipe.py"]
    fields = " ".join(file.read_text(encoding="utf-8") for file in recipes)
    settings = set(re.findall(r"`([a-z_0-9]+)(?: = [^`]*)?`", " ".join(row[1] for row in ROWS)))
    others = {
        "training",
        "names",
        "dataset",
        "look",
        "tag",
        "metadata",
        "image_captions",
        "storybook",
        "auto",
        "text2image",
        "everydream",
        "cerebrium",
        "kohya",
        "alpaca",
        "samples",
    }
    unknown = {name for name in settings - others if not re.search(rf"^    {name}:", fields, re.M)}
    assert unknown == set()
