"""How a writer likes to choose its words: beside its weights, or by a preset's name."""

from pathlib import Path

from pydantic import Field

from storybook.config import shipped, validated
from storybook.errors import ConfigError, nearest
from storybook.models.weights import read_json
from storybook.records import Record
from storybook.text_files import read_toml

SAMPLING = "generation.json"


class SamplingParams(Record):
    """`generation.json` in a writer's folder or beside it, or a file of `prompts/generation/`."""

    sample: bool = True
    """Whether tokens are sampled; else decoding is greedy."""
    temperature: float = Field(default=0.7, ge=0, le=2)
    """0 takes the likeliest word, too. This and `top_p` are common defaults for stories."""
    top_k: int = Field(default=0, ge=0)
    """0: any word may be chosen."""
    top_p: float = Field(default=0.9, gt=0, le=1)
    repetition_penalty: float = Field(default=1.0, ge=1, le=2)

    @property
    def is_stochastic(self) -> bool:
        """Whether another seed tells another text."""
        return self.sample and self.temperature > 0


def sampling_beside(folder: Path) -> SamplingParams:
    """What a writer's folder, or the one it lies in, recommends."""
    for path in (folder / SAMPLING, folder.parent / SAMPLING):
        if path.is_file():
            return validated(SamplingParams, read_json(path), str(path))
    return SamplingParams()


def load_sampling(name: str) -> SamplingParams:
    """A preset by its name, or by the path of a TOML file; raises ConfigError if there is none."""
    presets = shipped("prompts", "generation")
    path = Path(name) if name.endswith(".toml") else presets / f"{name}.toml"
    if not path.is_file():
        known = [each.stem for each in presets.glob("*.toml")]
        raise ConfigError(f"There is no generation preset {name!r}. {nearest(name, known)}")
    return validated(SamplingParams, read_toml(path), str(path))
