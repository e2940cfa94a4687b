"""How things look in the terminal: errors, tables, results."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import typer

from rowsmith.core.errors import Invalid, RowsmithError

if TYPE_CHECKING:
    from rowsmith.app.results import Result
    from rowsmith.core.errors import Problem


_PIPE = 100_000
"""Characters of a line where nobody has to see it whole."""


def tell_error(error: RowsmithError, *, as_json: bool) -> None:
    """What is wrong and what to do, on the error stream; with `as_json`, also as the last line of the output."""
    typer.secho(f"Error: {error.what}", fg="red", err=True)
    for problem in error.problems if isinstance(error, Invalid) else ():
        typer.echo(f"  {problem}", err=True)
    if error.fix:
        typer.echo(f"  {error.fix}", err=True)
    if as_json:
        problems = [vars_of(problem) for problem in error.problems] if isinstance(error, Invalid) else []
        print_json({"error": type(error).__name__, "what": error.what, "fix": error.fix, "problems": problems, **error.more})


def tell_unknown(unknown: Iterable[Problem]) -> None:
    """Names in a condition that no row has, on the error stream."""
    for problem in unknown:
        typer.secho(f"Note: {problem}", fg="yellow", err=True)


def vars_of(value: Any) -> dict[str, Any]:
    """A dataclass as plain data."""
    from dataclasses import asdict

    return asdict(value)


def print_json(value: Any) -> None:
    """One line of JSON."""
    import orjson

    sys.stdout.write(orjson.dumps(value, default=str).decode() + "\n")
    sys.stdout.flush()


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "") -> None:
    """A table; columns of numbers stand to the right. Cells are folded to the width of a terminal (or COLUMNS), and nowhere else: what a pipe
    gets has each row on a line of its own."""
    from rich.console import Console
    from rich.table import Table

    found = [[_cell(cell) for cell in row] for row in rows]
    numeric = [all(isinstance(row[i], int | float) for row in found) if found else False for i in range(len(columns))]
    out = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name, right in zip(columns, numeric, strict=True):
        out.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in found:
        out.add_row(*(f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell) for cell in row))
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else _PIPE
    Console(markup=False, emoji=False, highlight=False, width=width).print(out)  # what rows and prompts say is text


def _cell(value: Any) -> Any:
    return "" if value is None else value


def money(usd: float | None) -> str:
    """US dollars, with as many digits as small sums need."""
    if usd is None:
        return "unknown"
    if usd >= 1 or usd == 0:
        return f"${usd:,.2f}"
    if usd < 1e-6:
        return "under $0.000001"
    whole, _, part = f"${usd:.6f}".partition(".")
    return f"{whole}.{part.rstrip('0'):0<2}"


def when(at: float | None) -> str:
    """A moment (seconds since 1970) as a local time, to the minute; empty when there is none."""
    from datetime import datetime

    return "" if at is None else f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d\u00a0%H:%M}"


def cap(usd: float | None) -> str:
    """A cap in US dollars."""
    return "none" if usd is None else money(usd)


def show_result(result: Result) -> None:
    """A run's outcome: the counts, the funnel, the cost, and where the rows are."""
    colour = {"finished": "green", "shortfall": "yellow"}.get(result.state, "red")
    typer.secho(f"Run {result.run}: {result.state}", fg=colour, bold=True)
    if result.reason:
        typer.echo(f"  {result.reason}")
    typer.echo(
        f"  {result.requested:,} requested = {result.kept:,} kept + {sum(result.dropped.values()):,} dropped + "
        f"{sum(result.failed.values()):,} failed + {result.cancelled:,} cancelled + {result.pending:,} pending"
    )
    if over := result.dropped.get("over_target"):
        typer.echo(f"  {over:,} of the dropped are beyond the target, and come back with a larger one")
    table(["step", "came in", "made", "let through", "why not the rest"], [_passage(p) for p in result.funnel])
    unsure = f", {result.maybe_billed:,} of unknown outcome counted at their highest price" if result.maybe_billed else ""
    if result.calls or result.calls_reused or unsure:
        typer.echo(
            f"  {result.calls:,} calls{_in_batches(result)}, {result.calls_reused:,} answers reused; {result.tokens_in:,} tokens in, "
            f"{result.tokens_out:,} out; {_cost(result)}{unsure}; {result.seconds:,.1f} s"
        )
    if result.batches:
        columns = ["batch", "state", "requests", "done", "answered", "came back", "cost", "at the server"]
        table(columns, [_batch(batch) for batch in result.batches])
    if result.asked_live:
        typer.echo(f"  asked live, as the provider has no batch API: {', '.join(result.asked_live)}")
    if result.executed:
        typer.echo(f"  code was carried out in a sandbox (execute: true): {', '.join(result.executed)}")
    if result.refused_draws:
        typer.echo(f"  answers that could not be used: {_reasons(result.refused_draws)} (rowsmith runs {result.run} --draws)")
    if result.refused_fields:
        typer.echo(f"  fields that failed: {_reasons(dict(list(result.refused_fields.items())[:10]))}")
    if any(n for how, n in result.answers.items() if how != "plain"):
        typer.echo(f"  answers taken: {_taken(result.answers)}")
    if result.changes:
        counts = ", ".join(f"{len(result.changes[name]):,} {name}" for name in ("added", "changed", "removed"))
        before = result.changes.get("version")
        see = f" (rowsmith diff {result.dataset} {before[:12]})" if before and result.version not in (None, before) else ""
        typer.echo(f"  sources since run {result.changes['run']}: {counts}, {result.changes['same']:,} the same{see}")
    if result.failed:
        typer.echo(f"  what failed, and why: rowsmith runs {result.run} --failed")
    if result.state == "finished" and not result.kept:
        typer.echo("  no row was kept, so nothing is committed")
    elif result.version:
        typer.echo(f"  dataset {result.dataset}, version {result.version[:12]}")


def _in_batches(result: Result) -> str:
    count = sum(batch.answered for batch in result.batches)
    return f" ({count:,} of them in batches)" if count else ""


def _batch(batch: Any) -> list[Any]:
    state = f"{batch.state}, {batch.reason}" if batch.reason else batch.state
    odd = f": {batch.detail}" if batch.detail else ""
    return [batch.id, state + odd, batch.requests, batch.done, batch.answered, batch.returned, money(batch.cost_usd), batch.remote]


def _cost(result: Result) -> str:
    if result.cost_usd is None:
        return "cost unknown (set the model's price_in and price_out)"
    return f"{money(result.cost_usd)}; {money(result.cost_of_kept_usd)} a kept row" if result.kept else money(result.cost_usd)


def _passage(passage: Any) -> list[Any]:
    lost = {**passage.dropped, **{f"failed: {name}": n for name, n in passage.failed.items()}}
    waiting = f"{passage.pending:,} pending" if passage.pending else ""
    why = ", ".join(part for part in (_reasons(lost), waiting) if part)
    return [passage.step, passage.came or "", passage.made or "", passage.passed, why]


def _taken(answers: dict[str, int]) -> str:
    words = {"plain": "as they stood", "found": "found within other words", "repaired": "repaired", "asked_again": "asked again"}
    return ", ".join(f"{n:,} {words[how]}" for how, n in answers.items() if n)


def _reasons(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in sorted(counts.items(), key=lambda item: -item[1]))
