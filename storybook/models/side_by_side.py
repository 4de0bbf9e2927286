"""Texts that one language model continues side by side, line by line, as their reader directs.

`LocalWriter.begin` opens them with a question. Words can be put into all of them, a line can be
sampled in each, and rows can be dropped or told on in several ways: so a story is told by a plan,
and the better of several next pages is taken before the one after it is begun.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from storybook.models.generation import SamplingParams
from storybook.models.grouped_attention import BlockCache

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

CONSIDERED = 64
"""Tokens at most among which one is sampled where `top_k` is 0, before top-p is applied: they are
found without sorting a vocabulary at each step."""
WITHIN_A_LINE, BETWEEN_LINES = 4, 6
"""No run of so many tokens comes twice within a line (Paulus et al. 2017), nor in two of a row."""


@dataclass(frozen=True, slots=True)
class SampledLine:
    """A line that was sampled."""

    text: str
    mean_logprob: float
    """Of its tokens, by the model itself: at temperature 1, before anything was left out."""
    ended: bool
    """Whether it came to its end within the tokens that it was given."""


class BatchDecoder:
    """Rows of tokens with their cache of keys and values; all have the same question.

    Rows that have ended a line wait for the others: their padding is masked out, and each row keeps
    counting its own positions. What is sampled depends on question, seed and what was asked for in
    between, and not on anything told before.
    """

    def __init__(
        self,
        model: "PreTrainedModel",
        tokenizer: "PreTrainedTokenizerBase",
        input_ids: Tensor,
        *,
        rows: int,
        sampling: SamplingParams,
        seed: int,
    ) -> None:
        """Rows that begin with `input_ids` [1, t]."""
        self._model, self._tokenizer, self._sampling = model, tokenizer, sampling
        self._generator = torch.Generator().manual_seed(seed)
        self._ends = _line_ends(tokenizer, model.config.vocab_size)
        self._cache = BlockCache()
        self._mask = self._tokens = input_ids[:, :0]
        self._lines: list[list[list[int]]] = [[] for _ in range(rows)]
        self._logits = self._forward(input_ids, torch.ones_like(input_ids))
        if rows > 1:
            self._select(torch.zeros(rows, dtype=torch.long))

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._mask)

    @property
    def tokens(self) -> list[list[int]]:
        """Each row's own tokens, those of the question first."""
        return [
            row[mask.bool()].tolist() for row, mask in zip(self._tokens, self._mask, strict=True)
        ]

    @property
    def room(self) -> int:
        """Tokens that the longest row may still take."""
        return self._model.config.max_position_embeddings - int(self._mask.sum(1).max())

    def put(self, texts: str | Sequence[str]) -> None:
        """Put words into the rows: the same into all, or to each row its own."""
        texts = [texts] * len(self) if isinstance(texts, str) else texts
        ids = [self._tokenizer(text, add_special_tokens=False).input_ids for text in texts]
        width = max(map(len, ids))
        # Padded in front, so that every row ends with a word of its own.
        padded = [[0] * (width - len(row)) + row for row in ids]
        mask = [[0] * (width - len(row)) + [1] * len(row) for row in ids]
        device = self._mask.device
        self._logits = self._forward(
            torch.tensor(padded, device=device), torch.tensor(mask, device=device)
        )

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these rows alone; one that is named several times is told on so often."""
        if list(rows) != list(range(len(self))):
            self._select(torch.tensor(rows, dtype=torch.long))

    def lines(
        self, *, least: int | Sequence[int], most: int, enough: float = 1.0
    ) -> list[SampledLine]:
        """A line sampled in each row, of at least `least` tokens (or its own) and at most `most`.

        Also cut off are those that go on when a share of `enough` have come to their end. The
        line's end is not put into the row: `put` goes on from its last word.
        """
        rows = len(self)
        leasts = torch.tensor([least] * rows if isinstance(least, int) else list(least))
        sampled: list[list[int]] = [[] for _ in range(rows)]
        logprobs = [0.0] * rows
        unfinished = torch.ones(rows, dtype=torch.bool)
        for step in range(min(most, self.room)):
            chosen = self._sampled(sampled, banned=(step < leasts)[:, None] & self._ends)
            token_logprobs = (
                self._logits.float().log_softmax(-1).gather(1, chosen[:, None])[:, 0].tolist()
            )
            unfinished = unfinished & ~self._ends[chosen]
            for row in unfinished.nonzero().flatten().tolist():
                sampled[row].append(int(chosen[row]))
                logprobs[row] += token_logprobs[row]
            if not unfinished.any():
                break
            self._logits = self._step(chosen, unfinished)
            if unfinished.sum() <= (1 - enough) * rows:
                break
        for row, tokens in enumerate(sampled):
            self._lines[row].append(tokens)
        return [
            SampledLine(
                text=" ".join(self._tokenizer.decode(tokens, skip_special_tokens=True).split()),
                mean_logprob=total / max(1, len(tokens)),
                ended=not row_unfinished,
            )
            for tokens, total, row_unfinished in zip(
                sampled, logprobs, unfinished.tolist(), strict=True
            )
        ]

    def _sampled(self, sampled: Sequence[Sequence[int]], banned: Tensor) -> Tensor:
        """The next token of each row, [rows], none that is `banned` [rows, vocabulary]."""
        logits = self._logits.float().masked_fill(banned, -torch.inf)
        for row, tokens in enumerate(sampled):
            if again := _would_repeat(tokens, self._lines[row]):
                logits[row, again] = -torch.inf
        if not self._sampling.is_stochastic:
            return logits.argmax(-1)
        considered = self._sampling.top_k or CONSIDERED
        best, ids = logits.topk(min(considered, logits.shape[1]), -1)
        weights = (best / self._sampling.temperature).softmax(-1)
        before = weights.cumsum(-1) - weights  # of all that are likelier
        weights = weights.masked_fill(before >= self._sampling.top_p, 0.0)
        drawn = torch.multinomial(weights.cpu(), 1, generator=self._generator)
        return ids.gather(1, drawn.to(ids.device))[:, 0]

    def _step(self, chosen: Tensor, unfinished: Tensor) -> Tensor:
        """Logits [rows, vocabulary] after one more token each; rows at their end keep theirs."""
        after = self._forward(chosen[:, None], unfinished.long()[:, None])
        return torch.where(unfinished[:, None], after, self._logits)

    def _forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """The logits [rows, vocabulary] after `tokens` [rows, n] that are not masked out by 0."""
        past = self._mask.shape[1]
        self._mask = torch.cat([self._mask, mask], 1)
        self._tokens = torch.cat([self._tokens, tokens], 1)
        positions = self._mask.cumsum(1)[:, past:] - 1
        with torch.inference_mode():
            output = self._model(
                input_ids=tokens,
                attention_mask=self._mask,
                position_ids=positions.clamp(min=0),
                past_key_values=self._cache,
                use_cache=True,
                logits_to_keep=1,
            )
        return output.logits[:, -1]

    def _select(self, rows: Tensor) -> None:
        self._mask, self._tokens = self._mask[rows], self._tokens[rows]
        self._logits = self._logits[rows]
        self._lines = [[*self._lines[row]] for row in rows.tolist()]
        with torch.inference_mode():
            self._cache.batch_select_indices(rows)


@lru_cache(maxsize=2)
def _line_ends(tokenizer: "PreTrainedTokenizerBase", size: int) -> Tensor:
    """Which of `size` tokens end a line: those with a line break in them, and all special ones."""
    texts = tokenizer.batch_decode([[token] for token in range(len(tokenizer))])
    ends = torch.tensor(["\n" in text for text in texts])
    ends[list(tokenizer.all_special_ids)] = True
    beyond = torch.ones(size - len(ends), dtype=torch.bool)  # ids that stand for nothing
    return torch.cat([ends, beyond])


def _would_repeat(tokens: Sequence[int], earlier: Sequence[Sequence[int]] = ()) -> list[int]:
    """Tokens after which a run would stand a second time in a line, or in one after `earlier`."""
    own = _after(tokens[1 - WITHIN_A_LINE :], [tokens], WITHIN_A_LINE)
    return own + _after(tokens[1 - BETWEEN_LINES :], earlier, BETWEEN_LINES)


def _after(head: Sequence[int], lines: Sequence[Sequence[int]], run: int) -> list[int]:
    """What follows `head`, the beginning of a run of so many tokens, in `lines`."""
    if len(head) < run - 1:
        return []
    ends = run - 1
    return [
        line[at + ends]
        for line in lines
        for at in range(len(line) - ends)
        if line[at : at + ends] == head
    ]
