"""The commands `set`, `facts` and `revoke`: what is known of photographs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from annotator.cli.gathering import gathers
from annotator.cli.naming import no_impossible_number, photographs_named
from annotator.cli.options import AsJson, Person, ProjectAddress, text_given
from annotator.cli.terminal import count, print_table, printable, printable_paths, report

if TYPE_CHECKING:
    from annotator.project import ImageFacts, ImageRecord, Project, ReleaseRecord

commands = typer.Typer()

_NAMED = 3  # photographs in a sentence

_Images = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="IMAGE",
        help="File names, paths, folders, or numbers of samples.",
        callback=no_impossible_number,
    ),
]
_Fact = typer.Option(metavar="TEXT", help="`unknown` clears it.", callback=text_given)


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said of photographs; None of what nothing is said."""

    subject: Annotated[str | None, _Fact] = None
    group: Annotated[str | None, _Fact] = None
    licence: Annotated[str | None, _Fact] = None
    consent: Annotated[
        Literal["given", "refused", "unknown"] | None,
        typer.Option(help="What the people on it said to its use."),
    ] = None
    source: Annotated[str | None, _Fact] = None

    @property
    def facts(self) -> dict[str, str | None]:
        """The same by name, without what nothing is said of; None clears a fact."""
        from annotator.project.fact_records import UNKNOWN

        said = {name: text for name, text in asdict(self).items() if text is not None}
        return {name: None if text == UNKNOWN else text for name, text in said.items()}


@commands.command("set")
@gathers
def set_(
    project: ProjectAddress,
    images: _Images = None,
    *,
    stated: Stated,
    table: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="What is known of many, as `facts` writes it."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    by: Person = None,
    as_json: AsJson = False,
) -> None:
    """Note what is known of photographs; of a clip's frame, of the whole clip.

    SUBJECT: who is on it. GROUP: what else belongs together. Both keep
    photographs in one split.

    FILE has the columns image, image_sha256 or sample, and any of subject,
    group, licence, consent, source. Empty cells say nothing.
    """
    from annotator.project import Project
    from annotator.workflow.facts_table import read_facts

    said = stated.facts
    if bool(table) == bool(images) or bool(table) == bool(said):
        raise typer.BadParameter("give images and what is known of them, or a table with --csv")
    with Project.open(project, read_only=None if dry_run else False) as opened:
        if table is not None:
            changes = read_facts(opened, table)
        else:
            meant = photographs_named(opened, images or [], _all_images(opened))
            changes = {image.id: said for image in meant}
        told = _changing(opened, changes)
        done = 0 if dry_run else opened.facts.set_each(changes, by)
        refused = [image for image, facts in told.items() if facts.get("consent") == "refused"]
        releases = _holding(opened, refused)
    report(
        {"images": sorted(changes), "changed": sorted(told), "dry_run": dry_run}
        | {"releases": _release_values(releases)},
        *_set_lines(told, len(changes), done, dry_run=dry_run),
        *_held(releases, refused),
        as_json=as_json,
    )


