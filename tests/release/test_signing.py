"""Releases signed with SSH keys: ours checked by ssh-keygen, ssh-keygen's checked by us."""

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from annotator.release import (
    DamagedRelease,
    ExportError,
    KeyFileError,
    SigningKey,
    UntrustedRelease,
    export_release,
    load_release,
    verify_release,
)
from annotator.release.keys import trusted_keys
from annotator.release.sshsig import NAMESPACE, parsed, written

pytest.importorskip("cryptography", reason="signing takes facemesh-annotator[sign]")
SSH_KEYGEN = shutil.which("ssh-keygen")
WITH_OPENSSH = pytest.mark.skipif(SSH_KEYGEN is None, reason="ssh-keygen is not installed")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
PATIENCE = 60  # seconds: what hangs would last for ever
KINDS = {
    "ed25519": ["-t", "ed25519"],
    "rsa": ["-t", "rsa", "-b", "2048"],
    "ecdsa-256": ["-t", "ecdsa", "-b", "256"],
    "ecdsa-384": ["-t", "ecdsa", "-b", "384"],
    "ecdsa-521": ["-t", "ecdsa", "-b", "521"],
    "pem": ["-t", "rsa", "-b", "2048", "-m", "PEM"],
    "pkcs8": ["-t", "ecdsa", "-m", "PKCS8"],
}
SECRET = "correct horse"


