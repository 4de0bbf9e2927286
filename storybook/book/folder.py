"""Book: a folder, read and written; where in it everything lies, `paths` says."""

import codecs
import os
import shutil
import tomllib
from contextlib import AbstractContextManager, suppress
from functools import lru_cache
from pathlib import Path

import tomli_w
from PIL import Image
from pydantic import ValidationError

from storybook.book.lock import hold_book, hold_for_edit
from storybook.book.paths import BookPaths
from storybook.book.stamp import Stamp, content_digest
from storybook.config import validated
from storybook.errors import BookError, EditedByHand
from storybook.files import DRAFT, draft_of, move, slug, write_whole
from storybook.hero.folder import load_heroes
from storybook.images.fidelity import Fidelity
from storybook.images.rgb import plain_rgb
from storybook.parts import as_wished
from storybook.records import COVER, Brief, Hero, Pick, Prompt, R, Record, Scene, Scenes, Story


@lru_cache(maxsize=64)
def _brief_in(text: str, where: str) -> Brief:
    """The brief that a TOML text is; making a small book asks for it two hundred times."""
    return validated(Brief, tomllib.loads(text), where)


class Book(BookPaths):
    """A book's folder. Reading never writes; writing is whole or nothing."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        if not (self.folder / self.BRIEF).is_file():
            raise BookError(
                f"{self.folder} is no book: it has no {self.BRIEF}. "
                f"Begin one with: storybook new {self.folder} --summary '...'"
            )

    @classmethod
    def create(cls, folder: Path | str, brief: Brief) -> "Book":
        """A new book; raises BookError if one is there already."""
        path = Path(folder) / cls.BRIEF
        if path.exists():
            raise BookError(
                f"{path.parent} is a book already. Edit {path}, or name another folder."
            )
        write_whole(path, tomli_w.dumps(brief.model_dump(exclude_none=True)).encode())
        return cls(folder)

    # What a book holds

    @property
    def brief(self) -> Brief:
        path = self.folder / self.BRIEF
        try:
            return _brief_in(path.read_text(encoding="utf-8-sig"), str(path))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            raise BookError(f"{path} is not TOML: {fault}.") from fault

    def heroes(self) -> tuple[Hero, ...]:
        """The heroes that the brief names, as their folders say today."""
        return load_heroes(self.brief.heroes)

    @property
    def story(self) -> Story:
        return self.read(self.STORY, Story)

    @property
    def cast(self) -> tuple[Hero, ...]:
        """The story's cast, as its author wishes it in this book."""
        return as_wished(self.cast_as_told, self.brief.parts)

    @property
    def cast_as_told(self) -> tuple[Hero, ...]:
        """The story's cast; a hero with a folder looks as its folder says today."""
        today = {hero.name: hero for hero in self.heroes()}
        pairs = ((today.get(hero.name, hero), hero) for hero in self.story.cast)
        return tuple(known.but(pronoun=known.pronoun or told.pronoun) for known, told in pairs)

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """All scenes in the book's order; raises BookError without cover or with a page twice."""
        scenes = self.read(self.SCENES, Scenes).scenes
        pages = [scene.page for scene in scenes]
        if pages[:1] != [COVER] or len(set(pages)) < len(pages):
            raise BookError(
                f"{self.folder / self.SCENES}: pages must be numbered 0 (the cover, first), and "
                f"each other in its own way; they are {', '.join(map(str, pages))}."
            )
        return scenes

    @property
    def pdf(self) -> Path:
        """Where the bound book lies, named by its title."""
        title = self.brief.title
        if title is None and (self.folder / self.STORY).is_file():
            title = self.story.title
        return self.folder / f"{slug(title or 'book')}.pdf"

    def prompt(self, page: int) -> Prompt:
        return self.read(self.prompt_of(page), Prompt)

    def pictures(self, page: int) -> list[str]:
        """Ids of every picture ever drawn for a page, the oldest first."""
        files = sorted(self.page(page).glob("*.png"), key=lambda path: path.stat().st_mtime_ns)
        return [path.stem for path in files if path.stem != "plate"]

    def pick(self, page: int) -> Pick | None:
        """The page's pick, or None while nobody has chosen."""
        return self.read(self.pick_of(page), Pick) if self.pick_of(page).is_file() else None

    def picked(self, page: int) -> str:
        """The id of the page's picked picture; raises BookError if nothing was picked."""
        return self.read(self.pick_of(page), Pick).candidate

    def image(self, page: int, candidate: str) -> Image.Image:
        """A picture, RGB; raises BookError that names the file if it is none."""
        path = self.picture(page, candidate)
        try:
            return plain_rgb(Image.open(path))
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as fault:
            raise BookError(
                f"{path} cannot be read as a picture. Delete it to have it drawn again."
            ) from fault

    def fidelity(self, page: int) -> Fidelity | None:
        """How true the page's plate is to its picture, or None if nobody has measured it."""
        path = self.fidelity_of(page)
        return self.read(path, Fidelity) if path.is_file() else None

    # Reading and writing artifacts

    def read(self, artifact: Path | str, kind: type[R]) -> R:
        """An artifact as a record; raises BookError if it is missing or out of shape."""
        path = self.path(artifact)
        try:
            return kind.model_validate_json(path.read_bytes().removeprefix(codecs.BOM_UTF8))
        except FileNotFoundError:
            raise BookError(f"{path} is missing. Run: storybook make {self.folder}") from None
        except ValidationError as fault:
            first = fault.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise BookError(
                f"{path}: {where or 'the file'}: {first['msg']}. Mend it, or delete it to have it "
                "made again."
            ) from None

    def due(self, artifact: Path | str, made_from: str, *earlier: str) -> bool:
        """Whether an artifact has to be made; asked before any work is spent.

        `earlier` are what the same sources came to in earlier editions of this program.

        Missing, or made from other sources: due. Brought by the author, or edited: left alone.
        Raises EditedByHand if it was edited and its sources have changed as well.
        """
        path = self.path(artifact)
        if not path.is_file():
            return True
        stamp = self._stamp(path)
        if stamp is None or stamp.made_from in (made_from, *earlier):
            return False
        if stamp.content != content_digest(path.read_bytes()):
            raise EditedByHand(
                f"{path} was edited by hand, and what it was made from has changed since. "
                "Delete it to have it made again, or undo the change to keep it.",
                path,
            )
        return True

    def is_as_made(self, artifact: Path) -> bool:
        """Whether a file holds what a verb wrote, and nobody changed it since."""
        stamp = self._stamp(artifact)
        return bool(
            stamp and artifact.is_file() and stamp.content == content_digest(artifact.read_bytes())
        )

    def save(self, artifact: Path | str, record: Record, made_from: str | None) -> None:
        """Write a record as JSON; without `made_from` it is the author's and never made again."""
        self.save_bytes(artifact, record.as_file(), made_from)

    def annotate(self, artifact: Path | str, record: Record) -> None:
        """Write a record in which only that is new which nothing is made from: it is no edit."""
        path = self.path(artifact)
        stamp, before = self._stamp(path), path.stat()
        if stamp and stamp.content == content_digest(path.read_bytes()):
            self.save(artifact, record, stamp.made_from)
        else:
            write_whole(path, record.as_file())
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # no younger than the PDF

    def save_bytes(self, artifact: Path | str, data: bytes, made_from: str | None) -> None:
        """Write an artifact and its stamp so that a kill at any moment leaves a state `due` reads.

        The draft is on the disk before the stamp and the stamp before the rename, so that
        `finish_writing` can tell a draft whose artifact is still to come from one to throw away.
        """
        path = self.path(artifact)
        path.parent.mkdir(parents=True, exist_ok=True)
        stamp_path = self._stamp_path(path)
        if made_from is None:
            write_whole(path, data)
            stamp_path.unlink(missing_ok=True)
            self._touch()
            return
        draft = draft_of(path, data)
        stamp = Stamp(made_from=made_from, content=content_digest(data))
        write_whole(stamp_path, stamp.model_dump_json().encode())
        move(draft, path)
        self._touch()

    def forget(self, artifact: Path | str, *, stamp_only: bool = False) -> None:
        """Delete an artifact with its stamp; or the stamp, so that it is its author's for good."""
        self._stamp_path(self.path(artifact)).unlink(missing_ok=True)
        if not stamp_only:
            self.path(artifact).unlink(missing_ok=True)

    def keep(self, page: int, candidate: str, png: bytes) -> None:
        """Keep a picture under the id of its request."""
        write_whole(self.picture(page, candidate), png)
        self.refusal_of(page, candidate).unlink(missing_ok=True)
        self._touch()

    def _touch(self) -> None:
        """Let the folder itself say that something in it has changed, for who looks at many."""
        with suppress(OSError):
            os.utime(self.folder)

    # One maker at a time

    def lock(self, *, shared: bool = False) -> AbstractContextManager[None]:
        """Hold the book while making it; raises BookError if another process makes it.

        Shards of one job hold it together; whoever comes first finishes what a kill interrupted.
        """
        return hold_book(self.folder, shared=shared, first=self.finish_writing)

    def lock_for_edit(self) -> AbstractContextManager[None]:
        """As `lock`, for words or a pick: those may be changed while pictures are drawn."""
        return hold_for_edit(self.folder, self.finish_writing)

    def finish_writing(self) -> None:
        """Complete or throw away what an interrupted process left half-written."""
        drafts = [*self.folder.glob(f".*{DRAFT}"), *self.folder.glob(f"pages/*/.*{DRAFT}")]
        for draft in drafts:
            path = draft.parent / draft.name[1:].removesuffix(DRAFT).rpartition(".")[0]
            stamp = self._stamp(path)
            if stamp is not None and stamp.content == content_digest(draft.read_bytes()):
                move(draft, path)
            else:
                draft.unlink()

    def forget_pages_after(self, last: int) -> None:
        """Take out the folders of pages that the book no longer has."""
        for folder in (self.folder / "pages").glob("[0-9]*"):
            if folder.name.isdigit() and int(folder.name) > last:
                self.take_out(int(folder.name))

    def take_out(self, page: int) -> None:
        """Move a page's folder to where what was taken out is kept."""
        target = self.left_over / self.page(page).name
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        move(self.page(page), target)

    def _stamp_path(self, path: Path) -> Path:
        name = path.relative_to(self.folder).as_posix().replace("/", ",")
        return self.folder / ".made" / f"{name}.json"

    def _stamp(self, path: Path) -> Stamp | None:
        stamp = self._stamp_path(path)
        return Stamp.model_validate_json(stamp.read_bytes()) if stamp.is_file() else None
