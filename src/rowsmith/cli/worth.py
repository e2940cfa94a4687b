"""worth: what a dataset or a file teaches small models."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, lab
from rowsmith.cli.runs import Watched

if TYPE_CHECKING:
    from rowsmith.app.worth import Worth


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("worth")(worth)


def worth(
    what: Annotated[str, typer.Argument(metavar="DATASET|FILE", help="A dataset (NAME, NAME@VERSION), or a file: a path, address or hf: name.")],
    test: Annotated[str | None, typer.Option("--test", metavar="DATASET|FILE", help="What is held out. Default: a fifth of the rows.")] = None,
    subset: Annotated[
        list[str] | None,
        typer.Option("--subset", metavar="VERSION|EXPRESSION|FILE", help="Compare with as many random rows of the whole; may be repeated."),
    ] = None,
    probe: Annotated[
        str | None, typer.Option("--probe", metavar="classifier|retrieval|lm", help="What is trained; lm by torch. Default: what the rows are for.")
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", help="How many random draws each baseline has.")] = 10,
    by: Annotated[
        str, typer.Option("--by", metavar="A,B", help="What is never learned from and tested with: source, near_duplicates, group:COLUMN.")
    ] = "source,near_duplicates",
    format: Annotated[str | None, typer.Option("--from", metavar="FORMAT", help="Format of a file's records. Default: recognised.")] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Measure what a dataset or a file teaches: small models learn from parts of it and are tested on rows held out, beside baselines."""
    from pathlib import Path
    from typing import get_args

    from rowsmith.app.quality_run import NotDone
    from rowsmith.app.quality_run import Watched as Terms
    from rowsmith.cli.show import print_json, tell_error
    from rowsmith.core.errors import Invalid, choose
    from rowsmith.steps.probes import Kind

    kind = next((one for one in get_args(Kind) if one == probe), None)
    if probe is not None and kind is None:
        raise Invalid(f"No probe is called {probe!r}.", choose(probe, list(get_args(Kind))))
    tied = [name for one in by.split(",") if (name := one.strip())]
    with Watched() as watched:
        terms = Terms(on_progress=watched.line, stopping=watched.stopping)
        project = lab(home, make=Path(what).is_file()).project(in_project)
        try:
            found = project.quality.worth(
                what, test=test, subsets=subset or (), probe=kind, seeds=seeds, by=tied, format=format, watched=terms, on_training=_progress
            )  # fmt: skip
        except NotDone as stopped:
            tell_error(stopped, as_json=as_json)
            raise typer.Exit(stopped.result.exit_code) from None
    if as_json:
        print_json(found.dump())
    else:
        _show(found)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[2K{done:,} of {total:,} trainings" + ("\r\x1b[2K" if done == total else ""))
        sys.stderr.flush()


def _show(found: Worth) -> None:
    from rowsmith.cli.show import table

    typer.echo(f"{found.dataset}: {found.probe}, {found.rows:,} rows to learn from, {found.test_rows:,} to test with, {found.seeds} seeds")
    table(["learned from", "score", "95 %"], [(f"{rows:,}", f"{one.mean:.3f}", f"{one.low:.3f} to {one.high:.3f}") for rows, one in found.curve])
    columns = ["what", "rows", "score", "beside", "score", "difference", "interval"]
    table(columns, [
        (one.name, f"{one.rows:,}", f"{one.score:.3f}", one.baseline, f"{one.baseline_score:.3f}", f"{one.difference.difference:+.3f}",
         f"{one.difference.low:+.3f} to {one.difference.high:+.3f}")
        for one in found.comparisons
    ])  # fmt: skip
    for one in found.comparisons:
        typer.echo(f"  {one.says}")
    for why, rows in found.left_out.items():
        if rows:
            typer.echo(f"  {rows:,} rows are not learned from: {why.replace('_', ' ')}.")
    for note in found.notes:
        typer.secho(f"  Note: {note}", fg="yellow")
