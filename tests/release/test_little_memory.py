"""A release that does not fit into memory is not called a damaged one."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

STEPS = 100

# Loads a release once, so that all is imported, and then with ever more room for its memory.
LOADS = """
import resource, sys
from pathlib import Path
from annotator.release import DamagedRelease, load_release

load_release(sys.argv[1])
pages = int(Path("/proc/self/statm").read_text().split()[0])
_, most = resource.getrlimit(resource.RLIMIT_AS)
for more in range(int(sys.argv[2]), 400, 4):
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more * 2**18, most))
    try:
        load_release(sys.argv[1])
        said = "loaded"
    except MemoryError:
        said = "too little"
    except DamagedRelease as error:
        said = f"damaged: {error} ({error.__cause__!r})"
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, most))
    print(said, flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep the limit")
@pytest.mark.parametrize("form", ["npz", "csv", "coco"])
def test_a_sound_release_is_never_called_damaged_for_want_of_memory(releases, form):
    said = said_with_ever_more_memory(releases[form])
    assert set(said) <= {"loaded", "too little", "aborted"}
    assert said[-1] == "loaded"


def said_with_ever_more_memory(release: Path) -> list[str]:
    """Return what became of each try; a library may abort the program, which says nothing."""
    said: list[str] = []
    while len(said) < STEPS:
        given = [sys.executable, "-c", LOADS, str(release), str(4 * len(said))]
        child = subprocess.run(given, capture_output=True, text=True, check=False, timeout=300)
        said += child.stdout.splitlines()
        if child.returncode == -signal.SIGABRT:
            said.append("aborted")
        else:
            assert child.returncode == 0, child.stderr
    return said
