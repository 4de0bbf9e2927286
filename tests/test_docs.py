"""The documentation: lines of at most 100 columns, and links that lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("assets/*/*.md")])
MOST = 100


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def prose_of(text):
    """Lines with their numbers, but for tables, pictures, code, and links of no more room."""
    is_code = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not (is_code or line.startswith("    ") or line.lstrip().startswith(("|", "!["))):
            yield number, re.sub(r"\]\([^)]*\)", "]", line)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pages_are_wrapped_at_100_columns(page):
    prose = prose_of(page.read_text(encoding="utf-8"))
    assert not [number for number, line in prose if len(line) > MOST]


def test_prose_of_passes_over_tables_and_code_alone():
    text = "a\n| table |\n```\ncode\n```\nb [link](https://example.org)\n    indented\n![p](q)"
    assert list(prose_of(text)) == [(1, "a"), (6, "b [link]")]


def test_the_architecture_is_short_and_the_log_dated_the_newest_first():
    why, log = (ROOT / "docs" / f"{name}.md" for name in ("architecture", "log"))
    assert len(why.read_text(encoding="utf-8").splitlines()) <= 80
    headings = re.findall(r"^## (.+)$", log.read_text(encoding="utf-8"), re.MULTILINE)
    dates = [re.fullmatch(r"(\d{4}-\d\d-\d\d): .+", heading)[1] for heading in headings]
    assert len(dates) > 30 and dates == sorted(dates, reverse=True)


def anchors_of(page):
    """The headings of a page, as links name them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    words = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in headings)
    return {each.strip().replace(" ", "-") for each in words}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_between_pages_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        if re.match(r"\w+:", link):
            continue
        there = page.parent / path if path else page
        assert there.exists(), link
        assert not anchor or there.suffix != ".md" or anchor in anchors_of(there), link
