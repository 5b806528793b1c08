"""Processor time until the command line has said what it can do, in milliseconds.

What counts is the user and system time of a process of its own. The peers, in turn with it in the
same run: Python that does nothing, and pip, which like this command line loads what a command
needs when it runs.

    python benchmarks/command_line_start.py
"""

import resource
import subprocess
import sys
from collections.abc import Sequence
from statistics import median

ROUNDS = 20
PROGRAMS = {
    "facemesh-annotator --help": ("-m", "annotator.cli", "--help"),
    "facemesh-annotator --version": ("-m", "annotator.cli", "--version"),
    "python -c pass": ("-c", "pass"),
    "pip --help": ("-m", "pip", "--help"),
}


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for arguments in PROGRAMS.values():
        _milliseconds(arguments)  # so that none pays for the disk or for compiling
    for _ in range(ROUNDS):
        for name, arguments in PROGRAMS.items():
            times[name].append(_milliseconds(arguments))
    own = median(times["facemesh-annotator --help"])
    for name, measured in times.items():
        middle, worst = median(measured), max(measured)
        ratio = f", --help takes {own / middle:.2f} times as long"
        print(f"{name:30} median {middle:6.1f}, worst {worst:6.1f} ms, n {ROUNDS}{ratio}")


def _milliseconds(arguments: Sequence[str]) -> float:
    before = _children()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return (_children() - before) * 1e3


def _children() -> float:
    """Return the processor time of all processes that were started and have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
