"""What goes with a trained net: where it comes from and how it was judged."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from annotator.inference.mesh_net import METADATA_KEY
from annotator.training.data import RunData
from annotator.training.fitted import Fitted
from annotator.training.folder import RunFacts
from annotator.training.splits import Split

_MADE_WITH = (
    "facemesh-annotator",
    "torch",
    "onnx",
    "onnxruntime",
    "numpy",
    "opencv-python-headless",
)


def facts_of(run: RunFacts, data: RunData, fitted: Fitted) -> dict[str, Any]:
    """Return all that is told of a trained net, as JSON has it."""
    return {
        "parent": {"name": run.parent, "sha256": run.parent_sha256},
        "releases": [{"content_sha256": sha256} for _, sha256 in run.releases],
        "layout": data.layout.name,
        "faces": {
            "train": len(data.train),
            "train_corrected": sum(face.corrected for face in data.train),
            "sparse": len(data.sparse),
            "validation": len(data.validation),
            "left_out": sum(split is Split.LEFT_OUT for split in data.splits),
        },
        "settings": asdict(run.settings),
        "seed": run.seed,
        "device": run.device,
        "steps": fitted.best_step,
        "share": fitted.share.share if fitted.share else None,
        "validation": _figures(fitted),
        "versions": {name: _version(name) for name in _MADE_WITH},
        "python": platform.python_version(),
    }


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:  # it is there under another name, or was never installed
        return "unknown"


def metadata_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return facts as an ONNX file's metadata: JSON under one key."""
    return {METADATA_KEY: json.dumps(facts, sort_keys=True)}


def card_text(facts: Mapping[str, Any], sha256: str) -> str:
    """Return the card of a model file, as Markdown."""
    return "\n".join([*_head(facts, sha256), "", *_validated(facts), "", *_made(facts), ""])


def _head(facts: Mapping[str, Any], sha256: str) -> list[str]:
    faces = facts["faces"]
    share = facts["share"]
    mixed = (
        "of the trained weights half was taken"
        if share is None
        else (f"of the trained weights a share of {share:g} was taken, chosen on validation")
    )
    return [
        "# A face mesh net trained by facemesh-annotator",
        "",
        "| | |",
        "| --- | --- |",
        f"| SHA-256 of this model | `{sha256}` |",
        f"| parent | {facts['parent']['name']}, SHA-256 `{facts['parent']['sha256']}` |",
        *(f"| release | content SHA-256 `{one['content_sha256']}` |" for one in facts["releases"]),
        f"| layout | {facts['layout']} |",
        f"| faces | {faces['train']} to train on, {faces['train_corrected']} of them corrected by"
        f" people; {faces['validation']} for validation |",
        f"| steps | {facts['steps']}; {mixed} |",
        "| input and output | as the parent's |",
        "| licence | the parent's is Apache-2.0; what the rights in the photographs ask of this"
        " file is yours to say |",
    ]


def _validated(facts: Mapping[str, Any]) -> list[str]:
    figures = facts["validation"]
    if not figures:
        return ["There was no face for validation: nobody knows how good this net is."]
    return [
        "| validation, mean 2-D error in % of the outer IOD | parent | this net |",
        "| --- | --- | --- |",
        *(
            f"| {kind} crops | {100 * figures[kind]['parent']:.3f}"
            f" | {100 * figures[kind]['net']:.3f} |"
            for kind in ("clean", "spoiled")
        ),
        "",
        "The share was chosen on these faces: figures on others will be somewhat less good. Where a"
        " model made the truth, as with faces accepted as predicted, they favour that model.",
    ]


def _made(facts: Mapping[str, Any]) -> list[str]:
    settings = json.dumps({**facts["settings"], "seed": facts["seed"]})
    versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    return [f"Settings: `{settings}`", "", f"Made on {facts['device']} with {versions}."]


def _figures(fitted: Fitted) -> dict[str, dict[str, float]]:
    if fitted.share is None:
        return {}
    return {
        "clean": {
            "parent": fitted.before.nme(clean=True),
            "net": fitted.after.nme(clean=True),
        },
        "spoiled": {
            "parent": fitted.before.nme(clean=False),
            "net": fitted.after.nme(clean=False),
        },
    }
