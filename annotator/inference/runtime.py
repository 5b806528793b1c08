"""ONNX Runtime: execution providers by short names, and sessions with errors that help."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from annotator.inference.onnx_runtime import onnxruntime as ort
from annotator.inference.onnx_runtime import states as _states
from annotator.system.foreign_text import recovered
from annotator.system.memory import lacks_memory

_PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
}
_PACKAGES = {
    "cuda": "onnxruntime-gpu",
    "coreml": "onnxruntime on macOS",
    "directml": "onnxruntime-directml",
    "openvino": "onnxruntime-openvino",
}
# An accelerator's log says why it does not work; of the processor the exception says all.
_ERRORS_ONLY, _NOTHING = 3, 4
# Not every release has every one of them. What cannot be decoded is a name in the model, or one
# in what is said of it.
_ERRORS: tuple[type[Exception], ...] = (
    UnicodeDecodeError,
    *(
        getattr(_states, name)
        for name in (
            "EPFail",
            "Fail",
            "InvalidArgument",
            "InvalidGraph",
            "InvalidProtobuf",
            "ModelLoadCanceled",
            "NoModel",
            "NoSuchFile",
            "NotImplemented",
            "RuntimeException",
        )
        if hasattr(_states, name)
    ),
)


class ModelError(ValueError):
    """A model file that cannot be used; the message says why and what to do."""


class NotFiniteError(ModelError):
    """A model that gave numbers that are not finite (NaN, infinite) for an image."""


class ProviderError(ValueError):
    """An execution provider that is not available; the message lists those that are."""


def available_providers() -> list[str]:
    """Return the short names of the execution providers that can be chosen here."""
    present = set(ort.get_available_providers())
    return [name for name, provider in _PROVIDERS.items() if provider in present]


def provider_names(providers: Sequence[str]) -> list[str]:
    """Return ONNX Runtime's names for short ones, most wanted first.

    Raises
    ------
    ProviderError
        If one is unknown, none is given, or one is not part of the installed ONNX Runtime.
    """
    available = available_providers()
    listed = ", ".join(available)
    if not providers:
        raise ProviderError(f"no execution provider given; available here: {listed}")
    for name in providers:
        if name not in _PROVIDERS:
            known = ", ".join(_PROVIDERS)
            raise ProviderError(f"unknown execution provider {name!r}; choose from {known}")
        if name not in available:
            raise ProviderError(
                f"execution provider {name!r} is not available here ({listed} is); "
                f"it comes with {_PACKAGES[name]}, which replaces the onnxruntime package"
            )
    return [_PROVIDERS[name] for name in providers]


def open_session(path: Path, providers: Sequence[str], threads: int | None) -> Any:
    """Load a model.

    Parameters
    ----------
    path
        An ONNX file.
    providers
        Short names, most wanted first.
    threads
        How many threads work on one run; None is one. Several runs may go on at once.

    Raises
    ------
    ModelError
        If the file is missing or no model that ONNX Runtime can run.
    ProviderError
        If a provider is not available, or is but cannot work on this machine.
    """
    names = provider_names(providers)
    if not path.is_file():
        raise ModelError(f"{path}: no such model file; give the path of an .onnx file")
    file = recovered(str(path))  # the library takes text alone
    if file.encode("utf-8", "replace").decode() != file:
        raise ModelError(f"{path}: the path of a model has to be UTF-8 text: rename it")
    options = ort.SessionOptions()
    options.log_severity_level = _NOTHING if providers[0] == "cpu" else _ERRORS_ONLY
    options.intra_op_num_threads = threads or 1
    options.inter_op_num_threads = 1
    if "directml" in providers:
        options.enable_mem_pattern = False  # as DirectML demands
    try:
        # Falling back from the processor to itself would only print that it does.
        session = ort.InferenceSession(
            file, options, providers=names, enable_fallback=int(providers[0] != "cpu")
        )
        _ = [(given.name, given.shape) for given in session.get_inputs()]
    except _ERRORS as error:
        if lacks_memory(error):
            raise MemoryError(f"{path} does not fit into memory") from error
        if providers[0] != "cpu":
            open_session(path, ("cpu",), threads)  # tells a bad model from a bad provider
            raise _not_working(providers[0], _first_line(error)) from error
        raise ModelError(
            f"{path}: ONNX Runtime cannot load it ({_first_line(error)}); export the model to "
            "ONNX again, or upgrade onnxruntime if the file is newer than it"
        ) from error
    if session.get_providers()[0] != names[0]:
        raise _not_working(providers[0], "it fell back to another")
    return session


def _not_working(provider: str, reason: str) -> ProviderError:
    others = ", ".join(name for name in available_providers() if name != provider)
    return ProviderError(
        f"execution provider {provider!r} is installed but does not work on this machine "
        f"({reason}): check its drivers, or use another: {others}"
    )


def run(session: Any, inputs: dict[str, Any], what: str) -> list[Any]:
    """Run a model; a failure inside of it becomes a ModelError."""
    try:
        results: list[Any] = session.run(None, inputs)
    except _ERRORS as error:
        if lacks_memory(error):
            raise MemoryError(f"{what} does not fit into memory") from error
        raise ModelError(f"{what} failed to run: {_first_line(error)}") from error
    return results


def _first_line(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "a name in it is no text"
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
