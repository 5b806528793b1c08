"""Options that are declared as fields of a dataclass."""

from dataclasses import dataclass, field
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from annotator.cli.gathering import gathers


@dataclass(frozen=True)
class Size:
    width: Annotated[int, typer.Option("--width", min=1, help="In pixels.")]
    height: Annotated[int, typer.Option(help="In pixels, too.")] = 7


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()

    @made.command()
    @gathers
    def draw(
        name: Annotated[str, typer.Argument()],
        *,
        first: Annotated[bool, typer.Option("--first")] = False,
        size: Size,
        last: Annotated[bool, typer.Option("--last")] = False,
    ) -> None:
        """Draw it."""
        typer.echo(f"{name} {first} {size} {last}")

    return made


def test_the_fields_are_options_and_the_command_gets_them_as_one_value(app: typer.Typer) -> None:
    done = CliRunner().invoke(app, ["it", "--width", "3", "--last"])
    assert done.output == "it False Size(width=3, height=7) True\n"
    done = CliRunner().invoke(app, ["it", "--height", "2", "--width", "3", "--first"])
    assert done.output == "it True Size(width=3, height=2) False\n"


def test_a_field_without_a_default_has_to_be_given_and_what_it_refuses_is_refused(
    app: typer.Typer,
) -> None:
    assert CliRunner().invoke(app, ["it"]).exit_code == 2
    assert CliRunner().invoke(app, ["it", "--width", "0"]).exit_code == 2


def test_help_names_the_options_where_the_value_stands(app: typer.Typer) -> None:
    told = CliRunner().invoke(app, ["--help"]).output
    order = [told.index(name) for name in ("--first", "--width", "--height", "--last")]
    assert order == sorted(order)
    assert "Draw it." in told


def test_two_options_of_one_name_are_refused_when_the_command_is_declared() -> None:
    def draw(*, width: int = 1, size: Size) -> None: ...

    with pytest.raises(ValueError, match="duplicate parameter name"):
        gathers(draw)


def test_a_field_whose_default_is_made_anew_is_refused_as_the_command_is_declared() -> None:
    @dataclass(frozen=True)
    class Many:
        names: list[str] = field(default_factory=list)

    def draw(*, many: Many) -> None: ...

    with pytest.raises(TypeError, match="the option names has a default_factory"):
        gathers(draw)
