"""The command line: parse, call a workflow, print."""

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, by default with the process's arguments; return the exit code.

    Ctrl+C is one line from here on: also while the command line itself is still being imported,
    which is most of what a short command does.
    """
    try:
        from annotator.cli.app import run_app

        return run_app(arguments)
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return 130
