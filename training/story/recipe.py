"""What a writer is taught and how: a recipe in TOML, on top of a preset of `presets/story/`.

A field's value is the last of: the default here, the preset's, the recipe file's, `--set`'s.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from storybook.records import Record
from training.runs.settings import load

PRESETS = Path(__file__).parents[1] / "presets" / "story"


class StoryRecipe(Record):
    """All that a run of `python -m training story-lora` depends on."""

    model_config = ConfigDict(allow_inf_nan=False)

    # What is taught, to whom
    base: str
    """A causal language model: a folder as transformers saves it, or a hub name."""
    pairs: Path
    """Summaries with their stories, in any form that `training.data.pairs` reads."""
    title: str = "my-stories"
    """What the result is called."""
    summary_column: str | None = None
    story_column: str | None = None
    """What the pairs' file calls them; None: one of the usual names."""
    raw: bool = False
    """Whether the file holds texts without summaries, each taught as it stands, without a frame;
    in a `.txt` they lie two blank lines apart. As A16."""
    max_samples: int | None = Field(default=None, ge=1)
    """At most so many pairs are learnt from, drawn by the seed; None: all of them."""
    test_pairs: Path | None = None
    """Pairs that are only looked at; None: a share of `pairs`."""
    test: float = Field(default=0.2, gt=0, lt=1)
    """That share; near-duplicates stay on one side. As A7."""
    frame: str = "picture-book"
    """The words around summary and story: one of `prompts/frames/`, or a TOML file."""
    page: str | None = None
    """How the frame says a page, if not as it stands there."""
    loss_on: Literal["story", "all"] = "story"
    """`all` learns to say the question, too, as the source document's trainer did."""

    # What a pair becomes
    max_length: int | None = Field(default=None, ge=16)
    """Tokens that a pair in its frame may have, and a packed row; None: the longest's."""
    too_long: Literal["refuse", "drop"] = "refuse"
    """What becomes of a pair with more tokens than that, or than the base holds."""
    packing: bool = False
    """Whether short pairs share a row, none of them seeing another."""

    # How the base is held
    load: Literal["fp32", "fp16", "bf16", "int8", "nf4"] = "fp32"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """In what a base that is held in fp32 is computed. `auto`: on a CPU, what it is quicker in, by
    measurement, and fp32 elsewhere; a run keeps what it chose."""
    double_quantisation: bool = True
    """Of `nf4`: whether its scales are quantised, too."""
    checkpointing: bool = False
    """Whether activations are computed twice to save memory."""

    # What is added to it
    rank: int = Field(default=8, ge=1, le=512)
    alpha: float = Field(default=32, gt=0)
    dropout: float = Field(default=0.01, ge=0, lt=1)
    targets: tuple[str, ...] = ("q_proj", "v_proj")
    """Names of layers, or `all-linear`."""
    dora: bool = False
    rslora: bool = False
    """Whether the weights added are scaled by alpha / sqrt(rank) (Kalajdzievski 2023)."""

    # How it is learnt
    lr: float = Field(default=3e-4, gt=0)
    scheduler: Literal[
        "constant", "constant_with_warmup", "linear", "cosine", "cosine_with_restarts", "polynomial"
    ] = "linear"
    warmup_steps: int = Field(default=0, ge=0)
    optimizer: Literal["adamw", "adamw8bit", "paged_adamw8bit"] = "adamw"
    weight_decay: float = Field(default=0.0, ge=0)
    clip_norm: float = Field(default=1.0, gt=0)
    batch: int = Field(default=4, ge=1)
    """Rows at once; a row is a pair, or several that are packed."""
    accumulation: int = Field(default=1, ge=1)
    epochs: int = Field(default=3, ge=1)
    max_steps: int | None = Field(default=None, ge=1)
    """If given, it decides, whatever `epochs` says."""
    patience: int | None = Field(default=None, ge=1)
    """Epochs without a better validation loss after which the run ends; None: never."""
    measure: bool = False
    """Whether `batch` and `accumulation` are chosen by measurement: the preset `auto`."""
    seed: int = Field(default=1, ge=0, lt=2**31)

    # What is watched and kept
    sample_summaries: tuple[str, ...] = ()
    """Told before the first step and after each epoch; none: the first three held-out ones. Of raw
    texts, how they begin."""
    sample_words: int = Field(default=400, ge=10)
    """A story of more words is cut off there."""
    temperature: float = Field(default=0.7, ge=0, le=2)
    keep_last: int = Field(default=2, ge=1)
    """Checkpoints kept beside the best one."""
    checkpoint_every_minutes: float = Field(default=5.0, ge=0)
    """After so many one is written within an epoch, too; 0: after epochs only."""
    merge: bool = False
    """Whether a whole model with the adapter in its weights is saved, too."""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.merge and self.load in ("int8", "nf4"):
            raise ValueError("merge: a quantised base cannot take an adapter in; set load=bf16")
        if not self.targets:
            raise ValueError("targets: name at least one layer")
        return self

    @property
    def called(self) -> str:
        """What the result, and by default its run, is called."""
        return self.title


def load_story_recipe(
    path: Path, preset: str | None = None, settings: Iterable[str] = ()
) -> tuple[StoryRecipe, str]:
    """The recipe in a TOML file and the preset's name; see `training.runs.settings.load`."""
    return load(StoryRecipe, PRESETS, path, preset, settings)
