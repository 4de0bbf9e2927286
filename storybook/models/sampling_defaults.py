"""How a painter likes to draw, as far as nobody asks for anything else."""

from pathlib import Path

from storybook.config import validated
from storybook.models.weights import read_json
from storybook.records import Candidate, Prompt, Record

SAMPLING = "sampling.json"


class SamplingDefaults(Record):
    """`sampling.json` in a painter's folder; what it leaves out is the classic choice."""

    width_px: int = 512
    height_px: int = 512
    steps: int = 30
    """With DPM++ 2M Karras, after the source document."""
    guidance: float = 7.0
    karras: bool = True
    """Whether the noise levels are Karras's."""

    def request(self, prompt: Prompt, painter: str, seed: int) -> Candidate:
        """What `painter` is asked for, drawn so."""
        return Candidate(
            prompt=prompt,
            painter=painter,
            seed=seed,
            width_px=self.width_px,
            height_px=self.height_px,
            steps=self.steps,
            guidance=self.guidance,
        )


def sampling_defaults(painter: Path) -> SamplingDefaults:
    """What a painter's folder wishes for; a single file brings no wishes.

    Raises ModelError for a file that is no JSON, ConfigError for a wish that cannot be.
    """
    file = painter / SAMPLING
    if not file.is_file():
        return SamplingDefaults()
    return validated(SamplingDefaults, read_json(file), str(file))
