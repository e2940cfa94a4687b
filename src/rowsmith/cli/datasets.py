"""datasets, rows, show, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rowsmith.cli.export_check import Anyway, For, MaxLength, Tokenizer, checking, tell_check
from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, ShardRows, SplitBy, SpreadsheetSafe, Suffix, needs, one_of, project

Spoken = Annotated[str, typer.Argument(metavar="DATASET", help="A dataset, dataset@version, or run:r12 for the kept rows of a run.")]

Committed = Annotated[str, typer.Argument(metavar="DATASET", help="A dataset, dataset@branch, dataset@tag or dataset@version.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("datasets")(datasets)
    app.command("rows")(rows)
    app.command("show")(show)
    app.command("export")(export)
    app.command("lock")(lock)
    app.command("bundle")(bundle)
    app.command("licences")(licences)


def datasets(home: Home = HOME, in_project: InProject = PROJECT, as_json: AsJson = False) -> None:
    """List the datasets of a project."""
    from rowsmith.cli.show import print_json, table, when

    doors = project(home, in_project).datasets
    found = [(dataset.name, len(versions), versions[0] if versions else None) for dataset, versions in doors.heads()]
    counts = {v.id: doors.count(f"{name}@{v.id}") for name, _, v in found if v}
    if as_json:
        nothing = {"rows": 0, "version": None, "committed_at": None}
        told = [
            {"name": name, "versions": count, **({"rows": counts[v.id], "version": v.id, "committed_at": v.created_at} if v else nothing)}
            for name, count, v in found
        ]
        return print_json(told)
    rows = [(name, counts[v.id] if v else 0, count, v.id[:12] if v else "", when(v.created_at) if v else "") for name, count, v in found]
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
    marked: Annotated[
        str | None, typer.Option("--marked", metavar="MARK", help="Only rows of which checks found this: r12:flag:pii (rowsmith quality).")
    ] = None,
    start: Annotated[int, typer.Option("--start", metavar="N", min=0, help="Rows to pass over.")] = 0,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="Most rows.")] = 10,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Print rows: the data of each as a line of JSON; with --json its id, scores, origin and reviews, too, and last how many there are."""
    from rowsmith.app.reviews import told_beside
    from rowsmith.cli.show import print_json, tell_unknown

    there = project(home, in_project)
    found = there.datasets.rows(
        dataset, where=where, search=search, sort=sort or (), sample=sample, seed=seed, start=start, limit=limit, marked=marked
    )
    for row, reviews in there.reviews.beside(dataset, found):
        told = {"id": row.id, "data": row.data, "scores": row.scores, "origin": row.origin, "reviews": told_beside(row, reviews)}
        print_json(told if as_json else row.data)
    tell_unknown(found.unknown)
    if as_json:
        return print_json({"total": found.total, "shown": found.shown})
    return typer.echo(f"{found.shown:,} of {found.total:,} rows", err=True)


def show(
    dataset: Spoken,
    row: Annotated[str | None, typer.Option("--row", metavar="ID", help="One row, with everything that led to it.")] = None,
    columns: Annotated[bool, typer.Option("--columns", help="What is in each column: types, what is missing, common values, histograms.")] = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="PATH", help="Write the statistics as a page with plots.")] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Show what a dataset holds, counted, and its versions; or one row with everything that led to it."""
    from rowsmith.cli.show import print_json, table, when
    from rowsmith.cli.statistics import show_columns, show_statistics

    one_of({"--row": row is not None, "--columns": columns, "--html": html is not None})
    in_home = project(home, in_project)
    doors = in_home.datasets
    if row is not None:
        return print_json(in_home.provenance.origin(row, within=dataset).dump())
    if columns:
        held = doors.columns(dataset)
        return print_json([one.dump() for one in held]) if as_json else show_columns(held)
    name = dataset.partition("@")[0]
    found, versions = doors.show(dataset), doors.versions(name)
    counts = {v.id: doors.count(f"{name}@{v.id}") for v in versions}
    if html is not None:
        doors.plots(dataset, html)
    if as_json:
        told = [{"id": v.id, "rows": counts[v.id], "message": v.message, "author": v.author, "committed_at": v.created_at} for v in versions]
        return print_json({**found.dump(), "versions": told})
    show_statistics(dataset, found)
    table(["version", "committed", "rows", "by", "message"], [(v.id[:12], when(v.created_at), counts[v.id], v.author, v.message) for v in versions])
    return None


def export(
    dataset: Annotated[list[str], typer.Argument(metavar="DATASET...", help="Name, name@version or run:r12; several go into one folder.")],
    format_: Annotated[str, typer.Option("--as", metavar="FORMAT", help="jsonl, csv, openai, trl-sft, dpo ... (docs/formats.md), or a plug-in's.")],
    output: Annotated[str, typer.Option("-o", "--output", metavar="PATH", help="File or folder to write; it appears whole or not at all.")],
    where: Annotated[
        str | None, typer.Option("--where", metavar="EXPR", help="Only rows that the expression lets through, such as reviews.accepted >= 1.")
    ] = None,
    provenance: Annotated[str | None, typer.Option("--provenance", help="column, sidecar or none. Default: what suits the format.")] = None,
    with_lock: Annotated[bool, typer.Option("--lock", help="Write what the version rests on beside it, too: PATH.lock.json.")] = False,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="NAME|FILE", help="Only rows that it clears: commercial-training, or a YAML file's.")
    ] = None,
    drop_uncleared: Annotated[bool, typer.Option("--drop-uncleared", help="Leave out rows that it does not clear, instead of refusing.")] = False,
    split_by: SplitBy = None,
    shard_rows: ShardRows = None,
    suffix: Suffix = None,
    spreadsheet_safe: SpreadsheetSafe = False,
    consumer: For = None,
    tokenizer: Tokenizer = None,
    max_length: MaxLength = None,
    anyway: Anyway = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Export datasets to a file or a folder, with their provenance."""
    from rowsmith.cli.show import print_json, tell_unknown

    needs("--policy", {"--drop-uncleared": drop_uncleared and policy is None}, "Add --policy NAME, or leave --drop-uncleared out.")
    doors = project(home, in_project).datasets
    done = doors.export(
        dataset, format_, output, where=where, provenance=provenance, lock=with_lock, policy=policy, drop_uncleared=drop_uncleared,
        split_by=split_by, shard_rows=shard_rows, suffix=suffix, spreadsheet_safe=spreadsheet_safe,
        checking=checking(consumer, tokenizer, max_length, anyway),
    )  # fmt: skip
    if where is not None and not done.rows_out:
        for name in dataset:
            tell_unknown(doors.rows(name, where=where, limit=0).unknown)
    if as_json:
        return print_json(done.dump())
    typer.echo(f"{done.rows_out:,} of {done.rows_in:,} rows as {format_} in {done.path}")
    for part in done.parts:
        typer.echo(f"  {part['rows']:,} in {part['path']}")
    if done.sidecar:
        typer.echo(f"  provenance in {done.sidecar}")
    if done.files:
        typer.echo(f"  {done.files_out:,} images and sounds in {done.files}")
    if done.lock:
        typer.echo(f"  what it rests on in {done.lock}")
    if done.uncleared:
        typer.echo(f"  {done.uncleared:,} rows left out: {done.policy} does not clear them", err=True)
    for reason, count in done.why.items():
        typer.echo(f"    {count:,}: {reason}", err=True)
    for reason, count in done.lost.items():
        typer.echo(f"  {count:,} rows left out: {reason}", err=True)
    for note in done.notes:
        typer.echo(f"  {note}", err=True)
    if done.check:
        tell_check(done.check)
    return None


