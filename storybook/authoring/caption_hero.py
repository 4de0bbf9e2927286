"""Captions for a hero's photos, written by a model in a process of its own.

What its owner said of a photo stays. A captioner does not know the hero: where it names a breed,
the class that the hero is taught as stands for it, so that the hero's own word can take its place.
"""

import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from storybook.authoring.teach_run import run_training
from storybook.errors import HeroError
from storybook.hero import edits
from storybook.hero.folder import hero_folder, hero_in
from storybook.hero.seer import NAME as BREEDS
from storybook.images.photo_files import photos_in
from storybook.models import packaged
from storybook.models.hub import MODELS
from storybook.models.pet_classes import kinds
from storybook.records import Hero

CAPTIONERS = frozenset({"blip", "blip-2", "vision-encoder-decoder", "git", "instructblip"})
"""Kinds of models in transformers' words that caption pictures unasked."""
YOUNG = {"dog": ("puppy", "pup", "doggy"), "cat": ("kitten", "kitty", "kitty cat")}
"""What captioners say for some kinds of animals beside their breeds."""


def caption_photos(name: str, model: str) -> tuple[int, int]:
    """Have `model`, as `python -m training dataset caption` knows it, caption a hero's photos.

    Photos that have captions keep them. Returns how many got one, as one change that can be taken
    back, and how many still have none. Raises HeroError if the captioner fails; nothing is changed
    then.
    """
    folder = hero_folder(name)
    hero = hero_in(folder)
    if not edits.is_own(folder):
        raise HeroError(f"{hero.name} comes with the project, and has nothing to change in it.")
    bare = [path for path in photos_in(folder / edits.PHOTOS) if not edits.caption_of(path)]
    if not bare:
        return 0, 0
    entries = _captions_by(model, bare)
    if entries is None:
        raise HeroError(
            f"No caption was written by {model}, for the reason above; {folder} is as it was. "
            f"Again: storybook hero change {name} --caption {model}"
        )
    captions = {photo.name: entries.get(photo.stem, {}).get("caption", "") for photo in bare}
    taught_as = in_class_words(captions, hero)
    edits.say_of_all(folder, {photo: words for photo, words in taught_as.items() if words})
    got = sum(map(bool, captions.values()))
    return got, len(bare) - got


def _captions_by(model: str, photos: Sequence[Path]) -> dict[str, dict[str, str]] | None:
    """What a captioner says of photos, by their names' stems; None if it failed and said why."""
    with TemporaryDirectory(prefix="captions-") as place:
        for photo in photos:
            shutil.copy(photo, place)
        out = Path(place, "meta.json")
        command = [sys.executable, "-m", "training", "dataset", "caption", place]
        command += ["--model", model, "--to", str(out)]
        if run_training(command, silent=True) or not out.is_file():
            return None
        return json.loads(out.read_text(encoding="utf-8"))


def captioners_here() -> list[str]:
    """What may be asked for captions on this machine, the best first; no model is opened."""
    places = dict.fromkeys([MODELS, packaged.INSTALLED])
    configs = sorted(file for place in places for file in place.glob("**/config.json"))
    found = [str(file.parent) for file in configs if _model_type(file) in CAPTIONERS]
    return found + ([] if packaged.is_missing(BREEDS) else [BREEDS])


def _model_type(config: Path) -> str:
    try:
        return str(json.loads(config.read_text(encoding="utf-8"))["model_type"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def in_class_words(captions: Mapping[str, str], hero: Hero) -> dict[str, str]:
    """Captions in which what names the hero's kind more closely is the class that it is taught as.

    >>> in_class_words({"1.jpg": "a corgi runs"}, Hero(name="Rex", species="dog"))
    {'1.jpg': 'a dog runs'}
    """
    words = [word for kind in kinds() if kind.name == hero.species for word in kind.words]
    words += YOUNG.get(hero.species, ())
    if hero.kind:
        words.append(hero.species)
    known = [word for word in sorted(words, key=len, reverse=True) if word != hero.called]
    if not known:
        return dict(captions)
    # An article before it may have to be another one: an affenpinscher, a dog.
    either = "|".join(map(re.escape, known))
    own = re.escape(hero.called)
    pattern = re.compile(
        rf"(?<!\w)(?:(an?)\s+)?(?:{either})(?:\s+(?:{either}|{own}))*(?!\w)", re.IGNORECASE
    )
    named_already = re.compile(rf"(?<!\w){own}(?!\w)", re.IGNORECASE)
    vowel = "n" * (hero.called[:1] in "aeiou")

    def named(found: re.Match[str]) -> str:
        return f"{found[1][0]}{vowel} {hero.called}" if found[1] else hero.called

    return {
        # A lion's caption may name a cat besides.
        photo: words if hero.kind and named_already.search(words) else pattern.sub(named, words)
        for photo, words in captions.items()
    }
