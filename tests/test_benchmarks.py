"""Every part of `make bench` begins and ends, with settings that are too small to measure by."""

import io
import json
import sys

import pytest
from rich.console import Console

import benchmarks.__main__ as bench
from benchmarks import datasets, desk_scale, enlarging, precision, scale, senses, stories, teaching
from storybook.cli import main

pytestmark = pytest.mark.slow


@pytest.fixture
def told(tmp_path):
    """What a part prints."""
    page = io.StringIO()
    console = Console(file=page, width=140)

    def run(part, *more):
        part(console, tmp_path, *more)
        return page.getvalue()

    return run


def test_the_sample_book_is_made_and_compared_with_a_plain_script(tmp_path, told):
    book = bench.begin(tmp_path, "sample", 4)
    measured = bench.run(["storybook", "make", "sample"], tmp_path)
    assert measured.seconds > 0 and measured.cpu_s > 0 and measured.peak_mb > 50
    plain = bench.run(["benchmarks.plain", "sample", "plain"], tmp_path)

    def compared(console, folder):
        bench.report(console, book, measured)
        bench.compare(console, book, folder / "plain", plain)

    said = told(compared)
    assert "pictures/s drawn" in said and "times as fast" in said


def test_growth_is_told_of_each_number_of_pages(told, monkeypatch):
    monkeypatch.setattr(bench, "PAGES", (4,))
    assert "seconds a page" in told(bench.growth)


def test_enlarging_is_told_of_each_network(told, monkeypatch):
    monkeypatch.setattr(enlarging, "STARTER_PX", (32,))
    monkeypatch.setattr(enlarging, "LARGE_PX", 32)
    said = told(enlarging.enlarging)
    assert "starter, 32 px x4" in said and "x4plus, 32 px x4" in said and "times as fast" in said


def test_senses_are_told_of_all_that_is_there(told, monkeypatch):
    monkeypatch.setattr(senses, "PHOTOS", 1)
    assert "the coach, measuring" in told(senses.senses)


def test_precision_is_told_of_each_kind_of_work(told, monkeypatch):
    monkeypatch.setattr(precision, "ROUNDS", 1)
    monkeypatch.setattr(precision, "PICTURES", 2)
    monkeypatch.setattr(precision, "BATCH", 2)
    monkeypatch.setattr(precision, "PLATE_PX", 256)
    said = told(precision.precision)
    assert "draw 2 pictures" in said and "teaching the writer" in said


def test_teaching_is_told_against_a_plain_loop(told, monkeypatch):
    monkeypatch.setattr(teaching, "STEPS", 8)
    monkeypatch.setattr(teaching, "SIDE_PX", 64)
    assert "plain loop" in told(teaching.teaching)


def test_teaching_stories_is_told_against_a_plain_loop(told, monkeypatch):
    monkeypatch.setattr(stories, "PAIRS", 40)
    assert "times as fast" in told(stories.stories)


def test_datasets_are_told_against_a_plain_loop(told, monkeypatch):
    for name, few in (("LOOKED_AT", 20), ("CAPTIONED", 2), ("ROUNDS", 1)):
        monkeypatch.setattr(datasets, name, few)
    monkeypatch.setattr(datasets, "PHOTOS", {"small": (4, (300, 200))})
    said = told(datasets.datasets)
    assert "against plain" in said and "look, 20 small pictures, again" in said


def test_the_desk_is_told_of_a_tenth_and_of_all(told):
    said = told(desk_scale.desk_scale, 20)
    assert "look, with buckets and twins" in said and "clean" in said


def run_scale(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["scale", *words])
    scale.main()


def test_memory_of_many_books_is_told_after_each_tenth(tmp_path, monkeypatch, capsys):
    run_scale(monkeypatch, "memory", "--many", "3", "--work", str(tmp_path / "work"))
    said = capsys.readouterr().out
    assert "3 books:" in said and "peak" in said


def test_killed_goes_on_with_its_orders_and_its_figures(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(scale, "command", lambda *words: [sys.executable, "-c", "pass"])
    for _ in range(2):
        run_scale(monkeypatch, "killed", "--orders", "3", "--work", str(tmp_path / "work"))
    assert "0 of 3 made" in capsys.readouterr().out
    (figure,) = json.loads((tmp_path / "work" / "killed" / scale.FIGURES).read_text()).values()
    assert figure["runs"] == 2 and figure["seconds"] > 0


def test_figures_are_measured_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert scale.Figures().of("a", lambda: {"seconds": 1.0}) == {"seconds": 1.0}
    assert scale.Figures().of("a", lambda: pytest.fail("measured again")) == {"seconds": 1.0}


def test_books_an_hour_are_told_alone_in_a_batch_and_on_ray(tmp_path, monkeypatch, capsys):
    """By the doubles; what Ray takes is a figure of its own here."""

    def run(*words):
        assert main([*words, "--studio", "doubles"]) == 0

    def on_ray(workers, books):
        assert books == 3
        return {"seconds": 8.0 / workers, "ends": [2.0 / workers * place for place in (1, 2, 3)]}

    monkeypatch.setattr(scale, "run", run)
    monkeypatch.setattr(scale, "on_ray", on_ray)
    work = str(tmp_path / "work")
    run_scale(monkeypatch, "starter", "--books", "3", "--work", work)
    said = capsys.readouterr().out
    assert "in a batch: " in said and "on Ray, 2 worker(s)" in said
    assert "3600 books an hour, 1.00 of linear" in said
    monkeypatch.setattr(scale, "run", lambda *words: pytest.fail("measured again"))
    run_scale(monkeypatch, "starter", "--books", "3", "--work", work)
