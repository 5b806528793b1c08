"""Who is at work, for the names that go with strokes and verdicts."""

import getpass
from unicodedata import category, normalize

from annotator.system.foreign_text import JOINERS, recovered

LONGEST_NAME = 80
_NOBODY = "unknown"
# What is not shown, though no control character: fillers, and what chooses a form of a letter.
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
)
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
    return usable_name(name)  # the variables it is read from hold anything


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
    name = normalize("NFC", recovered(name).strip())
    if not name.strip(JOINERS):
        raise ValueError("a name cannot be empty")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"a name has {LONGEST_NAME} characters at most, this one {len(name)}")
    if any(map(_is_hidden, name)):
        raise ValueError("a name cannot hold line breaks or other characters that are not shown")
    return name


def known_as(name: str) -> str:
    """Return a name as it is compared: whoever writes it in another way is nobody else.

    The case, the way in which letters are composed, their width, blanks and what is not shown make
    no difference. Letters of other alphabets that look alike do.
    """
    letters = normalize("NFKC", normalize("NFKC", name).casefold())
    shown = "".join(sign for sign in letters if sign not in _UNSEEN and category(sign) != "Cf")
    return " ".join(shown.split())


def usable_name(name: str) -> str:
    """Return a name that nobody typed, or long ago, as one that can be recorded.

    What cannot be shown is left out, and the end of what is too long; work does not stop for it.
    """
    shown = "".join(" " if _is_hidden(sign) else sign for sign in recovered(name))
    shown = normalize("NFC", " ".join(shown.split()))[:LONGEST_NAME].strip()
    return shown if shown.strip(JOINERS) else _NOBODY


def _is_hidden(sign: str) -> bool:
    return category(sign) in _HIDDEN and sign not in JOINERS
