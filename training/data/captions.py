"""The words that a picture is taught with."""

import re
import unicodedata
from pathlib import Path
from random import Random

from pydantic import Field

from storybook.records import Record
from storybook.text_files import without_surrogates
from training.data.records import DataIssue

FILEWORDS = "[filewords]"


class Shaping(Record):
    """How a caption changes from one showing to the next; by default it does not."""

    shuffle: bool = False
    """Whether the parts between commas change places."""
    keep_tokens: int = Field(default=0, ge=0)
    """How many parts at the front stay where they are."""
    dropout: float = Field(default=0.0, ge=0, le=1)
    """The share of showings without any words, which guidance learns from."""


def name_caption(path: Path) -> str:
    """The caption in a file's name: what stands before the first underscore, as EveryDream has it.

    >>> name_caption(Path("a photo of rex on a bed_(1).png"))
    'a photo of rex on a bed'
    """
    return _composed(path.stem).split("_")[0].strip()


def clean(caption: str, where: Path, findings: list[DataIssue]) -> str:
    """A caption as it can be taught: accents composed (NFC), no half characters, on one line."""
    whole = without_surrogates(caption)
    if whole != caption:
        found = "half a character, as of an emoji that was cut in two"
        findings.append(DataIssue(path=where, found=found, done="left out of the words"))
    return " ".join(_composed(whole).split())


def filewords(path: Path, caption: str = "") -> str:
    """What `[filewords]` stands for: the caption, else the file's name without leading numbers.

    >>> filewords(Path("0012-a cat asleep.jpg"))
    'a cat asleep'
    """
    return caption or re.sub(r"^[-\d]+\s*", "", _composed(path.stem))


def instance_caption(prompt: str, words: str, instance: str, class_word: str) -> str:
    """The caption of a picture of the pet itself: `prompt` with `words` put in, naming `instance`.

    Words that name the pet are left as they are. Words that name only its class get the instance
    for it, an article before it included; words that name neither get the instance in front. These
    are the DreamBooth extension's rules, in which an instance is the token alone; say `bhna cat`
    rather than `bhna` to keep the class word beside it. Without an instance or a class nothing is
    named.

    >>> instance_caption("[filewords]", "a cat on a sofa", "bhna cat", "cat")
    'bhna cat on a sofa'
    """
    text = prompt.replace(FILEWORDS, words)
    instance, class_word = _composed(instance), _composed(class_word)
    if instance and class_word and not _word(instance).search(text):
        named = re.compile(rf"(?:\b(?:a|an|the)\s+)?{_word(class_word).pattern}", re.IGNORECASE)
        text, count = named.subn(lambda _: instance, text)
        if not count:
            text = f"{instance}, {text}"
    return _tidy(text)


def class_caption(prompt: str, words: str, instance: str, class_word: str) -> str:
    """The caption of a picture of another of its class: names the class and never the pet.

    The instance is taken out, or the class stands in for it where the text has no other word for
    it; a text that does not name the class gets it in front.

    >>> class_caption("[filewords]", "a bhna cat on a sofa", "bhna", "cat")
    'a cat on a sofa'
    """
    text = prompt.replace(FILEWORDS, words)
    instance, class_word = _composed(instance), _composed(class_word)
    if not (instance and class_word):
        return _tidy(text)
    without = _word(instance).sub("", text)
    if _word(class_word).search(without):
        text = without
    elif without != text:
        text = _word(instance).sub(lambda _: class_word, text)
    else:
        text = f"{class_word}, {text}"
    return _tidy(text)


def shaped(captions: tuple[str, ...], shaping: Shaping, rng: Random) -> str:
    """The words for one showing: one of `captions`, shuffled and dropped as `shaping` says.

    A `chance` made for the showing, `Random(f"{seed}/{epoch}/{batch}/{slot}")`, lets a run that was
    stopped go on with the very words it would have had.
    """
    caption = rng.choice(captions) if captions else ""
    if rng.random() < shaping.dropout:
        return ""
    if not shaping.shuffle:
        return caption
    parts = [part.strip() for part in caption.split(",") if part.strip()]
    kept, loose = parts[: shaping.keep_tokens], parts[shaping.keep_tokens :]
    rng.shuffle(loose)
    return ", ".join(kept + loose)


def _composed(text: str) -> str:
    """The text with accents as parts of their letters, as tokenizers and people write them, and
    without what stands for bytes of a file's name that are no letters."""
    return without_surrogates(unicodedata.normalize("NFC", text))


def _word(text: str) -> re.Pattern[str]:
    """Matches `text` as whole words, in any case."""
    return re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.IGNORECASE)


def _tidy(text: str) -> str:
    text = " ".join(text.replace("\\", "").split())
    return text.strip(" ,")
