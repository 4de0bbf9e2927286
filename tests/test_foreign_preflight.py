"""Printers' files before tools that this project did not write: no error, and the inks counted."""

import shutil
import subprocess

import pytest
from press_jobs import pressed

FORMS = {
    "kdp": "square-8.5",
    "lulu": "square-8.5",
    "lulu-hardcover": "landscape-11x8.5",
    "ingramspark": "square-8.5",
    "blurb": "portrait-8x10",
    "copyshop": "square-8.5",
    "home": "square-8.5",
}
pytestmark = pytest.mark.slow


def tool(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed; Debian's package is {PACKAGES[name]}")
    return found


PACKAGES = {"gs": "ghostscript", "qpdf": "qpdf", "pdffonts": "poppler-utils"}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("printers")
    for name, form in FORMS.items():
        book = pressed(name, pages=8, form=form)
        (folder / f"{name}-interior.pdf").write_bytes(book.interior)
        if book.cover:
            (folder / f"{name}-cover.pdf").write_bytes(book.cover)
    return sorted(folder.glob("*.pdf"))


def run(*command: object) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=500
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_qpdf_finds_no_error(files):
    for path in files:
        assert "No syntax or stream encoding errors found" in run(tool("qpdf"), "--check", path)


def test_ghostscript_draws_every_page_without_a_warning(files):
    strict = ("-q", "-dNOPAUSE", "-dBATCH", "-dPDFSTOPONERROR", "-dPDFSTOPONWARNING", "-r24")
    for path in files:
        said = run(tool("gs"), *strict, "-sDEVICE=inkcov", "-o", "-", path)
        assert set(said.split("\n")) and not [
            line for line in said.splitlines() if line.strip() and "CMYK OK" not in line
        ], path


def test_poppler_sees_only_embedded_fonts(files):
    for path in files:
        for line in run(tool("pdffonts"), path).splitlines()[2:]:
            embedded = line.split()[-5]
            assert embedded == "yes", (path, line)
