import pytest
from hypothesis import given
from hypothesis import strategies as st

from storybook.errors import ConfigError
from storybook.shard import Shard


@given(st.integers(1, 12), st.integers(0, 60))
def test_shards_are_disjoint_and_complete(count, pages):
    parts = [Shard(index=i, count=count).of(range(pages)) for i in range(1, count + 1)]
    assert sorted(page for part in parts for page in part) == list(range(pages))


def test_a_shard_is_read_as_it_is_written():
    assert Shard.parse("2/8") == Shard(index=2, count=8)
    assert Shard().whole and not Shard.parse("1/2").whole


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "a/b", "1/2/3", ""])
def test_a_shard_out_of_shape_shows_the_form(text):
    with pytest.raises(ConfigError, match="I/N"):
        Shard.parse(text)
