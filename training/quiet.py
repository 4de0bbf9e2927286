"""What a training keeps from a terminal, and what it says there if it is asked to."""

import logging
import os
import sys
import warnings
from collections.abc import Generator, Iterator
from contextlib import closing

from storybook.jobs.reporting import line_of
from storybook.records import Event

LEVELS = ("INFO", "DEBUG")
LIBRARIES = ("diffusers", "transformers", "accelerate", "peft", "trl")
LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def quiet(level: str = "INFO") -> None:
    """Ask no hub, and let libraries say nothing that a user could not act on.

    At the level DEBUG they say on stderr all that they have to, warnings too.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    if level == "DEBUG":
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter(LINE))
        logging.captureWarnings(True)
        for name in ("training", "py.warnings", *LIBRARIES):
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = [handler], False
            logger.setLevel(logging.DEBUG)
        return
    warnings.filterwarnings("ignore")
    logging.getLogger("diffusers").setLevel(logging.ERROR)
    logging.getLogger("transformers").setLevel(logging.ERROR)


def spoken(events: Generator[Event, None, object]) -> Iterator[Event]:
    """The events; at the level DEBUG each of them is a line on stderr."""
    logger = logging.getLogger("training")
    with closing(events):
        for event in events:
            logger.debug(line_of(event))
            yield event
