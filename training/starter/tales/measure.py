"""What a writer does with summaries that it has not seen."""

import re
from random import Random

import torch
from torch import nn
from transformers import PreTrainedTokenizerFast

from storybook.records import Record
from training.starter.tales.compose import Tale, compose
from training.starter.tales.tokens import AGES, question, story_batch
from training.starter.tales.words import Lexicon

SEED = 90_210
"""Far from every training seed's first tale; names and things are drawn anew."""
LOSS_BATCHES = 6
MAX_NEW_TOKENS = 1100
COMMON = frozenset(
    re.findall(
        r"\w+",
        "a an and the to of in at on by for but is it its his her he she they them with out not no "
        "who one wants want too that end last goes has have had helps him very all so up",
    )
)


class Figures(Record):
    """Shares are in [0, 1]; the loss is in nats a token, over the story only."""

    story_loss: float
    ended: float
    """Stories that came to END."""
    pages_exact: float
    """Stories with exactly the asked pages."""
    hero_named: float
    """Pages that name the hero."""
    summary_words_kept: float
    """Telling words of the summary that the story says."""
    stories: int


def measure(
    lm: nn.Module,
    tokenizer: PreTrainedTokenizerFast,
    lexicon: Lexicon,
    stories: int,
    sampling: dict[str, float],
) -> Figures:
    """Held-out loss, and what `stories` sampled stories of 4 to 14 pages keep of what was asked."""
    lm.eval()
    chance = Random(SEED)
    tales = [
        compose(chance, lexicon, chance.randint(4, 12), AGES[n % 3], masked=True)
        for n in range(stories)
    ]
    told = tell(lm, tokenizer, [question(tale) for tale in tales], sampling)
    pages = [page_lines(story) for story in told]
    return Figures(
        story_loss=round(_loss(lm, tokenizer, lexicon), 4),
        ended=_mean(story.rstrip().endswith("END") for story in told),
        pages_exact=_mean(
            len(lines) == len(tale.paragraphs) for lines, tale in zip(pages, tales, strict=True)
        ),
        hero_named=_mean(
            tale.star.name in line
            for lines, tale in zip(pages, tales, strict=True)
            for line in lines
        ),
        summary_words_kept=_mean(
            word in story.lower()
            for story, tale in zip(told, tales, strict=True)
            for word in telling(tale)
        ),
        stories=stories,
    )


@torch.inference_mode()
def tell(
    lm: nn.Module,
    tokenizer: PreTrainedTokenizerFast,
    questions: list[str],
    sampling: dict[str, float],
) -> list[str]:
    """Stories as they were told, to END where it was reached."""
    asked = tokenizer(questions, return_tensors="pt", padding=True, return_token_type_ids=False)
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        said = lm.generate(
            **asked, do_sample=True, max_new_tokens=MAX_NEW_TOKENS, top_k=0, **sampling
        )
    return tokenizer.batch_decode(said[:, asked.input_ids.shape[1] :], skip_special_tokens=True)


def page_lines(story: str) -> list[str]:
    """The pages of a told story, without title and END."""
    lines = re.sub(r"\s*END\s*$", "", story).split("\n")
    return [line.strip() for line in lines[1:] if line.strip()]


def telling(tale: Tale) -> set[str]:
    """Words of the summary that a story about it should say."""
    return set(re.findall(r"[a-z]+", tale.summary.lower())) - COMMON


@torch.inference_mode()
def _loss(lm: nn.Module, tokenizer: PreTrainedTokenizerFast, lexicon: Lexicon) -> float:
    losses = []
    for number in range(LOSS_BATCHES):
        batch = story_batch(Random(SEED + number), lexicon, tokenizer, 2048)
        said = lm(input_ids=batch.tokens, attention_mask=batch.mask, labels=batch.labels)
        losses.append(said.loss.item())
    return sum(losses) / len(losses)


def _mean(hits: object) -> float:
    values = [float(hit) for hit in hits]
    return round(sum(values) / len(values), 3) if values else 0.0
