"""The page of heroes in each state: all of them, one of them, a pet that is being added."""

import shutil
from pathlib import Path

import pytest
from app_states import jpeg, laid_job, laid_run, nothing_begins, opened, photo, rex, said

from app.hero import photos as photos_page
from storybook.authoring.character_sheets import draw_sheets, sheet_of_hero
from storybook.authoring.new_book import load_draft
from storybook.config import load_settings, shipped
from storybook.hero import draft as hero_drafts
from storybook.hero import edits as hero_edits
from storybook.hero.character_sheet import load_sheet, save_sheet
from storybook.hero.folder import hero_folder, hero_names, hero_photos, load_hero
from storybook.hero.trash import throw_away
from storybook.jobs.manager import jobs_in
from storybook.studio.studio import Studio


def button(page, label):
    return next(each for each in page.button if each.label == label)


def progress(page):
    return " ".join(each.proto.text for each in page.get("progress"))


def labels(page):
    return [each.label for each in page.button]


def test_all_heroes_are_shown_the_owners_first(tmp_path):
    rex(tmp_path)
    words = said(opened("heroes"))
    assert words.index("**Rex**") < words.index("**Biscuit**")
    assert "5 photos, not taught yet" in words.replace("\\", "")
    assert "Comes along, and was taught" in words.replace("\\", "")


def test_a_hero_whose_file_is_broken_does_not_hide_the_others(tmp_path):
    (rex(tmp_path) / "hero.toml").write_text("name = ")
    words = said(opened("heroes"))
    assert "is not TOML" in words and "**Biscuit**" in words
    assert "is not TOML" in said(opened("heroes", hero="rex"))


@pytest.mark.parametrize("name", ["nobody", "../rex", "<b>", "a b"])
def test_an_unknown_hero_is_said_in_a_line(name):
    page = opened("heroes", hero=name)
    assert len(page.warning) == 1 and not page.error


def test_heroes_that_ship_may_be_copied_but_not_changed():
    page = opened("heroes", hero="bruno")
    assert "comes with the studio" in said(page) and "Save" not in labels(page)
    button(page, "Make Bruno mine").click().run()
    assert not page.exception and hero_edits.is_own(hero_folder("bruno"))
    assert "has no photos yet" in said(page) and "Delete Bruno" in labels(page)


def test_a_hero_shows_its_photos_with_the_coachs_verdict(tmp_path):
    folder = rex(tmp_path)
    photo(1).resize((200, 150)).save(folder / "photos" / "05.jpg")
    page = opened("heroes", hero="rex")
    words = said(page)
    assert "**4 of 5** are fit" in words and "good]" in words and "better left out]" in words
    assert "Only 150 px on its short side" in words.replace("\\", "")


def test_captions_are_written_by_who_is_there_as_a_job(tmp_path, monkeypatch):
    rex(tmp_path)
    monkeypatch.setattr(photos_page, "captioners_here", lambda: [])
    assert "No captioner is here" in said(opened("heroes", hero="rex"))
    monkeypatch.setattr(photos_page, "captioners_here", lambda: ["models/me/blip"])
    with nothing_begins(tmp_path):
        button(opened("heroes", hero="rex"), "Write captions").click().run()
        (job,) = jobs_in(tmp_path / "jobs")
        assert job.arguments == ("hero", "change", "rex", "--caption", "models/me/blip")
        assert "Write captions" not in labels(opened("heroes", hero="rex"))


def test_photos_are_turned_left_out_and_taken_back(tmp_path):
    folder = rex(tmp_path)
    before = (folder / "photos" / "01.jpg").read_bytes()
    page = opened("heroes", hero="rex")
    page.button(key="turn-01.jpg").click().run()
    assert not page.exception and (folder / "photos" / "01.jpg").read_bytes() != before
    assert "Photo 1 was turned" in said(page)
    page.button(key="out-02.jpg").click().run()
    assert len(hero_photos("rex")) == 4 and "Photo 2 was left out" in said(page)
    for _ in range(2):
        button(page, "Take it back").click().run()
    assert len(hero_photos("rex")) == 5 and (folder / "photos" / "01.jpg").read_bytes() == before
    assert "Take it back" not in labels(page)


