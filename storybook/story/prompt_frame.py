"""Frames: the words around a summary and its story, between which a writer learnt to tell.

A writer who was taught by a frame is asked by the same one: its folder, or its adapter's, carries
`frame.toml`. Others are asked by `prompts/frames/picture-book.toml`.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Self

import tomli_w
from pydantic import Field, model_validator

from storybook.config import shipped, validated
from storybook.errors import ConfigError, nearest
from storybook.files import write_whole
from storybook.records import Record
from storybook.text_files import read_toml

FRAME = "frame.toml"
PLAIN = "picture-book"
PLAIN_MANNER = "plain"
ASKED = frozenset(("pages", "ages", "manner", "hero", "summary"))
TOLD = frozenset(("title", "plan", "story"))
A_PAGE = frozenset(("text", "to_go", "number"))


class PromptFrame(Record):
    """What is said before a story, and how the story stands in the reply; `$name` is filled in."""

    question: str
    """Holds `$summary`, and `$pages`, `$ages`, `$manner` and `$hero` where a writer is told them.
    The space between question and story begins the reply."""
    reply: str = " $story END"
    """Holds `$story`, `$title` where the story begins with it, and `$plan` where one comes first.
    """
    plan: str = Field(default="", exclude_if=lambda line: not line)
    """A page's line in the plan: `$number` counts from 1, and `$picture` is what the page shows;
    empty: the story is told without a plan."""
    page: str = "$text"
    """A page's line in the story; `$to_go` counts the pages down to 1, `$number` up from 1."""

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
        planned = {"plan" in Template(self.reply).get_identifiers(), bool(self.plan)}
        if len(planned) > 1:
            raise ValueError("plan: a plan's line and $plan in the reply go together")
        if self.plan and not (self.plan.endswith("$picture") and self.page.endswith("$text")):
            raise ValueError("plan: its line ends with $picture, and a page's line with $text")
        if self.plan and not re.search(r"\$title.*\$plan.*\$story", self.reply, re.DOTALL):
            raise ValueError("reply: $title, $plan and $story stand in this order where one plans")
        return self

    def ask(
        self, *, summary: str, pages: int, ages: str, hero: str, manner: str = PLAIN_MANNER
    ) -> str:
        """The question for a story of `summary`."""
        return Template(self.question).substitute(
            summary=summary, pages=pages, ages=ages, hero=hero, manner=manner
        )

    def tell(self, title: str, pages: Sequence[str], pictures: Sequence[str] = ()) -> str:
        """The reply that tells `pages`, a line each; where the frame plans, what each shows first.

        Raises ValueError unless a frame that plans is given a picture for each page.
        """
        if not self.plan:
            pictures = [""] * len(pages)
        told = [
            {"text": text, "to_go": len(pages) - n, "number": n + 1, "picture": picture}
            for n, (text, picture) in enumerate(zip(pages, pictures, strict=True))
        ]
        plan, story = (
            "\n".join(Template(line).substitute(page) for page in told)
            for line in (self.plan, self.page)
        )
        return Template(self.reply).substitute(title=title, plan=plan, story=story)


def frame_names() -> list[str]:
    """The frames that come with the project."""
    return sorted(path.stem for path in shipped("prompts", "frames").glob("*.toml"))


def load_frame(name: str) -> PromptFrame:
    """A frame by its name, or by the path of a TOML file; raises ConfigError if there is none."""
    path = Path(name) if name.endswith(".toml") else shipped("prompts", "frames", f"{name}.toml")
    if not path.is_file():
        raise ConfigError(f"There is no frame {name!r}. {nearest(name, frame_names())}")
    return validated(PromptFrame, read_toml(path), str(path))


def carried_frame(*folders: Path) -> PromptFrame | None:
    """The frame that the first of `folders` with one carries."""
    return next(
        (load_frame(str(folder / FRAME)) for folder in folders if (folder / FRAME).is_file()), None
    )


def write_frame(frame: PromptFrame, folder: Path) -> None:
    """Put a frame beside what was taught by it."""
    write_whole(folder / FRAME, tomli_w.dumps(frame.model_dump()).encode())
