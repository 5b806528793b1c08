"""Releases that were finished by a program that was killed before it entered them in the ledger."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.project.release_records import NewRelease, ReleaseEntry, ReleaseRecord
from annotator.project.split_records import Split
from annotator.release.errors import DamagedRelease, ExportError
from annotator.release.manifest import MANIFEST
from annotator.release.manifest_reading import Manifest, read_manifest
from annotator.release.rows import row_of
from annotator.release.verify import verify_release
from annotator.release.withdrawal import withdrawn_note
from annotator.system.words import count
from annotator.workflow.release_plan import DIGITS, mesh_digests, project_mark
from annotator.workflow.withdrawing import withdraw_release

if TYPE_CHECKING:
    from annotator.project import Project

_LOG = logging.getLogger(__name__)

_CHANGED_SINCE = "0" * DIGITS
"""In place of the hash of a mesh that is another one by now: the next version differs from it."""


def enter_finished(
    project: Project, name: str, places: Iterable[Path]
) -> tuple[ReleaseRecord, ...]:
    """Enter those releases of a name that lie in some folders and are not in the ledger.

    Only this project's are looked at: a manifest tells by a hash under the project's key.

    Raises
    ------
    ExportError
        If one of them does not hold what it says.
    """
    known = {(one.name, one.version) for one in project.releases.all()}
    found: list[ReleaseRecord] = []
    for folder in dict.fromkeys(places):
        manifest = _own_manifest(project, folder)
        if manifest is None or manifest.name != name or manifest.version_name is None:
            continue
        if (name, manifest.version_name) in known:
            continue
        try:
            verify_release(folder)
        except DamagedRelease as error:
            raise ExportError(
                f"{folder} was left by a release that was interrupted, and is damaged ({error}):"
                " remove it"
            ) from error
        found.append(_entered(project, folder, manifest))
        _LOG.info("entered %s, which was finished before", found[-1])
        withdraw_revoked(project, found[-1])
    return tuple(found)


def withdraw_revoked(project: Project, record: ReleaseRecord) -> int:
    """Withdraw a release that was entered just now if it holds what may not leave the project.

    Who revoked an image while it was finished and not entered was not told of it; likewise a
    release whose folder says that it is withdrawn is withdrawn.

    Returns
    -------
    int
        How many such images it holds.
    """
    held = {entry.image_id for entry in project.releases.entries(record.id)}
    refused = len(project.facts.not_leaving(held))
    if refused:
        was = "was" if refused == 1 else "were"
        withdraw_release(
            project, record, f"{count(refused, 'image')} {was} revoked before it was entered"
        )
    elif withdrawn_note(record.folder) is not None:
        withdraw_release(project, record, "a note in its folder says so")
    return refused


def _own_manifest(project: Project, folder: Path) -> Manifest | None:
    if not (folder / MANIFEST).is_file():
        return None
    try:
        manifest = read_manifest(folder)
    except DamagedRelease:
        return None
    return (
        manifest if manifest.provenance.get("project") == project_mark(project.secret()) else None
    )


def _entered(project: Project, folder: Path, manifest: Manifest) -> ReleaseRecord:
    digests = _digests(project, manifest.samples)
    _refuse_others(project, folder, manifest.samples, digests)
    entries = [
        ReleaseEntry(
            row["sample_id"],
            row["image_id"],
            None if row["split"] is None else Split(row["split"]),
            digests.get(row["sample_id"], _CHANGED_SINCE),
        )
        for row in manifest.samples
    ]
    return project.releases.add(
        NewRelease(
            str(manifest.name),
            str(manifest.version_name),
            folder,
            manifest.content_sha256,
            manifest.format,
            len({entry.image_id for entry in entries}),
            entries,
        )
    )


def _refuse_others(
    project: Project, folder: Path, rows: Sequence[Mapping[str, Any]], known: Mapping[int, str]
) -> None:
    """Raise if numbers mean other images here, as after a backup from before was restored."""
    records = project.images.records({row["image_id"] for row in rows}, removed=True)
    for row in rows:
        record = records.get(row["image_id"])
        is_same = record is not None and record.picture_sha256 == row["image_sha256"]
        if record is None or not (is_same or row["sample_id"] in known):
            raise ExportError(
                f"{folder} is a release of this project that its ledger lacks, and its image"
                f" {row['image_id']} is another one here, or deleted: move it elsewhere"
            )


def _digests(project: Project, rows: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """Return the hash of each mesh that was accepted when the release says that it was.

    An edit withdraws the verdict, so the mesh is still the one that was released.
    """
    moments = {row["sample_id"]: row["accepted_at"] for row in rows}
    return {
        sample_id: digest
        for sample_id, accepted_at, digest in _accepted(project)
        if moments.get(sample_id) == accepted_at
    }


def _accepted(project: Project) -> Iterator[tuple[int, str, str]]:
    with project.samples.all_accepted() as accepted:
        for block in accepted.blocks():
            for one, digest in zip(block.rows, mesh_digests(block), strict=True):
                yield one.sample_id, row_of(one)["accepted_at"], digest.hex()
