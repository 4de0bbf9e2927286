"""Join a Ray cluster, or start one on this machine for as long as the work lasts."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from storybook.errors import ConfigError, first_line
from storybook.processes import usable_cores

LOCAL = "ray"
CLIENT = "ray://"
STARTS = 3
STORE_BYTES = 200 * 1024**2
"""Of a cluster of this machine alone, whose workers write to the books' folders themselves."""


def check_on(on: str) -> str:
    """`ray`, or `ray://HOST:PORT`, as it was typed; raises ConfigError for anything else.

    And if Ray is not installed.
    """
    host, _, port = on.removeprefix(CLIENT).rpartition(":")
    if on != LOCAL and not (on.startswith(CLIENT) and host and port.isdigit()):
        raise ConfigError(
            f"--on {on}: say ray, for a cluster on this machine or the one that RAY_ADDRESS names, "
            "or ray://HOST:10001."
        )
    check_installed()
    return on


def check_installed() -> None:
    """Raise ConfigError if Ray is not installed."""
    if find_spec("ray") is None:
        raise ConfigError("--on ray needs Ray. Install it: pip install 'storybook[ray]'")


def is_own(on: str) -> bool:
    """Whether `--on` says a cluster of this machine alone, which sees all folders that we see."""
    return on == LOCAL and not os.environ.get("RAY_ADDRESS")


@contextmanager
def cluster(on: str, workers: int | None = None) -> Iterator[dict[str, float]]:
    """Be connected to a cluster inside the `with`; yields its resources, such as `CPU` and `GPU`.

    `ray` starts one on this machine, with so many workers, unless RAY_ADDRESS names one. Raises
    ConfigError if there is none at the address. A connection that this process has is used.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell somebody
    import ray

    if ray.is_initialized():
        yield ray.cluster_resources()
        return
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    if on != LOCAL:
        _begin(on, **quiet)
    elif not is_own(on):
        _begin(None, **quiet)
    else:
        own = {"num_cpus": workers or usable_cores(), "object_store_memory": STORE_BYTES}
        _begin("local", include_dashboard=False, **own, **quiet)
    try:
        yield ray.cluster_resources()
    finally:
        ray.shutdown()


def _begin(address: str | None, **options: object) -> None:
    """Connect to a cluster, or start one; raises ConfigError if that cannot be.

    Ray gives a node half a minute to start, which a machine with much to do may miss.
    """
    import ray

    for left in reversed(range(STARTS if address == "local" else 1)):
        try:
            ray.init(address, **options)
            return
        except Exception as fault:  # of no kind of its own where a node starts too slowly
            ray.shutdown()
            if not left:
                where = address or os.environ["RAY_ADDRESS"]
                says = f"No Ray cluster answers at {where}: {first_line(fault)}"
                raise ConfigError(says) from fault
