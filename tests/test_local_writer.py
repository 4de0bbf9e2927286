"""The local writer, on real LLaMA folders at toy size."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from pydantic import Field

from storybook.config import WriteSettings
from storybook.errors import ConfigError, ModelError, QuestionTooLong, ReplyError
from storybook.models.generation import SamplingParams, load_sampling
from storybook.models.local_writer import open_local_writer, writer_name
from storybook.models.writers import open_writer
from storybook.records import Record
from tiny import tiny_llama

QUESTION = "Summary: a cat naps END\nFull story:"
STORY = " Title: The Nap\nPip the cat naps. END"
PROSE = "Title: The Nap\nPip the cat naps."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A writer that knows one story by heart, and takes the likeliest word."""
    folder = tiny_llama(tmp_path_factory.mktemp("writer") / "base", learns=(QUESTION + STORY,))
    (folder / "generation.json").write_text(json.dumps({"temperature": 0}))
    return folder


@pytest.fixture(scope="module")
def babbler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A writer with random weights, that never comes to an end."""
    return tiny_llama(tmp_path_factory.mktemp("babbler") / "base")


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def lora(folder: Path, adapter: Path, *, strength: float = 0.0) -> Path:
    """A LoRA folder taught (not at all, or by chance) on the writer in `folder`."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(folder)
    model = get_peft_model(model, LoraConfig(r=4, target_modules=["q_proj", "v_proj"]))
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=strength)
    model.save_pretrained(adapter)
    return adapter


def test_tells_up_to_its_end_mark(folder: Path) -> None:
    assert open_local_writer(folder).tell(QUESTION, seed=1, max_words=60) == PROSE


def test_stops_at_the_end_of_text(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path / "base", learns=("Say hello: Hello there, Pip.",))
    writer = open_local_writer(folder, temperature=0)
    assert writer.tell("Say hello:", seed=1, max_words=40) == "Hello there, Pip."


def test_the_same_seed_tells_the_same_and_leaves_no_trace(babbler: Path) -> None:
    writer = open_local_writer(babbler)
    said = []
    before = torch.get_rng_state()
    for seed in (1, 1, 2):
        with pytest.raises(ReplyError, match="came to no end") as fault:
            writer.tell("Once", seed=seed, max_words=8)
        said.append(fault.value.reply)
    assert said[0] == said[1] != said[2]
    assert torch.equal(torch.get_rng_state(), before)


def test_a_telling_does_not_depend_on_those_beside_it(babbler: Path) -> None:
    writer = open_local_writer(babbler)
    together = list(writer.tell_each("Once", seeds=[3, 1, 2], max_words=8))
    for seed, told in zip((3, 1, 2), together, strict=True):
        (alone,) = writer.tell_each("Once", seeds=[seed], max_words=8)
        assert told.reply == alone.reply
    assert len({told.reply for told in together}) == 3


def test_who_ends_early_is_not_padded_into_its_story(folder: Path) -> None:
    """Rows of several lengths, each ending where it ended itself."""
    writer = open_local_writer(folder, sampling=SamplingParams(temperature=1.5, top_p=1.0))
    told = list(map(str, writer.tell_each(QUESTION, seeds=range(12), max_words=60)))
    whole = [each for each in told if "came to no end" not in each]
    assert len({len(each.split()) for each in whole}) > 1
    assert not any("pad" in each or "END" in each for each in whole)


def test_rows_are_drawn_as_their_chances_say() -> None:
    """Gumbel noise draws words as often as their probabilities ask for."""
    from storybook.models.seeded_sampling import sampling_processors

    scores = torch.tensor([0.5, 0.3, 0.15, 0.05]).log().expand(4000, -1)
    for process in sampling_processors(SamplingParams(temperature=1.0, top_p=0.9), range(4000)):
        scores = process(torch.zeros(4000, 1, dtype=torch.long), scores)
    counts = torch.bincount(scores.argmax(1), minlength=4) / 4000
    expected = torch.tensor([0.5, 0.3, 0.15, 0.0]) / 0.95  # the last is beyond top_p
    assert torch.allclose(counts, expected, atol=0.03)
    assert counts[3] == 0


def test_a_question_beyond_the_context_says_both_lengths(folder: Path) -> None:
    writer = open_local_writer(folder)
    with pytest.raises(QuestionTooLong, match=r"takes [\d,]+ tokens .* holds 512") as fault:
        writer.tell("a cat naps " * 400, seed=1, max_words=60)
    assert 0 < fault.value.words_over < 1200


class Naps(Record):
    hero: str
    naps: int = Field(ge=1)


def test_answers_with_a_record(tmp_path: Path) -> None:
    from storybook.models.replies import demand

    question = demand("Who naps?", Naps)
    folder = tiny_llama(
        tmp_path / "base",
        learns=(f'{question} Sure: {{"hero": "Pip", "naps": 3}} END',),
        context=2048,
    )
    writer = open_local_writer(folder, temperature=0)
    assert writer.answer("Who naps?", Naps, seed=1) == Naps(hero="Pip", naps=3)


