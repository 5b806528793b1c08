"""Who is at work, for the names that go with strokes and verdicts."""

import getpass
from unicodedata import category, normalize

from annotator.system.foreign_text import JOINERS

LONGEST_NAME = 80
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# What machines call whoever sits at them: nobody is known by such a name.
_ANYBODY = frozenset(
    {
        "admin", "administrator", "user", "guest", "root", "ubuntu", "debian", "fedora", "centos",
        "ec2-user", "azureuser", "pi", "vagrant", "docker", "jovyan", "coder", "codespace",
        "vscode", "nobody", "default", "test", "unknown",
    }
)  # fmt: skip


def login_name() -> str:
    """Return the name of whoever is logged in, for want of a better one."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # no such user: a container without a password entry
        name = ""
    # The variables it is read from hold anything, bytes that are no text included.
    return name.encode("utf-8", "replace").decode("utf-8").strip() or "unknown"


def is_anybody(name: str) -> bool:
    """Return whether a login name says nothing about who works there."""
    return name.strip().casefold() in _ANYBODY


def checked_name(name: str) -> str:
    """Return a person's name as it is recorded: composed, without blanks around it.

    Raises
    ------
    ValueError
        If nobody could be called so, with a sentence that says why.
    """
    name = normalize("NFC", name.strip())
    if not name.strip(JOINERS):
        raise ValueError("a name cannot be empty")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"a name has {LONGEST_NAME} characters at most, this one {len(name)}")
    if any(category(sign) in _HIDDEN and sign not in JOINERS for sign in name):
        raise ValueError("a name cannot hold line breaks or other characters that are not shown")
    return name
