"""plugins: list, trust."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Plug-ins: list, trust.", no_args_is_help=True)
    group.command("list")(list_plugins)
    group.command("trust")(trust)
    app.add_typer(group, name="plugins")


def list_plugins(folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Folder of plug-in files.")] = Path("plugins")) -> None:
    """List the plug-ins that are installed, and the plug-in files of a folder with their state."""
    from rowsmith.app.plugins import found
    from rowsmith.cli.show import table

    table(["kind", "from", "trusted"], found(folder))


def trust(path: Annotated[Path, typer.Argument(metavar="PATH", help="A plug-in file, or a folder of them.")]) -> None:
    """Allow plug-in files to run: their hashes are recorded outside of the project."""
    from rowsmith.app.plugins import trust as act

    for name, hash_ in act(path):
        typer.echo(f"{name} is trusted as it is now ({hash_[:12]}).")
