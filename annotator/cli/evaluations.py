"""The commands `evaluate` and `compare`: how good nets are on a release, and which is better."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from annotator.cli.options import AsJson
from annotator.cli.terminal import count, progress_bar, report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from annotator.inference.mesh_net import MeshNet
    from annotator.training.comparison import Change
    from annotator.training.faces import Faces

commands = typer.Typer()

_Groups = Annotated[
    Path | None, typer.Option(help="CSV of whose face is whose: image, group and perhaps face.")
]
_Split = Annotated[
    Literal["train", "validation", "test"] | None,
    typer.Option(help="Only faces that the release has for this; 'test' was never trained on."),
]
EXIT_CODES = {"better": 0, "worse": 1, "cannot tell": 3}


@commands.command()
def evaluate(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL... RELEASE", help="Nets, and last a release.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="A folder for evaluation.json and evaluation.html.")
    ] = None,
    *,
    groups: _Groups = None,
    split: _Split = None,
    as_json: AsJson = False,
) -> None:
    """Say how good nets are on a release: errors of the whole, by region, pose and size."""
    from annotator.system.placing import placed
    from annotator.training.evaluation import evaluated, loaded_nets
    from annotator.training.faces import load_faces
    from annotator.training.page import page_of
    from annotator.training.summary import summary_of

    if len(models) < 2:
        raise typer.BadParameter("expected one net or more, and last a release")
    *names, release = models
    nets, faces = loaded_nets(names), load_faces([Path(release)], groups, split=split)
    with progress_bar("evaluating") as show:
        evaluation = evaluated(nets, faces, show)
    summary = summary_of(evaluation)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        texts = {
            "evaluation.json": json.dumps(summary, indent=2) + "\n",
            "evaluation.html": page_of(evaluation, summary, nets),
        }
        for name, text in texts.items():
            with placed(out / name) as stream:
                stream.write(text.encode())
    lines = [
        f"{net['name']}, {kind} crops: mean {100 * net[kind]['mean']:.3f}, median "
        f"{100 * net[kind]['median']:.3f}, 90 % {100 * net[kind]['p90']:.3f} % of the outer IOD; "
        f"{100 * net[kind]['failures']:.1f} % of {count(net[kind]['faces'], 'face')} above 8 %"
        for net in summary["nets"]
        for kind in ("clean", "spoiled")
    ]
    lines += [*_turned_away(summary["turned_away"]), *_known(nets, faces), *_withdrawn(faces)]
    if out is not None:
        lines.append(f"see {out / 'evaluation.html'}")
    values = {**summary, "withdrawn": [folder for folder, _ in faces.withdrawn]}
    report(values, *lines, as_json=as_json, is_answer=True)


@commands.command()
def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A net: what is compared with.")],
    second: Annotated[str, typer.Argument(metavar="B", help="A net: is it better?")],
    release: Annotated[
        Path, typer.Argument(metavar="RELEASE", help="A folder that `export` made.")
    ],
    *,
    groups: _Groups = None,
    split: _Split = None,
    as_json: AsJson = False,
) -> None:
    """Say whether B is better than A: exit code 0, worse: 1, or nobody can tell: 3."""
    from annotator.training.comparison import compared
    from annotator.training.evaluation import evaluated, loaded_nets
    from annotator.training.faces import load_faces

    nets, faces = loaded_nets((first, second)), load_faces([release], groups, split=split)
    with progress_bar("comparing") as show:
        found = compared(evaluated(nets, faces, show))
    verdict = (
        f"B is {found.answer}" if found.answer != "cannot tell" else "cannot tell which is better"
    )
    lines = [
        f"{verdict}{f' ({found.reason})' if found.reason else ''}",
        f"clean crops: {_words(found.clean)}",
        f"spoiled crops: {_words(found.spoiled)}",
        f"both: {_words(found.both)}; {count(found.faces, 'face')} in "
        f"{count(found.groups, 'group')}",
        "error of B against A's, with 95 % intervals over groups",
        *_turned_away(found.turned_away),
        *_known(nets, faces),
        *_withdrawn(faces),
    ]
    values = {
        **asdict(found),
        "answer": str(found.answer),
        "withdrawn": [folder for folder, _ in faces.withdrawn],
    }
    report(values, *lines, as_json=as_json, is_answer=True)
    raise typer.Exit(EXIT_CODES[found.answer])


def _known(nets: "Sequence[MeshNet]", faces: "Faces") -> list[str]:
    """Return what is said of nets that are judged by what they learned from."""
    from annotator.training.known import nets_that_know

    return [
        f"{name} was trained on this release: on faces that it does not know it will do less well"
        for name in nets_that_know(nets, faces)
    ]


def _withdrawn(faces: "Faces") -> list[str]:
    """Return what is said of releases that nobody should use any more."""
    from annotator.system.foreign_text import escaped

    return [
        f"{folder} was withdrawn, so that nothing should be made with it: {escaped(note)}"
        for folder, note in faces.withdrawn
    ]


def _turned_away(faces: int) -> list[str]:
    """Return what is said of faces whose outer IOD is too short to divide by."""
    if not faces:
        return []
    told = "1 face is" if faces == 1 else f"{faces} faces are"
    return [f"{told} turned far away: over half of a usual outer IOD, theirs being shorter"]


def _words(change: "Change") -> str:
    return f"error {100 * change.mean:+.1f} % [{100 * change.low:+.1f}, {100 * change.high:+.1f}]"
