"""Who is at work, for the names that go with strokes and verdicts."""

import getpass


def login_name() -> str:
    """Return the name of whoever is logged in, for want of a better one."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # no such user: a container without a password entry
        name = ""
    # The variables it is read from hold anything, bytes that are no text included.
    return name.encode("utf-8", "replace").decode("utf-8").strip() or "unknown"
