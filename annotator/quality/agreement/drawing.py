"""Who is asked for an opinion of which face: a draw that anybody can repeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import blake2b

_Pair = frozenset[str]


def drawn_faces(
    keys: Mapping[int, str], share: float, *, seed: int, drawn: Collection[int] = ()
) -> list[int]:
    """Return the faces that are to be drawn besides those that were drawn before.

    The order of faces follows from the seed and their keys alone: photographs that are added later
    change it for none, and the same draw twice draws nothing the second time.

    Parameters
    ----------
    keys
        What a face is known by in any project, by its sample.
    share
        Of all these faces, those drawn before included, 0 to 1; rounded to whole faces.
    seed
        Another one gives another draw.
    drawn
        Those that were drawn before.

    Raises
    ------
    ValueError
        If the share is none.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"expected a share between 0 and 1, but got {share}")
    before = set(drawn)
    wanted = round(share * len(keys)) - len(before & set(keys))
    left = sorted((_number(seed, keys[face]), face) for face in keys if face not in before)
    return [face for _, face in left[: max(wanted, 0)]]


def balanced(
    faces: Sequence[int],
    people: Sequence[str],
    per_face: int,
    *,
    keys: Mapping[int, str],
    seed: int,
    asked: Iterable[tuple[int, str]] = (),
) -> list[tuple[int, str]]:
    """Return who is asked about which face, as pairs, so that all have as much to do.

    Each face goes to those who were asked least so far; of equals to whoever was paired least with
    the others of that face; of equals in this too, the seed decides. Nobody is asked twice.

    Parameters
    ----------
    faces
        In the order in which they are given out.
    people, per_face
        So many of the people are asked about each face, those who were asked before included.
    keys, seed
        As for `drawn_faces`.
    asked
        Pairs of before.

    Raises
    ------
    ValueError
        If there are too few people.
    """
    if per_face > len(set(people)):
        raise ValueError(
            f"{per_face} opinions of a face need as many people, not {len(set(people))}"
        )
    of_face: dict[int, list[str]] = {}
    for face, person in asked:
        of_face.setdefault(face, []).append(person)
    load = Counter(person for those in of_face.values() for person in those)
    paired = Counter(_pairs(of_face.values()))
    given = []
    for face in faces:
        those = of_face.setdefault(face, [])
        lots = {one: _number(seed, f"{keys[face]} {one}") for one in people}
        while len(those) < per_face:
            person = _next(lots, those, load, paired)
            load[person] += 1
            paired.update(frozenset((person, other)) for other in those)
            those.append(person)
            given.append((face, person))
    return given


def _next(
    lots: Mapping[str, int], those: Sequence[str], load: Counter[str], paired: Counter[_Pair]
) -> str:
    """Return who is asked next about a face, of which those were asked already."""

    def place(one: str) -> tuple[int, int, int]:
        met = sum(paired[frozenset((one, other))] for other in those)
        return load[one], met, lots[one]

    return min((one for one in lots if one not in those), key=place)


def _pairs(groups: Iterable[Sequence[str]]) -> Iterable[_Pair]:
    for those in groups:
        for at, one in enumerate(those):
            yield from (frozenset((one, other)) for other in those[:at])


def _number(seed: int, key: str) -> int:
    """Return a number that looks random and is the same wherever it is asked for."""
    digest = blake2b(f"{seed} {key}".encode(errors="surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
