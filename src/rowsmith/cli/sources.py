"""read, chunk, clean, sources, coverage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, needs, one_of, project

if TYPE_CHECKING:
    from rowsmith.app.coverage import Covered
    from rowsmith.app.planned import Planned
    from rowsmith.app.reading import Reading
    from rowsmith.connectors.databases import Column

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE", help="File, folder, glob, https://..., git+https://..., a database's URL, s3:// gs:// az://, or hf://owner/name."
    ),
]
Table = Annotated[str | None, typer.Option("--table", metavar="NAME", help="Table or collection of a database.")]
Query = Annotated[str | None, typer.Option("--query", metavar="SQL", help="One SELECT, whose rows are read from a database.")]
Text = Annotated[str | None, typer.Option("--text", metavar="COL", help="Column of a table that is the text; it is called text then.")]
Context = Annotated[str | None, typer.Option("--context", metavar="A,B", help="Columns that stay beside the text. Default: all.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Setting of the step that reads (rowsmith steps read.web); may be repeated."),
]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="End after so many rows.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("read")(read)
    app.command("chunk")(chunk)
    app.command("clean")(clean)
    app.command("sources")(sources)
    app.command("coverage")(coverage)


def read(
    source: Source,
    table: Table = None,
    query: Query = None,
    text: Text = None,
    context: Context = None,
    sets: Sets = None,
    limit: Limit = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the tables of a database (--table: one) with their columns instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the rows that a source gives, one JSON object a line. Nothing is kept."""
    if schema:
        one_of({"--schema": True, "--query": query, "--text": text, "--context": context, "--set": sets, "--limit": limit})
        return _print_schema(source, table, as_json)
    with _reading(source, table, query, text, context, sets, []) as found:
        return _print(found, limit, as_json)


