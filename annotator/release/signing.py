"""Who made a release: its manifest signed with an SSH key, and the signature checked.

What is signed are the manifest's bytes. It lists every file of the release with its hash and says
everything else that loading believes: format, layout, samples. Nothing is left to be exchanged.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.release.errors import KeyFileError, UntrustedRelease
from annotator.release.keys import (
    LEAST_RSA_BITS,
    NO_LIBRARY,
    Passphrase,
    TrustedKey,
    fingerprint,
    private_key,
    trusted_keys,
)
from annotator.release.manifest import MANIFEST
from annotator.release.sshsig import (
    HASH,
    NAMESPACE,
    SUFFIX,
    MalformedSignatureError,
    Signature,
    packed,
    parsed,
    to_be_signed,
    unpacked,
    written,
)
from annotator.system.regular import open_inside

if TYPE_CHECKING:
    from annotator.release.keys import PrivateKey

SIGNATURE = MANIFEST + SUFFIX
_LARGEST = 1 << 16  # bytes of a signature; RSA with 16384 bits has 6,000
_RSA = {"rsa-sha2-512": "SHA512", "rsa-sha2-256": "SHA256"}
_CURVES = {"nistp256": "SHA256", "nistp384": "SHA384", "nistp521": "SHA512"}


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed a release.

    Attributes
    ----------
    fingerprint
        Of the key, as ``ssh-keygen -l`` shows it.
    who
        Whose key that is, by the file of keys that was given; None where none was, so that
        nothing is known but that whoever has the key signed.
    """

    fingerprint: str
    who: str | None


class SigningKey:
    """A private key that signs releases.

    Parameters
    ----------
    path
        A key of OpenSSH or PEM: ed25519, RSA or ECDSA. Keys in agents and on tokens cannot be used.
    passphrase
        Called if the key is encrypted.

    Raises
    ------
    KeyFileError
        If it cannot be used.
    """

    def __init__(self, path: str | Path, passphrase: Passphrase | None = None) -> None:
        self._key = private_key(Path(path), passphrase)
        self._blob = _blob(self._key.public_key())

    def __repr__(self) -> str:
        """Return which key it is, by its public half."""
        return f"<SigningKey {self.fingerprint}>"

    @property
    def fingerprint(self) -> str:
        """What people know the key by."""
        return fingerprint(self._blob)

    def sign(self, folder: Path) -> None:
        """Write the signature of a release's manifest beside it."""
        with (folder / MANIFEST).open("rb") as stream:
            sha512 = hashlib.file_digest(stream, HASH).digest()
        algorithm, value = _signed(self._key, to_be_signed(sha512))
        signature = Signature(self._blob, NAMESPACE, HASH, algorithm, value)
        with (folder / SIGNATURE).open("xb") as stream:
            stream.write(written(signature))


def signer_of(folder: Path, sha512: bytes, trusted: str | Path | None) -> Signer:
    """Return who signed the manifest of a release.

    Parameters
    ----------
    folder
    sha512
        Of the manifest's bytes, as they were read.
    trusted
        See `annotator.release.keys.trusted_keys`; None for whoever it was.

    Raises
    ------
    UntrustedRelease
        If there is no signature, it does not hold, or it is somebody else's.
    KeyFileError
        If the keys cannot be read.
    """
    keys = None if trusted is None else trusted_keys(trusted)
    signature = _read(folder)
    path = folder / SIGNATURE
    if signature.namespace != NAMESPACE:
        raise UntrustedRelease(
            f"{path} was made for {signature.namespace[:60]!r}, not for {NAMESPACE!r}"
        )
    if signature.hash != HASH:
        raise UntrustedRelease(f"{path} is over {signature.hash[:60]!r}, not over {HASH!r}")
    who = None if keys is None else _known(path, signature, keys).who
    if not _holds(path, signature, to_be_signed(sha512)):
        raise UntrustedRelease(f"{folder / MANIFEST} was changed after it was signed")
    return Signer(fingerprint(signature.public_key), who)


