"""Keys that sign, for tests: files as people have them."""

from pathlib import Path

import pytest

_KEYS = "cryptography.hazmat.primitives.asymmetric.ed25519"
_FILES = "cryptography.hazmat.primitives.serialization"
_REASON = "signing takes facemesh-annotator[sign]"


def encrypted_key(path: Path, passphrase: str) -> Path:
    """Write a private key that takes a passphrase; return its path. Skips without the extra."""
    keys = pytest.importorskip(_KEYS, reason=_REASON)
    files = pytest.importorskip(_FILES, reason=_REASON)
    written = keys.Ed25519PrivateKey.generate().private_bytes(
        files.Encoding.PEM,
        files.PrivateFormat.PKCS8,
        files.BestAvailableEncryption(passphrase.encode()),
    )
    path.write_bytes(written)
    return path
