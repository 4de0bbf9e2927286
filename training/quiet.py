"""What a training keeps from a terminal: the libraries' warnings."""

import logging
import os
import warnings


def quiet() -> None:
    """Ask no hub, and let libraries say nothing that a user could not act on."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    warnings.filterwarnings("ignore")
    logging.getLogger("diffusers").setLevel(logging.ERROR)
    logging.getLogger("transformers").setLevel(logging.ERROR)
