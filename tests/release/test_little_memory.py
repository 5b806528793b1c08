"""A release that does not fit into memory is not called a damaged one."""

import subprocess
import sys

import pytest

# Loads a release once, so that all is imported, and then with ever more room for its memory.
LOADS = """
import resource, sys
from pathlib import Path
from annotator.release import DamagedRelease, load_release

load_release(sys.argv[1])
pages = int(Path("/proc/self/statm").read_text().split()[0])
_, most = resource.getrlimit(resource.RLIMIT_AS)
for more in range(0, 400, 4):
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more * 2**18, most))
    try:
        load_release(sys.argv[1])
        said = "loaded"
    except MemoryError:
        said = "too little"
    except DamagedRelease as error:
        said = f"damaged: {error} ({error.__cause__!r})"
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, most))
    print(said)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep the limit")
@pytest.mark.parametrize("form", ["npz", "csv", "coco"])
def test_a_sound_release_is_never_called_damaged_for_want_of_memory(releases, form):
    given = [sys.executable, "-c", LOADS, str(releases[form])]
    child = subprocess.run(given, capture_output=True, text=True, check=True, timeout=300)
    said = child.stdout.splitlines()
    assert set(said) <= {"loaded", "too little"}
    assert "loaded" in said