def keygen(*arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["ssh-keygen", *map(str, arguments)], input=stdin, capture_output=True, check=False
    )


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that makes a key of a kind, or gives the one that was made."""
    folder = tmp_path_factory.mktemp("keys")

    def make(kind: str, name: str = "", passphrase: str = "") -> Path:
        path = folder / f"{kind}{name}"
        if not path.exists():
            keygen("-q", *KINDS[kind], "-N", passphrase, "-C", f"ada@{kind}", "-f", path)
        return path

    return make


@pytest.fixture
def release(releases: dict[str, Path], tmp_path: Path) -> Path:
    return shutil.copytree(releases["npz"], tmp_path / "release")


@pytest.fixture
def signed(release: Path, keys: Callable[..., Path]) -> Path:
    SigningKey(keys("ed25519")).sign(release)
    return release


def public(path: Path) -> Path:
    return path.with_name(path.name + ".pub")


def refusal(release: Path, signed_by: str | Path) -> str:
    with pytest.raises(DamagedRelease) as caught:
        load_release(release, signed_by=signed_by)
    assert str(caught.value).isprintable()
    return str(caught.value)


@WITH_OPENSSH
@pytest.mark.parametrize("kind", KINDS)
def test_what_we_sign_openssh_verifies_without_us(release, keys, tmp_path, kind):
    key = keys(kind)
    SigningKey(key).sign(release)
    (tmp_path / "allowed").write_text(f"ada@example.org {public(key).read_text()}")
    checked = keygen(
        *("-Y", "verify", "-f", tmp_path / "allowed", "-I", "ada@example.org"),
        *("-n", NAMESPACE, "-s", release / "manifest.json.sig"),
        stdin=(release / "manifest.json").read_bytes(),
    )
    assert checked.returncode == 0, checked.stderr
    assert b"Good" in checked.stdout
    assert len(load_release(release, signed_by=public(key)).samples) == 4


@WITH_OPENSSH
@pytest.mark.parametrize("kind", KINDS)
def test_what_openssh_signs_we_verify(release, keys, kind):
    key = keys(kind)
    done = keygen("-Y", "sign", "-f", key, "-n", NAMESPACE, release / "manifest.json")
    assert done.returncode == 0, done.stderr
    signer = verify_release(release, signed_by=public(key)).signer
    assert signer.who == f"ada@{kind}"
    shown = keygen("-l", "-f", public(key)).stdout.decode()
    assert signer.fingerprint in shown
    assert SigningKey(key).fingerprint == signer.fingerprint


@WITH_OPENSSH
@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_our_signature_is_openssh_own_to_the_byte_where_the_scheme_is_not_random(
    release, keys, kind
):
    SigningKey(keys(kind)).sign(release)
    ours = (release / "manifest.json.sig").read_bytes()
    (release / "manifest.json.sig").unlink()
    keygen("-Y", "sign", "-f", keys(kind), "-n", NAMESPACE, release / "manifest.json")
    assert (release / "manifest.json.sig").read_bytes() == ours


@WITH_OPENSSH
def test_a_signed_release_is_the_same_to_the_byte_apart_from_its_signature(
    project, tmp_path, keys, content
):
    export_release(project, tmp_path / "plain", "csv", images="reference")
    key = SigningKey(keys("ed25519"))
    for name in ("one", "two"):
        export_release(project, tmp_path / name, "csv", images="reference", sign=key)
    one = content(tmp_path / "one")
    assert one == content(tmp_path / "two")
    assert one.pop("manifest.json.sig").startswith(b"-----BEGIN SSH SIGNATURE-----")
    assert one == content(tmp_path / "plain")
    assert len(load_release(tmp_path / "one", signed_by=public(keys("ed25519"))).samples) == 4


def how_to_name(key: Path, folder: Path) -> dict[str, str | Path]:
    line = public(key).read_text().strip()
    kind, blob, comment = line.split()
    others = f"# a comment\n\nbob@example.org {kind} {blob[:-6]}AAAAAA\n"
    (folder / "signers").write_text(f"{others}ada@example.org {line}\n")
    options = f'namespaces="git,facemesh-*",valid-after="20200101" {kind} {blob}'
    (folder / "options").write_text(f"ada@example.org {options} {comment}\n")
    return {
        "a file": public(key),
        "its name": str(public(key)),
        "a line": line,
        "a line without a comment": f"{kind} {blob}",
        "allowed signers": folder / "signers",
        "with options": folder / "options",
    }


@WITH_OPENSSH
def test_keys_are_named_in_every_usual_way(signed, keys, tmp_path):
    names = how_to_name(keys("ed25519"), tmp_path)
    for how, source in names.items():
        signer = verify_release(signed, signed_by=source).signer
        expected = "ada@example.org" if "signers" in how or "options" in how else "ada@ed25519"
        assert signer.who == ("" if "without" in how else expected), how


@WITH_OPENSSH
@pytest.mark.parametrize(
    "options",
    [
        'namespaces="git"',
        'namespaces="file,email"',
        'valid-before="20200101"',
        'valid-after="20990101Z"',
        'valid-before="never"',
        "cert-authority",
        "an-option-of-tomorrow",
        'namespaces="facemesh-*",valid-before="19991231235959Z"',
    ],
)
def test_what_allowed_signers_are_not_allowed_does_not_count(signed, keys, tmp_path, options):
    (tmp_path / "signers").write_text(f"ada {options} {public(keys('ed25519')).read_text()}")
    with pytest.raises(KeyFileError, match="holds no public key that can be used"):
        load_release(signed, signed_by=tmp_path / "signers")


@WITH_OPENSSH
def test_a_release_that_is_not_signed_is_refused_when_somebody_should_have(release, keys):
    said = refusal(release, public(keys("ed25519")))
    assert said == f"{release} is not signed: it has no manifest.json.sig"
    assert verify_release(release).signer is None


@WITH_OPENSSH
def test_another_key_is_refused_and_named(signed, keys):
    said = refusal(signed, public(keys("ed25519", "-other")))
    assert "is by another key than those given: SHA256:" in said
    assert SigningKey(keys("ed25519")).fingerprint in said


@WITH_OPENSSH
def test_the_signature_of_one_key_under_the_name_of_another_is_refused(signed, keys):
    """An attacker signs, and writes the public key of somebody else into the signature."""
    path = signed / "manifest.json.sig"
    mine = parsed(path.read_bytes())
    blob = base64.b64decode(public(keys("ed25519", "-other")).read_text().split()[1])
    path.write_bytes(
        written(type(mine)(blob, mine.namespace, mine.hash, mine.algorithm, mine.value))
    )
    assert "was changed after it was signed" in refusal(signed, public(keys("ed25519", "-other")))


@WITH_OPENSSH
@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('"images": "reference"', '"images":  "reference"'),
        ('"generator": "', '"generator": "a better '),
        ("people", "people"),
    ],
)
def test_a_manifest_that_was_changed_where_no_hash_looks_is_refused(signed, keys, was, becomes):
    path = signed / "manifest.json"
    text = path.read_text("utf-8")
    if was == becomes:
        text = text.replace("\n}", "\n }")
    path.write_text(text.replace(was, becomes), "utf-8")
    load_release(signed)  # by itself it is sound
    assert "was changed after it was signed" in refusal(signed, public(keys("ed25519")))
    with pytest.raises(UntrustedRelease, match="was changed after"):
        verify_release(signed)


@WITH_OPENSSH
def test_the_signature_of_another_release_is_refused(signed, releases, keys, tmp_path):
    other = shutil.copytree(releases["csv"], tmp_path / "other")
    shutil.copy(signed / "manifest.json.sig", other)
    assert "was changed after it was signed" in refusal(other, public(keys("ed25519")))


@WITH_OPENSSH
def test_a_signed_release_whose_files_were_changed_is_refused(signed, keys):
    with (signed / "release.npz").open("r+b") as stream:
        stream.write(b"!")
    assert "release.npz was changed" in refusal(signed, public(keys("ed25519")))


@WITH_OPENSSH
@pytest.mark.parametrize("namespace", ["file", "git", "facemesh-annotator-release-2"])
def test_a_signature_that_was_made_for_something_else_is_refused(release, keys, namespace):
    keygen("-Y", "sign", "-f", keys("ed25519"), "-n", namespace, release / "manifest.json")
    said = refusal(release, public(keys("ed25519")))
    assert f"was made for '{namespace}', not for '{NAMESPACE}'" in said


@WITH_OPENSSH
def test_a_signature_over_another_hash_is_refused(release, keys):
    options = ("-O", "hashalg=sha256")
    keygen(
        "-Y", "sign", "-f", keys("ed25519"), "-n", NAMESPACE, *options, release / "manifest.json"
    )
    assert "is over 'sha256', not over 'sha512'" in refusal(release, public(keys("ed25519")))


def shortened(content: bytes) -> bytes:
    lines = content.splitlines()
    blob = base64.b64decode(b"".join(lines[1:-1]))
    return b"\n".join([lines[0], base64.b64encode(blob[:-20]), lines[-1]])


@WITH_OPENSSH
@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda c: c[: len(c) // 2], "the signature is cut off"),
        (lambda c: b"", "the signature is none of OpenSSH's"),
        (lambda c: b"-----BEGIN PGP SIGNATURE-----\n", "the signature is none of OpenSSH's"),
        (lambda c: c.replace(b"U1NIU0lH", b"????????"), "is damaged: it is no base64"),
        (lambda c: c.replace(b"U1NIU0lHAAAAAQ", b"U1NIU0lHAAAAAg"), "of another version"),
        (lambda c: c * 3000, "is too large for a signature"),
        (shortened, "the signature is cut off"),
        (lambda c: b"-----BEGIN SSH SIGNATURE----------END SSH SIGNATURE-----", "another version"),
    ],
)
def test_a_damaged_signature_says_how(signed, keys, damage, said):
    path = signed / "manifest.json.sig"
    path.write_bytes(damage(path.read_bytes()))
    assert said in refusal(signed, public(keys("ed25519")))


@WITH_OPENSSH
@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa-256"])
def test_every_bit_of_a_signature_counts(release, keys, kind):
    SigningKey(keys(kind)).sign(release)
    path = release / "manifest.json.sig"
    whole = parsed(path.read_bytes())
    value = whole.value
    for at in range(0, 8 * len(value), 97):
        flipped = bytearray(value)
        flipped[at // 8] ^= 1 << at % 8
        path.write_bytes(written(replace(whole, value=bytes(flipped))))
        said = refusal(release, public(keys(kind)))
        assert "was changed after it was signed" in said or "signature" in said
    path.write_bytes(written(whole))
    load_release(release, signed_by=public(keys(kind)))


@WITH_OPENSSH
def test_an_encrypted_key_asks_for_its_passphrase(release, keys):
    key, asked = keys("ed25519", "-secret", SECRET), []

    def passphrase() -> str:
        asked.append(key)
        return SECRET

    SigningKey(key, passphrase).sign(release)
    assert asked == [key]
    assert verify_release(release, signed_by=public(key)).signer
    with pytest.raises(KeyFileError, match="is encrypted, and there is nobody to ask"):
        SigningKey(key)
    with pytest.raises(KeyFileError, match="its passphrase is another one"):
        SigningKey(key, lambda: "wrong")


@WITH_OPENSSH
@pytest.mark.parametrize("form", ["PEM", "PKCS8"])
def test_an_encrypted_key_of_an_older_form_does_too(release, tmp_path, form):
    key = tmp_path / "key"
    keygen("-q", "-t", "rsa", "-b", "2048", "-m", form, "-N", SECRET, "-f", key)
    SigningKey(key, lambda: SECRET).sign(release)
    assert verify_release(release, signed_by=public(key)).signer
    with pytest.raises(KeyFileError, match="its passphrase is another one"):
        SigningKey(key, lambda: "wrong")


@WITH_OPENSSH
def test_nothing_secret_is_told_or_written(project, tmp_path, keys, caplog, content):
    key = keys("ed25519", "-secret", SECRET)
    with caplog.at_level(0):
        signing = SigningKey(key, lambda: SECRET)
        export_release(project, tmp_path / "r", "npz", images="reference", sign=signing)
    told = caplog.text + repr(signing) + str(vars(signing).keys())
    secret_lines = [line for line in key.read_text().splitlines() if not line.startswith("-----")]
    for text in (told, *(data.decode("latin-1") for data in content(tmp_path / "r").values())):
        assert SECRET not in text
        assert not any(line in text for line in secret_lines)


def not_keys(folder: Path, keys: Callable[..., Path]) -> dict[str, tuple[Path, str]]:
    key = keys("ed25519")
    for name, content in (
        ("empty", b""),
        ("text", b"hello\n"),
        ("noise", bytes(range(256))),
        ("putty", b"PuTTY-User-Key-File-3: ssh-ed25519\n"),
        ("large", bytes(1 << 21)),
        ("cut", key.read_bytes()[:200] + b"\n-----END OPENSSH PRIVATE KEY-----\n"),
    ):
        (folder / name).write_bytes(content)
    keygen("-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", folder / "short")
    return {
        "public": (public(key), "is a public key: give the private one, without .pub"),
        "nowhere": (folder / "nowhere", "cannot be read (No such file"),
        "folder": (folder, "cannot be read ("),
        "empty": (folder / "empty", "is no private key: make one with ssh-keygen"),
        "text": (folder / "text", "is no private key"),
        "noise": (folder / "noise", "is no private key"),
        "putty": (folder / "putty", "is PuTTY's: export it as an OpenSSH key"),
        "large": (folder / "large", "is too large for a key"),
        "cut": (folder / "cut", "is damaged, or its passphrase is another one"),
        "short": (folder / "short", "has 1024 bits, too few: make another one"),
    }


@WITH_OPENSSH
def test_what_is_no_private_key_is_refused_with_what_to_do(tmp_path, keys):
    for what, (path, said) in not_keys(tmp_path, keys).items():
        if what == "short" and not path.exists():
            continue  # this ssh-keygen makes none
        with pytest.raises(KeyFileError) as caught:
            SigningKey(path)
        assert said in str(caught.value), what


@WITH_OPENSSH
def test_what_is_no_public_key_is_refused_with_what_to_do(signed, tmp_path, keys):
    (tmp_path / "text").write_text("hello")
    (tmp_path / "dss").write_text("ssh-dss AAAAB3NzaC1kc3MAAACBAP ada")
    for source, said in (
        (keys("ed25519"), "is a private key: give the public one"),
        (tmp_path / "nowhere", "cannot be read (No such file"),
        (tmp_path / "text", "holds no public key that can be used"),
        (tmp_path / "dss", "holds no public key that can be used"),
        ("ssh-ed25519 not-base64!", "cannot be read (No such file"),
        ("a\0b", "cannot be read ("),
    ):
        with pytest.raises(KeyFileError) as caught:
            load_release(signed, signed_by=source)
        assert said in str(caught.value)


@POSIX
@WITH_OPENSSH
@pytest.mark.parametrize("what", ["pipe", "device"])
def test_what_is_no_file_is_told_at_once(signed, keys, tmp_path, what):
    path, said = tmp_path / "key", []
    if what == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    signature = signed / "manifest.json.sig"
    signature.unlink()
    os.mkfifo(signature)

    def use() -> None:
        for step, kind in (
            (lambda: SigningKey(path), KeyFileError),
            (lambda: trusted_keys(path), KeyFileError),
            (lambda: load_release(signed, signed_by=public(keys("ed25519"))), DamagedRelease),
            (lambda: verify_release(signed), DamagedRelease),
        ):
            with pytest.raises(kind) as caught:
                step()
            said.append(str(caught.value))

    thread = Thread(target=use, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), "it never came back"
    assert len(said) == 4
    assert all("it is a device or a pipe" in each for each in said)


@WITH_OPENSSH
def test_a_key_that_cannot_be_used_leaves_no_release(project, tmp_path, keys):
    class Broken(SigningKey):
        def sign(self, folder: Path) -> None:
            raise OSError(28, "No space left on device")

    with pytest.raises(ExportError, match="No space left"):
        export_release(project, tmp_path / "r", "npz", sign=Broken(keys("ed25519")))
    assert not (tmp_path / "r").exists()
