"""The painter's vocabulary: a CLIP tokenizer trained on captions of the drawn world."""

from pathlib import Path
from random import Random

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

from storybook.files import replacing
from storybook.world import World
from training.starter.dataset import FLUFF, words_for
from training.starter.pictures import random_picture
from training.starter.plan import DATA_SEED

START, END = "<|startoftext|>", "<|endoftext|>"
WORD_END = "</w>"

TEXTS = 3
"""So many captions for each token are looked through."""

# As CLIP splits text before it looks for pairs (Radford et al. 2021, simple_tokenizer).
CLIP_SPLIT = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def new_tokenizer(world: World, size: int, max_tokens: int) -> CLIPTokenizer:
    """A CLIP tokenizer of at most `size` tokens: reads any text, holds the world's words whole."""
    trained = Tokenizer(models.BPE(end_of_word_suffix=WORD_END))
    trained.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    trained.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(CLIP_SPLIT), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    bytes_and_specials = 2 * len(letters) + 2
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(letters) - 2,
        initial_alphabet=letters,
        end_of_word_suffix=WORD_END,
        show_progress=False,
        min_frequency=2,
    )
    trained.train_from_iterator(_texts(world, TEXTS * size), trainer)
    merges = _merges(trained)

    # Every byte, alone and at a word's end, stands before the merges: no text is unreadable.
    tokens = letters + [letter + WORD_END for letter in letters]
    room = size - bytes_and_specials
    known = dict.fromkeys(tokens)
    for left, right in merges[:room]:
        known.setdefault(left + right)
    vocabulary = {token: index for index, token in enumerate([*known, START, END])}
    return CLIPTokenizer(
        vocab=vocabulary,
        merges=merges[:room],
        bos_token=START,
        eos_token=END,
        pad_token=END,
        unk_token=END,
        model_max_length=max_tokens,
    )


def save_tokenizer(tokenizer: CLIPTokenizer, folder: Path) -> None:
    """Write the folder for today's transformers and for older ones (`vocab.json`, `merges.txt`)."""
    with replacing(folder) as draft:
        tokenizer.save_pretrained(draft)
        tokenizer.backend_tokenizer.model.save(str(draft))


def _texts(world: World, count: int) -> list[str]:
    rng = Random(f"{DATA_SEED}/words")
    captions = [words_for(random_picture(world, rng), world, rng) for _ in range(count)]
    entries = [
        entry for section in type(world).model_fields for entry in getattr(world, section).items()
    ]
    own = [text for key, entry in entries for text in (key, *entry.words)]
    near = [word for species in world.species.values() for word in species.near]
    # Often enough that each becomes one token.
    return captions + 20 * [*own, *near, *FLUFF]


def _merges(tokenizer: Tokenizer) -> list[tuple[str, str]]:
    import json

    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return [
        tuple(merge) if isinstance(merge, list) else tuple(merge.split(" ")) for merge in merges
    ]
