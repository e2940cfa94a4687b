"""export-check, and the options of the check that export and convert share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project
from rowsmith.core.errors import Invalid, NotFound

if TYPE_CHECKING:
    from rowsmith.app.export_check import Checking
    from rowsmith.formats import Checked

For = Annotated[
    str | None,
    typer.Option("--for", metavar="CONSUMER", help="Who will read it: trl-sft, pandas ... (docs/export-check.md). Default: the format's."),
]
Tokenizer = Annotated[
    str | None, typer.Option("--tokenizer", metavar="FOLDER|hf:OWNER/NAME", help="Tokenizer with its chat template, to count what is too long.")
]
MaxLength = Annotated[int | None, typer.Option("--max-length", metavar="N", help="Tokens that the consumer takes. Default: its own.")]
Anyway = Annotated[bool, typer.Option("--anyway", help="Write it although the export check fails; its report says what was found.")]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export-check")(export_check)


def export_check(
    what: Annotated[str, typer.Argument(metavar="FILE|DATASET", help="A file or address as it is, or a dataset (@VERSION) as --as would write it.")],
    as_: Annotated[str | None, typer.Option("--as", metavar="FORMAT", help="Format that the dataset would be written in.")] = None,
    consumer: For = None,
    tokenizer: Tokenizer = None,
    max_length: MaxLength = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Say how many rows their consumer will keep, and why not the rest. Ends with 1 where rows get lost or altered."""
    from rowsmith.app.downloads import is_url
    from rowsmith.app.export_check import check_dataset, check_file
    from rowsmith.cli.show import print_json

    asked = checking(consumer, tokenizer, max_length)
    if as_ is None and (is_url(what) or Path(what).exists()):
        found = check_file(what, asked)
    else:
        _require_dataset(what, as_)
        found = check_dataset(project(home, in_project).datasets, what, str(as_), asked)
    if as_json:
        print_json(found.dump())
    else:
        typer.echo(f"{found.consumer} keeps {found.consumer_keeps:,} of {found.rows_out:,} rows{left_out(found)}")
        tell_check(found)
    if found.failing:
        raise typer.Exit(1)


def _require_dataset(what: str, as_: str | None) -> None:
    if as_ is None:
        raise NotFound(f"There is no file {what!r}.", "Check the path; a dataset is checked as it would be written: --as FORMAT.")
    if Path(what).is_file():
        raise Invalid(f"{what} is a file, which is checked as it is.", "Leave --as out; or say who will read it: --for CONSUMER.")


def checking(consumer: str | None, tokenizer: str | None, max_length: int | None, anyway: bool = False) -> Checking:
    """What the options ask for."""
    from rowsmith.app.export_check import Checking

    return Checking(consumer, tokenizer, max_length, anyway)


def left_out(found: Checked) -> str:
    """How many rows the format itself leaves out, in words."""
    return f", and {found.rows_in - found.rows_out:,} are left out by the format" if found.rows_in > found.rows_out else ""


def tell_check(found: Checked) -> None:
    """What the check found, on the standard error."""
    for one in found.findings:
        typer.echo(f"  {one.told()} {one.fix}", err=True)
    for text in found.unknown:
        typer.echo(f"  unknown: {text}", err=True)
