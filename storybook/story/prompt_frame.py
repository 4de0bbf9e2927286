"""Frames: the words around a summary and its story, between which a writer learnt to tell.

A writer who was taught by a frame is asked by the same one: its folder, or its adapter's, carries
`frame.toml`. Others are asked by `prompts/frames/picture-book.toml`.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Self

import tomli_w
from pydantic import model_validator

from storybook.config import shipped, validated
from storybook.errors import ConfigError, nearest
from storybook.files import write_whole
from storybook.records import Record

FRAME = "frame.toml"
PLAIN = "picture-book"
ASKED = frozenset(("pages", "ages", "hero", "summary"))
TOLD = frozenset(("title", "story"))
A_PAGE = frozenset(("text", "to_go"))


class Frame(Record):
    """What is said before a story, and how the story stands in the reply; `$name` is filled in."""

    question: str
    """Holds `$summary`, and `$pages`, `$ages` and `$hero` where a writer is told them. The space
    between question and story begins the reply."""
    reply: str = " $story END"
    """Holds `$story`, and `$title` where the story begins with it."""
    page: str = "$text"
    """A page's line in the story; `$to_go` counts the pages down to 1."""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for name, known, wanted in (
            ("question", ASKED, "summary"),
            ("reply", TOLD, "story"),
            ("page", A_PAGE, "text"),
        ):
            text = Template(getattr(self, name))
            if not text.is_valid():
                raise ValueError(f"{name}: a $ is followed by no variable; write $$ for a dollar")
            fields = set(text.get_identifiers())
            if wanted not in fields:
                raise ValueError(f"{name}: has no ${wanted}")
            if fields - known:
                choices = ", ".join(f"${each}" for each in sorted(known))
                raise ValueError(f"{name}: ${min(fields - known)} is not one of {choices}")
        return self

    def ask(self, *, summary: str, pages: int, ages: str, hero: str) -> str:
        """The question for a story of `summary`."""
        return Template(self.question).substitute(
            summary=summary, pages=pages, ages=ages, hero=hero
        )

    def tell(self, title: str, pages: Sequence[str]) -> str:
        """The reply that tells `pages`, a line each."""
        line = Template(self.page)
        lines = [line.substitute(text=text, to_go=len(pages) - n) for n, text in enumerate(pages)]
        return Template(self.reply).substitute(title=title, story="\n".join(lines))


def frame_names() -> list[str]:
    """The frames that come with the project."""
    return sorted(path.stem for path in shipped("prompts", "frames").glob("*.toml"))


def load_frame(name: str) -> Frame:
    """A frame by its name, or by the path of a TOML file; raises ConfigError if there is none."""
    path = Path(name) if name.endswith(".toml") else shipped("prompts", "frames", f"{name}.toml")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"There is no frame {name!r}. {nearest(name, frame_names())}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise ConfigError(f"{path} cannot be read as TOML: {fault}.") from fault
    return validated(Frame, table, str(path))


def carried_frame(*folders: Path) -> Frame | None:
    """The frame that the first of `folders` with one carries."""
    return next(
        (load_frame(str(folder / FRAME)) for folder in folders if (folder / FRAME).is_file()), None
    )


def lay_frame(frame: Frame, folder: Path) -> None:
    """Put a frame beside what was taught by it."""
    write_whole(folder / FRAME, tomli_w.dumps(frame.model_dump()).encode())
