"""Every test works in a folder of its own, without a network."""

import gc
import os
import re
import signal
import sys
from itertools import count

gc.disable()  # libraries are imported a quarter sooner; on again when all are
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] = "false"  # as `storybook app` has it
# Each interpreter that a test starts would compile anew all that is ours.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
if "PYTEST_XDIST_WORKER" in os.environ:  # workers, and what they start, share the cores
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from fake_openai_server import server as server
from storybook.models import packaged

# What a test writes need not outlive a power cut, and a disk takes its time to promise that.
os.fsync = lambda descriptor: None


def pytest_collection_finish():
    """Models are freed by collecting garbage, which need not look at all libraries each time."""
    gc.freeze()
    gc.set_threshold(20_000)
    gc.enable()


def pytest_runtest_logfinish(nodeid, location):
    """What tests leave in caches need not be looked at again and again either."""
    global _tests
    _tests += 1
    if _tests % 100 == 0:
        gc.collect()
        gc.freeze()


_tests = 0


_folders = count()


@pytest.fixture
def tmp_path(request, tmp_path_factory):
    """As pytest's own, which looks through the folders of all tests before for a number."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    folder = tmp_path_factory.getbasetemp() / f"{name}{next(_folders)}"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    """Nothing that a test writes lands in the working tree or in somebody's home.

    Nor does it matter which weights `make install` could fetch.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(packaged, "INSTALLED", tmp_path / "nothing-fetched")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)


@pytest.fixture
def interrupts_are_heard():
    """Where the tests were started in the background they are ignored, and by each child, too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def _own_main(monkeypatch):
    """Streamlit's tester leaves its page as `__main__`, which every worker process would import."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
