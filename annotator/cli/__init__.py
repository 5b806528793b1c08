"""The command line: parse, call a workflow, print."""

import sys
from collections.abc import Sequence
from contextlib import suppress

from annotator.cli.exit_codes import failure_code
from annotator.system.ending import Ended, heeding, request_behind
from annotator.system.foreign_text import escaped
from annotator.system.memory import lacks_memory, spare_memory

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, by default with the process's arguments; return the exit code.

    Ctrl+C, SIGTERM and SIGHUP are one line from here on: also while the command line itself is
    still being imported, which is most of what a short command does.
    """
    try:
        with heeding():
            return _run(arguments)
    except Ended as ended:  # before or after anything was done
        return _fail(str(ended), ended.code)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        spare_memory()
        from annotator.cli.app import run_app

        return run_app(arguments)
    except Ended as ended:
        return _fail(str(ended), ended.code)
    except (MemoryError, ImportError, RuntimeError, SystemError) as error:
        if request := request_behind(error):
            return _fail(str(request), request.code)
        if not lacks_memory(error):
            raise
        code = failure_code(sys.argv[1:] if arguments is None else arguments)
        return _fail("not enough memory to go on: close other programs, or raise the limit", code)
    except KeyboardInterrupt:
        return _fail("interrupted", 130)


def _fail(message: str, code: int) -> int:
    with suppress(OSError):  # the terminal may be what went
        print(escaped(f"error: {message}"), file=sys.stderr)
    return code
