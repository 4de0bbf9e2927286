"""`studio.toml` and `--set a.b=c` become frozen Settings.

A studio names which model stands behind which door. Paths in a studio file are relative to it.
"""

import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError

from storybook.errors import ConfigError, nearest
from storybook.records import R, Record
from storybook.text_files import read_toml

Memory = Literal["auto", "whole", "parts"]
"""How much of a painter is on the GPU at a time; `auto` goes by what is free there."""

PrecisionWish = Literal["auto", "fp32", "bf16"]
"""In which number format a CPU multiplies; `auto` measures once which it is quicker in."""

HERE = Path(__file__).resolve().parent


def shipped(*parts: str) -> Path:
    """A file that comes with the project: of the working tree, else of the installed package."""
    tree = HERE.parent.joinpath(*parts)
    return tree if tree.exists() else HERE.joinpath("shipped", *parts)


class Teller(Record):
    """A writer; of one that tells beside the studio's, what is None is as for that one."""

    writer: str
    """A folder of a causal LM, the name of one that `storybook models get` fetches, the name `echo`
    (a double), or `server`."""
    adapter: str | None = None
    generation: str | None = None
    """How a local writer chooses its words: `nucleus`, `storybook` or a TOML file; None: what the
    writer's folder recommends in `generation.json`."""
    temperature: float | None = None
    """In place of what is said there."""
    manner: str | None = None
    """How it tells, where its frame says so: `plain` (if None), `bedtime` or `rhyme`."""


class WriteSettings(Teller):
    """Who tells the story, and how patiently it is asked."""

    base_url: str | None = None
    """Where the OpenAI-compatible server listens; None is the client's own default."""
    model: str = ""
    key_variable: str = "OPENAI_API_KEY"
    """The environment variable that holds the server's key; the key itself is never kept."""
    timeout_s: float = 120.0
    outline: bool = False
    """Ask for an outline first, then page by page: for large models."""
    attempts: int = Field(default=4, ge=1, le=20)
    """Tellings before the best one is taken or the writer is given up."""
    candidates: int = Field(default=1, ge=1, le=20)
    """So many tellings without faults, of which the one is taken that tells most of the summary."""
    languages: tuple[str, ...] | None = None
    """Tags of the languages that the writer tells in, such as `["en", "de"]`; None: English for a
    model of a folder, any for a server's."""
    also: tuple[Teller, ...] = ()
    """Writers whose tellings are candidates, too; the first that is there stands in for a writer
    that has not been fetched."""
    nearest: Literal["first", "beside"] = "beside"
    """Whether the nearest ready-made story is the book's, or one of the tellings to choose from."""
    for_children: bool = True
    """Whether words of `unsafe_words.txt` are refused in summaries, tellings and prompts, and
    pictures and photos are looked at by a safety checker where there is one."""

    @property
    def told_languages(self) -> tuple[str, ...] | None:
        """The languages that the writer tells in; None: any."""
        if self.writer in ("server", "echo"):
            return self.languages or None
        return self.languages or ("en",)

    def tells_in(self, language: str) -> bool:
        """Whether the writer tells in a language, by its tag; `en-GB` is English, too."""
        told = self.told_languages
        return told is None or bool({language, language.partition("-")[0]}.intersection(told))


class SplitSettings(Record):
    """Nothing to choose: pages are cut by rules."""


class DescribeSettings(Record):
    """How a scene is said for the painter."""

    negative: str = ""
    """Words that stand behind the style's own negative words in every prompt."""


