"""Stories that a writer tells while it learns, as Markdown that people read."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from storybook.errors import QuestionTooLong, ReplyError
from storybook.files import write_whole
from storybook.models.generation import SamplingParams
from storybook.models.local_writer import LocalWriter
from storybook.story.prompt_frame import PromptFrame
from training.data.pairs import Pair
from training.story.base import Base
from training.story.recipe import StoryRecipe
from training.story.rows import question_of

SAMPLES = 3
"""Held-out pairs whose summaries are told where the recipe names none."""
PAGES = 6
"""Asked for a summary of the recipe's, which has no story."""
BEGINNING = 12
"""Words of a raw text with which its sample begins."""


class StorySampler:
    """Samples a story of the same summaries again and again, always from the same seed."""

    def __init__(
        self,
        recipe: StoryRecipe,
        base: Base,
        frame: PromptFrame,
        test: Sequence[Pair],
        folder: Path,
    ) -> None:
        if recipe.raw:
            begun = [" ".join(pair.story.split()[:BEGINNING]) for pair in test[:SAMPLES]]
            self._prompts = [(words, words) for words in recipe.sample_summaries or begun]
        else:
            given = [
                Pair(summary=summary, story="\n".join(["."] * PAGES))
                for summary in recipe.sample_summaries
            ]
            pairs = given or test[:SAMPLES]
            self._prompts = [(pair.summary, question_of(pair, frame)) for pair in pairs]
        self._model, self._folder = base.model, folder
        self._words, self._seed = recipe.sample_words, recipe.seed
        self._writer = LocalWriter(
            base.model,
            base.tokenizer,
            name="the writer",
            sampling=SamplingParams(temperature=recipe.temperature),
        )

    def sample(self, step: int, loss: float) -> Path:
        """Sample all summaries' stories with the weights of `step`; the file of them."""
        path = self._folder / f"{step:06d}.md"
        write_whole(path, "\n".join(self._lines(step, loss)).encode())
        return path

    def _lines(self, step: int, loss: float) -> Iterator[str]:
        yield f"# After {step} steps: loss {loss:.3f} on stories that it was not taught\n"
        for heading, question in self._prompts:
            yield f"## {heading}\n"
            yield f"{self._story(question)}\n"

    def _story(self, question: str) -> str:
        was_training = self._model.training
        self._model.eval()
        try:
            return self._writer.tell(question, seed=self._seed, max_words=self._words)
        except (ReplyError, QuestionTooLong) as fault:
            story = getattr(fault, "reply", "")
            return f"{story}\n\n*{fault}*"
        finally:
            self._model.train(was_training)
