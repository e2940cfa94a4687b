"""redact."""

from __future__ import annotations

from typing import Annotated

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("redact")(redact)


def redact(
    source: Annotated[str, typer.Argument(metavar="DATASET|FILE", help="A file, or a dataset, dataset@branch or dataset@version.")],
    output: Annotated[str, typer.Option("-o", "--output", metavar="OUT", help="File to write, of the same kind; it appears whole or not at all.")],
    kinds: Annotated[str | None, typer.Option("--kinds", metavar="A,B", help="Kinds that are hidden: email,phone,card ... Default: all.")] = None,
    skip: Annotated[list[str] | None, typer.Option("--skip", metavar="VALUE", help="Value that stays; * stands for anything. Repeatable.")] = None,
    how: Annotated[str, typer.Option("--how", help="mask, replace with a made-up value, or hash.")] = "mask",
    key_from: Annotated[
        str | None, typer.Option("--key-from", metavar="NAME", help="Environment variable with a key for replace and hash. Default: a key for once.")
    ] = None,
    names: Annotated[str | None, typer.Option("--names", metavar="MODEL", help="A spaCy model: names and places too (the extra pii).")] = None,
    as_: Annotated[str, typer.Option("--as", metavar="FORMAT", help="Of a dataset: format to write.")] = "jsonl",
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Hide personal data and credentials in a file, and change nothing else in it; or write a dataset without them. JSON, JSON Lines, CSV, TSV,
    Parquet, XLSX and plain text, chats and preferences too."""
    from pathlib import Path

    from rowsmith.app.redaction import hiding, recognising, redact_file
    from rowsmith.cli.show import print_json

    finder, hidden = recognising(kinds, skip or (), names or ""), hiding(how, key_from)
    if Path(source).is_file():
        done = redact_file(source, output, finder, hidden)
    else:
        done = project(home, in_project).datasets.redact(source, output, finder, hidden, format=as_)
    if as_json:
        return print_json(done.dump())
    typer.echo(f"{done.values:,} values in {done.changed:,} of {done.rows:,} records hidden, in {done.path}")
    for kind, count in done.counts.items():
        typer.echo(f"  {kind} {count:,}")
    return None