def test_a_crop_begins_with_where_the_pet_is(tmp_path):
    """What the dialog's button does, tests/test_browser_pet.py sees: here dialogs close at once."""
    rex(tmp_path)
    page = opened("heroes", hero="rex")
    page.button(key="crop-01.jpg").click().run()
    assert not page.exception and "px are left" in said(page)
    (left, right), (upper, lower) = page.slider[0].value, page.slider[1].value
    assert 0 < left < 50 < right < 100 and 0 < upper < 60 < lower < 100


def test_captions_look_and_token_are_kept(tmp_path):
    folder = rex(tmp_path)
    page = opened("heroes", hero="rex")
    next(each for each in page.text_input if each.label == "What photo 02 shows").set_value(
        "zwx dog\nin the grass"
    ).run()
    assert hero_edits.caption_of(folder / "photos" / "02.jpg") == "zwx dog in the grass"
    page.selectbox[0].set_value("white")
    page.text_input[0].set_value("qfv")
    button(page, "Save").click().run()
    assert (load_hero("rex").look, load_hero("rex").token) == ("white", "qfv")
    page.text_input[0].set_value("dog")
    button(page, "Save").click().run()
    assert "painters know this word already" in said(page) and load_hero("rex").token == "qfv"


def test_a_hero_s_page_says_which_words_it_cannot_read_and_shows_the_others(tmp_path):
    folder = rex(tmp_path) / "photos"
    (folder / "01.txt").write_bytes("собака на траве".encode("cp1251"))
    (folder / "02.txt").write_bytes("a dog at the café".encode("cp1252"))
    (folder / "03.jpg.TXT").write_bytes("a dog, sitting".encode("utf-16"))
    page = opened("heroes", hero="rex")
    assert not page.exception and len(page.error) == 1
    assert "01.txt, line 1: byte 0xf1 is not UTF-8" in page.error[0].value
    fields = {each.label: each for each in page.text_input}
    assert fields["What photo 02 shows"].value == "a dog at the café"
    assert fields["What photo 03 shows"].value == "a dog, sitting"
    fields["What photo 01 shows"].set_value("zwx dog").run()
    assert hero_edits.caption_of(folder / "01.jpg") == "zwx dog"
    hero_edits.undo(folder.parent)
    assert (folder / "01.txt").read_bytes() == "собака на траве".encode("cp1251")


def test_deleting_says_what_goes_before_anything_goes(tmp_path):
    folder = rex(tmp_path)
    laid_run(tmp_path, "rex", "done")
    page = opened("heroes", hero="rex")
    button(page, "Delete Rex").click().run()
    assert "5 photos and 1 training run" in said(page) and folder.is_dir()
    assert {"Delete", "Keep it"} <= set(labels(page))


def test_a_hero_in_the_trash_is_put_back(tmp_path):
    rex(tmp_path)
    laid_run(tmp_path, "rex", "done")
    throw_away("rex", Path("runs"), Path("jobs"))
    page = opened("heroes")
    assert "Rex" not in said(page) and page.expander[0].label == "Trash (1)"
    button(page, "Put back").click().run()
    assert "rex" in hero_names() and (tmp_path / "runs" / "rex").is_dir()
    assert "**Rex**" in said(page)


def test_the_starter_says_that_it_knows_drawings_only(tmp_path):
    rex(tmp_path)
    page = opened("heroes", hero="rex")
    assert "knows drawings, not photos" in said(page) and button(page, "Teach Rex").disabled
    page.checkbox(key="anyway").check().run()
    assert not button(page, "Teach Rex").disabled
    page.radio[0].set_value("classic").run()
    assert "Not on the disk yet: its painter and its critic" in said(page)
    assert "Teach Rex" not in labels(page)


def test_pictures_with_captions_are_taught_by_a_job(tmp_path):
    folder = rex(tmp_path)
    for path in hero_photos("rex"):
        path.with_suffix(".txt").write_text("zwx dog")
    page = opened("heroes", hero="rex")
    assert "It takes about" in said(page)
    page.number_input[0].set_value(3)
    with nothing_begins(tmp_path):
        button(page, "Teach Rex").click().run()
        (job,) = jobs_in(tmp_path / "jobs")
        assert not page.exception and "waits for its turn" in progress(page)
    assert job.arguments == (
        "hero",
        "teach",
        "rex",
        "--studio",
        "starter",
        "--preset",
        "auto",
        "--set",
        "keep_last=8",
        "--set",
        "max_steps=3",
        "--set",
        "warmup_steps=0",
    )
    assert job.subject == "runs/rex" and folder.is_dir()


