"""verify, backup, restore, upgrade, doctor: the home as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rowsmith.cli.options import HOME, AsJson, Home, lab


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("verify")(verify)
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("upgrade")(upgrade)
    app.command("doctor")(doctor)


def verify(
    rebuild: Annotated[bool, typer.Option("--rebuild/--no-rebuild", help="Rebuild every version's rows from its lock and stored answers.")] = True,
    home: Home = HOME,
    as_json: AsJson = False,
) -> None:
    """Prove the home: counts, hashes, provenance, ledger; and rebuild every run's rows offline. Exits 1 when something is wrong."""
    from rowsmith.app.proof import verify as act
    from rowsmith.cli.show import print_json, table

    proof = act(lab(home), rebuild=rebuild)
    if as_json:
        print_json(proof.dump())
    else:
        typer.secho("ok" if proof.ok else f"{len(proof.problems)} problems", fg="green" if proof.ok else "red", bold=True)
        table(["checked", "count"], proof.checked.items())
        for problem in proof.problems:
            typer.echo(f"  {problem['kind']}: {problem['what']} ({problem['where']})", err=True)
    raise typer.Exit(0 if proof.ok else 1)


def backup(
    target: Annotated[Path, typer.Argument(metavar="PATH", help="File to write.")], home: Home = HOME, as_json: AsJson = False
) -> None:
    """Copy the whole home into one file, while it is in use."""
    from rowsmith.app.home import back_up
    from rowsmith.cli.show import print_json, vars_of

    done = back_up(lab(home), target)
    print_json(vars_of(done)) if as_json else typer.echo(f"The home is copied to {target}.")


def restore(
    source: Annotated[Path, typer.Argument(metavar="PATH", help="A file that rowsmith backup wrote.")], home: Home = HOME
) -> None:
    """Make a home from a backup. The home must be empty."""
    from rowsmith.app.home import restore as act

    done = act(source, home)
    typer.echo(f"{source} is restored to {home}.")
    for said in done.to_do:
        typer.echo(said, err=True)


def upgrade(home: Home = HOME) -> None:
    """Bring the home's schema up to this version of Rowsmith."""
    from rowsmith.app.home import upgrade as act

    steps = act(home)
    typer.echo(f"The home is upgraded: {', '.join(steps)}." if steps else "The home is up to date.")


def doctor(home: Home = HOME, as_json: AsJson = False) -> None:
    """Say how the home is kept, and what is unsafe about it."""
    from rowsmith.app.home import doctor as act
    from rowsmith.cli.show import print_json

    facts = act(lab(home))
    if as_json:
        return print_json(facts)
    for name, value in facts.items():
        typer.echo(f"{name}: {'; '.join(value) or 'none' if isinstance(value, list) else value}")
    return None
