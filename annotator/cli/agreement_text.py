"""What the commands about agreement say, for people and for programs."""

from typing import TYPE_CHECKING, Any

from annotator.cli.terminal import count

if TYPE_CHECKING:
    import pandas as pd

    from annotator.quality.agreement import Interval
    from annotator.quality.agreement.summary import Agreement, HoneypotScore
    from annotator.workflow.settling import FaceStanding


def agreement_page(
    found: "Agreement",
    asked: "pd.DataFrame",
    faces: list["FaceStanding"],
    names: dict[int, str],
) -> list[str]:
    """Return what is said of a project's agreement, line by line."""
    from annotator.quality.agreement import HUMAN_FIGURE

    if asked.empty:
        return ["nobody was asked for an opinion yet: `agreement assign` does it"]
    states = asked["state"].value_counts()
    lines = [f"opinions: {', '.join(f'{n} {state}' for state, n in states.items())}"]
    if found.eye_centre.count:
        lines += [
            f"between annotators: {found.eye_centre} of the eye-centre IOD, "
            f"{found.outer} of the outer IOD, over {count(found.eye_centre.count, 'face')}",
            HUMAN_FIGURE,
            "in brackets: the interval of 95 % over faces. All opinions of a face begin with one "
            "prediction, which brings them together.",
            "pairs, of the eye-centre IOD:",
            *(
                f"  {first}, {second}: {one} over {count(one.count, 'face')}"
                for (first, second), one in found.pairs.items()
            ),
            "regions, of the eye-centre IOD:",
            *(f"  {name.replace('_', ' ')}: {one}" for name, one in found.regions.items()),
        ]
    if found.honeypots:
        lines.append("honeypots, from the known answers, of the eye-centre IOD:")
        lines += [f"  {name}: {_score(one)}" for name, one in found.honeypots.items()]
    return lines + disputes(faces, names)


def _score(one: "HoneypotScore") -> str:
    return (
        f"{one.error} over {count(one.error.count, 'face')}, the newest {one.newest:.2%}; "
        f"the predictions {one.of_prediction:.2%}"
    )


def disputes(faces: list["FaceStanding"], names: dict[int, str]) -> list[str]:
    """Return which faces somebody has to decide, and why."""
    disputed = [one for one in faces if one.reason]
    lines = [f"  {names.get(one.original_id, one.original_id)}: {one.reason}" for one in disputed]
    return ["to be adjudicated:", *lines] if lines else []


def agreement_values(
    found: "Agreement", asked: "pd.DataFrame", faces: list["FaceStanding"]
) -> dict[str, Any]:
    """Return the same for programs."""
    from annotator.quality.agreement import HUMAN_NME

    return {
        "opinions": asked["state"].value_counts().to_dict(),
        "eye_centre": _interval(found.eye_centre),
        "outer": _interval(found.outer),
        "human": {"nme": HUMAN_NME, "iod": "eye_centre", "verified": False},
        "pairs": [
            {"first": first, "second": second, **_interval(one)}
            for (first, second), one in found.pairs.items()
        ],
        "regions": {name: _interval(one) for name, one in found.regions.items()},
        "honeypots": {
            name: {
                **_interval(one.error),
                "newest": one.newest,
                "of_prediction": one.of_prediction,
            }
            for name, one in found.honeypots.items()
        },
        "faces": [standing_values(one) for one in faces],
    }


def _interval(one: "Interval") -> dict[str, float | int | None]:
    ends = {"mean": one.mean, "low": one.low, "high": one.high}
    known = {name: None if end != end else end for name, end in ends.items()}  # noqa: PLR0124 - NaN
    return {**known, "faces": one.count}


def standing_values(one: "FaceStanding") -> dict[str, Any]:
    """Return how the opinions of a face stand, for programs."""
    return {
        "sample": one.original_id,
        "standing": one.standing.value,
        "apart": None if one.apart is None else one.apart.nme,
        "reason": one.reason,
    }
