"""How much memory a program holds, for tests of what grows."""

import ctypes
import gc
import os
import sys
from pathlib import Path

MIB = 1 << 20


def resident() -> int:
    """Return the bytes of this program that are in memory, after all that can be let go of is.

    Linux alone says so in a file.
    """
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's, who keeps what was freed
        if trim is not None:
            trim(0)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
