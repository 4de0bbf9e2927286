import pytest

from storybook.config import load_settings, shipped, studios
from storybook.errors import ConfigError
from storybook.studio.studio import Studio


@pytest.mark.parametrize("studio", studios())
def test_every_shipped_studio_is_valid(studio):
    assert load_settings(studio).name == studio


def test_the_starter_names_files_that_are_there():
    settings = load_settings("starter")
    assert settings.draw.painter.startswith("/")


def test_a_change_reaches_its_setting():
    settings = load_settings("doubles", ["draw.candidates=5", "write.temperature=0.5"])
    assert (settings.draw.candidates, settings.write.temperature) == (5, 0.5)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("draw.candidate=5", "unknown key draw.candidate. Did you mean draw.candidates"),
        ("darw.candidates=5", "unknown key darw. Did you mean draw"),
        ("draw.candidates=0", "draw.candidates: input should be greater than or equal to 1"),
        ("draw.candidates=many", "draw.candidates: .*integer"),
        ("candidates=5", "table.key=value"),
        ("draw.candidates", "table.key=value"),
    ],
)
def test_a_wrong_change_is_one_clear_line(change, says):
    with pytest.raises(ConfigError, match=says):
        load_settings("doubles", [change])


def test_an_unknown_studio_lists_the_known_ones():
    with pytest.raises(ConfigError, match="Did you mean starter"):
        load_settings("startr")


def test_a_studio_file_anchors_its_paths(tmp_path):
    (tmp_path / "models").mkdir()
    text = (
        "[write]\nwriter='echo'\n[draw]\npainter='models'\n"
        "[choose]\ncritic='length'\n[enlarge]\nenlarger='someone/hub-name'\n"
    )
    (tmp_path / "mine.toml").write_text(text)
    settings = load_settings(str(tmp_path / "mine.toml"))
    assert settings.draw.painter == str(tmp_path / "models")
    assert settings.enlarge.enlarger == "someone/hub-name"
    assert settings.name == "mine"


def test_studio_toml_of_the_current_folder_is_used(tmp_path):
    text = "[write]\nwriter='echo'\n[draw]\npainter='flat'\n[choose]\ncritic='length'\n"
    (tmp_path / "studio.toml").write_text(text + "[enlarge]\nenlarger='nearest'\n")
    assert load_settings().name == "studio"


def test_a_studio_that_is_no_toml_is_named(tmp_path):
    (tmp_path / "bad.toml").write_text("[write")
    with pytest.raises(ConfigError, match=r"bad.toml is not TOML"):
        load_settings(str(tmp_path / "bad.toml"))


def test_adapters_of_a_studio_file_lie_beside_it(tmp_path):
    (tmp_path / "ink.safetensors").touch()
    file = tmp_path / "mine.toml"
    file.write_text(
        shipped("assets", "studios", "doubles.toml")
        .read_text()
        .replace(
            'painter = "flat"',
            'painter = "elsewhere"\nadapters = ["ink.safetensors:0.5", "./no.pt", "a/b:0.5"]',
        )
    )
    settings = load_settings(str(file))
    assert settings.draw.adapters == (
        f"{tmp_path / 'ink.safetensors'}:0.5",
        str(tmp_path / "no.pt"),
        "a/b:0.5",
    )
    with pytest.raises(ConfigError, match=r"draw\.adapters: there is no .*no\.pt"):
        Studio(load_settings(str(file), ['draw.adapters=["no.pt"]'])).painter_name()
