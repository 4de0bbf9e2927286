"""Templates and styles."""

import pytest

from storybook import prompts
from storybook.config import shipped
from storybook.errors import ConfigError
from storybook.prompts import Template


def test_fills_every_variable() -> None:
    assert Template("t", "A $animal named $name: $$5").fill(animal="cat", name="Pip") == (
        "A cat named Pip: $5"
    )


def test_numbers_are_said_as_they_are() -> None:
    assert Template("t", "$pages pages").fill(pages=12) == "12 pages"


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(ConfigError, match=r"prompts/t\.txt asks for \$name"):
        Template("t", "A $animal named $name").fill(animal="cat")


def test_an_unused_variable_is_named() -> None:
    with pytest.raises(ConfigError, match=r"has no \$name"):
        Template("t", "A $animal").fill(animal="cat", name="Pip")


def test_what_is_filled_in_is_not_read_as_a_template() -> None:
    assert Template("t", "Summary: $summary").fill(summary="$100 and $name") == (
        "Summary: $100 and $name"
    )


def test_an_unknown_prompt_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"no prompt 'outlin'. Did you mean outline\?"):
        prompts.template("outlin")


@pytest.mark.parametrize("path", sorted(shipped("prompts").glob("*.txt")), ids=lambda p: p.stem)
def test_every_shipped_prompt_is_a_template(path) -> None:
    assert prompts.template(path.stem).variables


def test_styles_are_known_by_name() -> None:
    assert {"watercolour", "gouache", "crayon"} <= set(prompts.styles())
    assert prompts.style("gouache").words.startswith("gouache")


def test_an_unknown_style_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="Did you mean watercolour"):
        prompts.style("watercolor")
