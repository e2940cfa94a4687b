"""prompts test, lint, infer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project, values

if TYPE_CHECKING:
    from rowsmith.app.prompt_trials import Asked

Source = Annotated[str, typer.Argument(metavar="PROMPT", help="A prompt, prompt@tag or version, or a file (.md, .yaml).")]
Dataset = Annotated[str, typer.Argument(metavar="DATASET", help="A dataset, dataset@version, or run:r12.")]
AModel = Annotated[str | None, typer.Option("--model", metavar="MODEL", help="Ask it: provider/name. Its answers are stored and counted.")]
Address = Annotated[str | None, typer.Option("--base-url", metavar="URL", help="Address of the model's server. Default: the provider's own.")]
Cap = Annotated[float | None, typer.Option("--budget", metavar="USD", min=0, help="Most that asking may cost.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Other rows for another number.")]


def try_(
    prompt: Source,
    rows: Annotated[str, typer.Option("--rows", metavar="DATASET", help="Rows to try it on: a dataset, dataset@version or run:r12.")] = "",
    sets: Annotated[list[str] | None, typer.Option("--with", metavar="NAME=VALUE", help="Value of a variable (YAML); may be repeated.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Most requests.")] = 5,
    seed: Seed = 0,
    model: AModel = None,
    base_url: Address = None,
    budget: Cap = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Try a prompt on sample rows: what would be sent; with a model, what it answers and costs."""
    from rowsmith.cli.show import print_json
    from rowsmith.engine.parameters import valued

    given = {name: valued(value) for name, value in values(sets, "--with").items()}
    found = project(home, in_project, make=Path(prompt).is_file()).prompts.test(
        prompt, rows=rows, values=given, limit=limit, seed=seed, model=model, base_url=base_url, budget_usd=budget
    )
    if as_json:
        return print_json(found.dump())
    for one in found.rows:
        drawn = "".join(f", {name}={value}" for name, value in one.values.items())
        typer.secho(f"row {one.row + 1}{drawn}", bold=True)
        for title, said in (("system", one.system), ("text", one.text), ("answer", one.answer)):
            if said:
                typer.secho(f"{title}:", fg="cyan")
                typer.echo(said)
        for wrong in filter(None, (one.problem, one.reason)):
            typer.secho(wrong, fg="red", err=True)
    _tell_asked(found.asked)
    return None


def lint(
    prompt: Source,
    step: Annotated[str, typer.Option("--for", metavar="KIND", help="Also what a step of this kind needs, such as generate.qa.")] = "",
    model: AModel = None,
    base_url: Address = None,
    budget: Cap = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Look a prompt over: missing, undeclared and unused variables, contradiction, ambiguity, overload, redundancy. Rules look at words; a model
    looks at the last four by what they mean."""
    from rowsmith.cli.show import print_json

    found = project(home, in_project, make=Path(prompt).is_file()).prompts.lint(prompt, step=step, model=model, base_url=base_url, budget_usd=budget)
    if as_json:
        return print_json(found.dump())
    colours = {"high": "red", "medium": "yellow", "low": None}
    for one in found.findings:
        where = f"{one.place}:{one.line}" if one.line else one.place
        typer.secho(f"{where}: {one.rule} ({one.severity}): ", fg=colours[one.severity], nl=False)
        typer.echo(one.what + ("" if one.by == "rule" else f" [{one.by}]"))
        if one.evidence and one.line:
            typer.echo(f"    {' '.join(one.evidence.split())}")
        typer.echo(f"    {one.fix}")
    typer.echo(f"{len(found.findings)} finding{'s' * (len(found.findings) != 1)} in {found.prompt}.")
    if not found.english:
        typer.echo("  Its texts are not English: contradiction, ambiguity and emphasis were not looked for by rules.", err=True)
    if found.asked is None:
        typer.echo("  Rules see words, not what they mean; --json says what each rule cannot see, and --model asks a model.", err=True)
    if found.unproven:
        typer.echo(f"  {found.unproven} more that the model named with words that do not stand in the prompt are left out.", err=True)
    _tell_asked(found.asked)
    return None


def infer(
    dataset: Dataset,
    answer: Annotated[str, typer.Option("--answer", metavar="COLUMN", help="The column that the prompt is to lead to.")] = "answer",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Most rows that the model is shown.")] = 20,
    seed: Seed = 0,
    model: AModel = None,
    base_url: Address = None,
    budget: Cap = None,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Keep it under this name. Default: it is printed.")] = "",
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Find the prompt that leads from the other columns of a dataset to its answers; a model writes it."""
    from rowsmith.cli.show import print_json
    from rowsmith.engine.prompt_forms import dumps

    prompts = project(home, in_project).prompts
    found = prompts.infer(dataset, answer=answer, limit=limit, seed=seed, model=model, base_url=base_url, budget_usd=budget)
    kept = prompts.add(found.prompt, name, message=f"Found from {found.rows} rows of {dataset}") if name else None
    if as_json:
        return print_json({**found.dump(), "name": kept and kept.name, "version": kept and kept.version})
    typer.echo(f"Prompt {kept.name}, version {kept.version[:12]}." if kept else dumps(dataset, found.prompt, "md"), nl=kept is not None)
    _tell_asked(found.asked)
    return None


def _tell_asked(asked: Asked | None) -> None:
    from rowsmith.cli.show import money

    if asked is not None:
        reused = f", {asked.calls_reused:,} reused" if asked.calls_reused else ""
        said: Any = f"  Run {asked.run}: {asked.state}; {asked.calls:,} calls{reused}; cost {money(asked.cost_usd)}."
        typer.echo(said + (f" {asked.reason}" if asked.reason else ""), err=True)
