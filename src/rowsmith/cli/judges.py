"""rubrics, review drift, and how the figures of judges look."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project

if TYPE_CHECKING:
    from rowsmith.app.judged_rows import JudgedScore
    from rowsmith.app.judges import Drift, OfRun


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rubrics")(rubrics)


def rubrics(
    rubric: Annotated[str | None, typer.Argument(metavar="[RUBRIC|FILE]", help="One to look at: a name, or a YAML file.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the rubrics that `score.judge` can take by name (those that ship, and rubrics/NAME.yaml here), or look one over."""
    from rowsmith.app.rubrics import find, listing
    from rowsmith.cli.show import print_json, table

    if rubric is None:
        every = listing(Path())
        if as_json:
            return print_json([one.dump() for one in every])
        return table(["rubric", "criteria", "scale", "from", "about"], [one.row for one in every])
    one = find(rubric, Path())
    if as_json:
        return print_json(one.dump())
    typer.secho(f"{one.name}  {one.rubric.about}", bold=True)
    typer.echo(one.rubric.text())
    if one.rubric.guidance:
        typer.echo(one.rubric.guidance)
    for said in (*one.problems, *one.lint):
        typer.secho(f"  Note: {said}", fg="yellow")
    if one.problems:
        raise typer.Exit(1)
    return None


def drift(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset with the old scores (and reviews): NAME, NAME@VERSION.")],
    score: Annotated[str, typer.Option("--score", metavar="EXPR", help="What gives a row its old number: scores.judge.overall.")],
    to: Annotated[str | None, typer.Option("--to", metavar="EXPR", help="What gives it the new one. Default: the same expression.")] = None,
    against: Annotated[
        str | None, typer.Option("--against", metavar="DATASET|run:RUN", help="Where the same rows have the new scores. Default: the dataset itself.")
    ] = None,
    threshold: Annotated[
        float | None, typer.Option("--threshold", metavar="NUMBER", help="From which old score on rows pass. Default: what reviews show.")
    ] = None,
    precision: Annotated[float, typer.Option("--precision", metavar="SHARE", help="Share of passing rows that people have to accept.")] = 0.9,
    confidence: Annotated[float, typer.Option("--confidence", metavar="SHARE", help="How sure that has to be.")] = 0.95,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """What changes when another judge, rubric or prompt scores the same rows: how far scores shift, which verdicts turn, and whether a threshold
    still holds."""
    from rowsmith.cli.show import print_json

    found = project(home, in_project).judges.drift(
        dataset, score, to=to, against=against, threshold=threshold, precision=precision, confidence=confidence
    )  # fmt: skip
    return print_json(found.dump()) if as_json else _drifted(found)


def _drifted(found: Drift) -> None:
    said = f"shifted by {found.shift:+.3g}" if found.shown else f"no shift shown ({found.shift:+.3g})"
    typer.secho(f"{found.score} to {found.new_score}: {said}{interval(found.interval)}, {found.rows:,} rows", bold=True)
    for which, mean, judges in (("old", found.old, found.judges), ("new", found.new, found.new_judges)):
        by = ", ".join(f"{name} {n:,}" for name, n in judges.items())
        typer.echo(f"  {which}: mean {mean:.3g}{', by ' if by else ''}{by}")
    if found.spearman is not None:
        typer.echo(f"  the two agree on the order of rows by {found.spearman:.2f}{interval(found.spearman_interval)} (Spearman)")
    if (at := found.crossing) is not None:
        low, high = at.interval
        typer.echo(f"  at {at.threshold:g}: {at.up + at.down:,} of {at.rows:,} verdicts turn ({low:.1%} to {high:.1%})")
        typer.echo(f"  {at.up:,} rows pass now that did not, {at.down:,} no longer do")
        if at.low is not None:
            typer.echo(f"  of {at.passing:,} labelled rows that pass now {at.accepted:,} are accepted, so at least {at.low:.1%} of all")
    for note in found.notes:
        typer.secho(f"  Note: {note}", fg="yellow")


def show_judges(scores: Iterable[JudgedScore], *, warnings: bool = True) -> None:
    """The figures of judges, a few lines for each."""
    for one in scores:
        for line in one.lines():
            typer.echo(f"  {line}")
        for warning in one.warnings if warnings else ():
            typer.secho(f"  Note: {warning}", fg="yellow")


def show_judges_of(found: OfRun | None) -> None:
    """The judges of a run; nothing where none has judged."""
    if found is not None:
        show_judges(found.scores)
        for note in found.notes:
            typer.secho(f"  Note: {note}", fg="yellow")


def interval(found: tuple[float, float] | None) -> str:
    """An interval behind its figure; nothing where there is none."""
    return "" if found is None else f" ({found[0]:.2f} to {found[1]:.2f})"
