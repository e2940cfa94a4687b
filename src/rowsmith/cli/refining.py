"""prompts refine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project, values
from rowsmith.cli.prompt_trials import Address, AModel, Seed
from rowsmith.cli.runs import Grace, Watched

if TYPE_CHECKING:
    from rowsmith.app.refined import Beside, Refined, Retest, Side
    from rowsmith.core.themes import Checked

_LONGEST = 400
"""Characters that are shown of one value."""
_EXIT = 3
"""As of a run that came to its end with less than was asked for."""


def refine(
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="A prompt of the project, in its newest version.")],
    rows: Annotated[
        str, typer.Option("--rows", metavar="DATASET", help="Rows with the prompt's variables as columns; their reviews are notes, too.")
    ] = "",
    notes: Annotated[Path | None, typer.Option("--notes", metavar="FILE", help="A YAML file of notes and, if you like, themes.")] = None,
    change: Annotated[Path | None, typer.Option("--change", metavar="FILE", help="The changed prompt (.md, .yaml). Default: the model's.")] = None,
    answer: Annotated[str, typer.Option("--answer", metavar="COLUMN", help="The column that holds what came of the prompt.")] = "answer",
    sets: Annotated[list[str] | None, typer.Option("--with", metavar="NAME=VALUE", help="Value of a variable (YAML); may be repeated.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Most inputs of the re-test, noted ones aside.")] = 50,
    seed: Seed = 0,
    model: AModel = None,
    judge: Annotated[
        str | None, typer.Option("--judge", metavar="MODEL", help="Answers the questions of detectors: provider/name. Default: MODEL.")
    ] = None,
    base_url: Address = None,
    budget: Annotated[float | None, typer.Option("--budget", metavar="USD", min=0, help="Most that all calls together may cost.")] = None,
    budget_tokens: Annotated[int | None, typer.Option("--budget-tokens", metavar="N", min=1, help="Most tokens of all calls together.")] = None,
    accept_anyway: Annotated[bool, typer.Option("--accept-anyway", help="Keep the change whatever the re-test says; its version says so.")] = False,
    grace: Grace = 30.0,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Make a prompt better from notes on what came of it: themes with detectors, a change, and a re-test on the same inputs that decides."""
    from rowsmith.cli.show import print_json
    from rowsmith.engine.parameters import valued

    given = {name: valued(value) for name, value in values(sets, "--with").items()}
    with Watched() as watched:
        found = project(home, in_project).prompts.refine(
            prompt, rows=rows, notes=notes, change=change, answer=answer, values=given, limit=limit, seed=seed, model=model, judge=judge,
            base_url=base_url, budget_usd=budget, budget_tokens=budget_tokens, accept_anyway=accept_anyway, grace_s=grace,
            on_progress=watched.line, stopping=watched.stopping,
        )  # fmt: skip
    print_json(found.dump()) if as_json else _show(found)
    if found.version is None:
        raise typer.Exit(_EXIT)


def _show(found: Refined) -> None:
    for checked in found.themes:
        _show_theme(checked)
    for left in found.grouped.unassigned:
        typer.echo(f"in no theme: {left.text}")
    if found.grouped.invented:
        typer.echo(f"  {found.grouped.invented} notes that the model named, and that nobody made, are left out.", err=True)
    if found.change:
        typer.secho("\nThe change", bold=True, nl=False)
        typer.echo(f", by {found.change.by}: {found.change.why}" if found.change.by else "")
        for refused in found.change.refused:
            typer.echo(f"  refused before it: {refused}", err=True)
        for line in found.change.diff.splitlines():
            typer.secho(f"  {line}", fg={"-": "red", "+": "green"}.get(line[:1]))
    if found.test:
        _show_test(found.test)
    for note in found.notes:
        typer.secho(f"  Note: {note}", fg="yellow")
    _show_end(found)


def _show_theme(checked: Checked) -> None:
    theme = checked.theme
    typer.secho(theme.name, bold=True, nl=False)
    typer.echo(f": {theme.definition}" if theme.definition else "")
    for quote in theme.quotes:
        typer.echo(f"  noted of {quote.sample[:12]}: {quote.words}")
    detector = {"expression": theme.where, "judge": theme.question, "nothing": "nothing"}[checked.by]
    carry, good = len(checked.caught) + len(checked.missed), len(checked.false) + len(checked.silent)
    typer.echo(f"  detected by {checked.by}: {detector}" if checked.by != "nothing" else "  detected by nothing")
    hits = f"  caught {len(checked.caught)} of {carry} with the note, fired on {len(checked.false)} of {good} good ones"
    typer.secho(hits + (" (weak)" if checked.weak else ""), fg="yellow" if checked.weak else None)
    for name, ids in (("missed", checked.missed), ("fired on", checked.false)):
        if ids:
            typer.echo(f"    {name}: {', '.join(one[:12] for one in ids)}")
    if checked.why:
        typer.echo(f"    {checked.why}")


def _show_test(test: Retest) -> None:
    from rowsmith.cli.show import table

    typer.echo()
    typer.secho(test.said(), fg="green" if test.accepted else "yellow", bold=True)
    for note in test.notes:
        typer.secho(f"  Note: {note}", fg="yellow")
    for reason, n in test.left_out.items():
        typer.echo(f"  left out: {n:,} {reason}")
    each = [(name, d.inputs, _share(d.old), _share(d.new), d.verdict) for name, d in test.themes.items()]
    if len(each) > 1:
        table(["theme", "inputs", "old", "new", "verdict"], each)
    changed = [row for row in test.rows if row.differs]
    for row in changed[:5]:
        _show_row(row)
    if len(changed) > 5:
        typer.echo(f"  and {len(changed) - 5:,} more that differ (--json)", err=True)


def _show_row(row: Beside) -> None:
    from rowsmith.cli.show import table

    typer.secho(f"{row.id[:12]}: {'mended' if row.change < 0 else 'fails now' if row.change > 0 else 'fails otherwise'}", bold=True)
    lines = [(name, _text(value), _text(value)) for name, value in row.input.items()]
    names = dict.fromkeys(name for side in (row.old, row.new) for one in side.outputs for name in one)
    lines += [(name, _made(row.old, name), _made(row.new, name)) for name in names]
    table(["", "old", "new"], [*lines, ("failure", _why(row.old), _why(row.new))])


def _made(side: Side, name: str) -> str:
    return "\n".join(_text(one[name]) for one in side.outputs if name in one)


def _why(side: Side) -> str:
    return ", ".join(side.themes) or side.reason


def _text(value: Any) -> str:
    import orjson

    said = value if isinstance(value, str) else orjson.dumps(value).decode()
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]} ..."


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _show_end(found: Refined) -> None:
    from rowsmith.cli.show import money

    if found.version is not None:
        typer.echo(f"Prompt {found.name}, version {found.version[:12]} ({found.verdict}).")
    else:
        typer.echo(f"Prompt {found.name} stays at version {found.base[:12]}: the change is refused (--accept-anyway keeps it).")
    if found.asked:
        costs = [one.cost_usd for one in found.asked]
        cost = None if any(one is None for one in costs) else sum(one or 0.0 for one in costs)
        runs = f"{found.asked[0].run} to {found.asked[-1].run}" if len(found.asked) > 1 else found.asked[0].run
        reused = sum(one.calls_reused for one in found.asked)
        more = f", {reused:,} reused" if reused else ""
        typer.echo(f"  Runs {runs}: {sum(one.calls for one in found.asked):,} calls{more}; cost {money(cost)}.", err=True)
