"""A display for each process of tests: windows on one display take the keyboard from each other."""

import os
import shutil
import subprocess
import sys

# As `.ci/with-display` has it.
_SCREEN = ("-screen", "0", "1600x1000x24", "-nolisten", "tcp")


def can_be_had() -> bool:
    """Return whether displays of one's own can be made here: on Linux, by Xvfb."""
    return sys.platform == "linux" and shutil.which("Xvfb") is not None


class OwnDisplay:
    """A virtual display; windows of this process, and of those it starts, open there until the end.

    What looked for a display before it was made goes on using the one it found.
    """

    def __init__(self) -> None:
        ready, written = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", *_SCREEN, "-displayfd", str(written)],
            pass_fds=[written],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(written)
        with os.fdopen(ready) as numbers:
            number = numbers.readline().strip()  # written once it takes connections
        if not number:
            raise OSError("Xvfb did not start")
        os.environ["DISPLAY"] = f":{number}"
        for other in ("WAYLAND_DISPLAY", "XAUTHORITY"):
            os.environ.pop(other, None)

    @property
    def is_over(self) -> bool:
        """Whether it is there no more."""
        return self._server.poll() is not None

    def close(self) -> None:
        """Take the display away."""
        self._server.terminate()
        self._server.wait()
