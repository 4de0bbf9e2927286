"""What is installed is read from the disk once, whichever libraries want to know.

transformers, diffusers and trl each ask `importlib.metadata` for all packages when they are
imported, and for each answer it reads the list of files of all that is installed: 0.7 s each.
"""

import importlib.metadata
from functools import cache


def remember_packages() -> None:
    """Let `importlib.metadata.packages_distributions` answer a second time from memory."""
    asked = importlib.metadata.packages_distributions
    if not hasattr(asked, "cache_info"):
        importlib.metadata.packages_distributions = cache(asked)
