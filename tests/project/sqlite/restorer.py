"""Restores backups in forks of itself, to be killed.

A line of input is a folder, a file, and at which call about progress to be struck, or 0.
"""

import itertools
import os
import signal
import sys

from annotator.project import Project
from annotator.project.engine import sqlite_restore
from annotator.project.migrate import known_revisions

sqlite_restore._PAGES_PER_STEP = 32
known_revisions()  # all that a restore imports is there before the first fork


def restore(folder: str, file: str, strike: int) -> int:
    """Restore a backup, unless struck; return how many calls about progress there were."""
    calls = itertools.count(1)

    def tell(done: int, total: int) -> None:
        if next(calls) == strike:
            os.kill(os.getpid(), signal.SIGKILL)

    Project.restore(folder, file, replaces=True, on_progress=tell)
    return next(calls) - 1


for line in sys.stdin:
    folder, file, strike = line.rstrip("\n").split("\t")
    child = os.fork()
    if child == 0:
        os._exit(restore(folder, file, int(strike)))
    print(child, flush=True)
    status = os.waitpid(child, 0)[1]
    print("killed" if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), flush=True)
