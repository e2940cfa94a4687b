"""optimize: a prompt, made better against a dataset."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project, values
from rowsmith.cli.prompt_trials import Source
from rowsmith.cli.runs import Grace, Watched

if TYPE_CHECKING:
    from rowsmith.app.optimization import Forecast, Optimization, Tested


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("optimize")(optimize)


def optimize(
    prompt: Source,
    dataset: Annotated[str, typer.Option("--dataset", metavar="DATASET", help="Rows with expected answers: a dataset, or dataset@version.")],
    metric: Annotated[
        str, typer.Option("--metric", metavar="METRIC", help="exact, label, contains, f1, number, json or judge; {kind: number, tolerance: 0.01}; "
        "exact=2,f1=1; or an expression over answer and expected. Default: proposed from the data.")
    ] = "",
    answer: Annotated[
        str, typer.Option("--answer", metavar="COLUMN", help="Column with the expected answers. Default: answer, output, response, result, label, "
        "target or ground_truth.")
    ] = "",
    model: Annotated[str | None, typer.Option("--model", metavar="MODEL", help="Whose answers the prompt is to make better: provider/name.")] = None,
    proposer: Annotated[str | None, typer.Option("--proposer", metavar="MODEL", help="Who rewrites the prompt. Default: the model.")] = None,
    judge: Annotated[str | None, typer.Option("--judge", metavar="MODEL", help="Who judges, where the metric asks a judge.")] = None,
    base_url: Annotated[str | None, typer.Option("--base-url", metavar="URL", help="Address of the models' server. Default: the provider's.")] = None,
    sets: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Value of a variable for all rows; may be repeated.")] = None,
    mode: Annotated[str, typer.Option("--mode", metavar="MODE", help="light (1 round of 6 candidates), medium (2 of 8), heavy (3 of 12).")] = "light",
    how: Annotated[str, typer.Option("--with", metavar="HOW", help="Search with DSPy in place of Rowsmith's own: mipro or gepa.")] = "",
    rounds: Annotated[int | None, typer.Option("--rounds", metavar="N", min=1, help="Rounds; more than before goes on from there.")] = None,
    candidates: Annotated[int | None, typer.Option("--candidates", metavar="N", min=1, help="Candidates of a round.")] = None,
    demos: Annotated[int | None, typer.Option("--demos", metavar="N", min=0, help="Most few-shot examples; 0: none. Default: 4.")] = None,
    minibatch: Annotated[int | None, typer.Option("--minibatch", metavar="N", min=1, help="Rows by which the weaker half is told first.")] = None,
    split: Annotated[str, typer.Option("--split", metavar="SIZES", help="Shares of the parts, or numbers of rows.")] = "train=0.2,dev=0.3,test=0.5",
    by: Annotated[
        list[str] | None, typer.Option("--by", metavar="TIE", help="What stays together: source, near_duplicates, group:COLUMN. Repeat for more.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Most rows that are used, chosen by their ids.")] = 400,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another seed: other parts and other tries.")] = 0,
    budget: Annotated[float | None, typer.Option("--budget", metavar="USD", min=0, help="Pause before more than this is spent.")] = None,
    budget_tokens: Annotated[int | None, typer.Option("--budget-tokens", metavar="N", min=1, help="Pause before more tokens than this.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Keep what was found as the next version, if it is shown to be better.")] = False,
    accept_anyway: Annotated[bool, typer.Option("--accept-anyway", help="Keep it, whatever was shown.")] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Tell what it will take, and spend nothing.")] = False,
    try_metric: Annotated[bool, typer.Option("--try-metric", help="Try the metric on five rows; with --model on its answers.")] = False,
    export: Annotated[
        tuple[str, str], typer.Option("--export", metavar="nova DIR", help="Write rows and prompt for the Nova prompt optimizer; spend nothing.")
    ] = ("", ""),
    grace: Grace = 30.0,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Make a prompt better against a dataset with expected answers, and tell whether it is, on rows that were held out.

    The same command again goes on where it stopped, and buys nothing twice.
    """
    from dataclasses import asdict

    from rowsmith.app.optimizing import Wanted
    from rowsmith.cli.options import one_of
    from rowsmith.cli.show import print_json
    from rowsmith.core.errors import Invalid
    from rowsmith.engine.parameters import valued

    one_of({"--plan": plan, "--try-metric": try_metric, "--accept": accept, "--accept-anyway": accept_anyway, "--export": export[0]})
    if export[0] not in ("", "nova"):
        raise Invalid(f"There is no optimiser {export[0]!r} to export for.", "Write --export nova DIR.")
    doors = project(home, in_project).prompts
    with Watched() as watched:
        wanted = Wanted(
            dataset, _metric(metric), answer, model, base_url, proposer, judge, {k: valued(v) for k, v in values(sets, "--set").items()}, mode,
            how, rounds, candidates, demos, minibatch, split, tuple(by or ("source", "near_duplicates")), limit, seed, budget, budget_tokens, grace,
            watched.line, watched.stopping, lambda line: _log(watched, line),
        )  # fmt: skip
        begun = doors.optimizing(prompt, wanted)
        if try_metric:
            tested = begun.tested()
        elif export[0]:
            exported = begun.exported(export[1])
        elif plan:
            forecast = begun.forecast()
        else:
            begun.check()
            _show_forecast(begun.forecast(), err=True)
            done = doors.optimize(prompt, wanted, accept=accept, anyway=accept_anyway)
    if try_metric:
        return print_json([asdict(one) for one in tested]) if as_json else _show_tested(tested)
    if export[0]:
        told = ", ".join(f"{n:,} rows in {name}" for name, n in exported.rows.items())
        said = f"{exported.folder}: {told}; {', '.join(exported.input_columns)} -> {exported.output_column}; system_prompt.txt, user_prompt.txt."
        return print_json(asdict(exported)) if as_json else typer.echo(said)
    if plan:
        return print_json(forecast.dump()) if as_json else _show_forecast(forecast)
    if done.verdict == "better" and not (done.accepted or as_json) and sys.stdin.isatty() and typer.confirm("Keep it as the next version?"):
        done = doors.accept(done)
    return print_json(done.dump()) if as_json else _show(done)


