"""paint: pictures of free words, with the doubles and with a tiny painter of the real classes."""

import shutil
from pathlib import Path

import pytest
from PIL import Image
from test_safety import ANYTHING, tiny_checker

from books import doubles
from storybook.authoring.paint import Wish, paint, painting, plan
from storybook.cli import main
from storybook.config import load_settings, shipped
from storybook.errors import HeroError
from storybook.hero.folder import add_hero
from storybook.models.infotext import read_infotext
from storybook.records import Hero
from storybook.studio.studio import Studio
from tiny_sd import tiny_lora, tiny_painter

DOUBLES = ("--studio", "doubles")
RESULTS = Path("results")
REX = Hero(name="Rex", species="dog", look="brown", token="zwx")


def said(capsys, *arguments):
    """Exit code, standard output's lines, standard error of one command."""
    code = main(("paint", *arguments))
    out, err = capsys.readouterr()
    return code, out.splitlines(), err


def pictures():
    return sorted(RESULTS.glob("[0-9]*.png"))


def planned(words, studio=None, **more):
    return plan(Wish(words=words, **more), studio or doubles(), RESULTS)


@pytest.fixture(scope="module")
def painter(tmp_path_factory) -> Path:
    return tiny_painter(tmp_path_factory.mktemp("painter"))


@pytest.fixture
def studio(painter, tmp_path):
    """A studio file whose painter is a tiny Stable Diffusion, which knows no drawn world."""
    text = shipped("assets", "studios", "doubles.toml").read_text(encoding="utf-8")
    file = tmp_path / "tiny.toml"
    file.write_text(text.replace('"flat"', f'"{painter}"'), encoding="utf-8")
    return ("--studio", str(file), "--width", "64", "--height", "64", "--steps", "2")


def test_paint_draws_so_many_from_consecutive_seeds_and_says_what_they_are_made_from(capsys):
    asked = (
        "a grey cat in the garden",
        "--count",
        "4",
        "--seed",
        "42",
        "--steps",
        "25",
        "--negative",
        "blurry",
        "--guidance",
        "6.5",
    )
    code, out, _ = said(capsys, *asked, *DOUBLES)
    assert code == 0 and [Path(line) for line in out[:-1]] == pictures()
    assert Path(out[-1]).name.startswith("sheet-") and Path(out[-1]).is_file()
    facts = [read_infotext(path) for path in pictures()]
    assert [each.seed for each in facts] == [42, 43, 44, 45]
    for each in facts:
        assert "of a grey cat" in each.positive and each.negative == "blurry"
        assert (each.steps, each.guidance, each.model) == (25, 6.5, "flat")


def test_paint_draws_no_picture_twice_and_overwrites_none(capsys):
    said(capsys, "a grey cat", "--count", "3", *DOUBLES)
    before = {path: path.read_bytes() for path in RESULTS.iterdir()}
    when = {path: path.stat().st_mtime_ns for path in before}
    code, out, _ = said(capsys, "a grey cat", "--count", "3", *DOUBLES)
    assert code == 0 and out[0].startswith("Nothing to do") and len(out) == 5
    pictures()[1].unlink()  # as after a kill
    said(capsys, "a grey cat", "--count", "3", *DOUBLES)
    said(capsys, "a grey cat", "--count", "4", *DOUBLES)
    said(capsys, "a grey dog", "--count", "3", *DOUBLES)
    said(capsys, "a grey cat", "--count", "3", "--steps", "7", *DOUBLES)
    assert len(pictures()) == 4 + 3 + 3
    for path, data in before.items():
        assert path.read_bytes() == data
    assert sum(path.stat().st_mtime_ns != when[path] for path in before) == 1


def test_paint_draws_what_is_left_when_it_was_stopped_between_two_pictures():
    order = planned("a grey cat", count=4)
    events = paint(order, doubles())
    for event in events:
        if event.done == 2:
            events.close()
    assert len(order.drawn) == 2
    assert [event.total for event in paint(order, doubles())] == [2, 2, 2]
    assert len(order.drawn) == 4 and order.sheet.is_file()


