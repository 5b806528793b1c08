"""`export --sign` and `verify`, as they are typed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

pytest.importorskip("cryptography", reason="signing takes facemesh-annotator[sign]")
WITH_OPENSSH = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed"
)
SECRET = "correct horse"
PATIENCE = 120  # seconds: what hangs would last for ever


def new_key(path: Path, passphrase: str = "") -> Path:
    options = ["-t", "ed25519", "-N", passphrase, "-C", "ada@example.org"]
    subprocess.run(["ssh-keygen", "-q", *options, "-f", path], check=True)
    return path


@pytest.fixture
def accepted(command, project):
    command("review", project, "accept", "--all")
    return project


@pytest.fixture
def release(command, accepted, tmp_path):
    assert command("export", accepted, tmp_path / "release", "--format", "csv")[0] == 0
    return tmp_path / "release"


def test_a_release_that_holds_is_described(command, release):
    code, out, err = command("verify", release)
    assert (code, err) == (0, "")
    first, files, content, images, signed = out.splitlines()
    assert first.startswith("2 samples of face_468 as csv, made by facemesh-annotator ")
    assert files.startswith("8 files of ")
    assert content.removeprefix("content ").isalnum()
    assert images == "images are in it"
    assert signed == "not signed: nothing says who made it"


def test_files_that_are_not_listed_are_counted(command, release):
    (release / "images" / "more.jpg").touch()
    (release / "README").touch()
    out = command("verify", release)[1]
    assert "not looked at: 2 files that the release does not list" in out
    assert json.loads(command("verify", release, "--json")[1])["unlisted_files"] == 2


def test_the_first_thing_that_is_wrong_is_one_line(command, release, assert_one_line):
    (release / "landmarks.csv").write_bytes(b"\x1b[2J")
    code, out, err = command("verify", release)
    assert (code, out) == (1, "")
    assert_one_line(err)
    assert "landmarks.csv was changed after the release was made" in err
    code, out, err = command("verify", release, "--json")
    said = json.loads(out)
    assert (code, err, said["holds"]) == (1, "", False)
    assert "landmarks.csv was changed" in said["wrong"]


def test_what_is_no_release_is_one_line(command, tmp_path, assert_one_line):
    for path in (tmp_path, tmp_path / "nowhere"):
        code, _, err = command("verify", path)
        assert code == 1
        assert_one_line(err)


@WITH_OPENSSH
def test_a_signed_export_says_who_signed_it(command, accepted, tmp_path):
    key = new_key(tmp_path / "key")
    target = tmp_path / "signed"
    options = ("--format", "npz", "--sign", key)
    code, out, err = command("export", accepted, target, *options)
    assert (code, err) == (0, "")
    signed = out.splitlines()[-1]
    assert signed.startswith("signed with SHA256:")
    fingerprint = signed.split()[-1]

    code, out, _ = command("verify", target)
    assert code == 0
    assert f"signed by {fingerprint}; give --key to compare it" in out
    code, out, _ = command("verify", target, "--key", f"{key}.pub")
    assert code == 0
    assert f"signed by ada@example.org ({fingerprint})" in out
    said = json.loads(command("verify", target, "--key", f"{key}.pub", "--json")[1])
    assert (said["holds"], said["signed_by"], said["key"]) == (
        True,
        "ada@example.org",
        fingerprint,
    )
    said = json.loads(command("export", accepted, tmp_path / "2", *options, "--json")[1])
    assert said["signed_by"] == fingerprint
    assert "manifest.json.sig" in said["files"]


@WITH_OPENSSH
def test_a_release_of_somebody_else_or_of_nobody_is_refused(
    command, release, tmp_path, assert_one_line
):
    key = new_key(tmp_path / "key")
    code, _, err = command("verify", release, "--key", f"{key}.pub")
    assert code == 1
    assert_one_line(err)
    assert "is not signed: it has no manifest.json.sig" in err
    code, _, err = command("verify", release, "--key", key)
    assert code == 1
    assert "is a private key: give the public one" in err


@WITH_OPENSSH
def test_a_key_that_cannot_be_used_is_told_before_anything_is_done(
    command, accepted, tmp_path, assert_one_line
):
    key = new_key(tmp_path / "key")
    for given in (f"{key}.pub", tmp_path / "nowhere", tmp_path):
        target = tmp_path / "release"
        code, _, err = command("export", accepted, target, "--format", "npz", "--sign", given)
        assert code == 1
        assert_one_line(err)
        assert not target.exists()


@WITH_OPENSSH
def test_without_a_terminal_nobody_is_asked_for_a_passphrase(process, accepted, tmp_path):
    key = new_key(tmp_path / "key", SECRET)
    done = process("export", accepted, tmp_path / "r", "--format", "npz", "--sign", key)
    assert done.returncode == 1
    assert "is encrypted, and there is nobody to ask for its passphrase" in done.stderr
    assert not (tmp_path / "r").exists()


@WITH_OPENSSH
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
@pytest.mark.parametrize(("typed", "code"), [(f"{SECRET}\n", 0), ("wrong\n", 1), ("\x04", 1)])
def test_at_a_terminal_the_passphrase_is_asked_for_and_not_shown(accepted, tmp_path, typed, code):
    key = new_key(tmp_path / "key", SECRET)
    arguments = ["export", accepted, tmp_path / "r", "--format", "npz", "--sign", key]
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "annotator.cli", *map(str, arguments)],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # without a terminal but the one it is given
    ) as running:
        os.close(theirs)
        assert running.stderr is not None
        asked = running.stderr.read(len("passphrase of "))
        assert asked == b"passphrase of "
        os.write(ours, typed.encode())
        out, err = running.communicate(timeout=PATIENCE)
    os.set_blocking(ours, False)
    try:
        shown = os.read(ours, 1000)
    except OSError:
        shown = b""
    os.close(ours)
    assert running.returncode == code, err
    assert b"Traceback" not in err
    assert typed.strip().encode() not in out + err + shown
    assert (tmp_path / "r" / "manifest.json.sig").exists() == (code == 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("which", ["key", "public", "manifest", "signature"])
def test_a_pipe_in_place_of_a_file_is_told_at_once(command, accepted, release, tmp_path, which):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    arguments = ("verify", release)
    if which == "key":
        arguments = ("export", accepted, tmp_path / "2", "--format", "npz", "--sign", pipe)
    elif which == "public":
        arguments = ("verify", release, "--key", pipe)
    else:
        name = "manifest.json" if which == "manifest" else "manifest.json.sig"
        (release / name).unlink(missing_ok=True)
        os.mkfifo(release / name)
    results: list[tuple[int, str, str]] = []
    thread = Thread(target=lambda: results.append(command(*arguments)), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), "it never came back"
    assert results[0][0] == 1
    assert "it is a device or a pipe" in results[0][2]
