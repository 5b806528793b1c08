"""Restores backups in forks of itself, to be killed: a line of input is a folder and a file."""

import os
import sys

from annotator.project import Project
from annotator.project.migrate import known_revisions

known_revisions()  # all that a restore imports is there before the first fork
for line in sys.stdin:
    folder, file = line.rstrip("\n").split("\t")
    print("begun", flush=True)
    child = os.fork()
    if child == 0:
        Project.restore(folder, file, replaces=True)
        os._exit(0)
    print(child, flush=True)
    print("killed" if os.WIFSIGNALED(os.waitpid(child, 0)[1]) else "ended", flush=True)
