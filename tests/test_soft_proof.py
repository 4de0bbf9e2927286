"""How colours come out in print: greys stay, what no ink reaches gets duller, and that is said."""

from io import BytesIO

import pytest
from PIL import Image

from books import made, new_book
from storybook.authoring.soft_proof import SHOWN_PX, soft_proof
from storybook.cli import main
from storybook.press.printers import load_printer
from storybook.stages.bind import PlatePage


def flat(*colour: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 40), colour).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("printer", ["kdp", "ingramspark"])
def test_soft_proof_says_which_picture_changes(printer):
    plates = [PlatePage(0, "", flat(128, 128, 128)), PlatePage(1, "a", flat(0, 255, 40))]
    found = soft_proof(plates, load_printer(printer))
    grey, neon = found.changes
    assert grey < 0.02 < 0.05 < neon and found.seen == (1,)
    assert "1 of 2 pictures" in found.says and "page 1 changes most" in found.says
    assert found.sheet.width >= SHOWN_PX


def test_soft_proof_of_calm_colours_says_that_nothing_is_seen():
    found = soft_proof([PlatePage(0, "", flat(150, 140, 130))], load_printer("kdp"))
    assert found.says == "No picture changes so that it is seen; the cover changes most."


def test_press_keeps_the_soft_proof_beside_its_files(capsys):
    book = new_book()
    made(book)
    main(["press", str(book.folder), "--studio", "doubles", "--printer", "home", "--soft-proof"])
    path = book.folder / "print" / "home" / "soft-proof.png"
    assert str(path) in capsys.readouterr().out
    with Image.open(path) as sheet:
        assert sheet.format == "PNG" and sheet.width > 400
