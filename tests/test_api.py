"""The public face: what `import storybook` offers, and every example of docs/python.md."""

import doctest
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

import storybook
from books import doubles, made, new_book
from house import modules
from storybook import api
from storybook.authoring import teach_run
from storybook.config import shipped
from storybook.make import STAGES
from tiny_sd import tiny_critic, tiny_painter

ROOT = Path(__file__).parent.parent
DOCS = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```(?:\n+```text\n(.*?)```)?", DOCS, re.DOTALL)
"""Each example, and what it prints, where dots stand for any text."""
SMALL = """
device = "cpu"
precision = "fp32"
[write]
writer = "{starter}/writer/base"
adapter = "{starter}/writer/story-lora"
[draw]
painter = "{starter}/painter"
candidates = 1
steps = 1
width_px = 128
height_px = 128
[choose]
critic = "{starter}/critic"
[enlarge]
enlarger = "nearest"
width_px = 256
"""
"""The starter at small size."""
QUICK = [
    "measure=false",
    "max_steps=4",
    "lr=0.05",
    "batch=2",
    "resolution_px=64",
    "sample_steps=1",
    "warmup_steps=0",
    "precision=fp32",
    "concept.0.class_images=2",
    "sample_every_epochs=0",
]


def lay_folder(folder: Path) -> None:
    """What the examples take for granted: small studios, and photos of a pet."""
    starter = shipped("assets", "starter").as_posix()
    (folder / "studio.toml").write_text(SMALL.format(starter=starter), encoding="utf-8")
    tiny_painter(folder / "painter", levels=1)
    tiny_critic(folder / "critic")
    tiny = SMALL.format(starter=starter).replace(f"{starter}/painter", "./painter")
    tiny = tiny.replace(f"{starter}/critic", "./critic")
    (folder / "my-studio.toml").write_text(tiny, encoding="utf-8")
    (folder / "photos" / "rex").mkdir(parents=True)
    for number in range(1, 4):
        photo = shipped("assets", "pets", "ohwx-dog", f"{number:02d}.jpg")
        shutil.copy(photo, folder / "photos" / "rex")


@pytest.fixture
def taught_quickly(monkeypatch):
    """A teaching of a few steps, in this process: another one would load everything anew."""
    from training.__main__ import main

    def run(command) -> int:
        assert command[1:3] == ["-m", "training"]
        more = [word for change in QUICK for word in ("--set", change)]
        monkeypatch.setattr(sys, "argv", ["training", *command[3:], *more])
        return main()

    monkeypatch.setattr(teach_run, "run_training", run)


def test_every_example_of_the_python_page_prints_what_it_says(taught_quickly, capsys):
    """In their order and in one folder, as its reader would try them."""
    assert len(EXAMPLES) >= 10
    lay_folder(Path())
    names: dict[str, object] = {}
    capsys.readouterr()
    for code, expected in EXAMPLES:
        exec(compile(code, "docs/python.md", "exec"), names)
        printed = capsys.readouterr().out
        if expected:
            assert doctest.OutputChecker().check_output(
                expected, printed, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            ), f"{code}\nprints\n{printed}\nand not\n{expected}"


def test_the_python_page_shows_every_public_name_at_work():
    code = "\n".join(example for example, _ in EXAMPLES)
    table = DOCS.partition("## Make a book")[0]
    for name in storybook.__all__:
        assert f"`{name}" in table, name
        assert re.search(rf"\bstorybook\.{name}\b", code) or name == "Studio", name


def test_the_example_of_the_readme_makes_a_book(capsys):
    """With the doubles, for speed."""
    shutil.copy(shipped("assets", "studios", "doubles.toml"), "studio.toml")
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert Path(capsys.readouterr().out.strip()).is_file()


def test_storybook_offers_documented_names_that_no_module_has():
    assert len(storybook.__all__) <= 15
    for name in storybook.__all__:
        one = getattr(storybook, name)
        assert one is getattr(api, name) and one.__doc__ and name in dir(storybook)
    assert not {f"storybook.{name}" for name in storybook.__all__} & modules().keys()
    with pytest.raises(AttributeError, match="no attribute 'pant'"):
        _ = storybook.pant


def test_importing_storybook_loads_no_library():
    code = "import sys, storybook; print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    loaded = {name.partition(".")[0] for name in told.stdout.split()}
    assert not {"torch", "pydantic", "PIL", "numpy", "rich"} & loaded


@pytest.mark.parametrize("until", ["", "print", "make"])
def test_make_book_refuses_what_is_no_verb(until):
    with pytest.raises(storybook.StorybookError, match="no verb .*" + "write"):
        storybook.make_book("nowhere", until=until)
    assert "bind" in STAGES


def test_make_book_refuses_a_folder_that_is_no_book():
    with pytest.raises(storybook.StorybookError, match="nowhere is no book"):
        storybook.make_book("nowhere")


def test_new_book_refuses_what_no_brief_has():
    with pytest.raises(storybook.StorybookError, match=r"unknown key page\..*Did you mean pages"):
        storybook.new_book("b", "A dog runs.", page=4)
    assert not Path("b").exists()


def test_press_pdf_names_the_plate_that_is_missing():
    book = made(new_book("b"), until="choose") and storybook.Book("b")
    with pytest.raises(storybook.StorybookError, match="storybook enlarge b"):
        storybook.press_pdf(book, doubles())


def test_teach_says_that_a_teaching_ended_before_its_end(monkeypatch):
    lay_folder(Path())
    photos = sorted(Path("photos/rex").glob("*.jpg"))
    storybook.add_hero(storybook.Hero(name="Rex", species="dog"), photos)
    monkeypatch.setattr(teach_run, "run_training", lambda command: 2)
    studio = storybook.open_studio("my-studio.toml")
    with pytest.raises(storybook.StorybookError, match=r"exit code 2.*resume=True"):
        storybook.teach("rex", studio=studio)
    with pytest.raises(storybook.StorybookError, match="has no such setting"):
        storybook.teach("rex", "lerning=3", studio=studio)


def test_the_wheel_holds_what_a_program_needs():
    """As the build backend itself lists the files of a wheel."""
    files = {each.distribution_path for each in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert {
        "storybook/py.typed",
        "storybook/api.py",
        "storybook/shipped/prompts/styles.toml",
        "storybook/shipped/assets/world.toml",
        "training/presets/pet/auto.toml",
        "training/starter/plan.toml",
        "training/story/spread.toml",
        "storybook/shipped/assets/syllables.toml",
        *(f"training/starter/artist/{name}.toml" for name in ("builds", "poses", "portraits")),
    } <= files
