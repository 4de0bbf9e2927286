"""HED's weights as Keras 3 keeps them, as those of the detector in ControlNet's annotators.

The network in the package reads BGR levels less a mean, and weighs what its five blocks see of
edges by a last 1 x 1 convolution. ControlNet's `ControlNetHED` reads RGB and takes the plain mean
of the five; so channels are turned round, and the weights of that last layer go into the five
before it. Both are the same sums.
"""

import io
from typing import TYPE_CHECKING

from storybook.errors import ModelError
from storybook.models.soft_edges import BLOCKS

if TYPE_CHECKING:
    import h5py
    import numpy as np
    from torch import Tensor

MEAN_RGB = (122.67892, 116.66877, 104.00699)
"""Of levels 0 to 255, in which the network was taught."""
MISSING = "The converter of HED needs h5py. Install it: pip install 'storybook[hed]'"


def read_hed(data: bytes, name: str) -> "dict[str, Tensor]":
    """The tensors of `ControlNetHED` out of a `.weights.h5`, all in single precision.

    Raises ModelError, calling the file `name`, if it is broken or of another network.
    """
    import numpy as np
    import torch

    try:
        import h5py
    except ImportError:
        raise ModelError(MISSING) from None
    try:
        with h5py.File(io.BytesIO(data)) as file:
            arrays = _arrays(file)
    except OSError as fault:
        raise ModelError(f"{name} is broken ({fault}). Fetch it again.") from fault
    except (KeyError, ValueError) as fault:
        reason = str(fault.args[0]) if fault.args else "other layers"
        raise ModelError(f"{name} is no HED: {reason}.") from fault
    return {key: torch.from_numpy(np.ascontiguousarray(each)) for key, each in arrays.items()}


def _arrays(file: "h5py.File") -> "dict[str, np.ndarray]":
    import numpy as np

    arrays = {"norm": np.array(MEAN_RGB, np.float32).reshape(1, 3, 1, 1)}
    fuse, fuse_bias = _layer(file, "fuse", (1, 1, 5, 1))
    for block, (before, after, count) in enumerate(BLOCKS):
        for conv in range(count):
            into = before if conv == 0 else after
            path = f"block{block + 1}/layers/conv2d" + (f"_{conv}" if conv else "")
            weight, bias = _layer(file, path, (3, 3, into, after))
            if block == conv == 0:
                weight = weight[:, :, ::-1]  # BGR
            prefix = f"block{block + 1}.convs.{conv}"
            arrays |= {f"{prefix}.weight": weight.transpose(3, 2, 0, 1), f"{prefix}.bias": bias}
        weight, bias = _layer(file, f"dsn{block + 1}", (1, 1, after, 1))
        share = fuse[0, 0, block, 0] * len(BLOCKS)
        prefix = f"block{block + 1}.projection"
        arrays |= {
            f"{prefix}.weight": weight.transpose(3, 2, 0, 1) * share,
            f"{prefix}.bias": bias * share + fuse_bias,
        }
    return arrays


def _layer(file: "h5py.File", path: str, shape: tuple[int, ...]) -> "tuple[np.ndarray, np.ndarray]":
    """Kernel [k, k, in, out] of that shape, and bias [out]."""
    import numpy as np

    kernel, bias = (np.asarray(file[f"{path}/vars/{at}"], np.float32) for at in (0, 1))
    if kernel.shape != shape or bias.shape != shape[-1:]:
        raise ValueError(f"{path} is {kernel.shape}, not {shape}")
    return kernel, bias
