"""What holds of a release, for whoever wants to know before using it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from annotator.mesh.layout import MeshLayout, layout_named
from annotator.release.errors import DamagedRelease
from annotator.release.glances import Glance
from annotator.release.load import Release, load_release, verified_meshes
from annotator.release.manifest import MANIFEST
from annotator.release.manifest_reading import read_manifest
from annotator.release.release_checks import wrong_places
from annotator.release.signing import SIGNATURE, Signer, is_signed, signer_of


@dataclass(frozen=True, slots=True, eq=False)
class Verified:
    """A release of which everything holds that it says.

    Attributes
    ----------
    folder
    samples
        How many.
    format
        The name of one of `annotator.release.formats.FORMATS`.
    layout
        Which vertices there are.
    content_sha256
        Names the release: equal for equal files.
    version
        Of the format.
    generator
        The program that made it, in its own words.
    images
        An `annotator.release.images.ImageMode`.
    files, size
        How many the manifest lists, and their bytes together.
    unlisted
        How many files are beside them in the folder: nothing is known of these.
    signer
        None if it is not signed.
    name, version_name
        What it is called, and its semantic version; None for an export without.
    splits
        How many samples each side has; None if it has none.
    """

    folder: Path
    samples: int
    format: str
    layout: MeshLayout
    content_sha256: str
    version: int
    generator: str
    images: str
    files: int
    size: int
    unlisted: int
    signer: Signer | None
    name: str | None = None
    version_name: str | None = None
    splits: Mapping[str, int] | None = None

    @property
    def release(self) -> Release:
        """The release itself, which is verified and loaded each time it is asked for.

        Raises
        ------
        DamagedRelease
            If it changed meanwhile.
        """
        release = load_release(self.folder)
        if release.content_sha256 != self.content_sha256:
            raise DamagedRelease(f"{self.folder} is another release than the one that was verified")
        return release


def verify_release(folder: str | Path, *, signed_by: str | Path | None = None) -> Verified:
    """Verify a release as `load_release` does, without keeping its meshes, and say what holds.

    Meshes that lie nowhere near their image do not, either. A signature that is there has to hold,
    whether or not anybody's keys are given.

    Raises
    ------
    DamagedRelease
        The first thing that does not hold.
    KeyFileError
        If the keys cannot be read.
    """
    folder = Path(folder)
    manifest, signer = read_manifest(folder), None
    if signed_by is not None or is_signed(folder):
        signer = signer_of(folder, manifest.sha512, signed_by)
    meshes = verified_meshes(folder, manifest, Glance)
    if wrong := wrong_places(meshes.landmarks, manifest.samples):
        raise DamagedRelease(f"{folder} cannot be right: {wrong}")
    return Verified(
        folder,
        len(manifest.samples),
        manifest.format,
        layout_named(manifest.layout),
        manifest.content_sha256,
        manifest.version,
        manifest.generator,
        manifest.images,
        len(manifest.files),
        sum(entry["size"] for entry in manifest.files),
        _unlisted(folder, {entry["path"] for entry in manifest.files} | {MANIFEST, SIGNATURE}),
        signer,
        manifest.name,
        manifest.version_name,
        manifest.splits,
    )


def _unlisted(folder: Path, known: set[str]) -> int:
    """Count what is in a folder besides, links not followed."""
    return sum(
        (Path(parent).relative_to(folder) / name).as_posix() not in known
        for parent, _, names in os.walk(folder)
        for name in names
    )
