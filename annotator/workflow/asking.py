"""People are asked for their opinions: of faces that several annotate, and of known answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from annotator.project import Opinion, Project, ProjectError, SampleState
from annotator.quality.agreement import balanced, drawn_faces
from annotator.system.people import known_as


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked about how many faces.

    Attributes
    ----------
    faces
        The samples that somebody was asked about now.
    opinions
        The samples that the new opinions are.
    each
        How many opinions each person was asked for now.
    """

    faces: tuple[int, ...]
    opinions: tuple[int, ...]
    each: dict[str, int]


def ask_for_opinions(
    project: Project,
    people: Sequence[str],
    share: float,
    *,
    per_sample: int = 2,
    seed: int = 0,
    by: str | None = None,
) -> Asked:
    """Ask several people each about a share of the faces that nobody has worked on yet.

    Faces are drawn by their photographs' content and the seed, so that the same draw again asks
    nobody anything; see `drawn_faces` and `balanced`.

    Parameters
    ----------
    project
    people
        Who annotates.
    share
        0 to 1, of the faces that nobody worked on and those that were drawn before.
    per_sample
        How many people annotate each of them, at least two.
    seed
    by
        Who asks, for the audit log; None for whoever is logged in.

    Raises
    ------
    ProjectError
        If there are too few people, or the share is none.
    """
    if per_sample < 2:
        raise ProjectError("agreement takes at least two opinions of a face")
    opinions = project.opinions.all()
    people = _each_once(people, opinions)
    before = [one for one in opinions if not one.is_honeypot]
    asked = [(one.original_id, one.annotator) for one in before]
    known = {one.original_id for one in opinions if one.is_honeypot}
    keys = _keys(project, {face for face, _ in asked}, known)
    faces = {face for face, _ in asked}
    try:
        new = drawn_faces(keys, share, seed=seed, drawn=faces)
        wanted = balanced(new, people, per_sample, keys=keys, seed=seed, asked=asked)
    except ValueError as error:
        raise ProjectError(str(error)) from error
    return _asked(wanted, project.opinions.ask(wanted, by=by))


def ask_known(
    project: Project,
    people: Sequence[str] = (),
    *,
    count: int = 0,
    samples: Collection[int] = (),
    seed: int = 0,
    by: str | None = None,
) -> Asked:
    """Ask people about faces of which the accepted mesh is known, without telling them.

    Whoever edited a face, judged it, looked at it or was asked about it before is not asked.

    Parameters
    ----------
    project
    people
        Who is asked; by default all who were asked for opinions before.
    count
        How many accepted faces are drawn: those first that somebody corrected, as the others
        cannot tell who does nothing; of these, those that the most people can be asked about.
    samples
        These, instead.
    seed
    by
        As for `ask_for_opinions`.

    Raises
    ------
    ProjectError
        If there is nobody to ask, no such sample, or one of them is not accepted.
    """
    opinions = project.opinions.all()
    those = _each_once(people or sorted({one.annotator for one in opinions}), opinions)
    if not those:
        raise ProjectError("nobody was asked for an opinion yet: say who is asked")
    accepted = {one.id: one for one in project.samples.summaries((SampleState.ACCEPTED,))}
    chosen = tuple(samples) or tuple(accepted)
    free = _free(project, chosen, those, opinions)
    if not samples:
        order = [*drawn_faces(_keys_of(project, accepted), 1.0, seed=seed)]
        order.sort(key=lambda face: (not accepted[face].stroke_count, -len(free[face])))
        chosen = tuple(face for face in order if free[face])[:count]
        _refuse_too_few(len(chosen), count)
    wanted = [(face, person) for face in chosen for person in free[face]]
    if unasked := [face for face in chosen if not free[face]]:
        raise ProjectError(f"sample {unasked[0]} is new to nobody of those who could be asked")
    return _asked(wanted, project.opinions.ask_known(wanted, by=by))


def _refuse_too_few(found: int, wanted: int) -> None:
    if found < wanted:
        raise ProjectError(
            f"{wanted} honeypots need as many accepted faces that are new to one of those who "
            f"are asked, and there are {found}: nobody is asked about a face that they "
            "have worked on, judged or looked at"
        )


def _free(
    project: Project, faces: Sequence[int], people: Sequence[str], opinions: Sequence[Opinion]
) -> dict[int, list[str]]:
    """Return who knows nothing of each face yet."""
    there = project.opinions.people_at(faces)
    known = {face: set(map(known_as, names)) for face, names in there.items()}
    for one in opinions:
        known.setdefault(one.original_id, set()).add(known_as(one.annotator))
    return {face: [each for each in people if known_as(each) not in known[face]] for face in faces}


def _each_once(people: Iterable[str], opinions: Sequence[Opinion]) -> tuple[str, ...]:
    """Return people, each once, by the name that they were asked by before."""
    before = {known_as(one.annotator): one.annotator for one in opinions}
    each: dict[str, str] = {}
    for name in people:
        each.setdefault(known_as(name), before.get(known_as(name), name))
    return tuple(each.values())


def _asked(wanted: Sequence[tuple[int, str]], opinions: Sequence[int]) -> Asked:
    faces = tuple(dict.fromkeys(face for face, _ in wanted))
    return Asked(faces, tuple(opinions), dict(Counter(person for _, person in wanted)))


def _keys(project: Project, drawn: set[int], known: set[int]) -> dict[int, str]:
    """Return what the faces are known by that are drawn from."""
    untouched = {one.id for one in project.samples.summaries((SampleState.PREDICTED,))}
    return _keys_of(project, (untouched | drawn) - known)


def _keys_of(project: Project, faces: Collection[int]) -> dict[int, str]:
    contents = {one.id: f"{one.sha256} {one.frame}" for one in project.images.all()}
    asked = set(faces)
    return {
        one.id: f"{contents[one.image_id]} {one.face_index}"
        for one in project.samples.summaries()
        if one.id in asked
    }
