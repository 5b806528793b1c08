"""What can go wrong with a release; every message is one line that says what to do."""


class ExportError(Exception):
    """No release could be made; nothing of it was left behind."""


class UnknownFormat(ExportError):  # noqa: N818 - reads as the condition it names
    """No format is called so; the message names those that there are."""


class DamagedRelease(Exception):  # noqa: N818 - reads as the condition it names
    """A folder is not a release, or its files are not those it was made with."""


class UntrustedRelease(DamagedRelease):
    """A release is not signed, or not by whom it should be."""


class KeyFileError(Exception):
    """A key cannot be used, to sign or to check who signed."""
