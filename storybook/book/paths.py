"""Where everything of a book lies in its folder: the only file that knows.

brief.toml                what the author asks for
story.json  scenes.json   the text; the moments
tellings/1.json           stories to choose from, until one is taken
cast/<name>/              a character sheet of each who plays
pages/03/prompt.json      what the painter is asked for
pages/03/<id>.png         candidate pictures, named by the digest of their request
pages/03/pick.json        which one was chosen, and why
pages/03/plate.png        the print-size picture
<title>.pdf               the book
log/                      events and the studio that ran
.made/                    stamps: from what each artifact was made, and what it held then
"""

from pathlib import Path

from storybook.files import slug
from storybook.records import digest


class BookPaths:
    """The paths in a book's `folder`; nothing is read or written."""

    BRIEF, STORY, SCENES = "brief.toml", "story.json", "scenes.json"
    folder: Path

    def telling_of(self, number: int) -> Path:
        """Where a telling lies that its author may take, from 1; the best comes first."""
        return self.folder / "tellings" / f"{number}.json"

    def page(self, page: int) -> Path:
        return self.folder / "pages" / f"{page:02d}"

    def prompt_of(self, page: int) -> Path:
        return self.page(page) / "prompt.json"

    def picture(self, page: int, candidate: str) -> Path:
        return self.page(page) / f"{candidate}.png"

    def refusal_of(self, page: int, candidate: str) -> Path:
        """Where it is said that a picture was drawn and not kept, since it is not for children."""
        return self.page(page) / f"{candidate}.refused.json"

    def tries_of(self, page: int) -> Path:
        return self.page(page) / "tries.json"

    def pick_of(self, page: int) -> Path:
        return self.page(page) / "pick.json"

    def plate_of(self, page: int) -> Path:
        return self.page(page) / "plate.png"

    def fidelity_of(self, page: int) -> Path:
        return self.page(page) / "plate.json"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def path(self, artifact: Path | str) -> Path:
        return self.folder / artifact if isinstance(artifact, str) else artifact

    def sheet_of(self, name: str) -> Path:
        """The folder of somebody's character sheet."""
        return self.folder / "cast" / f"{slug(name)}-{digest(name)[:4]}"

    @property
    def left_over(self) -> Path:
        return self.folder / ".made" / "left-over"
