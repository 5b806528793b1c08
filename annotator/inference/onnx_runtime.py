"""ONNX Runtime as it is imported here: told not to report on anybody before it begins to.

Since 1.32 it notes on Linux, too, what it runs on and with, keeps that in a database in the user's
cache, and sends it to its makers. The variable is read when the library is loaded; the call is for
a library that another program part has loaded before.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as states

onnxruntime.disable_telemetry_events()

__all__ = ["onnxruntime", "states"]
