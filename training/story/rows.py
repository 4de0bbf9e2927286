"""From pairs to rows of tokens: the prompt, the labels, and nothing truncated in silence."""

from collections.abc import Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase

from storybook.errors import TrainingError
from storybook.story.prompt_frame import PLAIN_MANNER, PromptFrame
from training.data.pairs import Pair
from training.story.recipe import StoryRecipe

IGNORE_INDEX = -100
"""The label of a token that the loss leaves out, as torch's cross_entropy has it."""
NO_AGES, NO_HERO = "3-5", "as the summary says"
"""What a frame that asks for them is told of a pair that does not say."""
NAMED = 5
"""So many of the pairs that are too long are named."""


@dataclass(frozen=True, slots=True)
class TokenizedPair:
    """A tokenized pair; `labels` are the tokens themselves, or IGNORE_INDEX."""

    tokens: list[int]
    labels: list[int]


@dataclass(frozen=True, slots=True)
class StoryDataset:
    """The pairs and rows of the training split and of the held-out one."""

    train: list[Pair]
    test: list[Pair]
    train_rows: list[TokenizedPair]
    test_rows: list[TokenizedPair]
    dropped: int
    """Pairs that were too long, of both."""

    @property
    def longest(self) -> int:
        """Tokens of the longest pair."""
        return max(len(row.tokens) for row in (*self.train_rows, *self.test_rows))

    def width(self, recipe: StoryRecipe, context: int) -> int:
        """Tokens that a row may have: packed rows may be longer than the longest pair."""
        return min(recipe.max_length or self.longest, context) if recipe.packing else self.longest


def tokenize_pairs(
    pairs: tuple[list[Pair], list[Pair]],
    recipe: StoryRecipe,
    frame: PromptFrame,
    tokenizer: PreTrainedTokenizerBase,
    context: int,
) -> StoryDataset:
    """Both parts in rows of tokens; raises TrainingError if a pair is too long and none may be."""
    (train_rows, lost), (test_rows, lost_tests) = (
        rows_of(part, recipe, frame, tokenizer, context) for part in pairs
    )
    return StoryDataset(*pairs, train_rows, test_rows, lost + lost_tests)


def question_of(pair: Pair, frame: PromptFrame) -> str:
    """How the story of a pair is asked for."""
    return frame.ask(
        summary=pair.summary,
        pages=len(pair.pages),
        ages=pair.ages or NO_AGES,
        hero=pair.hero or NO_HERO,
        manner=pair.manner or PLAIN_MANNER,
    )


def row_of(
    pair: Pair, frame: PromptFrame, tokenizer: PreTrainedTokenizerBase, *, on_all: bool = False
) -> TokenizedPair:
    """Question and reply with a real end of text; loss on the reply, or `on_all`.

    Both are cut into tokens by themselves, so that the question's are those that the writer will
    be asked with, and the space between them begins the reply. A raw text is learnt from end to
    end, as it stands.
    """
    if pair.raw:
        tokens = tokenizer(pair.story, verbose=False).input_ids
        if not tokens or tokens[-1] != tokenizer.eos_token_id:
            tokens = [*tokens, tokenizer.eos_token_id]
        return TokenizedPair(tokens, tokens)
    prompt_ids = tokenizer(question_of(pair, frame), verbose=False).input_ids
    if prompt_ids and prompt_ids[-1] == tokenizer.eos_token_id:
        prompt_ids = prompt_ids[:-1]  # some tokenizers end every text
    if frame.plan and len(pair.pictures) != len(pair.pages):
        raise TrainingError(
            f"{pair.summary[:40]!r} does not say what each of its {len(pair.pages)} pages shows, "
            "and the frame has it planned: give every page a picture, or take another frame."
        )
    reply = frame.tell(pair.title or "A Story", pair.pages, pair.pictures)
    reply_ids = tokenizer(reply, add_special_tokens=False, verbose=False).input_ids
    tokens = [*prompt_ids, *reply_ids, tokenizer.eos_token_id]
    ignored = 0 if on_all else len(prompt_ids)
    return TokenizedPair(tokens, [IGNORE_INDEX] * ignored + tokens[ignored:])


def rows_of(
    pairs: Sequence[Pair],
    recipe: StoryRecipe,
    frame: PromptFrame,
    tokenizer: PreTrainedTokenizerBase,
    context: int,
) -> tuple[list[TokenizedPair], int]:
    """The rows of all pairs that fit, and how many did not and were dropped, as the recipe asks.

    Raises TrainingError that names the pairs that do not fit if none is to be dropped.
    """
    rows = [row_of(pair, frame, tokenizer, on_all=recipe.loss_on == "all") for pair in pairs]
    most = min(recipe.max_length or context, context)
    long = [place for place, row in enumerate(rows) if len(row.tokens) > most]
    if long and recipe.too_long == "refuse":
        named = ", ".join(
            f"{(pairs[place].summary or pairs[place].story)[:40]!r} ({len(rows[place].tokens):,})"
            for place in long[:NAMED]
        )
        more = f" and {len(long) - NAMED} more" if len(long) > NAMED else ""
        limit = "the base holds" if most == context else "max_length allows"
        raise TrainingError(
            f"{len(long)} of {len(rows)} pairs have more tokens than the {most:,} that {limit}: "
            f"{named}{more}. Shorten them, raise max_length, or leave them out by "
            "--set too_long=drop."
        )
    kept = [row for row in rows if len(row.tokens) <= most]
    if not kept:
        raise TrainingError(f"No pair has at most {most:,} tokens: nothing is left to learn from.")
    return kept, len(long)
