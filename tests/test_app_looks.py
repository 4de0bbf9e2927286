"""One scale of type, of spaces and of corners over all pages, named in one style sheet."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APP = ROOT / "app"
SHEET = APP / "widgets" / "look.css"
HELD = {
    "font-size": "text",
    "margin": "space",
    "padding": "space",
    "gap": "space",
    "border-radius": "corner",
}
"""Which of the named sizes a property may have."""
FREE = {"0", "inherit", "auto", "!important"}


def declarations(css: str) -> list[tuple[str, str]]:
    """Properties and values, without comments."""
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.findall(r"(?<![\w-])([a-z-]+)\s*:\s*([^;{}]+)[;}]", plain)


def named() -> dict[str, str]:
    """The sizes that the style sheet names."""
    found = re.findall(r"--((?:text|space|corner)[\w-]*): ([^;]+);", SHEET.read_text())
    assert len(found) == len(dict(found)), "a size is named twice"
    return dict(found)


def strange(css: str, names: dict[str, str]) -> list[str]:
    """What in a style sheet is set by another size than a named one of its kind."""
    found = []
    for prop, value in declarations(css):
        kind = next(
            (
                kind
                for held, kind in HELD.items()
                if re.fullmatch(
                    rf"{held}(-top|-right|-bottom|-left)*|[a-z-]*-radius"
                    if held == "border-radius"
                    else rf"{held}(-[a-z]+)?",
                    prop,
                )
            ),
            None,
        )
        if kind is None:
            continue
        for part in value.split():
            name = re.fullmatch(r"var\(--([\w-]+)\)", part)
            is_named = name and name[1] in names and name[1].startswith(kind)
            if part not in FREE and not is_named:
                found.append(f"{prop}: {value}")
    return found


def sheets() -> dict[str, str]:
    """All CSS of the studio: files, and what a module writes between style tags."""
    found = {str(path.relative_to(ROOT)): path.read_text() for path in APP.rglob("*.css")}
    for path in APP.rglob("*.py"):
        if tags := re.findall(r"<style>(.*?)</style>", path.read_text(), re.DOTALL):
            found[str(path.relative_to(ROOT))] = "".join(tags)
    return found


def test_sizes_on_all_pages_are_those_that_the_style_sheet_names() -> None:
    names, found = named(), sheets()
    assert {"app/widgets/look.css", "app/widgets/board/board.css"} <= set(found)
    wrong = {name: said for name, css in found.items() if (said := strange(css, names))}
    assert not wrong, wrong


@pytest.mark.parametrize(
    "css",
    [
        "h4 { font-size: 1.3rem; }",
        ".a { padding: var(--space-m) 7px; }",
        ".a { margin-top: var(--text-body); }",
        ".a { border-bottom-right-radius: 3px; }",
        ".a { row-gap: 0; gap: 1.1rem }",
        ".a { font-size: var(--text-huge); }",
    ],
)
def test_strange_finds_a_size_of_its_own(css: str) -> None:
    assert len(strange(css, named())) == 1


def test_type_grows_by_one_ratio_and_the_theme_has_it() -> None:
    sizes = {name: float(value[:-3]) for name, value in named().items() if name.startswith("text")}
    steps = ("body", "part", "section", "title", "page")
    for number, step in enumerate(steps):
        assert sizes[f"text-{step}"] == pytest.approx(1.2**number, abs=0.001)
    theme = tomllib.loads((APP / ".streamlit" / "config.toml").read_text())["theme"]
    headings = [float(size.removesuffix("rem")) for size in theme["headingFontSizes"]]
    assert headings == [
        sizes[f"text-{each}"] for each in ("page", "section", "part", *["body"] * 3)
    ]


def test_spaces_grow_from_one_to_the_next_and_none_is_unused() -> None:
    used = "".join(sheets().values())
    for kind in ("space", "corner"):
        sizes = [float(value[:-3]) for name, value in named().items() if name.startswith(kind)]
        assert sizes == sorted(set(sizes)) and len(sizes) > 3
    unused = [name for name in named() if f"var(--{name})" not in used]
    assert set(unused) <= {f"text-{step}" for step in ("body", "part", "section", "page")}
    # the theme sets those
