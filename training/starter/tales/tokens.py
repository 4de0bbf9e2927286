"""From tales to tokens: the frame, the tokenizer, and batches of whole tales.

Tales are masked: their names, things and places stand under roles, which
`storybook.story.delexicalize` fills.

A told story is one line ` Title: ...` and then one line for each page, closed by ` END`. Each page
begins with a mark, a special token such as `<|3 to go|>`, which counts the pages down to the end:
so small a model cannot count pages by itself. Decoding with `skip_special_tokens` leaves only the
words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from storybook.story.prompt_frame import PLAIN, PromptFrame, load_frame
from training.starter.tales.compose import MAX_PAGES, MIN_PAGES, Tale, compose
from training.starter.tales.own_words import in_own_words
from training.starter.tales.words import Lexicon

BEGIN, CLOSE, PAD = "<s>", "</s>", "<pad>"
MOST_MARKS = 40
AGES = ("3-5", "5-7", "7-9")
IGNORE_INDEX = -100
"""The label of a token that no loss is taken on."""
FIRST_MANNER = 0.3
"""Of so many batches the manner is settled; of the others it is drawn."""
CUES = ("", " At bedtime.\n")
"""What stands before a tale of each of MANNERS; the frames of their adapters say it, too."""

CHAT = "{{ bos_token }}{{ messages[-1]['content'] }}"
"""A server's chat is one framed question."""


@dataclass(frozen=True, slots=True)
class TaleBatch:
    """Whole tales side by side; all tensors are [tales, tokens] of int64."""

    tokens: Tensor
    mask: Tensor
    labels: Tensor


MARKED_PAGE = "<|$to_go to go|> $text"


@cache
def marked_frame() -> PromptFrame:
    """The frame in which a story's pages are counted down."""
    return load_frame(PLAIN).but(page=MARKED_PAGE)


def mark(to_go: int) -> str:
    """The special token at the head of a page; the last page has one to go."""
    return f"<|{to_go} to go|>"


def question(tale: Tale) -> str:
    """The frame filled for a tale; it ends without a space."""
    return marked_frame().ask(
        pages=len(tale.paragraphs), ages=tale.ages, hero=tale.hero, summary=tale.summary
    )


def reply(tale: Tale) -> str:
    """What the writer is to say after the frame, from its first space to ` END`."""
    return marked_frame().tell(tale.title, tale.paragraphs)


def train_tokenizer(lexicon: Lexicon, tales: int, vocabulary: int) -> PreTrainedTokenizerFast:
    """A byte-level BPE, so that any text can be read; its pad is a token of its own."""
    from tokenizers import decoders, models, pre_tokenizers, processors, trainers

    specials = [BEGIN, CLOSE, PAD, *(mark(n) for n in range(1, MOST_MARKS + 1))]
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    bpe.train_from_iterator(
        _corpus(lexicon, tales),
        trainers.BpeTrainer(
            vocab_size=vocabulary,
            special_tokens=specials,
            show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        ),
    )
    bpe.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A", special_tokens=[(BEGIN, bpe.token_to_id(BEGIN))]
    )
    return _wrapped(bpe, specials)


def _wrapped(bpe: Tokenizer, specials: Sequence[str]) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token=BEGIN,
        eos_token=CLOSE,
        pad_token=PAD,
        extra_special_tokens=specials[3:],
        chat_template=CHAT,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )


def bare_batch(
    rng: Random, lexica: Sequence[Lexicon], tokenizer: PreTrainedTokenizerFast, tokens: int
) -> TaleBatch:
    """Tales to pretrain on: mostly after their blurb, often with the number of pages, some alone.

    Two batches of three or so are in the first manner of `lexica`; the others say which theirs is.
    The frame is left to an adapter; but that a number of pages calls for a mark is learnt here.
    """
    texts = []
    manner = 0 if rng.random() < FIRST_MANNER else rng.randrange(len(lexica))
    for tale in _alike(rng, lexica[manner], tokens):
        about = in_own_words(rng, tale) if manner == 0 else tale.summary
        blurb = f" {tale.hero}.\n {about}\n{CUES[manner]}"
        if rng.random() < 0.6:
            blurb += f" Pages: {len(tale.paragraphs)}\n"
        texts.append(("" if rng.random() < 0.1 else blurb, reply(tale)))
    return _batch(tokenizer, texts)


def _alike(rng: Random, lexicon: Lexicon, tokens: int) -> list[Tale]:
    """As many tales as fill about `tokens`, of one length and age so that little is padded."""
    pages = round(rng.triangular(MIN_PAGES - 0.5, MAX_PAGES * 0.8, 8))
    if rng.random() < 0.05:
        pages = rng.randint(MIN_PAGES, MAX_PAGES)
    ages = rng.choices(AGES, (3, 2, 1))[0]
    words_a_page = 24 + 6 * AGES.index(ages)
    count = max(1, round(tokens / (1.3 * words_a_page * pages + 80)))
    return [compose(rng, lexicon, pages, ages, masked=True) for _ in range(count)]


def _batch(tokenizer: PreTrainedTokenizerFast, texts: list[tuple[str, str]]) -> TaleBatch:
    rows = []
    for before, story in texts:
        head = tokenizer(before).input_ids
        tail = tokenizer(story, add_special_tokens=False).input_ids
        rows.append([*head, *tail, tokenizer.eos_token_id])
    longest = max(map(len, rows))
    tokens = torch.full((len(rows), longest), tokenizer.pad_token_id)
    labels = torch.full_like(tokens, IGNORE_INDEX)
    mask = torch.zeros_like(tokens)
    for place, row in enumerate(rows):
        tokens[place, : len(row)] = labels[place, : len(row)] = torch.tensor(row)
        mask[place, : len(row)] = 1
    return TaleBatch(tokens, mask, labels)


def _corpus(lexicon: Lexicon, tales: int) -> Iterator[str]:
    rng = Random(0)
    for _ in range(tales):
        pages = rng.randint(MIN_PAGES, 12)
        tale = compose(rng, lexicon, pages, rng.choice(AGES), masked=True)
        yield f" {tale.hero}\n {tale.summary}"
        yield question(tale)
        yield reply(tale)
