"""The writer's lesson at toy size: folders that load, a run that resumes, a frame without gaps."""

from pathlib import Path
from random import Random

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from storybook.models.local_writer import open_local_writer
from training.starter.loop import progress_of
from training.starter.tales import compose, load_lexicon
from training.starter.tales.tokens import IGNORE_INDEX, bare_batch, mark, question, reply
from training.starter.tales.words import MANNERS
from training.starter.writer import ADAPTERS, BASE, train_writer

MINUTES = 1.0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("writer")
    for _ in train_writer(folder / "out", folder / "work", MINUTES, steps=2):
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
    asked = tokenizer("Biscuit, a cat", return_tensors="pt")
    adapted = PeftModel.from_pretrained(base, made / "out" / ADAPTERS["plain"])
    said = adapted.generate(asked.input_ids, attention_mask=asked.attention_mask, max_new_tokens=5)
    assert said.shape[1] == asked.input_ids.shape[1] + 5
    assert adapted.peft_config["default"].r == 8
    assert sorted(adapted.peft_config["default"].target_modules) == ["q_proj", "v_proj"]
    for name in ("generation.json", "card.json"):
        assert (made / "out" / name).exists()


def test_each_manner_has_an_adapter_of_this_base(made: Path) -> None:
    assert set(ADAPTERS) == set(MANNERS)
    for folder in ADAPTERS.values():
        assert open_local_writer(made / "out" / BASE, made / "out" / folder).name


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
    title, *pages = told.removesuffix(" END").splitlines()
    assert title.strip() == f"Title: {tale.title}"
    assert [page.strip() for page in pages] == list(tale.paragraphs)


def test_the_base_hears_every_manner_and_learns_from_no_padding(made: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(made / "out" / BASE)
    lexica = [load_lexicon(manner) for manner in MANNERS]
    heard = set()
    for seed in range(12):
        batch = bare_batch(Random(seed), lexica, tokenizer, 1500)
        assert bool((batch.labels[batch.mask == 0] == IGNORE_INDEX).all())
        text = tokenizer.decode(batch.tokens[0])
        assert "END</s>" in text
        heard.add("good night" in text.lower())
    assert heard == {True, False}


@pytest.mark.slow  # the loop that all the starter's models share is held by its picture models
def test_stopping_and_going_on_gives_the_same_base(made: Path, tmp_path: Path) -> None:
    stopped = train_writer(tmp_path / "out", tmp_path / "work", MINUTES, steps=2)
    next(stopped)
    stopped.close()
    assert progress_of(tmp_path / "work" / BASE).step == 1
    for _ in train_writer(tmp_path / "out", tmp_path / "work", MINUTES, steps=2):
        pass
    assert progress_of(tmp_path / "work" / BASE).step == 2
    whole = AutoModelForCausalLM.from_pretrained(made / "out" / BASE).state_dict()
    parts = AutoModelForCausalLM.from_pretrained(tmp_path / "out" / BASE).state_dict()
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    for folder in ADAPTERS.values():
        ours, theirs = (
            load_file(each / folder / "adapter_model.safetensors")
            for each in (made / "out", tmp_path / "out")
        )
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)
