"""What is said to writers and painters: text in `prompts/`, not code.

A template has $variables; each one must be filled and nothing else may be passed, so that neither
an edit of a text nor one of its callers can lose a word silently.
"""

from dataclasses import dataclass
from string import Template as Text

from storybook.config import shipped, validated
from storybook.errors import ConfigError, nearest
from storybook.records import Record, Style
from storybook.text_files import read_toml

STYLES = "styles.toml"


@dataclass(frozen=True, slots=True)
class Template:
    """A text of `prompts/` with the $variables that it asks for."""

    name: str
    text: str

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(Text(self.text).get_identifiers())

    def fill(self, **variables: object) -> str:
        """The text with every variable in its place; raises ConfigError naming a wrong one."""
        where = f"prompts/{self.name}.txt"
        missing = sorted(set(self.variables) - set(variables))
        unused = sorted(set(variables) - set(self.variables))
        if missing:
            raise ConfigError(
                f"{where} asks for ${missing[0]}, which nobody gives it. "
                f"It may use {', '.join(f'${name}' for name in sorted(variables))}."
            )
        if unused:
            raise ConfigError(f"{where} has no ${unused[0]}: put it where it belongs in the text.")
        return Text(self.text).substitute({name: str(value) for name, value in variables.items()})


class StyleTable(Record):
    """`styles.toml`: a table for each style, named by its key."""

    styles: dict[str, Style]


def template(name: str) -> Template:
    """The template `prompts/<name>.txt`, without the newline that ends the file.

    Raises ConfigError if there is none or a `$` in it names no variable (`$$` is a dollar sign).
    """
    path = shipped("prompts", f"{name}.txt")
    if not path.is_file():
        known = (file.stem for file in shipped("prompts").glob("*.txt"))
        raise ConfigError(f"There is no prompt {name!r}. {nearest(name, known)}")
    text = path.read_text(encoding="utf-8-sig").removesuffix("\n")
    if not Text(text).is_valid():
        raise ConfigError(f"{path}: a $ is followed by no variable; write $$ for a dollar sign.")
    return Template(name, text)


def styles() -> dict[str, Style]:
    """Every style by its name; raises ConfigError naming the file and the fault."""
    path = shipped("prompts", STYLES)
    tables = read_toml(path)
    named = {name: {"name": name} | table for name, table in tables.items()}
    return validated(StyleTable, {"styles": named}, str(path)).styles


def taught_style(name: str) -> str:
    """What a painter of the drawn world is told of a style; its name, where there is none such."""
    found = styles().get(name)
    return found.taught if found else name


def style(name: str) -> Style:
    """A style by its name; raises ConfigError that lists the known ones."""
    known = styles()
    if name not in known:
        raise ConfigError(f"There is no style {name!r}. {nearest(name, known)}")
    return known[name]
