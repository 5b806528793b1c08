"""The data card of a release: its ``README.md``, for whoever finds it without the program.

Nothing in it depends on when or where the release is made: its date is that of the last verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotator import __version__
from annotator.release.about import About
from annotator.release.contents import NOT_STATED, Contents
from annotator.release.markdown import literal, paragraphs, table, yaml_text
from annotator.release.split_report import HEADINGS, split_rows, told
from annotator.system.words import count

if TYPE_CHECKING:
    from annotator.mesh.layout import MeshLayout
    from annotator.release.formats.definition import Format

CARD = "README.md"
_MOST = 20  # licences that are told one by one


@dataclass(frozen=True, slots=True)
class Making:
    """How a release was written.

    Attributes
    ----------
    format
    layout
    images
        An `annotator.release.images.ImageMode`.
    keeps_metadata
        Whether image files hold what else was in them, as places and times.
    pseudonyms
        Whether names were replaced.
    revoked
        How many images were left out as revoked, or because consent was refused.
    """

    format: Format
    layout: MeshLayout
    images: str
    keeps_metadata: bool = False
    pseudonyms: bool = False
    revoked: int = 0


def card_text(about: About, contents: Contents, making: Making) -> str:
    """Return the card, in Markdown; what is anybody's text in it is shown as it is."""
    heading = f"# {literal(about.heading)}"
    sections = (
        [*_yaml(about, contents, making), heading, "", *_facts(about, contents)],
        _holds(contents),
        _made(contents, making),
        _coordinates(making),
        _rights(about, contents),
        _limits(making),
    )
    return "\n".join("\n".join([*section, ""]) for section in sections)


def _yaml(about: About, contents: Contents, making: Making) -> list[str]:
    """Return the header that dataset hubs read."""
    lines = [f"pretty_name: {yaml_text(about.heading)}", f"size_categories: [{_size(contents)}]"]
    if about.licence is not None:
        lines.append(f"license_name: {yaml_text(about.licence)}")
        lines.append("license: other")
    if about.version is not None:
        lines.append(f"version: {yaml_text(about.version)}")
    if making.format.card is not None:
        lines += making.format.card(making.layout)
    else:
        lines.append("tags: [face-mesh, facial-landmarks]")
    return ["---", *lines, "---", ""]


def _size(contents: Contents) -> str:
    sizes = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (10**6, "100K<n<1M"))
    return next((name for most, name in sizes if contents.all.faces < most), "1M<n<10M")


def _facts(about: About, contents: Contents) -> list[str]:
    whole = contents.all
    named = "" if about.name is None else f" `{about.name}` {about.version}:"
    return [
        *(line for text in paragraphs(about.description) for line in (text, "")),
        f"{named} {count(whole.faces, 'face')} in {count(whole.images, 'image')},"
        f" last accepted on {contents.last_verdict[:10]}.".strip(),
    ]


def _holds(contents: Contents) -> list[str]:
    rows = split_rows(contents)
    lines = ["## What it holds", "", *table(HEADINGS, rows), ""]
    lines.append("Yaw is by how many degrees heads are turned to either side.")
    if contents.sides:
        lines += [
            "Images of one subject, group or clip, and near-duplicate pictures, are on one side;",
            "what was put on a side stays there in later versions.",
        ]
    return [*lines, *(f"\n{text[0].upper()}{text[1:]}." for text in told(contents))]


def _made(contents: Contents, making: Making) -> list[str]:
    whole, people = contents.all, contents.people
    models = ", ".join(
        f"{literal(name)} (SHA-256 `{sha256[:12]}`)"
        for name, sha256 in sorted(contents.models.items())
    )
    edited = whole.faces - whole.as_predicted
    return [
        "## How it was made",
        "",
        f"A model predicted each mesh: {models}. People then looked at every one:"
        f" {count(edited, 'face')} edited by {_people(people['annotator'])},"
        f" {whole.as_predicted:,} accepted as predicted; each was accepted by one of"
        f" {_people(people['reviewer'])}.",
        "",
        f"Written by facemesh-annotator {__version__} as `{making.format.name}`"
        f" ({literal(making.format.title)}); images: `{making.images}`."
        " `manifest.json` lists every file with its SHA-256, and"
        " `facemesh-annotator verify` checks it.",
    ]


def _people(names: set[str]) -> str:
    return "1 person" if len(names) == 1 else f"{len(names):,} people"


def _coordinates(making: Making) -> list[str]:
    layout, corners = making.layout, making.layout.eye_corners
    is_cropped = making.images.startswith(("crop", "face"))
    of = "its crop, turned upright" if is_cropped else "the upright image"
    return [
        "## Coordinates",
        "",
        f"{layout.count} vertices of MediaPipe's face mesh (`{layout.name}`). x, y and z are in"
        f" pixels of {of}: x to the right, y down, from the upper left corner; z is smaller where"
        " it is nearer. Left is the subject's left. Visibility: 0 visible, 1 occluded, 2 out of"
        " frame. Errors are told in shares of the outer inter-ocular distance"
        f" ({corners.right_outer}-{corners.left_outer}).{_of_record(making)}",
    ]


def _of_record(making: Making) -> str:
    if making.format.read is not None:
        return ""
    return (
        " These are the coordinates of `exact/`: the format's own files may count from elsewhere"
        " and in other units."
    )


def _rights(about: About, contents: Contents) -> list[str]:
    stated = literal(about.licence) if about.licence else "not stated"
    return [
        "## Rights",
        "",
        f"Licence of the whole: {stated}. Of the images:",
        "",
        *_counted("licence", contents.licences),
        "",
        *_counted("consent", contents.consents),
    ]


def _counted(title: str, counted: Counter[str]) -> list[str]:
    rows = [(literal(name), f"{number:,}") for name, number in _most(counted).items()]
    return table((title, "images"), rows)


def _most(counted: Counter[str]) -> Mapping[str, int]:
    """Return the most frequent, and all others as one; the order is the same everywhere."""
    ordered = sorted(counted.items(), key=lambda pair: (pair[0] == NOT_STATED, -pair[1], pair[0]))
    if len(ordered) <= _MOST:
        return dict(ordered)
    others = sum(number for _, number in ordered[_MOST:])
    return {**dict(ordered[:_MOST]), f"{len(ordered) - _MOST} others": others}


def _limits(making: Making) -> list[str]:
    """Return what whoever uses the release might take it for, and should not."""
    said: list[str] = [
        "z is the model's: people correct x and y.",
        "Vertices that are not visible are where people or the model suppose them to be.",
        "A face is in it only if people accepted its mesh: hard faces may be missing.",
    ]
    if making.format.loses:
        kept = "; `exact/` beside it has everything" if making.format.read is None else ""
        said.append(f"The format does not carry {making.format.loses}{kept}.")
    if making.revoked:
        said.append(f"{count(making.revoked, 'image')} left out: revoked, or consent was refused.")
    if making.pseudonyms:
        said.append("Names of people, subjects and files are replaced by keyed hashes.")
    if not making.keeps_metadata:
        said.append("Image files hold no metadata but which way is up and their colours.")
    if making.images in ("reference", "none"):
        said.append("The image files are not in it.")
    return ["## What is not in it, and limits", "", *_listed(said)]


def _listed(said: Sequence[str]) -> list[str]:
    return [f"- {one}" for one in said]
