"""What a painter is taught and how: a recipe in TOML, on top of a preset.

A field's value is the last of: the default here, the preset's, the recipe file's, `--set`'s.
`docs/training.md` says where each default and preset is from.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import NoneType
from typing import Any, Literal, Self, get_args

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from storybook.models.hub import on_disk
from storybook.models.weights import SavePrecision
from storybook.records import Record
from training.data.records import LATENT_PX, STEP_PX, Layout, Size
from training.runs.settings import load, resolved

PRESETS = Path(__file__).parents[1] / "presets" / "pet"

Form = Literal["diffusers", "kohya", "folder", "safetensors", "ckpt", "hypernetwork"]
"""`diffusers` and `kohya` hold a LoRA; `folder`, `safetensors` and `ckpt` a whole painter."""

NUMBERS = {int, float, bool, NoneType}
"""Kinds of settings that no text can mean."""
LONGEST_TITLE = 100
LEAST_PX, MOST_PX = 64, 2048
"""Pixels that a side of a picture may have."""

FORMS: dict[str, tuple[Form, ...]] = {
    "lora": ("diffusers", "kohya"),
    "full": ("folder", "safetensors", "ckpt"),
    "hypernetwork": ("hypernetwork",),
}
"""What can be saved of each kind; the first one is what Storybook draws with."""


class Concept(Record):
    """Somebody or something to learn: its pictures, and those of others of its class."""

    photos: Path
    """A folder in any of five layouts, or a metadata file."""
    layout: Layout | None = None
    """None: the recipe's, or as it looks."""
    metadata: Path | None = None
    """A metadata file that does not lie in `photos`, as kohya's scripts leave it beside the folder;
    then `photos` is where its pictures are."""
    image_column: str = "image"
    caption_column: str = "text"
    """What a dataset calls its pictures and their words."""
    token: str = ""
    """The rare word, such as `bhna`; none in a run that learns from captions alone."""
    class_word: str = ""
    """What it is one of, such as `cat`."""
    prompt: str = "[filewords]"
    """What is said of a picture of it; `[filewords]` is the picture's own caption."""
    class_photos: Path | None = None
    """Others of its class, so that they are not forgotten."""
    class_prompt: str = "[filewords]"
    class_images: int = Field(default=0, ge=0)
    """The painter draws others of the class until there are so many, before it is taught."""
    class_prompts: tuple[str, ...] = ()
    """What it draws them from, in turn; none: `a CLASS`."""
    repeats: int = Field(default=1, ge=1)

    @property
    def name(self) -> str:
        """`bhna cat`: what the painter will know it by."""
        return " ".join(part for part in (self.token, self.class_word) if part)