@commands.command()
def facts(
    project: ProjectAddress,
    *,
    table: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write it as a table; - is the terminal."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is known of photographs, as a table that `set --csv` reads."""
    from annotator.project import Project
    from annotator.workflow.facts_table import facts_lines

    with Project.open(project, read_only=None) as opened:
        if table is None or str(table) == "-":
            if not as_json:
                print_table("".join(facts_lines(opened)))
                return
        else:
            _write(table, facts_lines(opened))
        images = opened.images.all()
        known = opened.facts.of([image.id for image in images])
        left_out = opened.facts.refused()
    values = [_fact_values(image, known[image.id]) for image in images] if as_json else []
    report(
        {"images": values, "may_not_leave": left_out},
        f"wrote what is known of {count(len(images), 'photograph')} to {table}",
        as_json=as_json,
    )


@commands.command()
def revoke(
    project: ProjectAddress,
    images: _Images = None,
    *,
    why: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Kept with it.", callback=text_given)
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Let them be used again.")] = False,
    by: Person = None,
    as_json: AsJson = False,
) -> None:
    """Keep photographs out of every release from now on, and name those that hold them."""
    from annotator.project import Project

    if not images:
        raise typer.BadParameter("give the photographs to revoke")
    if undo == (why is not None):
        raise typer.BadParameter("say --why, or --undo")
    with Project.open(project) as opened:
        known = _all_images(opened)
        meant = photographs_named(opened, images, known)
        ids = [image.id for image in meant]
        if undo:
            done = opened.facts.allow_again(ids, by)
        else:
            done = opened.facts.revoke(ids, why or "", by)
        releases = _holding(opened, ids)
        still = [each for each, facts in opened.facts.of(ids).items() if not facts.may_leave]
        alike = [] if undo else _same_subject_left(opened, ids, known)
    lines = _revoke_lines(len(ids), done, len(still), undo=undo)
    if alike:
        names = ", ".join(image.name for image in alike[:_NAMED])
        more = ", ..." if len(alike) > _NAMED else ""
        lines.append(
            f"not revoked, though of the same subject: {count(len(alike), 'photograph')}"
            f" ({names}{more})"
        )
    values = {"images": ids, "changed": done, "undone": undo, "paths": printable_paths(meant)}
    values["releases"] = _release_values(releases)
    report(values, *lines, *([] if undo else _held(releases, ids)), as_json=as_json)


def _all_images(project: "Project") -> "list[ImageRecord]":
    """Return the images of the project and those that were removed: these can be revoked too."""
    return [*project.images.all(), *(each.image for each in project.removals.all())]


def _same_subject_left(
    project: "Project", revoked: Sequence[int], images: "Sequence[ImageRecord]"
) -> "list[ImageRecord]":
    """Return the photographs that may still leave and show a subject of those revoked."""
    subjects = {each.subject for each in project.facts.of(revoked).values()} - {None}
    if not subjects:
        return []
    known = project.facts.of([image.id for image in images])
    return [
        image
        for image in images
        if known[image.id].may_leave and known[image.id].subject in subjects
    ]


def _changing(
    project: "Project", changes: Mapping[int, Mapping[str, str | None]]
) -> dict[int, Mapping[str, str | None]]:
    """Return, by image, the facts that changes make others than they are."""
    known = project.facts.of(changes)
    found = {
        image: {name: text for name, text in said.items() if getattr(known[image], name) != text}
        for image, said in changes.items()
    }
    return {image: said for image, said in found.items() if said}


def _set_lines(
    told: Mapping[int, Mapping[str, str | None]], named: int, done: int, *, dry_run: bool
) -> list[str]:
    fields: dict[str, int] = {}
    for said in told.values():
        for name in said:
            fields[name] = fields.get(name, 0) + 1
    if not fields:
        return [f"nothing changes: that was known of {count(named, 'photograph')}"]
    counts = ", ".join(f"{name} of {number:,}" for name, number in fields.items())
    verb = "would change" if dry_run else "changed"
    return [f"{verb} what is known of {count(len(told), 'photograph')}: {counts}"]


def _revoke_lines(asked: int, done: int, still: int, *, undo: bool) -> list[str]:
    if not undo:
        return [
            f"revoked {count(asked, 'photograph')}: no release holds anything of them from now on"
            if done
            else f"revoked before: {count(asked, 'photograph')}"
        ]
    lines = [f"no longer revoked: {count(asked, 'photograph')}"]
    if still:
        lines.append(f"the people on {count(still, 'photograph')} of them refused: see `set`")
    return lines


def _holding(project: "Project", image_ids: Sequence[int]) -> "list[ReleaseRecord]":
    from annotator.workflow.withdrawing import releases_holding

    return releases_holding(project, image_ids)


def _held(releases: "Sequence[ReleaseRecord]", image_ids: Sequence[int]) -> list[str]:
    from annotator.workflow.withdrawing import held_lines

    return held_lines(releases) if image_ids else []


def _release_values(releases: "Sequence[ReleaseRecord]") -> list[dict[str, object]]:
    return [
        {
            "name": each.name,
            "version": each.version,
            "folder": printable(each.folder),
            "withdrawn": each.is_withdrawn,
        }
        for each in releases
    ]


def _fact_values(image: "ImageRecord", known: "ImageFacts") -> dict[str, object]:
    revoked = known.revoked_at
    return {
        "image": printable(image.path),
        "image_sha256": image.picture_sha256,
        "subject": known.subject,
        "group": known.group,
        "licence": known.licence,
        "consent": known.consent,
        "source": known.source,
        "may_not_leave": known.why_not,
        "revoked_at": None if revoked is None else revoked.isoformat(),
        "revoked_by": known.revoked_by,
        "revoked_why": known.revoked_why,
    }


def _write(path: Path, lines: Iterable[str]) -> None:
    from annotator.system.placing import placed

    with placed(path) as stream:
        for line in lines:
            stream.write(line.encode())
