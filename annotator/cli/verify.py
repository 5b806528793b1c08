"""The command `verify`: whether a release is what it says, and who made it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotator.cli.options import AsJson
from annotator.cli.terminal import count, report

if TYPE_CHECKING:
    from annotator.release import Verified

commands = typer.Typer()


@commands.command()
def verify(
    release: Annotated[Path, typer.Argument(metavar="RELEASE", help="A release's folder.")],
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="PUBLIC",
            help="Who must have signed it: an SSH .pub file, or a list of allowed signers.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check that a release is whole and who signed it."""
    from annotator.release import DamagedRelease, verify_release
    from annotator.release.withdrawal import withdrawn_note

    try:
        done = verify_release(release, signed_by=key)
    except DamagedRelease as error:
        if not as_json:
            raise
        report({"folder": str(release), "holds": False, "wrong": str(error)}, as_json=True)
        raise typer.Exit(1) from error
    note = withdrawn_note(release)
    values = _values(release, done) | {"withdrawn_note": note}
    told = [] if note is None else [f"a note in it says: {note}"]
    report(values, *_lines(done), *told, as_json=as_json, is_answer=True)


def _values(folder: Path, done: "Verified") -> dict[str, object]:
    signer = done.signer
    return {
        "folder": str(folder),
        "holds": True,
        "wrong": None,
        "name": done.name,
        "version": done.version_name,
        "splits": None if done.splits is None else dict(done.splits),
        "samples": done.samples,
        "format": done.format,
        "format_version": done.version,
        "layout": done.layout.name,
        "images": done.images,
        "generator": done.generator,
        "content_sha256": done.content_sha256,
        "files": done.files,
        "bytes": done.size,
        "unlisted_files": done.unlisted,
        "signed_by": None if signer is None else signer.who,
        "key": None if signer is None else signer.fingerprint,
    }


def _lines(done: "Verified") -> list[str]:
    """Return what holds, for people, line by line."""
    made = " ".join(done.generator.split())
    named = [] if done.name is None else [f"{done.name} {done.version_name}"]
    sides = ", ".join(f"{side} {number:,}" for side, number in (done.splits or {}).items())
    lines = [
        *named,
        f"{count(done.samples, 'sample')} of {done.layout.name} as {done.format}, made by {made}",
        f"{count(done.files, 'file')} of {done.size / 1e6:,.1f} MB as listed, and what they hold",
        *([f"splits, with nobody on two sides: {sides}"] if sides else []),
        f"content {done.content_sha256}",
        _IMAGES[done.images],
        _signed(done),
    ]
    if done.unlisted:
        lines.append(
            f"not looked at: {count(done.unlisted, 'file')} that the release does not list"
        )
    return lines


_IMAGES = {
    "copy": "images are in it",
    "link": "images are in it, linked to the originals where that could be",
    "upright": "images are in it, upright",
    "reference": "images lie elsewhere, and were not looked at",
    "face": "faces cut out of the images are in it",
    "crop-192": "faces cut out of the images are in it, 192 pixels each",
    "crop-256": "faces cut out of the images are in it, 256 pixels each",
    "none": "no images are in it",
    "embedded": "images are in its files",
}


def _signed(done: "Verified") -> str:
    signer = done.signer
    if signer is None:
        return "not signed: nothing says who made it"
    if signer.who is None:
        return f"signed by {signer.fingerprint}; give --key to compare it with a key that you trust"
    return f"signed by {signer.who or 'the key given'} ({signer.fingerprint})"
