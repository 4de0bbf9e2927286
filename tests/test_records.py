import pytest
from pydantic import ValidationError

from storybook.records import Brief, Candidate, Hero, Prompt, digest


def test_equal_parts_have_equal_digests():
    one, other = (Hero(name="A", species="cat", look=look) for look in ("grey", "white"))
    assert digest(one, 3, b"x") == digest(one.but(look="grey"), 3, b"x")
    assert len({digest(one), digest(other), digest(one, 3), digest([one])}) == 4


def test_records_refuse_what_they_do_not_know():
    with pytest.raises(ValidationError, match="colour"):
        Hero(name="A", species="cat", colour="grey")
    with pytest.raises(ValidationError, match="frozen"):
        Brief(summary="A cat.").pages = 3


def test_a_changed_copy_is_checked_again():
    with pytest.raises(ValidationError):
        Brief(summary="A cat.").but(pages=400)


def test_a_picture_is_named_by_its_whole_request():
    prompt = Prompt(page=1, positive="a cat")
    one = Candidate(
        prompt=prompt, painter="p", seed=1, width_px=64, height_px=64, steps=9, guidance=3
    )
    changes = [
        {"painter": "q"},
        {"seed": 2},
        {"width_px": 128},
        {"height_px": 128},
        {"steps": 8},
        {"guidance": 4},
        {"prompt": prompt.but(negative="blurry")},
    ]
    assert len({one.id, *(one.but(**change).id for change in changes)}) == 8
