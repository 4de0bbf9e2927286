"""The page of settings, and the file that says which studio works."""

from html import unescape

import pytest
from app_states import opened, said

from storybook.config import load_settings
from storybook.errors import ConfigError, StorybookError
from storybook.studio import doctor
from storybook.studio import file as studio_file


def test_without_a_file_the_starter_works():
    page = opened("settings")
    words = said(page).replace("\\", "")
    assert "so the **Starter** works" in words and "works here]" in words
    assert "**Painter**: painter" in words
    wraps = "assets/<wbr>starter/<wbr>painter"
    assert wraps in unescape(words), "a path ends its line behind a folder"


def test_a_studio_of_ones_own_is_shown(tmp_path):
    (tmp_path / "studio.toml").write_text(
        '[write]\nwriter = "echo"\n[draw]\npainter = "flat"\n[choose]\ncritic = "length"\n'
        '[enlarge]\nenlarger = "nearest"\n'
    )
    page = opened("settings")
    assert "needs none]" in said(page) and 'painter = "flat"' in said(page)


def test_a_broken_file_is_said_and_another_studio_can_still_be_chosen(tmp_path):
    (tmp_path / "studio.toml").write_text("[write]\nwritter = 1\n")
    page = opened("settings")
    assert "field required" in page.error[0].value and page.button(key="use-starter")


def test_choosing_a_studio_asks_and_says_what_is_missing(tmp_path):
    page = opened("settings")
    page.button(key="use-classic").click().run()
    assert "Not on the disk yet" in said(page) and "This writes" in said(page)
    assert not (tmp_path / "studio.toml").exists()


def test_models_that_are_missing_are_said(tmp_path):
    studio_file.write_studio(load_settings("classic"), "")
    assert "not on the disk]" in said(opened("settings"))


def test_words_for_children_are_looked_at_until_somebody_says_otherwise():
    page = opened("settings")
    assert "**refused**" in said(page)
    next(each for each in page.button if each.label == "Let them through").click().run()
    assert "nobody looks whether a story is fit" in said(page)
    changed = studio_file.with_change(load_settings(), "write", for_children=False)
    studio_file.write_studio(changed, "")
    assert "**let through**" in said(opened("settings"))


def test_who_looks_at_pictures_is_said(tmp_path):
    assert "Pictures are" not in said(opened("settings"))
    painter = tmp_path / "models" / "sd"
    painter.mkdir(parents=True)
    starter = load_settings("starter")
    own = starter.but(draw=starter.draw.but(painter=str(painter)))
    studio_file.write_studio(own, "")
    assert "Pictures are **not** looked at" in said(opened("settings"))
    (painter / "safety_checker").mkdir()
    assert "sd/<wbr>safety_checker**; what it refuses is not kept" in unescape(
        said(opened("settings"))
    )


@pytest.mark.parametrize("name", ["starter", "classic", "doubles"])
def test_a_studio_that_was_chosen_works_as_the_one_that_ships(name):
    assert studio_file.write_studio(load_settings(name), "") is None
    own, fault = studio_file.read_studio()
    assert not fault and own.but(name="") == load_settings(name).but(name="")
    assert load_settings().draw == load_settings(name).draw


def test_a_file_that_was_not_seen_is_not_written_over(tmp_path):
    studio_file.write_studio(load_settings("starter"), "")
    seen = studio_file.mark_of()
    with pytest.raises(ConfigError, match="changed meanwhile"):
        studio_file.write_studio(load_settings("doubles"), "")
    (tmp_path / "studio.toml").write_text("# mine\n")
    with pytest.raises(ConfigError, match="changed meanwhile"):
        studio_file.write_studio(load_settings("doubles"), seen)
    kept = studio_file.write_studio(load_settings("doubles"), studio_file.mark_of())
    assert (tmp_path / kept).read_text() == "# mine\n"
    assert load_settings().draw.painter == "flat"


def test_the_doctor_is_asked_in_a_process_of_its_own():
    findings = doctor.asked("doubles")
    assert {"Python", "memory", "painter", "studio starter"} <= {each.what for each in findings}
    with pytest.raises(StorybookError, match="There is no studio"):
        doctor.asked("nowhere")


def test_the_machine_is_examined_when_asked(monkeypatch):
    """Here, since the test above has it done in a process of its own."""
    monkeypatch.setattr(doctor, "asked", lambda name: doctor.examine(load_settings(name)))
    page = opened("settings")
    next(each for each in page.button if each.label == "Examine this machine").click().run()
    assert not page.exception and "**memory**" in said(page)


def test_write_studio_leaves_the_old_one_where_the_new_one_cannot_be_written(monkeypatch):
    studio_file.write_studio(load_settings("starter"), "")
    before = studio_file.STUDIO.read_bytes()
    write = studio_file.write_whole

    def full(path, data):
        if path == studio_file.STUDIO:
            raise OSError("no room is left")
        write(path, data)

    monkeypatch.setattr(studio_file, "write_whole", full)
    with pytest.raises(OSError, match="no room"):
        studio_file.write_studio(load_settings("doubles"), studio_file.mark_of())
    assert studio_file.STUDIO.read_bytes() == before
