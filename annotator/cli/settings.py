"""The command `settings`: what the people of a project have agreed on."""

import json
from typing import Annotated, Any

import typer

from annotator.cli.options import AsJson, Person, ProjectAddress
from annotator.cli.terminal import report
from annotator.system.foreign_text import plain

commands = typer.Typer()


@commands.command()
def settings(
    project: ProjectAddress,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Which one.")] = None,
    value: Annotated[
        str | None,
        typer.Argument(metavar="VALUE", help="What it becomes: JSON, or words with commas."),
    ] = None,
    *,
    by: Person = None,
    as_json: AsJson = False,
) -> None:
    """Show a project's settings, or change one for everybody."""
    from annotator.project import Project
    from annotator.project.known_settings import KNOWN_SETTINGS, known_setting

    with Project.open(project, read_only=None if value is None else False) as opened:
        if name is not None:
            known_setting(name)
        if name is not None and value is not None:
            opened.settings.put(name, _value(value, KNOWN_SETTINGS[name].default), by=by)
        values, told = opened.settings.all(), opened.settings.not_understood()
    shown = values if name is None else {name: values[name]}
    lines = [f"{each} = {json.dumps(one)}" for each, one in shown.items()]
    if value is None:
        lines = [f"{line}: {KNOWN_SETTINGS[line.split(' = ')[0]].sentence}" for line in lines]
    lines += [f"damaged: {plain(problem)}" for problem in told]
    report(
        {"settings": shown, "not_understood": list(told)},
        *lines,
        as_json=as_json,
        is_answer=value is None,
    )


def _value(text: str, default: Any) -> Any:
    """Return what was typed as a value: JSON where it is that, else words."""
    if isinstance(default, list) and not text.lstrip().startswith("["):
        return [word.strip() for word in text.split(",")]
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # which no setting is then either
        return text
