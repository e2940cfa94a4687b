"""datasets, rows, show, export."""

from __future__ import annotations

from typing import Annotated

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project

Spoken = Annotated[str, typer.Argument(metavar="DATASET", help="A dataset, dataset@version, or run:r12 for the kept rows of a run.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("datasets")(datasets)
    app.command("rows")(rows)
    app.command("show")(show)
    app.command("export")(export)


def datasets(home: Home = HOME, in_project: InProject = PROJECT, as_json: AsJson = False) -> None:
    """List the datasets of a project."""
    from rowsmith.cli.show import print_json, table, when

    doors = project(home, in_project).datasets
    found = [(dataset.name, len(versions), versions[0] if versions else None) for dataset, versions in doors.heads()]
    if as_json:
        told = [
            {"name": name, "rows": v.rows if v else 0, "versions": count, "version": v.id if v else None, "committed_at": v.created_at if v else None}
            for name, count, v in found
        ]
        return print_json(told)
    rows = [(name, v.rows if v else 0, count, v.id[:12] if v else "", when(v.created_at) if v else "") for name, count, v in found]
    return table(["dataset", "rows", "versions", "newest", "committed"], rows)


def rows(
    dataset: Spoken,
    where: Annotated[str | None, typer.Option("--where", metavar="EXPR", help="Only rows for which this is true: length(answer) > 20.")] = None,
    search: Annotated[str | None, typer.Option("--search", metavar="WORDS", help='Only rows with these: tea "a phrase" a OR b -not start*.')] = None,
    sort: Annotated[
        list[str] | None, typer.Option("--sort", metavar="COL", help="Column, scores.x, origin.x; the greatest first: --sort=-COL. Repeatable.")
    ] = None,
    sample: Annotated[int | None, typer.Option("--sample", metavar="N", min=0, help="So many of the rows, chosen by row id and --seed.")] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another seed, another sample.")] = 0,
    start: Annotated[int, typer.Option("--start", metavar="N", min=0, help="Rows to pass over.")] = 0,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="Most rows.")] = 10,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Print rows: the data of each as a line of JSON; with --json its id, scores and origin, too, and last how many there are."""
    from rowsmith.cli.show import print_json

    found = project(home, in_project).datasets.rows(
        dataset, where=where, search=search, sort=sort or (), sample=sample, seed=seed, start=start, limit=limit
    )
    for row in found:
        print_json({"id": row.id, "data": row.data, "scores": row.scores, "origin": row.origin} if as_json else row.data)
    if as_json:
        return print_json({"total": found.total, "shown": found.shown})
    return typer.echo(f"{found.shown:,} of {found.total:,} rows", err=True)


def show(
    dataset: Spoken,
    row: Annotated[str | None, typer.Option("--row", metavar="ID", help="One row, with everything that led to it.")] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Show what a dataset holds and its versions; or one row with everything that led to it."""
    from rowsmith.cli.show import print_json, table, vars_of, when

    doors = project(home, in_project).datasets
    if row is not None:
        return print_json(doors.history(dataset, row))
    facts, versions = doors.show(dataset), doors.versions(dataset.partition("@")[0])
    if as_json:
        told = [{"id": v.id, "rows": v.rows, "message": v.message, "author": v.author, "committed_at": v.created_at} for v in versions]
        return print_json({**vars_of(facts), "versions": told})
    typer.secho(f"{dataset}: {facts.rows:,} rows, {facts.bytes:,} bytes", bold=True)
    table(["column", "filled", "types"], [(c.name, f"{c.filled:.0%}", ", ".join(sorted(c.types))) for c in facts.columns])
    table(["version", "committed", "rows", "by", "message"], [(v.id[:12], when(v.created_at), v.rows, v.author, v.message) for v in versions])
    return None


def export(
    dataset: Spoken,
    format_: Annotated[str, typer.Option("--as", metavar="FORMAT", help="jsonl, csv, alpaca, sharegpt, openai, or a plug-in's.")],
    output: Annotated[str, typer.Option("-o", "--output", metavar="PATH", help="File to write; it appears whole or not at all.")],
    provenance: Annotated[str | None, typer.Option("--provenance", help="column, sidecar or none. Default: what suits the format.")] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Export a dataset to a file, with its provenance."""
    from rowsmith.cli.show import print_json

    done = project(home, in_project).datasets.export(dataset, format_, output, provenance=provenance)
    if as_json:
        return print_json(done.dump())
    typer.echo(f"{done.rows_out:,} of {done.rows_in:,} rows as {format_} in {done.path}")
    if done.sidecar:
        typer.echo(f"  provenance in {done.sidecar}")
    if done.files:
        typer.echo(f"  {done.files_out:,} images and sounds in {done.files}")
    for reason, count in done.lost.items():
        typer.echo(f"  {count:,} rows left out: {reason}", err=True)
    for note in done.notes:
        typer.echo(f"  {note}", err=True)
    return None
