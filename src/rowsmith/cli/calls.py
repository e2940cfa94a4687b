"""calls: list, show, export, import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, moment, project


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Stored answers: list, show, export, import.", no_args_is_help=True)
    group.command("list")(list_calls)
    group.command("show")(show)
    group.command("export")(export)
    group.command("import")(import_)
    app.add_typer(group, name="calls")


def list_calls(
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help="Only those that a run used, such as r12.")] = None,
    model: Annotated[str | None, typer.Option("--model", metavar="MODEL", help="Only those of a model, such as openai/gpt-4o-mini.")] = None,
    profile: Annotated[str | None, typer.Option("--profile", metavar="NAME", help="Only those of a server, as the list names it.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="WHEN", help="Since 2026-01-31T12:00, or in the last 90m, 12h or 7d.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Most lines.")] = 100,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """List stored answers, the newest first: what they cost when they were bought, and which runs used them."""
    from rowsmith.cli.show import money, print_json, table, when

    from_ = None if since is None else moment(since)
    found = project(home, in_project).calls.list(run=run, model=model, profile=profile, since=from_, limit=limit)
    if as_json:
        return print_json([call.dump() for call in found])
    rows = [
        (
            call.key[:8], call.model, call.profile, call.state, f"{_count(call.usage.tokens_in)} + {_count(call.usage.tokens_out)}",
            money(call.cost_usd), when(call.at), ", ".join(call.used_by),
        )
        for call in found
    ]  # fmt: skip
    return table(["key", "model", "profile", "state", "tokens", "cost", "when", "used by"], rows)


def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Key of a call; its beginning is enough.")], home: Home = HOME, as_json: AsJson = False
) -> None:
    """Show one call: what was answered, what it cost, and which rows of which runs used it."""
    from rowsmith.cli.show import money, print_json, table, vars_of, when
    from rowsmith.core.calls import shown

    story = project(home, PROJECT).calls.show(key)
    if as_json:
        return print_json(story.dump())
    facts = story.facts
    typer.secho(f"Call {facts.key}: {facts.state}", bold=True)
    typer.echo(f"  {facts.model} at {facts.profile}, {when(facts.at)}; base {facts.base}, index {facts.index}")
    counted = ", ".join(f"{name} {_count(tokens)}" for name, tokens in vars_of(facts.usage).items())
    typer.echo(f"  {counted}; {money(facts.cost_usd)}")
    table(
        ["run", "step", "row", "retry", ""],
        [(use.run, use.step, use.row, use.retry, "bought" if use.bought else "reused") for use in story.uses],
    )
    typer.echo(shown(story.raw))
    return None


def export(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="File to write; it appears whole or not at all.")],
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help="Only the calls that a run used.")] = None,
    dataset: Annotated[str | None, typer.Option("--dataset", metavar="DATASET", help="Only those of the runs that made a dataset.")] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Write stored answers into a file: who imports it can run the recipe with --offline. No key is in it."""
    from rowsmith.cli.show import print_json, vars_of

    done = project(home, in_project).calls.export(path, run=run, dataset=dataset)
    print_json(vars_of(done)) if as_json else typer.echo(f"{done.calls:,} calls in {done.path}, {done.bytes:,} bytes")


def import_(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file that rowsmith calls export wrote.")],
    home: Home = HOME,
    as_json: AsJson = False,
) -> None:
    """Take in the answers of a file, all or none. What is there already stays; runs that use them pay nothing."""
    from rowsmith.cli.show import print_json, vars_of

    done = project(home, PROJECT, make=True).calls.import_(path)
    if as_json:
        return print_json(vars_of(done))
    typer.echo(f"{done.calls:,} calls in {done.path}: {done.imported:,} imported, {done.kept:,} were there")
    if done.held:
        typer.echo(f"  {done.held:,} not imported: a run is buying them just now", err=True)
    if done.differing:
        some = ", ".join(key[:12] for key in done.examples[:5])
        typer.echo(f"  {done.differing:,} are there with another answer, and stay as they are: {some} (rowsmith calls show KEY)", err=True)
    return None


def _count(tokens: int | None) -> str:
    return "?" if tokens is None else f"{tokens:,}"
