"""What a release would hold, read once from the accepted samples: what versions depend on."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import TYPE_CHECKING, Any

from annotator.project.release_records import ReleaseEntry, ReleaseRecord
from annotator.project.split_records import Split
from annotator.release.errors import DamagedRelease
from annotator.release.manifest_reading import read_manifest
from annotator.release.rows import FACT_COLUMNS, row_of

if TYPE_CHECKING:
    from annotator.project import Project
    from annotator.project.accepted import AcceptedSamples
    from annotator.project.accepted_records import AcceptedBlock
    from annotator.release.about import About
    from annotator.release.choice import Choice

DIGITS = 16
_SAID = ("annotator", "reviewer", "verdict", "accepted_at", "stroke_count", *FACT_COLUMNS)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Accepted samples, and what they are known by.

    Attributes
    ----------
    images
        The image of each sample, in the order of a release.
    accepted_at
        When each was accepted, as releases state it.
    digests
        Of each the hash of its landmarks and visibility, 8 bytes one after the other.
    words
        What all that is said besides is known by; nobody learns from it what was said.
    """

    images: Mapping[int, int]
    accepted_at: Mapping[int, str]
    digests: bytes
    words: str

    def entries(self, sides: Mapping[int, Split]) -> Iterator[ReleaseEntry]:
        """Yield what the ledger keeps of the samples whose images are on a side."""
        size = DIGITS // 2
        for at, (sample_id, image_id) in enumerate(self.images.items()):
            if image_id in sides:
                digest = self.digests[at * size : (at + 1) * size].hex()
                yield ReleaseEntry(sample_id, image_id, sides[image_id], digest)


def held_by(project: Project, accepted: AcceptedSamples, choice: Choice, about: About) -> Held:
    """Read what is accepted, once."""
    images: dict[int, int] = {}
    accepted_at: dict[int, str] = {}
    digests = array("B")
    words = blake2b(key=project.secret(), digest_size=16, person=b"words")
    words.update(repr((choice.words(), about.title, about.description, about.licence)).encode())
    for block in accepted.blocks():
        for digest in mesh_digests(block):
            digests.frombytes(digest)
        facts = accepted.facts({one.image.id for one in block.rows})
        for one in block.rows:
            row = row_of(one, None, facts.get(one.image.id))
            images[one.sample_id] = one.image.id
            accepted_at[one.sample_id] = row["accepted_at"]
            words.update(repr([row["sample_id"], *(row[name] for name in _SAID)]).encode())
    return Held(images, accepted_at, digests.tobytes(), words.hexdigest())


def mesh_digests(block: AcceptedBlock) -> Iterator[bytes]:
    """Yield of each sample the hash of its landmarks and visibility, 8 bytes."""
    landmarks = block.landmarks.astype("<f4", copy=False)
    for mesh, visibility in zip(landmarks, block.visibility, strict=True):
        yield sha256(mesh.tobytes() + visibility.tobytes()).digest()[: DIGITS // 2]


def project_mark(secret: bytes) -> str:
    """Return what releases of one project have in common, and no other project's have."""
    return blake2b(key=secret, digest_size=16, person=b"project").hexdigest()


def last_words(record: ReleaseRecord) -> str | None:
    """Return what a release's words are known by; None if its folder does not say so any more."""
    said = provenance_of(record)
    return None if said is None else said.get("words")


def provenance_of(record: ReleaseRecord) -> Mapping[str, Any] | None:
    """Return what a release's manifest says of its making; None if it cannot be read any more."""
    try:
        manifest = read_manifest(record.folder)
    except DamagedRelease:
        return None
    return manifest.provenance if manifest.content_sha256 == record.content_sha256 else None
