"""What a training says on a terminal at which level."""

import logging
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from storybook.records import Event
from training.__main__ import _stoppable, main
from training.quiet import LIBRARIES, quiet, spoken

NAMES = ("training", "py.warnings", *LIBRARIES)


@pytest.fixture(autouse=True)
def loggers():
    """Put back as they were."""
    kept = [(logging.getLogger(name), vars(logging.getLogger(name)).copy()) for name in NAMES]
    with warnings.catch_warnings():
        yield
        logging.captureWarnings(False)
    for logger, before in kept:
        logger.handlers, logger.propagate = before["handlers"], before["propagate"]
        logger.setLevel(before["level"])


def events():
    yield Event(stage="steps", done=1, total=2, note="loss 0.5")


def said(level, capsys):
    quiet(level)
    assert len(list(spoken(events()))) == 1
    logging.getLogger("diffusers").warning("a library warns")
    logging.getLogger("transformers").debug("a library tells")
    return capsys.readouterr().err


def test_debug_says_each_event_and_what_the_libraries_say(capsys):
    told = said("DEBUG", capsys)
    assert "DEBUG training: steps 1/2: loss 0.5" in told
    assert "WARNING diffusers: a library warns" in told
    assert "DEBUG transformers: a library tells" in told


def test_info_keeps_libraries_quiet(capsys):
    assert "a library" not in said("INFO", capsys)


def test_spoken_closes_what_it_tells_of():
    ended = []

    def work():
        try:
            yield from events()
            yield from events()
        finally:
            ended.append(True)

    told = spoken(work())
    next(told)
    told.close()
    assert ended == [True]


def test_log_level_is_one_of_two(monkeypatch, capsys):
    words = ["dreambooth", "recipe.toml", "--log-level", "LOUD"]
    monkeypatch.setattr(sys, "argv", ["training", *words])
    with pytest.raises(SystemExit):
        main()
    assert "invalid choice: 'LOUD'" in capsys.readouterr().err


def test_work_in_another_thread_goes_on_without_signals():
    """As a trainer of a cluster calls it."""
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(list, _stoppable(events())).result() == list(events())