def is_signed(folder: Path) -> bool:
    """Return whether there is a signature, of whatever worth."""
    try:
        open_inside(folder, SIGNATURE).close()
    except FileNotFoundError:
        return False
    except OSError:  # what bears its name is looked at, and told of, when it is read
        return True
    return True


def _read(folder: Path) -> Signature:
    path = folder / SIGNATURE
    try:
        with open_inside(folder, SIGNATURE) as stream:
            content = stream.read(_LARGEST + 1)
    except FileNotFoundError as error:
        raise UntrustedRelease(f"{folder} is not signed: it has no {SIGNATURE}") from error
    except OSError as error:
        raise UntrustedRelease(f"{path} cannot be read ({error.strerror or error})") from error
    if len(content) > _LARGEST:
        raise UntrustedRelease(f"{path} is too large for a signature")
    try:
        return parsed(content)
    except MalformedSignatureError as error:
        raise UntrustedRelease(f"{path}: the signature {error}") from error


def _known(path: Path, signature: Signature, keys: list[TrustedKey]) -> TrustedKey:
    for key in keys:
        if key.blob == signature.public_key:
            return key
    raise UntrustedRelease(
        f"{path} is by another key than those given: {fingerprint(signature.public_key)}"
    )


def _holds(path: Path, signature: Signature, message: bytes) -> bool:
    """Whether a signature is its key's over a message."""
    try:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
            load_ssh_public_key,
        )
    except ImportError as error:
        raise KeyFileError(NO_LIBRARY) from error
    try:
        kind = signature.public_key[4 : 4 + int.from_bytes(signature.public_key[:4], "big")]
        line = kind + b" " + base64.b64encode(signature.public_key)
        _verify(load_ssh_public_key(line), kind.decode(), signature, message)
    except InvalidSignature:
        return False
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UntrustedRelease(
            f"{path}: the signature is damaged, or of a kind that cannot be checked"
        ) from error
    return True


def _verify(key: Any, kind: str, signature: Signature, message: bytes) -> None:
    """Raise what the library raises, or a ValueError, unless a signature holds."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.asymmetric import ec, padding  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.utils import (  # noqa: PLC0415
        encode_dss_signature,
    )

    algorithm, value = signature.algorithm, signature.value
    if kind == "ssh-rsa" and algorithm in _RSA and key.key_size >= LEAST_RSA_BITS:
        key.verify(value, message, padding.PKCS1v15(), getattr(hashes, _RSA[algorithm])())
    elif algorithm != kind:
        raise ValueError("a signature of another kind than its key")
    elif kind == "ssh-ed25519":
        key.verify(value, message)
    elif kind.removeprefix("ecdsa-sha2-") in _CURVES:
        r, s = (int.from_bytes(field, "big", signed=True) for field in unpacked(value, 2))
        digest = getattr(hashes, _CURVES[kind.removeprefix("ecdsa-sha2-")])()
        if min(r, s) <= 0:
            raise ValueError("numbers that no signature has")
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(digest))
    else:
        raise ValueError("a kind of key that nobody trusts")


def _signed(key: PrivateKey, message: bytes) -> tuple[str, bytes]:
    """Return how a message is signed, and the signature."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.utils import (  # noqa: PLC0415
        decode_dss_signature,
    )

    if isinstance(key, rsa.RSAPrivateKey):
        return "rsa-sha2-512", key.sign(message, padding.PKCS1v15(), hashes.SHA512())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        curve = {256: "nistp256", 384: "nistp384", 521: "nistp521"}[key.curve.key_size]
        made = key.sign(message, ec.ECDSA(getattr(hashes, _CURVES[curve])()))
        numbers = b"".join(packed(_number(each)) for each in decode_dss_signature(made))
        return f"ecdsa-sha2-{curve}", numbers
    return "ssh-ed25519", key.sign(message)


def _number(value: int) -> bytes:
    """Return a positive number with a bit before it that says so."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def _blob(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - an extra
        Encoding,
        PublicFormat,
    )

    line: bytes = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return base64.b64decode(line.split()[1])
