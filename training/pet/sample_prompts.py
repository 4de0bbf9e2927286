"""What is drawn while a painter learns, and what is kept out of it."""

from collections.abc import Sequence
from pathlib import Path

from storybook.errors import TrainingError
from storybook.records import Prompt
from training.data.captions import FILEWORDS
from training.data.records import Example
from training.pet.recipe import Concept, Recipe

CAPTIONS = 4
"""So many of its own captions are drawn of what has no name."""


def sample_prompts(recipe: Recipe, examples: Sequence[Example]) -> list[Prompt]:
    """The recipe's prompts, those of its file, or what its concepts are taught with.

    Of a concept with a prompt of its own that is what it is taught with; of one that has a name,
    `a bhna cat`; both also by class alone. Of one without a name a few of its `examples`' captions.
    Raises TrainingError for a file that cannot be read, or negative prompts that do not pair up.
    """
    if recipe.sample_prompts_file is not None:
        lines = _lines(recipe.sample_prompts_file, "sample_prompts_file")
    else:
        lines = list(recipe.sample_prompts) or _taught(recipe, examples)
    negatives = _negatives(recipe, len(lines))
    pairs = [pair for pair in zip(lines, negatives, strict=True) if pair[0]]
    if not pairs:
        raise TrainingError(
            "Nothing says what samples are to show: no picture has a caption, and no concept a "
            "name. Set sample_prompts, or a class_word."
        )
    return [Prompt(page=0, positive=line, negative=negative) for line, negative in pairs]


def check_sample_files(recipe: Recipe) -> None:
    """Raise TrainingError now for files of prompts that would be refused after the pictures."""
    if recipe.sample_prompts_file is not None:
        sample_prompts(recipe, ())
    elif recipe.sample_negatives_file is not None:
        _lines(recipe.sample_negatives_file, "sample_negatives_file")


def _negatives(recipe: Recipe, count: int) -> list[str]:
    """A negative prompt for each of `count` prompts; the recipe's one where there is no file."""
    file = recipe.sample_negatives_file
    if file is None:
        return [recipe.sample_negative] * count
    lines = _lines(file, "sample_negatives_file")
    if len(lines) == 1:
        return lines * count
    if len(lines) != count:
        raise TrainingError(
            f"sample_negatives_file {file} has {len(lines)} lines beside {count} prompts. Write "
            "one for each prompt, an empty one where nothing is to be kept out, or one for all."
        )
    return lines


def _taught(recipe: Recipe, examples: Sequence[Example]) -> list[str]:
    lines = [line for concept in recipe.concept for line in _taught_of(concept, examples)]
    return list(dict.fromkeys(lines))


def _taught_of(concept: Concept, examples: Sequence[Example]) -> list[str]:
    own = [each for each in examples if each.concept == concept.name and not each.is_class]
    captions = list(dict.fromkeys(words for each in own for words in each.captions if words))
    if FILEWORDS not in concept.prompt:
        named = captions[:1]
    else:
        named = [f"a {concept.name}"] if concept.name else captions[:CAPTIONS]
    return named + ([f"a {concept.class_word}"] if concept.class_word else [])


def _lines(file: Path, setting: str) -> list[str]:
    """The lines of a file, stripped, without empty ones at its end."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise TrainingError(f"{setting} {file} cannot be read: {fault}.") from fault
    lines = [line.strip() for line in text.rstrip().split("\n")]
    if not any(lines):
        raise TrainingError(f"{setting} {file} is empty. Write one prompt a line, or leave it out.")
    return lines
