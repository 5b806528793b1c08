"""Signatures as OpenSSH writes them: what they look like, and what exactly is signed.

``ssh-keygen -Y`` makes and checks the same; the format is described in OpenSSH's
``PROTOCOL.sshsig``. A signature names what it is for, so that none made for another purpose counts.
"""

import base64
import binascii
import struct
import textwrap
from dataclasses import dataclass

NAMESPACE = "facemesh-annotator-release"
HASH = "sha512"
SUFFIX = ".sig"

_MAGIC, _VERSION = b"SSHSIG", 1
_BEGIN, _END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"
_WIDTH = 70


class MalformedSignatureError(ValueError):
    """The bytes are no signature; the message says why, after "the signature"."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature file holds, none of it checked.

    Attributes
    ----------
    public_key
        In OpenSSH's form, whose first field names its type.
    namespace
        What it was made for.
    hash
        The name of the hash of the message.
    algorithm, value
        How it was made, and the signature itself, as that algorithm has it.
    """

    public_key: bytes
    namespace: str
    hash: str
    algorithm: str
    value: bytes


def to_be_signed(sha512: bytes) -> bytes:
    """Return what a key signs for a message with a hash."""
    fields = (NAMESPACE.encode(), b"", HASH.encode(), sha512)
    return _MAGIC + b"".join(map(packed, fields))


def written(signature: Signature) -> bytes:
    """Return the content of a signature file."""
    value = packed(signature.algorithm.encode()) + packed(signature.value)
    fields = (
        signature.public_key,
        signature.namespace.encode(),
        b"",
        signature.hash.encode(),
        value,
    )
    blob = _MAGIC + struct.pack(">I", _VERSION) + b"".join(map(packed, fields))
    lines = textwrap.wrap(base64.b64encode(blob).decode(), _WIDTH)
    return b"\n".join([_BEGIN, *(line.encode() for line in lines), _END, b""])


def parsed(content: bytes) -> Signature:
    """Return what a signature file holds.

    Raises
    ------
    MalformedSignatureError
        If it is none, or is cut off.
    """
    lines = content.split()
    text = b" ".join(lines)
    if not text.startswith(_BEGIN):
        raise MalformedSignatureError("is none of OpenSSH's")
    if not text.endswith(_END):
        raise MalformedSignatureError("is cut off")
    try:
        body = text.removeprefix(_BEGIN).removesuffix(_END).replace(b" ", b"")
        blob = base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise MalformedSignatureError("is damaged: it is no base64") from error
    if blob[:6] != _MAGIC or blob[6:10] != struct.pack(">I", _VERSION):
        raise MalformedSignatureError("is of another version than OpenSSH's first")
    key, namespace, _, hash_name, value = unpacked(blob[10:], 5)
    algorithm, made = unpacked(value, 2)
    return Signature(key, _text(namespace), _text(hash_name), _text(algorithm), made)


def packed(field: bytes) -> bytes:
    """Return a field with its length before it."""
    return struct.pack(">I", len(field)) + field


def unpacked(blob: bytes, count: int) -> list[bytes]:
    """Return so many fields, which are all that there is.

    Raises
    ------
    MalformedSignatureError
        If there are others.
    """
    fields = []
    for _ in range(count):
        length = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + length:
            raise MalformedSignatureError("is cut off")
        fields.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    if blob:
        raise MalformedSignatureError("is damaged: it goes on after its end")
    return fields


def _text(field: bytes) -> str:
    return field.decode("ascii", "backslashreplace")
