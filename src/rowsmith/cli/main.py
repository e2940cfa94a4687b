"""`rowsmith`: the terminal. Each command is in the file of its noun; nothing heavy is imported before a command runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from rowsmith.cli import (
    calls,
    catalogue,
    comparing,
    datasets,
    edits,
    events,
    export_check,
    formats,
    guide,
    history,
    home,
    judges,
    keys,
    models,
    optimizing,
    plugins,
    projects,
    prompts,
    provenance,
    push,
    quality,
    recipes,
    redacting,
    reviews,
    runs,
    serve,
    shaping,
    sources,
    worth,
)

if TYPE_CHECKING:
    from rowsmith.core.errors import RowsmithError

USAGE: Any = typer.BadParameter.__bases__[0]
"""What a wrong command line raises."""
OUTPUT = ("-o", "--output")
"""The option that says where to write. What writes nothing else has an argument in its place."""
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


for room in (
    runs, serve, guide, comparing, quality, worth, recipes, catalogue,
    sources, datasets, formats, export_check, push, redacting, shaping, history, edits, reviews,
    judges, prompts, optimizing, provenance, calls, projects, events, models, keys, home, plugins,
):  # fmt: skip
    room.add_to(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; `arguments` are those of the process unless they are given. Errors are told without a traceback."""
    from rowsmith.core.errors import RowsmithError, Unavailable

    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        sys.exit(_spoken(given)(args=given, standalone_mode=False, prog_name="rowsmith"))
    except USAGE as error:
        _tell_usage(error, as_json="--json" in given)
        sys.exit(2)
    except RowsmithError as error:
        _tell(error, given)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # typer says 1 then, which is an error
            sys.exit(141)
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        what = f"{error.filename or 'A file'} cannot be used: {error.strerror or error}."
        _tell(Unavailable(what, "Check the path, its permissions and the disk."), given)


def _spoken(given: Sequence[str]) -> typer.Typer:
    """The terminal with the command that is spoken alone, where there is one: typer makes each that it knows, which takes most of the time that
    a short one needs."""
    alone = copy(app)
    alone.registered_commands = [command for command in app.registered_commands if command.name in given[:1]]
    alone.registered_groups = [group for group in app.registered_groups if group.name in given[:1]]
    return alone if alone.registered_commands or alone.registered_groups else app


def _tell(error: RowsmithError, given: Sequence[str]) -> NoReturn:
    from rowsmith.cli.show import tell_error

    tell_error(error, as_json="--json" in given)
    sys.exit(1)


def _tell_usage(error: Any, *, as_json: bool) -> None:
    from rowsmith.cli.show import print_json

    error.show()
    if not error.format_message():
        return
    help_ = f"{error.ctx.command_path} --help" if error.ctx else "rowsmith --help"
    instead = _instead(error)
    if instead:
        typer.echo(instead, err=True)
    if as_json:
        print_json({"error": "Usage", "what": error.format_message(), "fix": instead or f"See {help_}.", "problems": []})


def _instead(error: Any) -> str:
    """What to write in place of an option that this command has not and others have; empty where none has it."""
    option = getattr(error, "option_name", "")
    if not option or not error.ctx:
        return ""
    arguments = [one for one in error.ctx.command.params if one.param_type_name == "argument"]
    if option in OUTPUT and any("to write" in (one.help or "") for one in arguments):
        return f"Write it without {option}: {' '.join([error.ctx.command_path, *(one.metavar for one in arguments)])}"
    having = [name for name, command in _commands(typer.main.get_command(app), "rowsmith") if any(option in one.opts for one in command.params)]
    return f"{option} is an option of: {', '.join(having)}." if having else ""


def _commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every command with the words that call it."""
    for name, one in group.commands.items():
        yield from _commands(one, f"{path} {name}") if hasattr(one, "commands") else [(f"{path} {name}", one)]


if __name__ == "__main__":
    main()
