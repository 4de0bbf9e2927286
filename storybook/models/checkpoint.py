"""A painter's checkpoint, a diffusers folder or a single file: read once, and handed on.

No framework is imported here, so that names are cheap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from storybook.config import shipped
from storybook.models.families import (
    INDEX,
    VAE,
    FamilySpec,
    check_ending,
    family_of_file,
    family_of_folder,
)
from storybook.models.sampling_defaults import SamplingDefaults, sampling_defaults
from storybook.models.weights import (
    PICKLES,
    Adapter,
    ComponentOverrides,
    Contents,
    check_weights,
    metadata_in,
    read_json,
    sizes_in,
    tensor_names,
    weights_digest,
)
from storybook.records import digest

CONFIGS = shipped("assets", "configs")
"""How the parts of single files are built, which these do not say: for each family a folder of
diffusers without weights. No hub is asked."""
V_PREDICTION = "modelspec.prediction_type"
"""In a header: `v`, or `epsilon`. Beside older files lies a NAME.yaml for A1111 that says it."""


@dataclass(frozen=True)
class Checkpoint:
    """What a painter on the disk is; each fact is read when it is first asked for, and kept.

    Raises ModelError, then, for a file that is broken or missing.
    """

    path: Path

    @cached_property
    def contents(self) -> Contents:
        """Headers and settings of its files, none of which is cut off or broken."""
        return check_weights(self.path)

    @cached_property
    def digest(self) -> str:
        """Twelve hex digits over its weights and configs, as `weights_digest`."""
        return weights_digest(self.path)

    @cached_property
    def family(self) -> FamilySpec:
        """Which family it is of; ModelError saying what it looks like if it is of none."""
        contents = self.contents
        if self.path.is_dir():
            text_config = contents.settings.get(self.path / "text_encoder" / "config.json")
            hidden_act = text_config.get("hidden_act") if isinstance(text_config, dict) else None
            return family_of_folder(self.path, self.settings(INDEX), hidden_act)
        check_ending(self.path)
        header = contents.headers.get(self.path)
        return family_of_file(self.path, sizes_in(header) if header else tensor_names(self.path))

    @cached_property
    def configs(self) -> Path:
        """The folder that says how its parts are built: its own, or that of its family."""
        return self.path if self.path.is_dir() else CONFIGS / self.family.configs

    @cached_property
    def scheduler_config(self) -> dict[str, Any]:
        """The noise schedule and parameterisation, as diffusers' schedulers take them."""
        config = self.settings("scheduler/scheduler_config.json")
        return config if self.path.is_dir() else config | {"prediction_type": self.prediction_type}

    @cached_property
    def prediction_type(self) -> str:
        """What its U-Net predicts: `epsilon`, or `v_prediction` where it is said."""
        if self.path.is_dir():
            return self.scheduler_config.get("prediction_type", "epsilon")
        metadata = metadata_in(self.contents.headers.get(self.path, {}))
        parameterization = metadata.get(V_PREDICTION, "")
        beside = self.path.with_suffix(".yaml")
        if not parameterization and beside.is_file():
            text = beside.read_text(encoding="utf-8", errors="replace")
            is_v = 'parameterization: "v"' in text or "parameterization: v\n" in text
            parameterization = "v" if is_v else ""
        return "v_prediction" if parameterization.startswith("v") else "epsilon"

    @cached_property
    def sampling(self) -> SamplingDefaults:
        """How it likes to draw; a single file brings no wishes."""
        return sampling_defaults(self.path)

    def settings(self, name: str) -> dict[str, Any]:
        """The settings in a JSON file of `configs`, such as `unet/config.json`."""
        path = self.configs / name
        known = self.contents.settings.get(path)
        return known if isinstance(known, dict) else read_json(path)

    def name(
        self, adapters: Sequence[Adapter] = (), overrides: ComponentOverrides | None = None
    ) -> str:
        """What it is called with all of these, such as `painter-0f3a5b7c9d1e`; nothing is loaded.

        Another one if anything of it is other.
        """
        own = self.digest
        if adapters:
            own = digest(own, *(adapter.digest for adapter in adapters))
        if overrides and overrides.digest:
            own = digest(own, overrides.digest)
        return f"{self.path.stem}-{own}"

    def stored_bytes(self, bytes_each: int) -> dict[str, int]:
        """The bytes of each part if each of its numbers takes `bytes_each`; nothing is loaded.

        What cannot be told apart, as in a pickle, counts as the U-Net's, as it lies on the disk.
        """
        parts = {"unet": 0, "vae": 0, "text_encoder": 0}
        for file, header in self.contents.headers.items():
            for name, count in sizes_in(header).items():
                part = file.parent.name if self.path.is_dir() else _part_of(name)
                parts[part] = parts.get(part, 0) + count * bytes_each
        files = self.path.rglob("*") if self.path.is_dir() else [self.path]
        pickles = (file for file in files if file.suffix in PICKLES)
        parts["unet"] += sum(file.stat().st_size for file in pickles)
        return parts


def _part_of(name: str) -> str:
    """Which part of a single file a tensor belongs to."""
    if name.startswith(VAE):
        return "vae"
    return "text_encoder" if name.startswith(("cond_stage_model.", "conditioner.")) else "unet"