def test_a_teaching_under_way_shows_its_loss_and_no_other_can_begin(tmp_path):
    rex(tmp_path)
    laid_run(tmp_path, "rex", "running")
    job, lock = laid_job(tmp_path, "running", "runs/rex", what="Teach Rex")
    with lock:
        page = opened("heroes", hero="rex")
        assert "How well it learns" in said(page) and "Teach Rex" not in labels(page)
        page.button(key=f"stop-{job.id}").click().run()
    assert (job.folder / "cancel").is_file()


def test_steps_are_compared_and_one_is_chosen(tmp_path):
    rex(tmp_path)
    laid_run(tmp_path, "rex", "done")
    page = opened("heroes", hero="rex")
    assert "is drawn as it was taught by this step" in said(page)
    page.select_slider(key="step-rex").set_value(10).run()
    with nothing_begins(tmp_path):
        button(page, "Draw Rex as of step 10").click().run()
        (job,) = jobs_in(tmp_path / "jobs")
    assert not page.exception and job.arguments == ("hero", "choose-step", "rex", "10")


def test_a_stopped_teaching_goes_on(tmp_path):
    rex(tmp_path)
    laid_run(tmp_path, "rex", "stopped")
    page = opened("heroes", hero="rex")
    with nothing_begins(tmp_path):
        button(page, "Go on").click().run()
        (job,) = jobs_in(tmp_path / "jobs")
    assert not page.exception and job.arguments[:4] == ("hero", "teach", "rex", "--resume")


@pytest.mark.parametrize("address", [("heroes", "hero"), ("training", "run")])
def test_a_teaching_whose_job_ended_has_one_way_to_go_on(tmp_path, address):
    name, query = address
    rex(tmp_path)
    asked = ("hero", "teach", "rex")
    job, _ = laid_job(tmp_path, "failed", "runs/rex", what="Teach Rex", arguments=asked)
    laid_run(tmp_path, "rex", "stopped")
    page = opened(name, **{query: "rex"})
    assert labels(page).count("Go on") == 1 and page.button(key=f"retry-{job.id}")
    page.button(key=f"away-{job.id}").click().run()
    assert labels(page).count("Go on") == 1 and page.button(key="go-on")
    with nothing_begins(tmp_path):
        page.button(key="go-on").click().run()
        goes_on = jobs_in(tmp_path / "jobs")[0]
    assert not page.exception and goes_on.arguments == (*asked, "--resume")


# Adding one


def brought(*files):
    """A draft into which files were brought."""
    folder = hero_drafts.new_draft(Path("heroes"))
    for name, data in files:
        hero_drafts.take_in(folder, name, data)
    return folder


def test_adding_begins_with_a_draft_of_its_own(tmp_path):
    page = opened("heroes")
    button(page, "Add your pet").click().run()
    assert not page.exception and "Add your pet" in said(page)
    assert hero_drafts.draft_at(tmp_path / "heroes", page.query_params["new"]) is not None


def test_bad_uploads_are_said_one_by_one_and_photos_become_a_hero(tmp_path):
    files = [(f"{seed}.jpg", jpeg(seed)) for seed in range(5)]
    draft = brought(*files, ("letter.jpg", b"no photo"), ("empty.png", b""), ("again.jpg", jpeg(1)))
    page = opened("heroes", new=draft.name)
    words = said(page).replace("\\", "")
    assert "letter.jpg holds text and no picture" in words and "empty.png is empty" in words
    assert "again.jpg shows the same picture as 1.jpg" in words
    assert "5 of 5 are fit to learn from" in words
    button(page, "I have read it").click().run()
    assert "letter.jpg" not in said(page)
    button(page, "Add it").click().run()
    assert "Say its name" in said(page)
    page.text_input(key="pet-name").set_value("../rex")
    page.text_input(key="pet-kind").set_value("puppy")
    button(page, "Add it").click().run()
    assert "is no hero's name" in said(page) and draft.is_dir()
    page.text_input(key="pet-name").set_value("Rex")
    page.text_input(key="pet-kind").set_value("teapot")
    button(page, "Add it").click().run()
    assert "is no animal that can be drawn" in said(page)
    page.text_input(key="pet-kind").set_value("puppy")
    button(page, "Add it").click().run()
    assert not page.exception and load_hero("rex").species == "dog"
    assert len(hero_photos("rex")) == 5 and not draft.exists()


