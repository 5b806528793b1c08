"""Too little memory: how it shows in errors, and what to do before libraries take theirs."""

import errno
import os
import sys

_SIGNS = (
    "failed to map segment",  # the loader's, of a library
    "cannot allocate memory",
    "can't start new thread",
    "bad_alloc",
    "failed to allocate memory",  # ONNX Runtime's
    "insufficient memory",  # OpenCV's
    "out of memory",
    "without exception set",  # Python's own, where it could not even make an error
    "without setting an exception",
)
_LITTLE = 4 << 30
_TOO_LITTLE = 400 * 10**6  # bytes: no command but `--help` ever ended well with less


def lacks_memory(error: BaseException | None) -> bool:
    """Return whether an error came of too little memory, or of what came of it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
            return True
        said = str(error).lower()
        if any(sign in said for sign in _SIGNS):
            return True
        error = error.__cause__ or error.__context__
    return False


def spare_memory() -> None:
    """Let linear algebra run on one thread where the process may have little memory.

    OpenBLAS takes tens of megabytes for each core as soon as it is loaded, and crashes if it does
    not get them. What the environment says otherwise counts.

    Raises
    ------
    MemoryError
        If the process's limit is too low to begin at all.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - Windows has none

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < _LITTLE:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if limit != resource.RLIM_INFINITY and limit < _TOO_LITTLE:
        # OpenBLAS would ask for its memory again and again, for ever, while it is loaded.
        raise MemoryError("the limit is too low to begin")