@pytest.mark.parametrize(
    ("asked", "is_said"),
    [((), True), (("draw.width_px=512", "draw.height_px=512"), False), (("draw.steps=5",), True)],
)
def test_plan_says_how_large_its_pictures_are_where_nobody_asked(asked, is_said):
    notes = plan(Wish(words="a grey cat"), Studio(load_settings("starter", asked)), RESULTS).notes
    said = [note for note in notes if "256 x 256 px, as this painter was taught" in note]
    assert bool(said) == is_said and all("--studio classic" in note for note in said)


def test_paint_makes_no_sheet_of_one_picture(capsys):
    assert said(capsys, "a grey cat", *DOUBLES)[1] == [str(pictures()[0])]
    assert len(list(RESULTS.iterdir())) == 1


def test_pictures_finds_what_was_painted_and_passes_over_sheets(capsys):
    said(capsys, "a grey cat (at night:1.2)", "--count", "2", *DOUBLES)
    assert main(("pictures", "--find", "night seed")) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split("  ")[0] for line in lines} == {str(path) for path in pictures()}


def test_paint_reads_free_words_for_the_world_and_says_what_it_does_not_know(capsys):
    _, _, err = said(capsys, "a lion eats pizza on the beach", *DOUBLES)
    assert "lion is drawn as a cat" in err
    assert "this painter has no words for: pizza" in err
    assert "drawn as: watercolour of a" in err and "cat eating, in the beach" in err
    _, _, err = said(capsys, "a (grey:1.3) cat in a spaceship", *DOUBLES)
    assert "spaceship" in err and "without marks they are watercolour of a grey cat" in err
    assert read_infotext(pictures()[-1]).positive  # both were drawn
    assert {read_infotext(path).positive for path in pictures()} >= {
        "a (grey:1.3) cat in a spaceship"
    }


@pytest.mark.parametrize(
    ("words", "heroes", "positive"),
    [
        ("Biscuit hops in the snow", ("biscuit",), "of an orange striped cat jumping, in the snow"),
        ("biscuit hops in the snow", ("biscuit",), "of an orange striped cat jumping, in the snow"),
        ("running on the beach", ("biscuit",), "of an orange striped cat running, in the beach"),
        ("a bhna cat runs", (), "of a bhna cat running"),
        ("(Bruno:1.2) runs", ("bruno",), "(ohwx dog:1.2) runs"),
        ("(at night:1.2)", ("bruno",), "ohwx dog (at night:1.2)"),
    ],
)
def test_plan_calls_heroes_as_a_painter_of_the_world_knows_them(words, heroes, positive):
    assert positive in planned(words, heroes=heroes).requests[0].prompt.positive


@pytest.mark.parametrize(
    ("words", "positive"),
    [
        ("Rex runs on Mars", "brown dog runs on Mars"),
        ("REX, rex and (rex:1.3)", "brown dog, brown dog and (brown dog:1.3)"),
        ("on Mars", "brown dog, on Mars"),
        ("a zwx dog, not Rexford", "a zwx dog, not Rexford"),
    ],
)
def test_plan_calls_heroes_as_a_large_painter_knows_them(painter, words, positive):
    add_hero(REX, [])
    asked = planned(words, doubles(f"draw.painter={painter}"), heroes=("rex",))
    assert asked.requests[0].prompt.positive == positive


def test_plan_takes_a_hero_by_its_token_and_asks_where_two_have_it():
    one = planned("a bhna cat sits")
    assert [hero.name for hero in one.cast] == ["Miso"] and "bhna is the hero Miso" in one.notes
    add_hero(REX.but(token="bhna"), [])
    two = planned("a bhna cat sits")
    assert two.cast == () and any("say which one with --hero" in note for note in two.notes)
    assert [hero.name for hero in planned("bhna sits", heroes=("rex",)).cast] == ["Rex"]


def test_plan_passes_over_a_broken_hero_that_nobody_asks_for():
    broken = Path("heroes/broken/hero.toml")
    broken.parent.mkdir(parents=True)
    broken.write_text("name = ", encoding="utf-8")
    assert planned("a grey cat").requests
    with pytest.raises(HeroError, match="is not TOML"):
        planned("a grey cat", heroes=("broken",))