class DrawSettings(Record):
    """Who draws, how many candidates, and how carefully. None: the painter's `sampling.json`."""

    painter: str
    adapters: tuple[str, ...] = ()
    """LoRA files that are fused into the painter, each with a weight if `:0.8` follows."""
    lora_folder: str = "models/lora"
    """Where the LoRAs lie that prompts ask for by name, as `<lora:ink:0.8>`."""
    hypernetworks: tuple[str, ...] = ()
    """A1111's `.pt` files, each with a strength if `:0.8` follows."""
    embeddings: tuple[str, ...] = ()
    """Files of textual inversion: a file's name is the word for it in prompts."""
    vae: str | None = None
    """An autoencoder in place of the painter's own."""
    inpainting: str = ""
    """An inpainting checkpoint, which pictures are touched up with; empty: the painter does it."""
    safety: str | None = None
    """A picture safety checker's folder, or the name of one that can be fetched; None: the
    painter's own, if its folder brings one, else `opennsfw`, if that was fetched."""
    clip_skip: int = Field(default=1, ge=1, le=12)
    """1 takes the text encoder's last layer, 2 the one before it, as A1111 counts."""
    candidates: int = Field(default=2, ge=1, le=64)
    width_px: int | None = Field(default=None, ge=64, le=2048, multiple_of=8)
    height_px: int | None = Field(default=None, ge=64, le=2048, multiple_of=8)
    steps: int | None = Field(default=None, ge=1, le=200)
    guidance: float | None = Field(default=None, ge=0, le=30)
    batch: int = Field(default=8, ge=1, le=64)
    memory: Memory = "auto"


class ChooseSettings(Record):
    """Who judges the candidates."""

    critic: str


class EnlargeSettings(Record):
    """Who brings a picture to print size."""

    enlarger: str
    """A file, or the name of weights that `storybook models get` fetches."""
    otherwise: str | None = None
    """A file that is used while the weights that `enlarger` names have not been fetched."""
    width_px: int = Field(default=2048, ge=64, le=8192)
    max_ppi: int = Field(default=360, ge=72, le=1200)
    """More than a format can print at so many pixels an inch is made only if this is raised."""
    engine: Literal["own", "realesrgan"] = "own"
    """Who runs the enlarger's network: we, or the class of the `realesrgan` package."""
    tile_px: int = Field(default=256, ge=32, le=2048)
    overlap_px: int = Field(default=32, ge=0, le=256)
    control: str | None = None
    """A ControlNet for soft edges: pictures are first painted over at twice their size, with their
    forms held. None or `off`: they are not."""
    control_for: Literal["both", "otherwise"] = "both"
    """Whether pictures are painted over before `otherwise` alone: one that was taught to go with it
    makes no plate of the named weights better."""
    edges: str | None = None
    """Weights of HED, which finds the edges, or their name; None: steep colours are edges."""
    strength: float = Field(default=0.4, gt=0, le=1)
    """How freely pictures are painted over: the share of the steps that is taken."""
    control_weight: float = Field(default=1.0, ge=0, le=2)
    steps: int = Field(default=30, ge=1, le=200)
    guidance: float = Field(default=7.0, ge=0, le=30)

    @property
    def is_controlled(self) -> bool:
        """Whether pictures are painted over before they are enlarged."""
        return self.control not in (None, "", "off")


class BindSettings(Record):
    """How the PDF keeps its pictures."""

    jpeg_quality: int = Field(default=92, ge=50, le=100)
    max_ppi: int = Field(default=360, ge=72, le=1200)


class Settings(Record):
    """A studio: one table for each verb."""

    name: str
    device: str = "auto"
    precision: PrecisionWish = "auto"
    """Of all models on a CPU; on a GPU they are in half precision."""
    write: WriteSettings
    split: SplitSettings = SplitSettings()
    describe: DescribeSettings = DescribeSettings()
    draw: DrawSettings
    choose: ChooseSettings
    enlarge: EnlargeSettings
    bind: BindSettings = BindSettings()


PATHS = {
    ("write", "writer"),
    ("write", "adapter"),
    ("write", "generation"),
    ("draw", "painter"),
    ("draw", "vae"),
    ("draw", "safety"),
    ("draw", "lora_folder"),
    ("choose", "critic"),
    ("enlarge", "enlarger"),
    ("enlarge", "otherwise"),
    ("enlarge", "control"),
    ("enlarge", "edges"),
}
PLAIN = {"device", "precision"}
"""Keys that are in no table."""
DOUBLES = {"echo", "flat", "length", "nearest", "server", "off"}


def studios() -> list[str]:
    """Names of the studios that come with the project."""
    return sorted(path.stem for path in shipped("assets", "studios").glob("*.toml"))


