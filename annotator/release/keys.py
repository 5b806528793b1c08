"""SSH keys from files: private ones that sign, public ones that are trusted.

The keys are those that people have already. Nothing of a private key is kept, written or told but
the public half. The library that computes with them is an extra, and imported when it is needed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.release.errors import KeyFileError
from annotator.release.sshsig import NAMESPACE
from annotator.system.regular import open_regular

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    PrivateKey = Ed25519PrivateKey | RSAPrivateKey | EllipticCurvePrivateKey

Passphrase = Callable[[], str]

LEAST_RSA_BITS = 2048
NO_LIBRARY = "signatures take one more package: pip install 'facemesh-annotator[sign]'"
_LARGEST = 1 << 20  # bytes of a file of keys
_TYPES = r"ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)"
_PUBLIC = re.compile(
    rf"(?P<before>.*?)(?<!\S)(?:{_TYPES})\s+(?P<blob>[\w+/]+=*)(?!\S)(?P<after>.*)"
)
_OPTION = re.compile(r'([\w-]+)(?:="([^"]*)")?(?:,|$)')


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key whose signatures count.

    Attributes
    ----------
    blob
        In OpenSSH's form.
    who
        Whose it is, in the words of the file it is from; may be empty.
    """

    blob: bytes
    who: str


def fingerprint(blob: bytes) -> str:
    """Return what people compare public keys by, as ``ssh-keygen -l`` shows it."""
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def private_key(path: Path, passphrase: Passphrase | None = None) -> PrivateKey:
    """Read a private key, of OpenSSH or PEM.

    Parameters
    ----------
    path
    passphrase
        Asked if the key is encrypted.

    Raises
    ------
    KeyFileError
        If it cannot be used, with what to do.
    """
    content = _content(path)
    _refuse_what_is_none(path, content)
    load = _loader(content)
    try:
        try:
            key = load(content, None)
        except TypeError as error:  # how the library says that it is encrypted
            if passphrase is None:
                raise KeyFileError(
                    f"{path} is encrypted, and there is nobody to ask for its"
                    " passphrase: run the command in a terminal"
                ) from error
            key = load(content, passphrase().encode())
    except ValueError as error:
        raise KeyFileError(f"{path} is damaged, or its passphrase is another one") from error
    except _unsupported() as error:
        raise KeyFileError(f"{path} is of a kind that cannot be used: {error}") from error
    return _checked(path, key)


def trusted_keys(source: str | Path) -> list[TrustedKey]:
    """Return the public keys of a ``.pub`` file, a line of one, or an ``allowed_signers`` file.

    Of a file of allowed signers what it says about namespaces and times counts; its certificate
    authorities do not.

    Raises
    ------
    KeyFileError
        If it holds none that can be used.
    """
    if isinstance(source, str) and _PUBLIC.fullmatch(source.strip()):
        text, said = source, "it"
    else:
        path = Path(source)
        content, said = _content(path), str(path)
        if b"PRIVATE KEY" in content:
            raise KeyFileError(f"{path} is a private key: give the public one, {path}.pub")
        text = content.decode("utf-8", "replace")
    keys = [key for line in text.splitlines() for key in _keys_in(line.strip())]
    if not keys:
        raise KeyFileError(
            f"{said} holds no public key that can be used: give a .pub file of"
            " ssh-keygen (ed25519, rsa or ecdsa), or a list of allowed signers"
        )
    return keys


def _content(path: Path) -> bytes:
    try:
        with open_regular(path) as stream:
            content = stream.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise KeyFileError(f"{path} cannot be read ({reason}): give the file of a key") from error
    if len(content) > _LARGEST:
        raise KeyFileError(f"{path} is too large for a key")
    return content


def _refuse_what_is_none(path: Path, content: bytes) -> None:
    if content.startswith(b"PuTTY-User-Key-File"):
        raise KeyFileError(f"{path} is PuTTY's: export it as an OpenSSH key with PuTTYgen")
    if b"PRIVATE KEY-----" in content:
        return
    if _PUBLIC.match(content.decode("latin-1").strip().partition("\n")[0]):
        raise KeyFileError(f"{path} is a public key: give the private one, without .pub")
    raise KeyFileError(f"{path} is no private key: make one with ssh-keygen -t ed25519")


def _loader(content: bytes) -> Callable[[bytes, bytes | None], Any]:
    serialization = _library()
    is_openssh = b"OPENSSH PRIVATE KEY" in content
    load: Callable[[bytes, bytes | None], Any] = (
        serialization.load_ssh_private_key if is_openssh else serialization.load_pem_private_key
    )
    return load


def _library() -> Any:
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise KeyFileError(NO_LIBRARY) from error
    return serialization


def _unsupported() -> type[Exception]:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - an extra

    return UnsupportedAlgorithm


def _checked(path: Path, key: Any) -> PrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415

    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < LEAST_RSA_BITS:
        raise KeyFileError(f"{path} has {key.key_size} bits, too few: make another one")
    is_known_curve = isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(
        key.curve, ec.SECP256R1 | ec.SECP384R1 | ec.SECP521R1
    )
    if isinstance(key, ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey) or is_known_curve:
        known: PrivateKey = key
        return known
    raise KeyFileError(
        f"{path} is of a kind that cannot be used: make an ed25519, rsa or ecdsa key"
    )


def _keys_in(line: str) -> Iterator[TrustedKey]:
    """Yield the key of a line, if it holds one that counts here and now."""
    found = None if line.startswith("#") else _PUBLIC.fullmatch(line)
    if found is None or not _counts(found["before"]):
        return
    try:
        blob = base64.b64decode(found["blob"], validate=True)
    except binascii.Error:
        return
    principals = found["before"].split(maxsplit=1)
    yield TrustedKey(blob, principals[0] if principals else found["after"].strip())


def _counts(before: str) -> bool:
    """Return whether what an allowed signer's line says before its key lets the key count."""
    _, _, options = before.strip().partition(" ")
    now = datetime.now(UTC)
    rest = options.strip()
    while rest:
        option = _OPTION.match(rest)
        if option is None:
            return False
        rest = rest[option.end() :]
        name, value = option[1].lower(), option[2] or ""
        if name == "namespaces":
            if not any(fnmatchcase(NAMESPACE, pattern.strip()) for pattern in value.split(",")):
                return False
        elif name not in ("valid-after", "valid-before") or (moment := _moment(value)) is None:
            return False  # certificate authorities among them
        elif (now < moment) if name == "valid-after" else (now >= moment):
            return False
    return True


def _moment(text: str) -> datetime | None:
    """Return a time as OpenSSH writes them, of here unless it ends in Z."""
    digits = text.removesuffix("Z")
    form = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}.get(len(digits))
    try:
        moment = datetime.strptime(digits, form) if form else None
    except ValueError:
        return None
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if text.endswith("Z") else moment.astimezone(UTC)
