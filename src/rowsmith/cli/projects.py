"""project: list, create, rename, budget, delete."""

from __future__ import annotations

from typing import Annotated

import typer

from rowsmith.cli.options import HOME, AsJson, Home, lab

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a project.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Projects: list, create, rename, budget, delete.", no_args_is_help=True)
    group.command("list")(list_projects)
    group.command("create")(create)
    group.command("rename")(rename)
    group.command("budget")(budget)
    group.command("delete")(delete)
    app.add_typer(group, name="project")


def list_projects(home: Home = HOME, as_json: AsJson = False) -> None:
    """List projects with their budgets."""
    from rowsmith.cli.show import cap, money, print_json, table, vars_of

    found = lab(home).projects.list()
    if as_json:
        return print_json([vars_of(p) for p in found])
    rows = [(p.name, money(p.spent_usd), cap(p.budget_usd), p.spent_tokens, p.budget_tokens) for p in found]
    return table(["project", "spent", "cap", "tokens", "token cap"], rows)


def create(name: Name, home: Home = HOME) -> None:
    """Make a project."""
    lab(home, make=True).projects.create(name)
    typer.echo(f"Project {name} is made.")


def rename(name: Name, new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")], home: Home = HOME) -> None:
    """Give a project another name; its runs, datasets, prompts, caps and keys stay its own."""
    lab(home).projects.rename(name, new)
    typer.echo(f"Project {name} is called {new} now.")


def budget(
    name: Name,
    usd: Annotated[float | None, typer.Option("--usd", metavar="USD", min=0, help="Cap in US dollars; without it, none.")] = None,
    tokens: Annotated[int | None, typer.Option("--tokens", metavar="N", min=1, help="Cap in tokens; without it, none.")] = None,
    home: Home = HOME,
) -> None:
    """Set both caps of a project over all its runs; the one that is not given is taken away."""
    from rowsmith.cli.show import cap, money

    facts = lab(home).project(name).set_budget(usd=usd, tokens=tokens)
    tokens_cap = "none" if facts.budget_tokens is None else f"{facts.budget_tokens:,}"
    typer.echo(f"Project {name}: cap {cap(facts.budget_usd)}, token cap {tokens_cap}; spent {money(facts.spent_usd)}, {facts.spent_tokens:,} tokens.")


def delete(name: Name, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False, home: Home = HOME) -> None:
    """Delete a project with all its runs and datasets."""
    if not yes:
        typer.confirm(f"Delete project {name} with all its runs and datasets?", abort=True)
    lab(home).projects.delete(name)
    typer.echo(f"Project {name} is deleted.")
