"""events."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project

HIDDEN = {"version", "message"}
"""Details that a line has no room for."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("events")(events)


def events(
    after: Annotated[int | None, typer.Option("--after", metavar="N", min=0, help="Those that follow event N; without it, the last ones.")] = None,
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help="Only those of one run, such as r12.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Most lines.")] = 100,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """List what has happened in a project, oldest first."""
    from rowsmith.cli.show import print_json, table, vars_of, when

    found = project(home, in_project).events.list(after=after, run=run, limit=limit)
    if as_json:
        return print_json([{**vars_of(event), "run": f"r{event.run}" if event.run else None} for event in found])
    return table(["event", "when", "run", "what", "details"], [(e.n, when(e.at), f"r{e.run}" if e.run else "", e.kind, _said(e.data)) for e in found])


def _said(data: dict[str, Any]) -> str:
    """The details that say something, shortened; --json has them whole."""
    return ", ".join(f"{name} {str(value)[:60]}" for name, value in data.items() if value not in (None, "", 0, {}) and name not in HIDDEN)
