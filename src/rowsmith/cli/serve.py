"""serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rowsmith.cli.options import HOME, Home, lab


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    port: Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port on this machine; 0 takes a free one.")] = 8700,
    host: Annotated[str, typer.Option("--host", help="Address of this machine to listen at: loopback alone.")] = "127.0.0.1",
    runs: Annotated[int, typer.Option("--runs", metavar="N", min=1, help="Runs that are carried out at once.")] = 2,
    grace: Annotated[float, typer.Option("--grace", metavar="S", min=0, help="Seconds that calls in flight may take to end when it stops.")] = 30.0,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="Open the browser.")] = True,
    home: Home = HOME,
) -> None:
    """Serve the web application and the API on this machine, and carry out the runs that are started there."""
    import webbrowser

    from rowsmith.api.serving import serve as serve_
    from rowsmith.app.lab import files_of, is_url

    def ready(link: str) -> None:
        typer.echo(f"Rowsmith is at {link}")
        typer.echo("The link opens once, in your browser; end with Ctrl+C.", err=True)
        if open_:
            webbrowser.open(link)

    with lab(home, make=True) as found:
        folder = files_of(home).parent if is_url(home) else Path(home).expanduser()
        serve_(found, folder, host=host, port=port, at_once=runs, grace_s=grace, ready=ready)