def test_paint_melts_an_adapter_in_and_names_the_picture_after_it(capsys, studio, tmp_path):
    lora = tiny_lora(tmp_path / "ink")
    assert said(capsys, "a cat", *studio)[0] == 0
    for adapter in (lora, f"{lora}:0.5"):
        assert said(capsys, "a cat", "--adapter", str(adapter), *studio)[0] == 0
    images = [Image.open(path).convert("RGB").tobytes() for path in pictures()]
    assert len(set(images)) == 3
    facts = read_infotext(pictures()[0])
    assert (facts.width_px, facts.height_px, facts.steps) == (64, 64, 2)


def test_paint_hears_a_lora_that_the_prompt_asks_for(capsys, studio, tmp_path):
    folder = tmp_path / "loras"
    folder.mkdir()
    shutil.copy(tiny_lora(tmp_path / "made"), folder / "ink.safetensors")
    named = (*studio, "--set", f"draw.lora_folder={folder}")
    code, _, err = said(capsys, "a cat <lora:ink:1> <lora:inc:1>", *named)
    assert code == 0 and "Did you mean ink" in err
    assert dict(read_infotext(pictures()[0]).others)["Lora hashes"].startswith("ink: ")


def test_paint_keeps_no_picture_that_the_safety_checker_flags(capsys, tmp_path):
    guarded = (*DOUBLES, "--set", f"draw.safety={tiny_checker(tmp_path / 'p', ANYTHING)}")
    for _ in range(2):
        code, out, err = said(capsys, "a grey cat", "--count", "2", *guarded)
        assert code == 2 and out == [] and "kept back every picture" in err
    assert pictures() == [] and len(list(RESULTS.glob("*.refused.json"))) == 2
    put_aside = (*guarded, "--set", "write.for_children=false")
    assert said(capsys, "a grey cat", "--count", "2", *put_aside)[0] == 0
    assert len(pictures()) == 2 and not list(RESULTS.glob("*.refused.json"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("",), "has no words to draw"),
        ((" ()! ",), "has no words to draw"),
        (("a \udcff cat",), "is not UTF-8 text"),
        (("a cat with a gun",), "The prompt says gun"),
        (("a cat", "--count", "0"), "count: input should be greater than or equal to 1, not 0"),
        (("a cat", "--count", "2000"), "less than or equal to 1000"),
        (("a cat", "--seed", "-1"), "seed: input should be greater"),
        (("a cat", "--steps", "0"), "paint: steps: input should be greater"),
        (("a cat", "--width", "100"), "width_px: input should be a multiple of 8, not 100"),
        (("a cat", "--guidance", "nan"), "guidance: input should be"),
        (("a cat", "--adapter", "ink.safetensors:0.8"), "there is no ink.safetensors."),
        (("a cat", "--adapter", "ink.safetensors:inf"), "the weight of an adapter is a number"),
        (("a cat", "--hero", "biscit"), "Did you mean biscuit"),
        (("a cat", "--set", "draw.step=3"), "unknown key draw.step."),
        (("a cat", "--out", "taken"), "taken"),
    ],
)
def test_paint_says_a_mistake_in_one_line(capsys, arguments, says):
    Path("taken").write_text("a file", encoding="utf-8")
    code, out, err = said(capsys, *arguments, *DOUBLES)
    lines = [line for line in err.splitlines() if line.startswith("storybook: ")]
    assert (code, out, len(lines)) == (2, [], 1) and says in lines[0]
    assert "Traceback" not in err and not RESULTS.exists()


def test_painting_keeps_the_studio_s_own_adapters(tmp_path):
    own, more = tmp_path / "own.safetensors", tmp_path / "more.safetensors"
    for file in (own, more):
        file.write_bytes(b"")
    settings = load_settings("doubles", [f'draw.adapters=["{own}"]'])
    draw = painting(settings, [f"{more}:0.5"], steps=3, guidance=None).draw
    assert draw.adapters == (str(own), f"{more}:0.5") and draw.steps == 3
    assert settings.draw.adapters == (str(own),)
    notes = planned("a cat", Studio(painting(settings, [str(more)]))).notes
    assert any("takes no adapters" in note for note in notes)
