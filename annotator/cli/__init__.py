"""The command line: parse, call a workflow, print."""

from annotator.cli.app import main

__all__ = ["main"]
