"""What can go wrong with a release; every message is one line that says what to do."""


class ExportError(Exception):
    """No release could be made; nothing of it was left behind."""


class DamagedRelease(Exception):  # noqa: N818 - reads as the condition it names
    """A folder is not a release, or its files are not those it was made with."""