def chunk(
    source: Source,
    by: Annotated[
        str, typer.Option("--by", metavar="HOW", help="tokens, sentences, markdown, html, semantic, code, pages, turns or whole.")
    ] = "tokens",
    max_tokens: Annotated[int | None, typer.Option("--max-tokens", metavar="N", min=8, help="Most tokens of a chunk.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="Model whose tokens are counted, or a tokenizer.json's path. Default: gpt-4o.")
    ] = None,
    overlap: Annotated[int | None, typer.Option("--overlap", metavar="N", min=0, help="Most tokens that neighbours share.")] = None,
    embedder: Annotated[
        str | None, typer.Option("--embedder", metavar="MODEL", help="Model that tells topics apart (--by semantic). Default: none; words tell.")
    ] = None,
    how: Annotated[
        list[str] | None, typer.Option("--chunk-set", metavar="NAME=VALUE", help="Setting of the step that cuts (rowsmith steps chunk.tokens).")
    ] = None,
    table: Table = None,
    query: Query = None,
    text: Text = None,
    context: Context = None,
    sets: Sets = None,
    limit: Limit = None,
    sizes: Annotated[bool, typer.Option("--sizes", help="Print the sizes of the chunks instead of the chunks.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the chunks that would be cut of a source, one JSON object a line."""
    from rowsmith.app.reading import chunker

    needs("--embedder", {"--embedder": embedder is not None and by != "semantic"}, "Add --by semantic, or leave --embedder out.")
    given = {"size": max_tokens, "model": model, "overlap": overlap}
    step, models = chunker(by, {name: value for name, value in given.items() if value is not None} | _settings(how), embedder)
    with _reading(source, table, query, text, context, sets, [step], models) as found:
        if sizes:
            _print_sizes(found, as_json)
        else:
            _print(found, limit, as_json)


def clean(
    source: Source,
    step: Annotated[str, typer.Option("--step", metavar="KIND", help="Step that cleans or filters, such as transform.boilerplate.")],
    how: Annotated[list[str] | None, typer.Option("--step-set", metavar="NAME=VALUE", help="Setting of that step; may be repeated.")] = None,
    sets: Sets = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Show what cleaning would do to the documents of a source: each before and after, and every change. Nothing is kept."""
    from rowsmith.app.reading import cleaned
    from rowsmith.cli.show import print_json

    with _reading(source, None, None, None, None, sets, []) as found:
        for number, one in enumerate(cleaned(found, {"kind": step, **_settings(how)}), 1):
            if as_json:
                print_json(one)
            else:
                _tell_cleaned(one)
            if number == limit:
                break
        _end(found, as_json)


def sources(
    address: Annotated[str | None, typer.Argument(metavar="[ADDRESS]", help="One of them: its files, and what did not come.")] = None,
    refresh: Annotated[
        str | None, typer.Option("--refresh", metavar="ADDRESS", help="Fetch it again, and say what has changed; `all` for all.")
    ] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """List what runs have fetched from outside: addresses, files, and what did not come."""
    from rowsmith.cli.show import print_json, table, when

    doors = project(home, in_project).sources
    if refresh is not None:
        changed = doors.refresh(refresh)
        if as_json:
            return print_json(changed)
        for one in changed:
            counts = ", ".join(f"{len(one[name]):,} {name}" for name in ("added", "changed", "removed"))
            typer.echo(f"{one['address']}: {counts}, {one['same']:,} the same")
        return None
    if address is not None:
        one = doors.show(address)
        if as_json:
            return print_json(one)
        table(["file", "hash", "came from"], [(file["name"], file["hash"][:12], file["facts"].get("url", "")) for file in one["files"]])
        for gone in one["missed"]:
            typer.echo(f"  {gone['source']} did not come: {gone['reason']}: {gone['detail']}", err=True)
        return None
    found = doors.list()
    if as_json:
        return print_json(found)
    rows = [(one["address"], one["connector"], one["files"], one["missed"], when(one["fetched_at"])) for one in found]
    return table(["address", "connector", "files", "did not come", "fetched"], rows)


def coverage(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="name, name@branch, name@tag or name@version.")],
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Show which parts of the documents behind a dataset its rows came from, and which none came from; or, of rows that were made by a plan (from
    seeds, or to fill gaps), how many of each cluster or topic were asked for and are there, and how far their shares are apart."""
    from rowsmith.cli.show import print_json, table

    doors = project(home, in_project).sources
    if (beside := doors.planned(dataset)) is not None:
        return print_json(beside.dump()) if as_json else _show_planned(beside)
    found = doors.coverage(dataset)
    if as_json:
        return print_json([one.dump() for one in found])
    rows = [(_shown(one), one.characters, f"{one.share:.0%}", one.rows, one.left[0]["text"] if one.left else "") for one in found]
    return table(["document", "characters", "covered", "rows", "first that is not"], rows)


def _show_planned(found: Planned) -> None:
    from rowsmith.cli.show import table

    before = any(one.before is not None for one in found.places)
    head = ["cluster or topic", *(["before"] if before else []), "asked", "got"]
    rows = [(one.name, *([one.before or 0] if before else []), f"{one.asked:g}", one.got) for one in found.places]
    table(head, rows)
    apart = f"divergence {found.divergence:.3f} (0: shares as planned, 1: nothing in common)"
    typer.echo(f"{found.rows:,} rows; {apart}; {found.filled:.0%} of the plan filled.")


def _shown(one: Covered) -> str:
    return f"{one.name}/{one.member}" if one.member else one.name


@contextmanager
def _reading(
    source: str, table: str | None, query: str | None, text: str | None, context: str | None, sets: list[str] | None, then: list[dict[str, Any]],
    models: dict[str, Any] | None = None,
) -> Iterator[Reading]:  # fmt: skip
    import os

    from rowsmith.app.reading import reading, step_for, text_and_context

    given = {name: value for name, value in (("table", table), ("query", query)) if value is not None}
    before = text_and_context(text, [name.strip() for name in context.split(",")] if context else [])
    with (
        step_for(source, given | _settings(sets), os.environ) as step,
        reading(step, [*before, *then], models=models, environ=os.environ, note=_note) as found,
    ):
        yield found


def _note(said: str) -> None:
    """How far it is, and which limit was reached."""
    if said:
        typer.echo(f"  {said}", err=True)


def _settings(sets: list[str] | None) -> dict[str, Any]:
    """Settings as they are spoken: a value is YAML, so that `true`, `3` and `[a, b]` are what they look like."""
    from rowsmith.app.reading import setting
    from rowsmith.cli.options import values

    return {name: setting(name, value) for name, value in values(sets).items()}


def _print(found: Reading, limit: int | None, as_json: bool) -> None:
    from rowsmith.cli.show import print_json

    for number, row in enumerate(found.rows, 1):
        print_json({**row.data, "origin": row.origin})
        if number == limit:
            break
    _end(found, as_json)


def _print_schema(url: str, name: str | None, as_json: bool) -> None:
    """Tables as the database has them, their key columns marked."""
    import os

    from rowsmith.app.databases import schema_of
    from rowsmith.cli.show import print_json, table

    found = schema_of(url, os.environ, table=name)
    if as_json:
        return print_json(found.dump())
    rows = [(one.known_as, one.kind, one.rows, *_said(column)) for one in found.tables for column in one.columns or (None,)]
    return table(["table", "kind", "rows", "column", "type", ""], rows, title=found.database)


def _said(column: Column | None) -> tuple[str, str, str]:
    """A column; a table may have none, as a collection without documents."""
    if column is None:
        return "", "", ""
    return column.name, column.type, "key" if column.key else "" if column.nullable else "not null"


def _end(found: Reading, as_json: bool) -> None:
    """The summary, last; and an error where nothing came at all."""
    from rowsmith.cli.show import print_json

    if as_json:
        print_json(found.dump())
    else:
        typer.echo(f"{found.count:,} rows", err=True)
        for one in found.skipped[:20]:
            typer.echo(f"  skipped, {one['source']}: {one['reason']}: {one['detail']}", err=True)
        if len(found.skipped) > 20:
            typer.echo(f"  {len(found.skipped) - 20:,} more are skipped", err=True)
        for warning in found.dump()["warnings"]:
            typer.echo(f"  {warning}", err=True)
    if not found.count and found.skipped:
        raise typer.Exit(1)


def _print_sizes(found: Reading, as_json: bool) -> None:
    from rowsmith.cli.show import print_json, table
    from rowsmith.steps.chunk_sizes import sizes

    told = sizes(found.rows)
    if as_json:
        print_json(told)
    else:
        table(["chunks", "tokens"], [(name, value) for name, value in told.items() if not isinstance(value, list | dict)])
    _end(found, as_json)


def _tell_cleaned(one: dict[str, Any]) -> None:
    if one["dropped"]:
        typer.secho(f"{one['name']}: dropped, {one['dropped']}: {one['detail']}", bold=True)
        return
    before, after = len(one["before"]), len(one["after"])
    typer.secho(f"{one['name']}: {before:,} characters before, {after:,} after, {len(one['changes']):,} changes", bold=True)
    for change in one["changes"][:20]:
        typer.echo(f"  {change['start']:,}-{change['end']:,}: {_brief(change['was'])} -> {_brief(change['now'])}")
    if len(one["changes"]) > 20:
        typer.echo(f"  {len(one['changes']) - 20:,} more changes (--json has all)")


def _brief(text: str) -> str:
    shown = repr(text)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."
