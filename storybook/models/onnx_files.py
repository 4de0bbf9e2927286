"""Networks in ONNX's form, opened by onnxruntime on the processor."""

from pathlib import Path
from typing import TYPE_CHECKING

from storybook.errors import ModelError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

QUIET = 4
"""Of onnxruntime's levels: it says what is fatal."""


def open_onnx(file: Path, missing: str) -> "InferenceSession":
    """The network in a file; raises ModelError, which says `missing` where onnxruntime is not."""
    try:
        import onnxruntime
    except ImportError:
        raise ModelError(missing) from None
    from onnxruntime.capi import onnxruntime_pybind11_state as faults

    options = onnxruntime.SessionOptions()
    options.log_severity_level = QUIET
    try:
        return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    except (
        faults.Fail,
        faults.InvalidProtobuf,
        faults.InvalidGraph,
        faults.InvalidArgument,
        faults.NotImplemented,
        faults.RuntimeException,
        ValueError,
    ) as fault:
        raise ModelError(f"{file} is broken, or no network of ONNX. Fetch it again.") from fault