def lock(
    dataset: Committed,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="PATH", help="File to write. Default: it is printed.")] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Write what a version rests on, pinned by hash: inputs, recipes, prompts, models, answers, edits by hand, code, and its rows."""
    from rowsmith.cli.show import print_json

    done = project(home, in_project).datasets.lock(dataset, output)
    if as_json or output is None:
        return print_json(done.lock if output is None else {"path": done.path, **done.lock})
    runs, versions = len(done.lock["runs"]), len(done.lock["versions"])
    return typer.echo(f"Version {done.lock['version'][:12]}, {versions:,} versions and {runs:,} runs behind it, are locked in {output}.")


def bundle(
    dataset: Committed,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="PATH", help="File to write (a zip).")],
    without_reviews: Annotated[bool, typer.Option("--without-reviews", help="Leave out what people think of its rows.")] = False,
    unblind: Annotated[bool, typer.Option("--unblind", help="Carry also reviews of rows that somebody has yet to look at in a queue.")] = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Write a proof bundle: a version with its history and signatures, which an outsider checks with rowsmith verify --bundle; and what people think
    of its rows, for rowsmith review import."""
    from rowsmith.cli.show import print_json, vars_of

    needs("reviews", {"--unblind": unblind and without_reviews}, "Leave --without-reviews or --unblind out.")
    done = project(home, in_project).datasets.bundle(dataset, output, reviews=not without_reviews, unblind=unblind)
    if as_json:
        return print_json({"path": str(output), **vars_of(done)})
    typer.echo(f"{done.rows:,} rows and {done.versions:,} versions in {output}, {done.bytes:,} bytes")
    if done.erased:
        typer.echo(f"  of {done.erased:,} rows, which were erased, the hashes alone")
    if done.reviews:
        typer.echo(f"  with {done.reviews:,} reviews of its rows")
    if done.held_back:
        typer.echo(f"  without {done.held_back:,} reviews of rows that somebody has yet to look at in a queue (--unblind)", err=True)
    return typer.echo(f"  sealed by {done.signer}" if done.signer else "  sealed by nobody: there is no signing key here (rowsmith doctor)")


def licences(dataset: Spoken, home: Home = HOME, in_project: InProject = PROJECT, as_json: AsJson = False) -> None:
    """Count the rows of a dataset by the licence and terms of their sources and of the models that wrote them. No legal advice."""
    from rowsmith.cli.show import print_json, table

    found = project(home, in_project).datasets.licences(dataset)
    if as_json:
        return print_json(found.dump())
    typer.secho(f"{dataset}: {found.cleared:,} of {found.rows:,} rows are cleared for commercial training, as far as is known", bold=True)
    for title, bound in (("source", found.sources), ("model", found.models)):
        if bound:
            rows = [(one.name, ", ".join(one.licences) or "unknown", one.rows, one.commercial_training) for one in bound]
            table([title, "licence and terms", "rows", "commercial training"], rows)
    return None