def test_an_adapter_changes_what_is_told_and_the_name(folder: Path, tmp_path: Path) -> None:
    adapter = lora(folder, tmp_path / "adapter", strength=1.0)
    with_adapter = open_local_writer(folder, adapter)
    assert with_adapter.name == writer_name(folder, adapter) != writer_name(folder)
    try:
        told = with_adapter.tell(QUESTION, seed=1, max_words=30)
    except ReplyError as fault:
        told = fault.reply
    assert told != PROSE


def test_an_adapter_that_learned_nothing_changes_nothing(folder: Path, tmp_path: Path) -> None:
    adapter = lora(folder, tmp_path / "adapter")
    assert open_local_writer(folder, adapter).tell(QUESTION, seed=1, max_words=60) == PROSE


def test_the_name_follows_the_weights(folder: Path, copy: Path) -> None:
    from safetensors.torch import load_file, save_file

    before = writer_name(copy)
    weights = load_file(copy / "model.safetensors")
    weights["model.norm.weight"] += 0.01
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    assert before != writer_name(copy)


def test_sampling_is_read_beside_the_folder_and_changed_by_the_studio(copy: Path) -> None:
    (copy / "generation.json").unlink()
    (copy.parent / "generation.json").write_text('{"temperature": 0.5, "top_p": 0.8}')
    assert open_local_writer(copy).sampling == SamplingParams(temperature=0.5, top_p=0.8)
    assert open_local_writer(copy, temperature=0.9).sampling.temperature == 0.9


def test_refuses_broken_folders_in_one_line(copy: Path, babbler: Path, tmp_path: Path) -> None:
    def refused(*folders: Path) -> str:
        with pytest.raises(ModelError) as fault:
            open_local_writer(*folders)
        assert "\n" not in str(fault.value)
        return str(fault.value)

    weights = copy / "model.safetensors"
    whole = weights.read_bytes()
    assert "has no config.json" in refused(tmp_path / "nowhere")
    weights.write_bytes(whole[:-100])
    assert "cut off" in refused(copy)
    torch.save({"a": torch.zeros(1)}, weights)
    assert "pickle named .safetensors" in refused(copy)
    weights.rename(copy / "pytorch_model.bin")
    assert "pytorch_model.bin is a pickle" in refused(copy)
    (copy / "pytorch_model.bin").unlink()
    weights.write_bytes(whole)
    (copy / "tokenizer.json").unlink()
    assert "no usable tokenizer" in refused(copy)
    (copy / "tokenizer.json").write_text("{}")
    assert "no usable tokenizer" in refused(copy)


def test_refuses_weights_that_do_not_fill_the_model(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    with pytest.raises(ModelError, match="do not fit"):
        open_local_writer(copy)


def test_refuses_an_adapter_of_another_model(folder: Path, tmp_path: Path) -> None:
    adapter = lora(folder, tmp_path / "adapter")
    config = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps(config | {"r": 8}))
    with pytest.raises(ModelError, match="not taught on this model"):
        open_local_writer(folder, adapter)
    (adapter / "adapter_config.json").write_text(
        json.dumps(config | {"target_modules": ["k_proj"]})
    )
    with pytest.raises(ModelError, match="not taught on this model"):
        open_local_writer(folder, adapter)


def test_opening_is_quiet(
    copy: Path, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    capfd.readouterr()
    open_local_writer(copy).tell(QUESTION, seed=1, max_words=60)
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_the_storybook_preset_is_the_source_document_s(babbler: Path) -> None:
    preset = load_sampling("storybook")
    assert preset == SamplingParams(
        sample=False, temperature=0.1, top_k=40, top_p=0.3, repetition_penalty=1.5
    )
    assert not preset.is_stochastic
    writer = open_local_writer(babbler, sampling=preset)
    assert writer.name == writer_name(babbler, sampling=preset) != writer_name(babbler)
    said = []
    for seed in (1, 2):
        with pytest.raises(ReplyError) as fault:
            writer.tell("Once", seed=seed, max_words=8)
        said.append(fault.value.reply)
    assert said[0] == said[1]


def test_a_studio_names_how_words_are_chosen(babbler: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("top_k = 1\n")
    settings = WriteSettings(writer=str(babbler), generation=str(own))
    with pytest.raises(ReplyError) as first:
        open_writer(settings, "cpu").tell("Once", seed=1, max_words=8)
    with pytest.raises(ReplyError) as other:
        open_writer(settings, "cpu").tell("Once", seed=2, max_words=8)
    assert first.value.reply == other.value.reply  # one word to choose from is no choice
    with pytest.raises(ConfigError, match="no generation preset 'nucleos'"):
        open_writer(settings.but(generation="nucleos"), "cpu")
    own.write_text("top_k = -1\n")
    with pytest.raises(ConfigError, match="top_k"):
        open_writer(settings, "cpu")
