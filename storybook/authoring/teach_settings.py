"""What `hero teach --set` takes: keys of the recipe that a pet is taught by, and of the studio what
a teaching asks of it.
"""

from collections.abc import Iterable
from difflib import get_close_matches

from storybook.errors import ConfigError

OF_RECIPE = tuple(
    """
    model vae concept title kind rank alpha targets dora network_weights text_encoder text_lr
    stop_text layer_structure activation resolution_px buckets least_px most_px flip random_crop
    crop_jitter_px crops layout max_samples repeats shuffle keep_tokens dropout max_tokens
    clip_skip lr scale_lr scheduler warmup_steps cycles power optimizer weight_decay adam_beta1
    adam_beta2 adam_epsilon clip_norm batch accumulation epochs max_steps prior_weight min_snr
    noise_offset ema precision channels_last checkpointing measure seed sample_prompts
    sample_prompts_file sample_negative sample_negatives_file sample_count sample_every_epochs
    sample_steps sample_guidance critic held_out save_every_epochs checkpoint_every_steps
    checkpoint_every_minutes keep_last save_as save_precision
    """.split()  # noqa: SIM905
)
"""The keys of a recipe, as `training` knows them, which no room here looks into; a test compares
both."""
OF_STUDIO = ("draw.painter", "choose.critic", "device")
"""Who is taught, who judges the samples, and where."""
NEAR = 4
"""So many keys at most are offered in place of one that there is not."""


def divided(changes: Iterable[str]) -> tuple[list[str], list[str]]:
    """`KEY=VALUE` texts for the studio, and those for the recipe, in their order.

    Raises ConfigError for a key that a teaching does not take, with those that look like it.
    """
    studio, recipe = [], []
    for change in changes:
        key, equals, _ = change.partition("=")
        key = key.strip()
        if not equals or not key:
            raise ConfigError(f"--set {change}: write KEY=VALUE, such as lr=1e-4.")
        if key in OF_STUDIO:
            studio.append(change)
        elif key.partition(".")[0] in OF_RECIPE:
            recipe.append(change)
        else:
            raise ConfigError(f"--set {key}: a teaching has no such setting. {_near(key)}")
    return studio, recipe


def _near(key: str) -> str:
    """The keys that `key` may be meant for, be it written as a studio's or as a recipe's."""
    names = (key, key.rpartition(".")[2])
    close = [each for name in names for each in get_close_matches(name, (*OF_RECIPE, *OF_STUDIO))]
    near = list(dict.fromkeys(close))[:NEAR]
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    of_studio = ", ".join(OF_STUDIO)
    return f"{hint}Of the studio it takes {of_studio}; for all: storybook hero teach --help"
