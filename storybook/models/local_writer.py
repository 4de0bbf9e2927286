"""A writer on this machine: any causal LM folder, with an optional peft adapter.

The folder is as transformers saves it, the weights as safetensors. An adapter was taught on plain
text, so its writer is asked in plain text; a chat model without one is asked through its template.
"""

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from storybook.errors import ModelError, QuestionTooLong, ReplyError, first_line
from storybook.models.generation import SamplingParams, sampling_beside
from storybook.models.prose import prose
from storybook.models.replies import answered, demand
from storybook.models.weights import check_weights, read_json, weights_digest
from storybook.quantisation import is_quantised, show_bitsandbytes
from storybook.records import R, digest

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from storybook.config import PrecisionWish
    from storybook.models.side_by_side import BatchDecoder

CARD = "card.json"
END = re.compile(r"\s*\bEND\b")
ANSWER_WORDS = 400
TAIL_TOKENS = 8
"""So many last tokens are read for END after each new one; END itself is one to three."""
TOKENS_PER_WORD = (1.5, 4.0)
"""At least and at most so many for a word of a reply; between them, as many as the question's."""


class LocalWriter:
    """Holds a language model in memory; a telling depends on question and seed only."""

    def __init__(
        self,
        model: "PreTrainedModel",
        tokenizer: "PreTrainedTokenizerBase",
        *,
        name: str,
        sampling: SamplingParams,
        chat: bool = False,
    ) -> None:
        self.name = name
        self.sampling = sampling
        self._model = model
        self._tokenizer = tokenizer
        self._chat = chat

    def tell(self, question: str, *, seed: int, max_words: int) -> str:
        """Prose that follows `question`, up to END or the end of text, without either.

        Raises QuestionTooLong if question and reply do not fit the model's context; ReplyError if
        nothing came back or the reply was cut off at its length limit.
        """
        reply = next(self.tell_each(question, seeds=[seed], max_words=max_words))
        if isinstance(reply, ReplyError):
            raise reply
        return reply

    def tell_each(
        self, question: str, *, seeds: Sequence[int], max_words: int
    ) -> Iterator[str | ReplyError]:
        """What `tell` tells for each seed, all told side by side; in place of one, its fault.

        Raises QuestionTooLong.
        """
        input_ids = self._input_ids(question)  # [1, t]
        max_new_tokens = self._max_new_tokens(question, input_ids.shape[1], max_words)
        told = seeds if self.sampling.is_stochastic else seeds[:1]
        tokens = self._generate(input_ids, max_new_tokens, told)
        yield from (self._reply_of(row, max_words) for row in tokens.expand(len(seeds), -1))

    def begin(self, question: str, *, rows: int, seed: int, max_words: int) -> "BatchDecoder":
        """Rows of text that all begin with `question`, told line by line; or QuestionTooLong."""
        from storybook.models.side_by_side import BatchDecoder

        input_ids = self._input_ids(question)
        self._max_new_tokens(question, input_ids.shape[1], max_words)
        rows = rows if self.sampling.is_stochastic else 1
        how = {"rows": rows, "sampling": self.sampling, "seed": seed}
        return BatchDecoder(self._model, self._tokenizer, input_ids, **how)

    def _reply_of(self, new: "torch.Tensor", max_words: int) -> str | ReplyError:
        """The reply in new tokens, [n]; rows that ended before their neighbours are padded."""
        ids = new.tolist()
        last = next((place for place, each in enumerate(ids) if each in self._eos_token_ids), None)
        text = self._tokenizer.decode(ids[:last], skip_special_tokens=True)
        end = END.search(text)
        reply = text[: end.start()].strip() if end else text.strip()
        reply = prose(reply) if self._chat else reply
        if not reply:
            return ReplyError(f"{self.name} gave an empty reply. Try another seed.")
        if end is None and last is None:
            return ReplyError(
                f"{self.name} came to no end within {len(ids):,} tokens (some {max_words} words). "
                "Try another seed, or fewer pages.",
                reply,
            )
        return reply

    def answer(self, question: str, kind: type[R], *, seed: int) -> R:
        """A record asked for as JSON by its schema; asked at most three times, then ReplyError."""

        def ask(prompt: str, try_seed: int) -> str:
            return self.tell(prompt, seed=try_seed, max_words=ANSWER_WORDS)

        return answered(ask, demand(question, kind), kind, seed=seed, name=self.name)

    def _input_ids(self, question: str) -> "torch.Tensor":
        if self._chat:
            messages = [{"role": "user", "content": question}]
            question = self._tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=True
            )
        encoded = self._tokenizer(
            question, return_tensors="pt", add_special_tokens=not self._chat, verbose=False
        )
        return encoded["input_ids"].to(self._model.device)

    def _max_new_tokens(self, question: str, question_tokens: int, max_words: int) -> int:
        """Tokens that a reply may take; half of what it may want has to fit."""
        context = self._model.config.max_position_embeddings
        per_word = question_tokens / max(1, len(question.split()))
        least, most = TOKENS_PER_WORD
        reply_tokens = math.ceil(max_words * min(max(per_word, least), most))
        if question_tokens + reply_tokens // 2 > context:
            over = math.ceil((question_tokens + reply_tokens // 2 - context) / per_word)
            raise QuestionTooLong(
                f"The question takes {question_tokens:,} tokens and its reply about "
                f"{reply_tokens:,}, but {self.name} holds {context:,} in all. Say it in {over:,} "
                "fewer words.",
                words_over=over,
            )
        return min(reply_tokens, context - question_tokens)

    def _generate(
        self, input_ids: "torch.Tensor", max_new_tokens: int, seeds: Sequence[int]
    ) -> "torch.Tensor":
        """The new tokens [seeds, n] after `input_ids` [1, t]; each row is sampled by its seed."""
        import torch

        from storybook.models.devices import explain_oom, quiet
        from storybook.models.seeded_sampling import sampling_processors

        remedy = "Use a smaller writer, fewer write.candidates, or another device."
        rows = input_ids.expand(len(seeds), -1)
        with quiet(), explain_oom(self._model.device, "write", remedy), torch.inference_mode():
            tokens = self._model.generate(
                rows,
                attention_mask=torch.ones_like(rows),
                max_new_tokens=max_new_tokens,
                do_sample=False,
                repetition_penalty=self.sampling.repetition_penalty,
                logits_processor=sampling_processors(self.sampling, seeds)
                if self.sampling.is_stochastic
                else None,
                eos_token_id=self._eos_token_ids or None,
                pad_token_id=self._tokenizer.pad_token_id or 0,
                stopping_criteria=[self._stop_at_end],
            )
        return tokens[:, input_ids.shape[1] :]

    def _stop_at_end(self, tokens: "torch.Tensor", scores: object, **_: object) -> "torch.Tensor":
        """Where END was just written; never true within the question, which has ENDs itself."""
        import torch

        tails = self._tokenizer.batch_decode(tokens[:, -TAIL_TOKENS:])
        ended = [re.search(r"\sEND\s*$", tail) is not None for tail in tails]
        return torch.tensor(ended, device=tokens.device)

    @property
    def _eos_token_ids(self) -> list[int]:
        """Ids that end a text: the model's own list and the tokenizer's."""
        own = self._model.generation_config.eos_token_id
        ids = {*(own if isinstance(own, list) else [own]), self._tokenizer.eos_token_id}
        return sorted(ids - {None})


def writer_name(
    folder: Path, adapter: Path | None = None, sampling: SamplingParams | None = None
) -> str:
    """The name of the writer that `open_local_writer` opens; nothing is loaded for it."""
    parts = [weights_digest(path) for path in (folder, adapter) if path]
    return f"{folder.name}-{digest(*parts, sampling or sampling_beside(folder))}"


def open_local_writer(
    folder: Path,
    adapter: Path | None = None,
    *,
    device: str = "cpu",
    dtype: "torch.dtype | None" = None,
    sampling: SamplingParams | None = None,
    temperature: float | None = None,
    precision: "PrecisionWish" = "fp32",
) -> LocalWriter:
    """Load a causal LM folder and, if named, the peft adapter that was taught on it.

    `dtype` None is half precision on a GPU, and on a CPU what `precision` says; `sampling` None is
    what the folder recommends, and a `temperature` replaces its own. Raises ModelError in one line
    if a file is missing, broken, a pickle, or the adapter belongs to another model.
    """
    from storybook.models import auto_precision, grouped_attention, packed_linear
    from storybook.models.devices import device_of, dtype_of, explain_oom, quiet

    _check_folder(folder, "config.json", "a language model")
    if adapter is not None:
        _check_folder(adapter, "adapter_config.json", "an adapter")
    where = device_of(device)
    with quiet(), explain_oom(where, "write", "Use a smaller writer, or another device."):
        tokenizer = _load_tokenizer(folder)
        model = _load_model(folder, dtype or dtype_of(where))
        if adapter is not None:
            _check_base(folder, adapter)
            model = _with_adapter(model, adapter)
        model = model.to(where).eval()
        if dtype is None and where.type == "cpu" and not is_quantised(folder):
            model = model.to(auto_precision.fastest_dtype(model, precision))
        grouped_attention.group_heads(model)
        packed_linear.pack_linears(model)
    _check_vocabulary(folder, len(tokenizer), model.config.vocab_size)
    sampling = sampling or sampling_beside(folder)
    return LocalWriter(
        model,
        tokenizer,
        name=writer_name(folder, adapter, sampling),
        sampling=sampling if temperature is None else sampling.but(temperature=temperature),
        chat=adapter is None and tokenizer.chat_template is not None,
    )


def _check_vocabulary(folder: Path, tokens: int, known: int) -> None:
    if tokens > known:
        raise ModelError(
            f"{folder}: the tokenizer has {tokens:,} tokens but the model knows {known:,}. They "
            "belong to different models."
        )


def _check_folder(folder: Path, config: str, what: str) -> None:
    if not (folder / config).is_file():
        raise ModelError(f"{folder} is not {what}: it has no {config}. Check the path.")
    if not any(folder.glob("*.safetensors")):
        pickles = sorted(path.name for path in folder.glob("*.bin"))
        held = f" {pickles[0]} is a pickle and is not opened." if pickles else ""
        raise ModelError(f"{folder} has no .safetensors weights.{held} Fetch or convert it again.")
    check_weights(folder)


def _check_base(folder: Path, adapter: Path) -> None:
    """Raise ModelError if the adapter's card says that it was taught on other weights."""
    if not (adapter / CARD).is_file():
        return
    card = read_json(adapter / CARD)
    taught_on = card.get("base_digest") if isinstance(card, dict) else None
    own = weights_digest(folder)
    if taught_on not in (None, own):
        raise ModelError(
            f"{adapter} was taught on {card.get('base', 'another base')} ({taught_on}), and "
            f"{folder} is another one ({own}). Name the base that it belongs to, or teach it "
            "again on this one."
        )


def _load_tokenizer(folder: Path) -> "PreTrainedTokenizerBase":
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, ImportError, TypeError) as fault:
        raise ModelError(f"{folder} has no usable tokenizer: {first_line(fault)}") from fault


def _load_model(folder: Path, dtype: "torch.dtype") -> "PreTrainedModel":
    from transformers import AutoModelForCausalLM

    if is_quantised(folder):
        show_bitsandbytes()
    try:
        model, report = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=dtype,
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as fault:
        raise ModelError(f"{folder} is no causal language model: {first_line(fault)}") from fault
    lacking = sorted({*report["missing_keys"], *map(str, report["mismatched_keys"])})
    if lacking:
        raise ModelError(
            f"{folder}: the weights do not fit the config.json: {lacking[0]} and "
            f"{len(lacking) - 1} more are missing. Fetch it again."
        )
    return model


def _with_adapter(model: "PreTrainedModel", adapter: Path) -> "PreTrainedModel":
    """The model with the adapter merged into its weights, so that it costs no time."""
    from peft import PeftModel, get_peft_model_state_dict

    from storybook.models.weights import tensor_names

    kind = read_json(adapter / "adapter_config.json")
    try:
        taught = PeftModel.from_pretrained(model, str(adapter))
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as fault:
        rank = f" (rank {kind.get('r')})" if isinstance(kind, dict) else ""
        why = f"was not taught on this model: {first_line(fault)}"
        raise ModelError(f"{adapter}{rank} {why}") from fault
    given = {name for file in adapter.glob("*.safetensors") for name in tensor_names(file)}
    if not given or given != set(get_peft_model_state_dict(taught)):
        raise ModelError(f"{adapter} was not taught on this model: its layers have other names.")
    return taught.merge_and_unload()
