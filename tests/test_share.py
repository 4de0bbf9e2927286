import pytest
from hypothesis import given
from hypothesis import strategies as st

from storybook.errors import ConfigError
from storybook.share import Share


@given(st.integers(1, 12), st.integers(0, 60))
def test_shares_are_disjoint_and_complete(count, pages):
    parts = [Share(index=i, count=count).of(range(pages)) for i in range(1, count + 1)]
    assert sorted(page for part in parts for page in part) == list(range(pages))


def test_a_share_is_read_as_it_is_written():
    assert Share.parse("2/8") == Share(index=2, count=8)
    assert Share().whole and not Share.parse("1/2").whole


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "a/b", "1/2/3", ""])
def test_a_share_out_of_shape_shows_the_form(text):
    with pytest.raises(ConfigError, match="I/N"):
        Share.parse(text)