def load_settings(studio: str | None = None, changes: Iterable[str] = ()) -> Settings:
    """The settings of a studio (a name or a file), with `table.key=value` changes applied.

    Without a studio: `studio.toml` of the current folder if it is there, else `starter`.
    Raises ConfigError that names the file, the key and the nearest known one.
    """
    if studio is None:
        studio = "studio.toml" if Path("studio.toml").is_file() else "starter"
    named = shipped("assets", "studios", f"{studio}.toml")
    path = Path(studio) if studio.endswith(".toml") else named
    if not path.is_file():
        raise ConfigError(
            f"There is no studio {studio!r}. {nearest(studio, studios())} Or name a .toml file."
        )
    tables = read_toml(path)
    _anchor(tables, path.resolve().parent)
    changes = list(changes)
    for change in changes:
        key, equals, _ = change.partition("=")
        if not equals or ("." not in key and key.strip() not in PLAIN):
            raise ConfigError(f"--set {change}: write table.key=value, such as draw.candidates=4.")
    tables = overridden(tables, changes)
    return validated(Settings, {"name": path.stem} | tables, str(path))


def overridden(tables: Mapping[str, Any], changes: Iterable[str]) -> dict[str, Any]:
    """A copy of `tables` with `key=value` changes; `a.b=1` goes into a table, `a.0.b=1` a list.

    Values are TOML; what is none is taken as text. Raises ConfigError.
    """
    copy = deepcopy(dict(tables))
    for change in changes:
        key, equals, text = change.partition("=")
        *path, last = key.strip().split(".")
        if not equals or not last or not all(path):
            raise ConfigError(f"--set {change}: write key=value.")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text.strip()
        table: Any = copy
        try:
            for part in path:
                is_list = isinstance(table, list)
                table = table[int(part)] if is_list else table.setdefault(part, {})
            table[last] = value
        except (TypeError, ValueError, IndexError, AttributeError):
            raise ConfigError(f"--set {change}: there is no such place.") from None
    return copy


def validated(kind: type[R], values: dict[str, Any], where: str) -> R:
    """`values` as a record; a fault becomes one ConfigError line with the key and the choices."""
    try:
        return kind.model_validate(values)
    except ValidationError as fault:
        first = fault.errors()[0]
        reason = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:  # a rule about several fields, which names them itself
            raise ConfigError(f"{where}: {reason}.") from None
        *tables, key = (str(part) for part in first["loc"])
        name = ".".join((*tables, key))
        if first["type"] == "extra_forbidden":
            known = [".".join((*tables, field)) for field in _fields(kind, tables)]
            raise ConfigError(f"{where}: unknown key {name}. {nearest(key, known)}") from None
        got = "" if first["type"] == "missing" else f", not {first['input']!r:.60}"
        raise ConfigError(f"{where}: {name}: {reason[:1].lower()}{reason[1:]}{got}.") from None


def _fields(kind: type[Record], tables: list[str]) -> list[str]:
    for table in tables:
        if table.isdigit():
            continue
        field = kind.model_fields.get(table)
        inner = [] if field is None else [field.annotation, *get_args(field.annotation)]
        records = [each for each in inner if isinstance(each, type) and issubclass(each, Record)]
        if not records:
            return []
        kind = records[0]
    return list(kind.model_fields)


def _anchor(tables: dict[str, Any], folder: Path) -> None:
    """Make the paths of a studio file absolute; what is no path there (a hub name) stays."""
    drawn = tables.get("draw", {})
    for key in ("adapters", "hypernetworks", "embeddings"):
        if isinstance(names := drawn.get(key), list):
            drawn[key] = [
                str((folder / name).resolve()) if _is_path(str(name), folder) else name
                for name in names
            ]
    also = tables.get("write", {}).get("also")
    places = [(tables.get(table, {}), key) for table, key in PATHS]
    tellers = [each for each in also or () if isinstance(each, dict)]
    places += [(each, key) for each in tellers for table, key in PATHS if table == "write"]
    for table, key in places:
        value = table.get(key)
        if isinstance(value, str) and value not in DOUBLES and _is_path(value, folder):
            table[key] = str((folder / value).resolve())


def _is_path(value: str, folder: Path) -> bool:
    file, _, _ = value.rpartition(":")  # an adapter's weight may follow
    return value.startswith(".") or any((folder / one).exists() for one in (value, file) if one)
