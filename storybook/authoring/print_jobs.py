"""What a book gives to a printer, and where what is printed lies.

`press.toml` in the book's folder says what an author adds for print; the files lie in
`print/<printer>/`.
"""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import tomli_w
from PIL import Image

from storybook.authoring.pressing import Pressed, PrintJob
from storybook.authoring.proofs import PROOF_PX, ProofPage, proof_plates
from storybook.book.folder import Book
from storybook.book.printing import story_of, words_of
from storybook.config import validated
from storybook.errors import BookError
from storybook.files import write_whole
from storybook.press.alt_text import AT
from storybook.press.formats import bound_for, load_format
from storybook.press.interior import Imprint, activities_of
from storybook.press.printable import curl
from storybook.press.printers import Printer
from storybook.records import COVER
from storybook.stages import bind
from storybook.stages.bind import PlatePage
from storybook.studio.studio import Studio
from storybook.text_files import read_toml

IMPRINT = "press.toml"
PRINT = "print"
SIGNS = {"pass": "ok  ", "note": "note", "fail": "FAIL"}


def job_of(
    book: Book,
    studio: Studio,
    printer: Printer,
    *,
    paper: str | None = None,
    form: str | None = None,
    spine_in: float | None = None,
    plates: Sequence[PlatePage] | None = None,
) -> PrintJob:
    """What a book gives to a printer; `form` is another format than the book's own.

    Without `plates` they are the book's, all of which must be there (BookError).
    """
    imprint, own = imprint_of(book), bind.press_options_of(book, studio)
    wished = bound_for(load_format(form), own.language) if form else own.form
    plates = plates if plates is not None else bind.plates_of(book)
    story, scenes = story_of(book), book.scenes
    words = words_of(story, [page.text for page in plates[1:]], own)
    star, *others = story.cast
    places = [
        AT.get(scene.place, f"in the {scene.place}") for scene in scenes if scene.page != COVER
    ]
    return PrintJob(
        printer=printer,
        paper=printer.paper(paper or _own_paper(imprint, printer)),
        press_options=own.but(form=wished),
        words=words,
        pages=plates,
        facts=bind.facts_of(book, studio),
        imprint=imprint,
        summary=curl(book.brief.summary, own.language),
        activities=activities_of(star.name, [other.name for other in others], places),
        real=bind.real_hero_of(book),
        spine_in=spine_in,
    )


def draft_of(
    book: Book,
    studio: Studio,
    printer: Printer,
    pages: Sequence[ProofPage],
    *,
    paper: str | None = None,
    spine_in: float | None = None,
) -> PrintJob:
    """The same with small pictures, of a book that may not be finished: to be looked at."""
    plates = proof_plates(book, studio, pages)
    job = job_of(book, studio, printer, paper=paper, spine_in=spine_in, plates=plates)
    widths = [_width_of(page.picture) for page in pages if page.picture]
    small = max(1, min((_width_of(BytesIO(plate.png)) for plate in plates), default=1))
    return replace(job, fineness=max(1.0, min(widths, default=PROOF_PX) / small))


def _width_of(picture: Path | BytesIO) -> int:
    with Image.open(picture) as opened:
        return opened.width


def imprint_of(book: Book) -> Imprint:
    """What the author added for print; raises BookError or ConfigError if it cannot be read."""
    path = book.folder / IMPRINT
    if not path.is_file():
        return Imprint()
    fields = read_toml(path, BookError)
    return validated(Imprint, fields, str(path))


def set_imprint(book: Book, imprint: Imprint) -> None:
    """Keep what the author adds for print."""
    fields = imprint.model_dump(exclude_defaults=True)
    write_whole(book.folder / IMPRINT, tomli_w.dumps(fields).encode())


def keep(book: Book, pressed: Pressed) -> list[Path]:
    """Write the files for the printer and the report; returns their paths."""
    folder = book.folder / PRINT / pressed.job.printer.name
    files = {"interior.pdf": pressed.interior}
    if pressed.cover:
        files["cover.pdf"] = pressed.cover
    files["proof.txt"] = as_text(pressed).encode()
    for name, data in files.items():
        write_whole(folder / name, data)
    if not pressed.cover:
        (folder / "cover.pdf").unlink(missing_ok=True)
    return [folder / name for name in files]


def keep_soft_proof(book: Book, printer: Printer, png: bytes) -> Path:
    """Write how pictures come out in print; returns its path."""
    path = book.folder / PRINT / printer.name / "soft-proof.png"
    write_whole(path, png)
    return path


def as_text(pressed: Pressed) -> str:
    """The proof report for people."""
    printer, job = pressed.job.printer, pressed.job
    form = job.press_options.form
    lines = [
        f"{job.words.title}, for {printer.title}",
        f"{form.name}, {len(pressed.leaves)} pages on {job.paper.title}",
        "",
    ]
    for finding in pressed.findings:
        unsure = "" if finding.checked else "   (this rule of the printer could not be looked up)"
        lines.append(f"{SIGNS[finding.status]}  {finding.asks}: {finding.says}{unsure}")
        if finding.remedy and finding.status != "pass":
            lines.append(f"      {finding.remedy}")
    lines += ["", "Where the rules are from:"]
    lines += [
        f"  {table}: {source.where}, seen {source.seen}{'' if source.checked else ', not checked'}"
        for table, source in printer.sources.items()
    ]
    return "\n".join([*lines, ""])


def _own_paper(imprint: Imprint, printer: Printer) -> str | None:
    """The paper that the author chose, where it is one of this printer's."""
    return imprint.paper if imprint.paper in printer.papers else None
