"""compare: two runs beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project
from rowsmith.cli.runs import Grace, Watched

if TYPE_CHECKING:
    from rowsmith.app.comparison import Comparison, Disagreement, Judged, Side

_LONGEST = 600
"""Characters that are shown of one value."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare")(compare)


def compare(
    run_a: Annotated[str, typer.Argument(metavar="RUN_A", help="A run, such as r1.")],
    run_b: Annotated[str, typer.Argument(metavar="RUN_B", help="Another run over the same sources, such as r2.")],
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="EXPR", help="A number or condition by which rows are compared; higher is better; may be repeated. Default: "
        "the scores that both have, or the judge."),
    ] = None,
    judge: Annotated[
        str | None, typer.Option("--judge", metavar="MODEL", help="Ask a model which is better, in both orders: provider/name, or a role of RUN_A.")
    ] = None,
    base_url: Annotated[str | None, typer.Option("--base-url", metavar="URL", help="Address of the judge's server.")] = None,
    criteria: Annotated[str, typer.Option("--criteria", metavar="TEXT", help="What makes one better. Default: score.preference's.")] = "",
    columns: Annotated[str | None, typer.Option("--columns", metavar="A,B", help="Columns that are judged. Default: all that differ.")] = None,
    budget: Annotated[float | None, typer.Option("--budget", metavar="USD", min=0, help="Stop the judge before more than this is spent.")] = None,
    budget_tokens: Annotated[int | None, typer.Option("--budget-tokens", metavar="N", min=1, help="Stop the judge before more tokens.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="Most pairs to list of those that differ, the largest first.")] = 5,
    grace: Grace = 30.0,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Compare what two runs made of the same rows: two prompts, two models, before and after."""
    from rowsmith.app.hub_downloads import columns_of
    from rowsmith.cli.show import print_json

    with Watched() as watched:
        found = project(home, in_project).runs.compare(
            run_a, run_b, by=by or (), judge=judge, base_url=base_url, criteria=criteria, columns=columns_of(columns), budget_usd=budget,
            budget_tokens=budget_tokens, limit=limit, grace_s=grace, on_progress=watched.line, stopping=watched.stopping,
        )  # fmt: skip
    print_json(found.dump()) if as_json else _show(found)


def _show(found: Comparison) -> None:
    from rowsmith.cli.show import table

    effect = found.effect
    typer.secho(f"{found.verdict}: {_sized(found)}", fg=None if effect.verdict == "no difference shown" else "green", bold=True)
    if effect.verdict == "no difference shown" and effect.detectable is not None:
        typer.echo(f"  a difference of {effect.detectable:.3g} or more would have been found in 4 of 5 such comparisons")
    for note in found.notes:
        typer.secho(f"  Note: {note}", fg="yellow")
    rows = [
        (m.by, m.effect.pairs, _figure(m.effect.a), _figure(m.effect.b), _signed(m.effect.difference), _between(m.effect.low, m.effect.high),
         m.effect.verdict)
        for m in found.measures
    ]  # fmt: skip
    table(["compared by", "pairs", "A", "B", "B - A", "95 % sure", "verdict"], rows)
    if found.judged:
        typer.echo(f"  {_judge(found.judged)}")
    table(["", "run", "made by", "kept", "in one alone", "answers", "tokens in", "out", "cost", "a row", "answer in", "95 % within"], _sides(found))
    if found.rows:
        typer.echo(f"The {len(found.rows):,} of {effect.differing:,} differing pairs that differ most:")
    for row in found.rows:
        _show_row(row)


def _sized(found: Comparison) -> str:
    effect = found.effect
    if effect.difference is None:
        return "no pair has a value"
    between = f", {_between(effect.low, effect.high)} with 95 % certainty" if effect.low is not None else ""
    return f"B - A = {_signed(effect.difference)}{between}, by {found.by} over {effect.pairs:,} pairs"


def _judge(judged: Judged) -> str:
    from rowsmith.cli.show import money

    by_place = ", ".join(f"{n:,} for the {name} place" for name, n in judged.by_place.items())
    parts = [f"A {judged.a:,}, B {judged.b:,}, neither {judged.ties:,}" + (f" (of them {by_place})" if by_place else "")]
    parts += [f"{judged.same:,} pairs say the same"] if judged.same else []
    parts += [f"{sum(judged.failed.values()):,} without an answer"] if judged.failed else []
    run = f", run {judged.run}" if judged.run else ""
    return f"{judged.model} in both orders{run}: {'; '.join(parts)}; {money(judged.cost_usd)}"


def _sides(found: Comparison) -> Iterator[list[Any]]:
    from rowsmith.cli.show import money

    for name, side, only in (("A", found.a, found.only_a), ("B", found.b, found.only_b)):
        alone = ", ".join(f"{n:,}, there {why}" for why, n in only.items())
        cost = [money(side.cost_usd), money(side.cost_per_row_usd)] if side.answers else ["", ""]
        yield [name, side.run, ", ".join(side.models), side.kept, alone, _answers(side), side.tokens_in, side.tokens_out, *cost, *_seconds(side)]


def _answers(side: Side) -> str:
    return f"{side.answers:,} ({side.reused:,} reused)" if side.reused else f"{side.answers:,}"


def _seconds(side: Side) -> list[str]:
    return ["" if value is None else f"{value:.2f} s" for value in (side.seconds_median, side.seconds_p95)]


def _show_row(row: Disagreement) -> None:
    from rowsmith.cli.show import table

    values = "" if row.value_a is None else f", A {_figure(row.value_a)}, B {_figure(row.value_b)}"
    typer.secho(f"{row.a[:12]}{'' if row.a == row.b else ' ' + row.b[:12]}: B - A = {_signed(row.difference)}{values}", bold=True)
    names = dict.fromkeys((*row.data_a, *row.data_b))
    if names:
        table(["", "A", "B"], [(name, _text(row.data_a.get(name)), _text(row.data_b.get(name))) for name in names])
    for order, reason in zip(("A first", "B first"), row.reasons, strict=False):
        typer.echo(f"  {order}: {reason}")


def _text(value: Any) -> str:
    import orjson

    said = "" if value is None else value if isinstance(value, str) else orjson.dumps(value).decode()
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]} ..."


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.4g}"


def _between(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:+.3g} to {high:+.3g}"
