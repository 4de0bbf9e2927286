"""The writer's lesson at toy size: folders that load, a run that resumes, a frame without gaps."""

from pathlib import Path
from random import Random

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from training.starter.loop import progress_of
from training.starter.tales import compose, load_lexicon
from training.starter.tales.measure import page_lines
from training.starter.tales.tokens import UNTAUGHT, mark, question, reply, story_batch
from training.starter.writer import ADAPTER, BASE, train_writer

MINUTES = 1.0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("writer")
    for _ in train_writer(folder / "out", folder / "work", MINUTES, steps=3):
        pass
    return folder


def test_question_and_reply_follow_the_format() -> None:
    tale = compose(Random(1), load_lexicon(), 5, "3-5")
    assert f"Pages: 5. Ages: 3-5.\nHero: {tale.hero}\nSummary: {tale.summary} END" in question(tale)
    told = reply(tale)
    assert told.startswith(f" Title: {tale.title}\n{mark(5)} ")
    assert told.endswith(" END")


def test_the_made_folders_load_as_ordinary_ones(made: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(made / "out" / BASE)
    base = AutoModelForCausalLM.from_pretrained(made / "out" / BASE, dtype=torch.float32)
    adapted = PeftModel.from_pretrained(base, made / "out" / "story-lora")
    asked = tokenizer("Biscuit, a cat", return_tensors="pt")
    said = adapted.generate(asked.input_ids, attention_mask=asked.attention_mask, max_new_tokens=5)
    assert said.shape[1] == asked.input_ids.shape[1] + 5
    assert adapted.peft_config["default"].r == 8
    assert sorted(adapted.peft_config["default"].target_modules) == ["q_proj", "v_proj"]
    for name in ("generation.json", "card.json"):
        assert (made / "out" / name).exists()


def test_the_tokenizer_reads_anything_and_its_pad_is_not_the_end(made: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(made / "out" / BASE)
    text = 'Zażółć 猫 🐈 said "hello" to Ägidius.'
    assert tokenizer.decode(tokenizer(text).input_ids, skip_special_tokens=True) == text
    assert tokenizer.pad_token_id not in (tokenizer.eos_token_id, tokenizer.bos_token_id)
    chat = tokenizer.apply_chat_template([{"role": "user", "content": "Hi"}], tokenize=False)
    assert chat == "<s>Hi"


def test_marks_vanish_from_what_was_told(made: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(made / "out" / BASE)
    tale = compose(Random(2), load_lexicon(), 6, "5-7")
    told = tokenizer.decode(tokenizer(reply(tale)).input_ids, skip_special_tokens=True)
    assert page_lines(told) == list(tale.paragraphs)


def test_loss_is_on_the_story_only(made: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(made / "out" / BASE)
    batch = story_batch(Random(3), load_lexicon(), tokenizer, 1500)
    taught = tokenizer.decode(batch.labels[0][batch.labels[0] != UNTAUGHT])
    assert taught.startswith(" Title: ")
    assert taught.endswith(" END</s>")
    assert bool((batch.labels[batch.mask == 0] == UNTAUGHT).all())


def test_stopping_and_going_on_gives_the_same_base(made: Path, tmp_path: Path) -> None:
    for steps in (1, 3):
        for _ in train_writer(tmp_path / "out", tmp_path / "work", MINUTES, steps=steps):
            pass
    assert progress_of(tmp_path / "work" / BASE).step == 3
    whole = AutoModelForCausalLM.from_pretrained(made / "out" / BASE).state_dict()
    parts = AutoModelForCausalLM.from_pretrained(tmp_path / "out" / BASE).state_dict()
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    assert progress_of(tmp_path / "work" / ADAPTER).step == 3