class Recipe(Record):
    """All that a run of `python -m training dreambooth` depends on."""

    model_config = ConfigDict(allow_inf_nan=False)

    # What is taught, to whom
    model: Path
    """The painter: a diffusers folder, a single file, or a hub's OWNER/NAME[@REVISION] that was
    fetched."""
    vae: Path | None = None
    """An autoencoder in place of the painter's own."""
    concept: tuple[Concept, ...] = Field(min_length=1)
    title: str = ""
    """What the result is called; empty: by its concepts."""
    kind: Literal["lora", "full", "hypernetwork"] = "lora"
    rank: int = Field(default=8, ge=1, le=320)
    alpha: float | None = Field(default=None, gt=0)
    """None: the rank, so that weights are added as they are."""
    targets: Literal["attention", "transformer", "convolutions"] = "transformer"
    """Which layers a LoRA changes: attention's four, all of the transformers, convolutions too."""
    dora: bool = False
    network_weights: Path | None = None
    """A LoRA to go on from, a file or a folder of any trainer: its layers, ranks and alphas go
    before those here."""
    text_encoder: bool = False
    """Whether the text encoder learns too."""
    text_lr: float | None = Field(default=None, gt=0)
    """None: half of `lr`."""
    stop_text: float = Field(default=1.0, ge=0, le=1)
    """After this share of the steps the text encoder stays as it is."""
    layer_structure: tuple[float, ...] = (1, 2, 1)
    """Of a hypernetwork."""
    activation: str = "linear"

    # What a picture becomes
    resolution_px: int | tuple[int, int] | None = None
    """Side of a square with as many pixels as a bucket may have, or `[width, height]` with as many;
    None: the painter's own."""
    buckets: bool = True
    """Whether shapes are kept, in buckets; else all are cut to `resolution_px`."""
    least_px: int = Field(default=256, ge=64)
    most_px: int = Field(default=1024, ge=64)
    flip: bool = False
    """Whether mirror images are learnt from too; a pet's marks have their sides."""
    random_crop: bool = False
    """Whether a picture that does not have its bucket's shape is cut at a place by chance, and not
    in its middle."""
    crop_jitter_px: int = Field(default=0, ge=0, le=256)
    """By so many pixels at most a cut moves to any side; pictures are made that much larger."""
    crops: int = Field(default=4, ge=1, le=64)
    """So many cuts of each picture are made, if chance has a part in them; each showing takes one.
    """
    layout: Layout | None = None
    """How folders without metadata are read whose concept does not say; None: as they look."""
    max_samples: int | None = Field(default=None, ge=1)
    """At most so many pictures of each concept are learnt from, drawn by the seed; None: all."""
    repeats: int = Field(default=1, ge=1)
    shuffle: bool = False
    keep_tokens: int = Field(default=0, ge=0)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    max_tokens: Literal[75, 150, 225] = 75
    clip_skip: int = Field(default=1, ge=1, le=12)
    """The text encoder's layer from the end, as A1111 counts: 1 is the last, 2 the one before."""

    # How it is learnt
    lr: float = Field(default=1e-4, gt=0)
    scale_lr: bool = False
    """Whether `lr` is multiplied by processes, batch and accumulation."""
    scheduler: Literal[
        "constant", "constant_with_warmup", "linear", "cosine", "cosine_with_restarts", "polynomial"
    ] = "constant"
    warmup_steps: int = Field(default=0, ge=0)
    cycles: int = Field(default=1, ge=1)
    power: float = 1.0
    optimizer: Literal["adamw", "adamw8bit", "prodigy"] = "adamw"
    weight_decay: float = Field(default=0.01, ge=0)
    adam_beta1: float = Field(default=0.9, ge=0, lt=1)
    adam_beta2: float = Field(default=0.999, ge=0, lt=1)
    adam_epsilon: float = Field(default=1e-8, gt=0)
    """Of all three optimizers, as of Adam."""
    clip_norm: float = Field(default=1.0, ge=0)
    """0: gradients are not clipped."""
    batch: int = Field(default=1, ge=1)
    accumulation: int = Field(default=1, ge=1)
    epochs: int = Field(default=100, ge=1)
    max_steps: int | None = Field(default=None, ge=1)
    """If given, it decides, whatever `epochs` says."""
    prior_weight: float = Field(default=1.0, ge=0)
    """How much a picture of the class counts beside one of the pet."""
    mask: Literal["off", "auto", "drawn"] = "off"
    """`drawn`: where the masks beside its pictures are white, these count more than elsewhere
    (masked training). `auto`: also where the pet is seen on those without one; `storybook models
    get efficientnet-lite0` fetches what sees it."""
    unmasked_weight: float = Field(default=0.1, ge=0, le=1)
    """How much the rest of such a picture counts beside the pet; 1 is as without a mask."""
    min_snr: float | None = Field(default=None, gt=0)
    noise_offset: float = Field(default=0.0, ge=0, le=1)
    ema: float | None = Field(default=None, gt=0, lt=1)
    """Decay of averaged weights, which are what is saved then."""
    precision: Literal["auto", "fp32", "fp16", "bf16", "full_fp16", "full_bf16"] = "auto"
    """`auto`: on a CPU fp32 or bf16, by measurement, and fp32 elsewhere; a run keeps what it chose.
    """
    channels_last: bool = False
    """Whether the U-Net's maps lie in memory channel by channel, chosen along with `auto`."""
    checkpointing: bool = False
    """Whether activations are computed twice to save memory."""
    measure: bool = False
    """Whether `batch` and `accumulation` are chosen by measurement: the preset `auto`."""
    seed: int = Field(default=1, ge=0, lt=2**31)

    # What is watched and kept
    sample_prompts: tuple[str, ...] = ()
    """Drawn before the first step and then again and again; none: what the concepts are taught
    with, and their classes."""
    sample_prompts_file: Path | None = None
    """One prompt a line, in place of `sample_prompts`."""
    sample_negative: str = ""
    """What is kept out of all samples."""
    sample_negatives_file: Path | None = None
    """One negative prompt a line, for the sample prompt on the same line; or one for all."""
    sample_count: int = Field(default=1, ge=1, le=16)
    """Pictures for each prompt."""
    sample_every_epochs: int = Field(default=10, ge=0)
    """0: before the first step and after the last only."""
    sample_steps: int | None = Field(default=None, ge=1)
    sample_guidance: float | None = Field(default=None, ge=0)
    critic: Path | None = None
    """A CLIP model that judges how like its photos a pet's samples are."""
    held_out: int = Field(default=0, ge=0)
    """So many pictures of each concept are only looked at, for the validation loss."""
    save_every_epochs: int = Field(default=10, ge=1)
    checkpoint_every_steps: int | None = Field(default=None, ge=1)
    """As `save_every_epochs`, by steps; None: by epochs only."""
    checkpoint_every_minutes: float = Field(default=5.0, ge=0)
    """After so many a checkpoint is written that the next one takes the place of; 0: by epochs
    and steps only."""
    keep_last: int = Field(default=2, ge=1)
    """Checkpoints kept beside the best one."""
    save_as: tuple[Form, ...] = ()
    """None: all forms of an adapter, the folder of a painter."""
    save_precision: SavePrecision = "fp16"

    @field_validator("*", mode="before")
    @classmethod
    def _is_no_text(cls, value: Any, info: ValidationInfo) -> Any:
        """A number in quotes is a slip, and `"3"` would pass where `"three"` does not."""
        kind = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, str) and {*(get_args(kind) or (kind,))} <= NUMBERS:
            raise ValueError("a number or true or false, without quotes")
        return value

    @field_validator("title")
    @classmethod
    def _names_files(cls, title: str) -> str:
        unfit = any(not sign.isprintable() or sign in '/\\:*?"<>|' for sign in title)
        if unfit or title != title.strip(" .") or len(title.encode()) > LONGEST_TITLE:
            raise ValueError(
                f"it names the result's files: at most {LONGEST_TITLE} letters and digits, no path"
            )
        return title

    @field_validator("resolution_px", mode="before")
    @classmethod
    def _is_a_size(cls, value: Any) -> Any:
        sides = value if isinstance(value, list | tuple) else [value]
        fits = all(type(side) is int and LEAST_PX <= side <= MOST_PX for side in sides)
        if value is not None and not (fits and len(sides) == (2 if sides is value else 1)):
            raise ValueError(f"a side from {LEAST_PX} to {MOST_PX} px, or [width, height] of such")
        return value

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        unfit = [form for form in self.save_as if form not in FORMS[self.kind]]
        if unfit:
            choices = ", ".join(FORMS[self.kind])
            raise ValueError(f"save_as: {unfit[0]} is no form of kind {self.kind} ({choices})")
        if self.kind == "hypernetwork" and self.text_encoder:
            raise ValueError("text_encoder: a hypernetwork changes the U-Net's attention only")
        if self.dora and self.kind != "lora":
            raise ValueError("dora: only a LoRA can have it")
        if self.network_weights and self.kind != "lora":
            raise ValueError(
                "network_weights: only a LoRA goes on from one. To teach a painter further, name "
                "what it became as model"
            )
        taught = [each.name for each in self.concept if each.token]
        if len(set(taught)) < len(taught):
            raise ValueError("concept: two of them have the same token and class_word")
        self._check_size()
        return self

    def _check_size(self) -> None:
        if self.least_px > self.most_px:
            raise ValueError(f"least_px: {self.least_px} is more than most_px, {self.most_px}")
        step = STEP_PX if self.buckets else LATENT_PX
        for side in self.size_px(0):
            if side % step:
                raise ValueError(f"resolution_px: {side} is no multiple of {step}")

    def size_px(self, own_px: int) -> Size:
        """Width and height in pixels that a picture has, or a bucket's area: `resolution_px`, or a
        square of the painter's `own_px`."""
        chosen = self.resolution_px or own_px
        return chosen if isinstance(chosen, tuple) else (chosen, chosen)

    @property
    def cuts(self) -> int:
        """How many cuts by chance there are of each picture; 0: it is cut in its middle."""
        return self.crops if self.random_crop or self.crop_jitter_px else 0

    @property
    def painter(self) -> Path:
        """Where the painter lies; raises ModelError if it is a hub's and was not fetched."""
        return on_disk(self.model)

    @property
    def called(self) -> str:
        """The title, or `bhna-cat` or `bhna-cat+ohwx-dog` of the concepts."""
        names = (each.name or each.photos.stem for each in self.concept)
        return self.title or "+".join(name.replace(" ", "-") for name in names)

    @property
    def forms(self) -> tuple[Form, ...]:
        """How the result is saved."""
        return self.save_as or FORMS[self.kind][: 2 if self.kind == "lora" else 1]


def load_recipe(
    path: Path, preset: str | None = None, settings: Iterable[str] = ()
) -> tuple[Recipe, str]:
    """The recipe in a TOML file and the preset's name; see `training.runs.settings.load`."""
    return load(Recipe, PRESETS, path, preset, settings)


def recipe_of(
    table: Mapping[str, Any], preset: str | None = None, settings: Iterable[str] = ()
) -> tuple[Recipe, str]:
    """The recipe that a table says, as `load_recipe` does."""
    return resolved(Recipe, PRESETS, table, preset, settings)
