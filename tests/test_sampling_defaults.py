import pytest

from storybook.config import load_settings
from storybook.errors import ConfigError, ModelError
from storybook.models.sampling_defaults import SAMPLING, SamplingDefaults, sampling_defaults
from storybook.studio.file import with_change
from storybook.studio.studio import Studio


def test_sampling_defaults_are_the_painter_s_own(tmp_path):
    (tmp_path / SAMPLING).write_text('{"steps": 12, "karras": false}')
    found = sampling_defaults(tmp_path)
    assert (found.steps, found.karras, found.guidance, found.width_px) == (12, False, 7.0, 512)


def test_sampling_defaults_of_who_brings_none_are_the_classic_ones(tmp_path):
    (tmp_path / "one.safetensors").touch()
    for painter in (tmp_path, tmp_path / "one.safetensors", tmp_path / "none"):
        assert sampling_defaults(painter) == SamplingDefaults()


@pytest.mark.parametrize(
    ("text", "fault"),
    [('{"steps": "a"}', ConfigError), ('{"stepz": 3}', ConfigError), ('{"steps": 1', ModelError)],
)
def test_a_studio_says_which_wish_of_its_painter_cannot_be(tmp_path, text, fault):
    (tmp_path / SAMPLING).write_text(text)
    studio = Studio(with_change(load_settings("starter"), "draw", painter=str(tmp_path)))
    with pytest.raises(fault, match=SAMPLING):
        _ = studio.sampling
