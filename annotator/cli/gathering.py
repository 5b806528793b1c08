"""Options that belong together: declared once, as fields of a dataclass, and given as one value."""

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import wraps
from inspect import Parameter, signature
from typing import Any, get_type_hints


def gathers(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that are declared as fields of dataclasses.

    Each keyword of the command whose type is a dataclass stands, in what typer sees, for one
    option a field, in its place and in the fields' order; one with a ``default_factory`` is
    refused, with a TypeError. The command gets them as one value::

        @dataclass(frozen=True, slots=True)
        class Running:
            workers: Workers = None

        @commands.command()
        @gathers
        def predict(project: ProjectAddress, *, running: Running) -> None: ...
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, type[Any]] = {}
    options: list[Parameter] = []
    for parameter in signature(command).parameters.values():
        kind = hints[parameter.name]
        if isinstance(kind, type) and is_dataclass(kind):
            groups[parameter.name] = kind
            options += _options_of(kind)
        else:
            options.append(parameter.replace(annotation=kind))

    @wraps(command)
    def gathered(**given: Any) -> None:
        for name, kind in groups.items():
            given[name] = kind(**{field.name: given.pop(field.name) for field in fields(kind)})
        command(**given)

    gathered.__signature__ = signature(command).replace(parameters=options)  # type: ignore[attr-defined]
    gathered.__annotations__ = {option.name: option.annotation for option in options}
    return gathered


def _options_of(kind: type[Any]) -> list[Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        Parameter(
            field.name,
            Parameter.KEYWORD_ONLY,
            default=_default(field),
            annotation=hints[field.name],
        )
        for field in fields(kind)
    ]


def _default(field: Field[Any]) -> object:
    if field.default_factory is not MISSING:
        raise TypeError(f"the option {field.name} has a default_factory: give it a default")
    return Parameter.empty if field.default is MISSING else field.default
