"""`rowsmith`: the terminal. Each command is in the file of its noun; nothing heavy is imported before a command runs."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from rowsmith.cli import datasets, home, plugins, projects, recipes, runs

app = typer.Typer(
    name="rowsmith", help="Makes datasets for language models, proves them, keeps them, and puts them to use.", no_args_is_help=True,
    add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
)  # fmt: skip


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False) -> None:
    """Makes datasets for language models, proves them, keeps them, and puts them to use."""
    if show:
        import rowsmith

        typer.echo(f"rowsmith {rowsmith.__version__}")
        raise typer.Exit


for room in (runs, recipes, datasets, projects, home, plugins):
    room.add_to(app)


def main() -> None:
    """Run the command line. Errors of ours are told without a traceback, and end with 1."""
    from rowsmith.core.errors import RowsmithError

    try:
        app()
    except RowsmithError as error:
        from rowsmith.cli.show import tell_error

        tell_error(error, as_json="--json" in sys.argv)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


if __name__ == "__main__":
    main()