def _metric(spoken: str) -> Any:
    """A word or an expression as it stands; a mapping, or a file that holds one, read."""
    import yaml

    from rowsmith.core.errors import Invalid
    from rowsmith.engine.text_file import read_text

    if spoken.endswith((".yaml", ".yml", ".json")):
        spoken = read_text(Path(spoken), "metric", "Name a YAML file with the metric, or say it: --metric exact.")
    elif not spoken.lstrip().startswith("{"):
        return spoken
    try:
        found = yaml.safe_load(spoken)
    except yaml.YAMLError:
        found = None
    if isinstance(found, str):
        return found
    if not isinstance(found, dict):
        raise Invalid(f"The metric {spoken!r} cannot be read.", "Write it like {kind: number, tolerance: 0.01}.")
    return found


def _log(watched: Watched, line: str) -> None:
    watched.line.end()
    typer.echo(f"  {line}", err=True)


def _show_forecast(found: Forecast, *, err: bool = False) -> None:
    from rowsmith.cli.show import money

    parts = ", ".join(f"{n:,} {name}" for name, n in found.rows.items())
    effort = found.effort
    metric = " + ".join(getattr(part, "kind", "") for part in getattr(found.metric, "parts", [found.metric]))
    typer.echo(f"Rows: {parts}. Expected answers: {found.answer}. Metric: {metric} ({found.evidence}).", err=err)
    tries = f"{effort.rounds} round{'s' * (effort.rounds > 1)} of {effort.candidates} candidates"
    price = "at a price that is not known" if found.cost_usd is None else f"for at most {money(found.cost_usd)}"
    typer.echo(f"At most {found.calls:,} calls in {tries}, {price}.", err=err)
    for note in found.notes:
        typer.secho(f"  Note: {note}", fg="yellow", err=err)


def _show_tested(tested: list[Tested]) -> None:
    from rowsmith.cli.show import table

    rows = [(_short(one.expected), _short(one.answer), "" if one.score is None else f"{one.score:.3g}", one.problem) for one in tested]
    table(["expected", "answer", "score", "problem"], rows)


def _show(done: Optimization) -> None:
    from rowsmith.cli.show import money, table

    found = done.effect
    good = done.verdict == "better"
    if found is None:
        typer.secho(f"{done.verdict}: {_figure(done.baseline)} on held-out rows, and no candidate was better on the dev rows", bold=True)
    else:
        sure = "" if found.low is None or found.high is None else f", {found.low:+.3g} to {found.high:+.3g} with 95 % certainty"
        change = f"{_figure(found.a)} -> {_figure(found.b)} over {found.pairs:,} held-out rows, {_signed(found.difference)}{sure}"
        typer.secho(f"{done.verdict}: {change}", fg="green" if good else None, bold=True)
        if not good and found.detectable is not None:
            typer.echo(f"  a difference of {found.detectable:.3g} or more would have been found in 4 of 5 such comparisons")
    for note in done.notes:
        typer.secho(f"  Note: {note}", fg="yellow")
    rows = [(one.name, one.how, one.state, _figure(one.dev), one.rows or "", _short(one.why)) for one in done.candidates]
    table(["candidate", "how", "", "dev score", "rows", "why"], rows)
    sides = [
        (name, side.run, *(_figure(value) for value in own.values()), money(side.cost_per_row_usd), _seconds(side.seconds_median), _lost(lost))
        for name, side, own, lost in zip(("as it was", "best"), done.sides, done.figures, done.failed, strict=False)
    ]
    table(["held out", "run", *(name.replace("_", " ") for name in done.figures[0]), "a row", "answer in", "failed"], sides)
    cost = done.cost
    calls = f"{cost.calls:,} calls, {cost.calls_reused:,} answers used again"
    typer.echo(f"  {calls}, {cost.tokens_in:,} tokens in, {cost.tokens_out:,} out; cost {money(cost.cost_usd)}.")
    if done.best is not None and done.best.prompt is not None and not done.accepted:
        from rowsmith.engine.prompt_forms import dumps

        typer.echo(f"\nThe best candidate:\n{dumps(done.prompt, done.best.prompt, 'md')}")
    if done.accepted:
        typer.echo(f"Prompt {done.prompt}, version {done.accepted[:12]}.")


def _lost(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.items())


def _short(value: Any, most: int = 80) -> str:
    import orjson

    said = " ".join((value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()).split())
    return said if len(said) <= most else f"{said[:most]} ..."


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.3g}"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"
