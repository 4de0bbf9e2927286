"""Commands with `--shard` on a cluster: by hands in this process in place of Ray's workers."""

import os
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from evaluation.__main__ import main as evaluation_main
from storybook.cluster import shards
from storybook.cluster.shards import ShardOf, ShardRunner, run_shards, without_on
from storybook.cluster.team import Result
from storybook.errors import ConfigError, JobError
from storybook.records import Event
from training.__main__ import main

WORDS = """
import sys
part = sys.argv[-1]
if part == "2/2" and "--fails" in sys.argv:
    sys.exit("storybook: There is no model here.")
open(f"done-{part.replace('/', '-of-')}", "w").write(" ".join(sys.argv[1:]))
"""


RECIPE = """
model = "painter"
concept = [{photos = "photos", class_word = "cat", class_images = 4}]
"""


class Hands:
    """A team that works in this process."""

    def __init__(self, kind, given, size, *, gpus):
        self.worker, self.size = kind(*given), size

    def work(self, pieces):
        for piece in pieces:
            done = self.worker.make(piece)
            yield Result(piece, done, done.fault)


@pytest.fixture
def by_hands(monkeypatch):
    @contextmanager
    def cluster(on, workers=None):
        yield {"CPU": 2.0}

    monkeypatch.setattr(shards, "cluster", cluster)
    monkeypatch.setattr(shards, "Team", Hands)
    Path("work_in_shards.py").write_text(WORDS)


def run(*arguments):
    return list(run_shards("ray", "work_in_shards", arguments))


def test_run_shards_has_each_shard_done_once(by_hands):
    events = run("photos", "--batch", "4")
    assert [(event.done, event.total) for event in events] == [(1, 2), (2, 2)]
    assert Path("done-1-of-2").read_text() == "photos --batch 4 --shard 1/2"
    assert Path("done-2-of-2").is_file() and not list(Path().glob(".*.sign"))


def test_run_shards_says_what_a_shard_complained_of(by_hands):
    with pytest.raises(JobError, match="1 of 2 shards failed: There is no model here"):
        run("--fails")
    assert Path("done-1-of-2").is_file() and not list(Path().glob(".*.sign"))


def test_shard_runner_asks_for_storage_that_it_sees():
    done = ShardRunner(os.getcwd(), "no-sign", "json", ()).make(ShardOf(index=1, count=1))
    assert "not on storage that this machine sees" in done.fault


def test_shard_runner_says_how_a_silent_one_ended(tmp_path):
    Path("silent.py").write_text("import os; os._exit(7)")
    Path("sign").touch()
    done = ShardRunner(os.getcwd(), "sign", "silent", ()).make(ShardOf(index=1, count=1))
    assert done.fault == "It ended with 7."


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (["a", "--on", "ray", "b"], ("a", "b")),
        (["--on=ray://h:1", "--workers", "2", "--batch", "4"], ("--batch", "4")),
        (["--workers=2"], ()),
        (["a", "--on"], ("a",)),
    ],
)
def test_without_on_leaves_the_rest(words, left):
    assert without_on(words) == left


def test_without_on_refuses_a_shard():
    with pytest.raises(ConfigError, match="--shard with --on"):
        without_on(["a", "--shard", "1/2", "--on", "ray"])


@pytest.mark.parametrize(
    "words",
    [
        ["dataset", "caption", "photos", "--model", "blip"],
        ["dataset", "tag", "photos", "--threshold", "0.4"],
        ["class-images", "recipe.toml", "--set", "model=somebody/painter"],
    ],
)
def test_training_hands_its_own_words_to_the_shards(words, monkeypatch):
    asked = []
    Path("recipe.toml").write_text(RECIPE)
    monkeypatch.setattr(shards, "run_shards", lambda *given: asked.append(given) or iter(()))
    monkeypatch.setattr("storybook.cluster.connect.find_spec", lambda name: True)
    monkeypatch.setattr(sys, "argv", ["training", *words, "--on", "ray", "--workers", "3"])
    assert main() == 0
    assert asked == [("ray", "training", tuple(words), 3)]


def test_dataset_on_a_cluster_writes_no_single_file(monkeypatch, capsys):
    words = ["dataset", "caption", "photos", "--to", "json", "--on", "ray"]
    monkeypatch.setattr(sys, "argv", ["training", *words])
    assert main() == 2 and "cannot write one file" in capsys.readouterr().err


def test_evaluation_hands_its_own_words_to_the_shards(monkeypatch, capsys):
    asked = []

    def run_shards(*given):
        asked.append(given)
        yield Event(stage="shards", done=1, total=1)
        raise JobError("2 of 2 shards failed: there is no writer here.")

    monkeypatch.setattr("evaluation.__main__.run_shards", run_shards)
    monkeypatch.setattr("storybook.cluster.connect.find_spec", lambda name: True)
    words = ("--only", "stories,books", "--quick")
    monkeypatch.setattr(sys, "argv", ["evaluation", *words, "--on", "ray", "--workers", "2"])
    assert evaluation_main() == 2
    assert asked == [("ray", "evaluation", words, 2)]
    assert "there is no writer here" in capsys.readouterr().err