def test_a_photo_is_taken_out_of_a_draft(tmp_path):
    draft = brought(("a.jpg", jpeg(1)), ("b.jpg", jpeg(2)))
    page = opened("heroes", new=draft.name)
    button(page, "Take out").click().run()
    assert len(hero_drafts.photos_of(draft)) == 1


@pytest.mark.parametrize("name", ["0123456789ab", "..", "rex"])
def test_a_draft_that_is_gone_is_said(name):
    assert "These photos are gone" in said(opened("heroes", new=name))


def test_more_photos_come_to_a_hero(tmp_path):
    rex(tmp_path)
    draft = brought(("new.jpg", jpeg(9)))
    page = opened("heroes", hero="rex", more=draft.name)
    button(page, "Add 1 to the photos").click().run()
    assert not page.exception and len(hero_photos("rex")) == 6 and not draft.exists()
    assert "1 photo came to it" in said(page)


def test_the_shipped_pictures_can_be_looked_at(tmp_path):
    source = tmp_path / "heroes" / "dot"
    shutil.copytree(shipped("assets", "pets", "ohwx-dog"), source / "photos")
    (source / "hero.toml").write_text('name = "Dot"\nspecies = "dog"\nlook = "brown"\n')
    assert "**24 of 24** are fit" in said(opened("heroes", hero="dot"))


def test_a_hero_with_a_painter_of_its_own_says_so_with_its_size(tmp_path):
    folder = rex(tmp_path)
    hero_edits.save_hero(folder, load_hero("rex").but(token="qfv", painter="painter"))
    (folder / "painter" / "unet").mkdir(parents=True)
    (folder / "painter" / "unet" / "weights.safetensors").write_bytes(bytes(20_000_000))
    assert "Has a painter of its own" in said(opened("heroes"))
    words = said(opened("heroes", hero="rex")).replace("\\", "")
    assert "has a painter of its own (20 MB)" in words


def test_a_manner_in_which_all_weights_learn_says_what_it_takes_before(tmp_path):
    rex(tmp_path)
    page = opened("heroes", hero="rex")
    manner = next(each for each in page.selectbox if each.label == "Manner")
    assert "a painter of its own" not in said(page)
    manner.set_value("everydream").run()
    assert "gets a painter of its own of about 31 MB" in said(page).replace("\\", "")


def test_a_hero_leads_to_a_book_of_its_own(tmp_path):
    rex(tmp_path)
    page = opened("heroes", hero="rex")
    assert [each.label for each in page.button if each.proto.type == "primary"] == [
        "Make a book with Rex"
    ]
    button(page, "Make a book with Rex").click().run()
    assert not page.exception and load_draft(Path("books")).heroes == ("rex",)


def test_a_hero_is_drawn_before_there_is_a_book(tmp_path):
    rex(tmp_path)
    (tmp_path / "studio.toml").write_text(shipped("assets", "studios", "doubles.toml").read_text())
    with nothing_begins(tmp_path):
        button(opened("heroes", hero="rex"), "Draw Rex").click().run()
        (job,) = jobs_in(tmp_path / "jobs")
        assert job.arguments == ("hero", "draw", "rex", "--style", "watercolour")
        assert "Draw Rex" not in labels(opened("heroes", hero="rex"))
    studio = Studio(load_settings())
    order = sheet_of_hero("rex", "watercolour", studio)
    list(draw_sheets([order], studio))
    page = opened("heroes", hero="rex")
    assert "Draw Rex" not in labels(page) and "Draw Rex anew" not in labels(page)
    save_sheet(order.folder, load_sheet(order.folder).but(coat=0.62, coat_of_photos=0.8))
    page = opened("heroes", hero="rex")
    assert "Its coat: **62 of 100** like the photos'" in progress(page)
    assert "is 80 like others" in said(page) and "only you can tell" in said(page)
    hero_edits.change_facts(hero_folder("rex"), load_hero("rex"), look="white")
    assert "Draw Rex anew" in labels(opened("heroes", hero="rex"))


def test_what_a_hero_is_called_is_kept(tmp_path):
    rex(tmp_path)
    page = opened("heroes", hero="rex")
    page.selectbox[1].set_value("she")
    button(page, "Save").click().run()
    assert load_hero("rex").pronoun == "she"


def test_teaching_is_told_in_an_owners_words(tmp_path):
    rex(tmp_path)
    words = said(opened("heroes", hero="rex"))
    for part in ("What it does.", "How long.", "Meanwhile.", "When it is enough."):
        assert f"**{part}**" in words
