"""Which images of a release are for training, for validation and for the test, decided once.

Nobody is on two sides: images of one subject, one group or one clip, and those that show nearly
the same picture of a face, are a cluster and go together. Which side a new cluster takes is drawn
from a hash of what names it, under the project's key: neither what else there is, nor the order in
which images were added, nor the machine has a part in it. What was decided stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from types import MappingProxyType

from annotator.project.split_records import FormerSides, Split, StoredSplit
from annotator.release.clusters import Looks, Shared, firsts_of_clusters
from annotator.release.errors import ExportError

_JUDGING = (Split.TEST, Split.VALIDATION, Split.TRAIN)
"""Where a cluster has members of several sides, those of the first of these stay."""
NO_FORMER: FormerSides = MappingProxyType({})
"""Of projects in which nothing that a release had on a side was deleted for good."""
_RANGE = 1 << 64
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of the clusters each side gets, in per cent; 100 together."""

    train: int = 80
    validation: int = 10
    test: int = 10

    def __str__(self) -> str:
        return f"{self.train}/{self.validation}/{self.test}"

    def side_of(self, draw: int) -> Split:
        """Return the side of a number of 64 bits."""
        at = draw * _WHOLE // _RANGE
        if at < self.train:
            return Split.TRAIN
        return Split.VALIDATION if at < self.train + self.validation else Split.TEST


USUAL = Shares()


def shares_of(text: str) -> Shares:
    """Return the shares that a text like ``80/10/10`` names: training, validation, test.

    Raises
    ------
    ExportError
        If it names none.
    """
    parts = text.split("/")
    if len(parts) == len(_JUDGING) and all(part.isascii() and part.isdigit() for part in parts):
        numbers = [int(part[-4:]) for part in parts]
        if sum(numbers) == _WHOLE and max(map(len, parts)) <= len(str(_WHOLE)):
            return Shares(*numbers)
    raise ExportError(
        f"{text!a:.40} are no shares: give those of training, validation and test in per cent,"
        " as 80/10/10, 100 in all"
    )


@dataclass(frozen=True, slots=True)
class SplitImage:
    """An image that has a side or is to get one, and what ties it to others.

    Attributes
    ----------
    image_id
    sha256
        What its picture is known by.
    subject, group
        Whose face it shows and what it belongs to, where somebody said so.
    clip_sha256
        Of the clip that it is a frame of.
    looks
        What its faces look like, see `annotator.imaging.perceptual`.
    """

    image_id: int
    sha256: str
    subject: str | None = None
    group: str | None = None
    clip_sha256: str | None = None
    looks: Sequence[Looks] = ()

    @property
    def shared(self) -> tuple[Shared, ...]:
        """What other images may have in common with it, what names a cluster best coming first."""
        return (
            ("subject", self.subject),
            ("group", self.group),
            ("clip", self.clip_sha256),
            ("image", self.sha256),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """Where images are.

    Attributes
    ----------
    sides
        By image, what each is for in a release that is made now; who is missing is left out.
    new
        What was not decided before, by image: to be stored.
    tied
        Images that are left out, as they tie two sides or were put on one before something tied
        it to the other.
    """

    sides: Mapping[int, Split]
    new: Mapping[int, StoredSplit]
    tied: tuple[int, ...]


def decided(
    images: Iterable[SplitImage],
    before: Mapping[int, StoredSplit],
    *,
    key: bytes,
    shares: Shares,
    former: FormerSides = NO_FORMER,
) -> Decision:
    """Put images on sides.

    Parameters
    ----------
    images
        All that are to be released, and all others that were decided earlier: newcomers join them.
    before
        What was decided earlier, by image; it stays.
    key
        The project's secret.
    shares
        Of new clusters, each side's.
    former
        On which sides what images shared was that are deleted for good: as if they were there.
    """
    members = clusters(images)
    named = {one.cluster: one.split for one in before.values() if one.cluster}  # perhaps removed
    sides: dict[int, Split] = {}
    new: dict[int, StoredSplit] = {}
    tied: list[int] = []
    for name, cluster in members.items():
        known = {before[one.image_id].split for one in cluster if one.image_id in before}
        shared = {(kind, value) for one in cluster for kind, value in one.shared if value}
        known |= {side for name in shared for side in former.get(name, ())}
        side = next((one for one in _JUDGING if one in known), named.get(name))
        side = shares.side_of(_draw(name, key)) if side is None else side
        for image_id in sorted(one.image_id for one in cluster):
            stored = before.get(image_id)
            if len(known) > 1 and (stored is None or stored.split is not side):
                tied.append(image_id)
                continue
            sides[image_id] = side
            if stored is None:
                new[image_id] = StoredSplit(side, False, name)
    return Decision(sides, new, tuple(sorted(tied)))


def clusters(images: Iterable[SplitImage]) -> dict[str, list[SplitImage]]:
    """Return the images that belong together, by the cluster's name, in the names' order.

    The name is the first subject's of its members; without any the first group's, clip's or
    picture's: it stays when more images of the same subject come.
    """
    ordered = sorted(images, key=lambda image: (image.sha256, image.image_id))
    firsts = firsts_of_clusters(
        [image.shared for image in ordered], [image.looks for image in ordered]
    )
    found: dict[int, list[SplitImage]] = defaultdict(list)
    for image, first in zip(ordered, firsts.tolist(), strict=True):
        found[first].append(image)
    return dict(sorted((_name(some), some) for some in found.values()))


def _name(images: Sequence[SplitImage]) -> str:
    kinds = zip(*(image.shared for image in images), strict=True)
    named = (min((pair for pair in pairs if pair[1]), default=None) for pairs in kinds)
    kind, value = next(pair for pair in named if pair)
    return f"{kind} {value}"


def _draw(name: str, key: bytes) -> int:
    """Return 64 bits that nobody can tell, or steer by naming subjects, who has not the key."""
    hashed = blake2b(name.encode("utf-8", "surrogatepass"), key=key, digest_size=8, person=b"split")
    return int.from_bytes(hashed.digest(), "big")
