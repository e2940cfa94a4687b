"""recipes: the catalogue. (What is done with a recipe is in cli.recipes and cli.runs.)"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rowsmith.cli.options import AsJson

if TYPE_CHECKING:
    from rowsmith.app.catalogue import Catalogued

_WIDEST = 60
"""Characters of a default that are shown; the rest stands in the file."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="A recipe of the catalogue.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The catalogue of recipes: list, show, copy.", invoke_without_command=True)
    group.callback(invoke_without_command=True)(recipes)
    for name, command in (("show", show), ("copy", copy)):
        group.command(name)(command)
    app.add_typer(group, name="recipes")


def recipes(
    context: typer.Context,
    group: Annotated[str, typer.Option("--group", metavar="GROUP", help="Those of one group: documents, preference, evaluation ...")] = "",
    as_json: AsJson = False,
) -> None:
    """List the recipes that ship: what each needs, gives, and asks of models for a row that is kept."""
    if context.invoked_subcommand is not None:
        return None
    from rowsmith.app.catalogue import listing
    from rowsmith.cli.show import print_json, table

    found = listing(group)
    if as_json:
        return print_json([one.dump() for one in found])
    table(
        ["recipe", "group", "needs", "gives", "calls a row", "what it makes"],
        [(it.name, it.about.group, it.about.needs, ", ".join(it.about.gives), f"{it.about.calls:g}", it.description) for it in found],
    )
    typer.echo("\nOne of them: rowsmith recipes show NAME. What it costs with your model and input: rowsmith plan NAME --set ... --target N")
    return None


def show(name: Name, as_json: AsJson = False) -> None:
    """Show a recipe of the catalogue: its method, parameters, models and steps, and the command that runs it."""
    from rowsmith.app.catalogue import one
    from rowsmith.cli.show import print_json

    found = one(name)
    if as_json:
        return print_json(found.dump())
    typer.secho(f"{found.name}  {found.description}", bold=True)
    about = found.about
    for title, said in (("method", about.source), ("needs", about.needs), ("gives", ", ".join(about.gives)), ("steps", ", ".join(found.steps))):
        typer.echo(f"{title}: {said}")
    typer.echo(f"models: {', '.join(found.roles) or 'none'}; {about.calls:g} questions for each row that is kept")
    _parameters(found)
    typer.echo(f"\n{found.command}\n{found.command.replace('rowsmith run', 'rowsmith plan')} --target 100\nrowsmith recipes copy {found.name}")
    return None


def _parameters(found: Catalogued) -> None:
    from rowsmith.cli.show import table

    def said(name: str) -> str:
        given = found.parameters[name].default
        if name in found.needed:
            return "required"
        text = "" if given is None else given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."

    typer.echo()
    table(["parameter", "default", "what it is"], [(name, said(name), given.help) for name, given in found.parameters.items()])


def copy(
    name: Name,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="File or folder to write. Default: NAME.yaml here.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy a recipe of the catalogue into a file of your own, to change it."""
    from rowsmith.app.catalogue import copied, tables
    from rowsmith.cli.show import print_json

    path, beside = copied(name, output, force=force), tables(name)
    if as_json:
        return print_json({"recipe": name, "file": str(path), "tables": [str(path.parent / table) for table in beside]})
    if beside:
        typer.echo(f"Its tables, to be changed as well: {', '.join(str(path.parent / table) for table in beside)}")
    typer.echo(f"{path}: change it as you like, and run it: rowsmith run {path}")
    return None
