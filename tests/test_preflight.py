"""A dry run: what would be done and what is amiss, and no advice that nobody can use."""

import pytest

from pet_runs import CPU, lay_home, recipe
from training.pet.dry_run import preflight
from training.runs.run import Run


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return lay_home(tmp_path_factory.mktemp("home"))


def told(home, tmp_path, **settings):
    return "\n".join(preflight(recipe(home, **settings), Run(tmp_path / "run"), CPU))


def test_preflight_of_a_pet_says_what_the_coach_says(home, tmp_path):
    concept = {"photos": str(home / "bhna-cat"), "token": "bhna", "class_word": "cat"}
    said = told(home, tmp_path, concept=[concept])
    assert "5 pictures of the pet" in said and "coach, bhna cat: token 'bhna' is 4 pieces" in said
    assert "nothing keeps the other cats from becoming it" in said
    assert "samples: a bhna cat; a cat" in said


@pytest.mark.parametrize("concept", [{}, {"class_word": "boat"}, {"layout": "sidecars"}])
def test_preflight_without_a_token_gives_no_advice_about_pets(home, tmp_path, concept):
    said = told(home, tmp_path, concept=[{"photos": str(home / "bhna-cat")} | concept])
    assert "5 pictures, shown" in said and "numbers learn" in said
    assert not any(word in said for word in ("coach", "pet", "from becoming", "class_photos"))


def test_preflight_says_what_all_weights_take(home, tmp_path):
    said = told(home, tmp_path, kind="full", keep_last=3)
    assert "all weights learn: the result is a painter of 1 MB" in said
