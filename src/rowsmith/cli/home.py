"""verify, backup, restore, upgrade, doctor: the home as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, age, lab, needs, one_of, project

if TYPE_CHECKING:
    from collections.abc import Mapping

Unasked = Annotated[bool, typer.Option("--offline", help="Ask no server.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("verify")(verify)
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("gc")(gc)
    app.command("upgrade")(upgrade)
    app.command("doctor")(doctor)


def verify(
    dataset: Annotated[
        str | None, typer.Argument(metavar="[DATASET]", help="One dataset alone; dataset@version: that and what it descends from. Default: the home.")
    ] = None,
    bundle: Annotated[Path | None, typer.Option("--bundle", metavar="PATH", help="Prove what rowsmith bundle wrote; no home is needed.")] = None,
    signer: Annotated[
        list[str] | None,
        typer.Option("--signer", metavar="FINGERPRINT", help="With --bundle: who has to answer for version and bundle. May be repeated."),
    ] = None,
    lock: Annotated[Path | None, typer.Option("--lock", metavar="PATH", help="Prove that the home still holds what a lock says.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild/--no-rebuild", help="Rebuild every version's rows from its lock and stored answers.")] = True,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Prove the home: counts, hashes, history, provenance, ledger; and rebuild every run's rows offline. Exits 1 when something is wrong."""
    from rowsmith.cli.proof import tell_bundle, tell_proof
    from rowsmith.core.errors import Invalid

    given = one_of({"--bundle": bundle, "--lock": lock})
    if given and dataset is not None:
        raise Invalid(f"DATASET and {given} cannot go together.", "It says itself which dataset and version it is of: leave DATASET out.")
    if given and not rebuild:
        raise Invalid(f"--no-rebuild and {given} cannot go together.", "It is proved without a rebuild: leave --no-rebuild out.")
    if signer and bundle is None:
        raise Invalid("--signer says who has to answer for a bundle, and there is none.", "Give --bundle PATH.")
    if bundle is not None:
        tell_bundle(bundle, signer or [], as_json)
    tell_proof(lab(home), dataset, in_project, lock, rebuild, as_json)


def backup(
    target: Annotated[Path, typer.Argument(metavar="PATH", help="File to write.")], home: Home = HOME, as_json: AsJson = False
) -> None:
    """Copy the whole home into one file, while it is in use."""
    from rowsmith.app.home import back_up
    from rowsmith.cli.show import print_json, vars_of

    done = back_up(lab(home), target)
    print_json(vars_of(done)) if as_json else typer.echo(f"The home is copied to {target}.")


def restore(
    source: Annotated[str, typer.Argument(metavar="PATH|DATASET", help="A file that rowsmith backup wrote; or a dataset (or dataset@branch).")],
    version: Annotated[str | None, typer.Argument(metavar="[VERSION]", help="Of a dataset: what it is to be again.")] = None,
    message: Annotated[str, typer.Option("-m", "--message", metavar="TEXT", help="Of a dataset: what was done.")] = "",
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Make a home from a backup (the home must be empty); or make a dataset what it was in another version, as a new version."""
    from rowsmith.app.home import restore as act
    from rowsmith.cli.history import tell_committed
    from rowsmith.cli.show import print_json, vars_of

    if version is not None:
        return tell_committed(project(home, in_project).history.restore(source, version, message=message), as_json)
    needs("a dataset and a VERSION", {"--message": message}, "A backup is restored as it is: leave it out.")
    done = act(Path(source), home)
    if as_json:
        return print_json(vars_of(done))
    typer.echo(f"{source} is restored to {home}.")
    for said in done.to_do:
        typer.echo(said, err=True)
    return None


def gc(
    grace: Annotated[str, typer.Option("--grace", metavar="AGE", help="Keep what is younger: 90m, 12h, 14d.")] = "14d",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    home: Home = HOME,
    as_json: AsJson = False,
) -> None:
    """Remove versions that no branch, tag, release or run leads to, and what they alone hold."""
    from rowsmith.app.home import sweep as act
    from rowsmith.cli.show import print_json, vars_of

    swept = act(lab(home), grace_s=age(grace), only_count=dry_run)
    if as_json:
        return print_json(vars_of(swept))
    said = f"{swept.versions:,} versions, {swept.bodies:,} bodies of rows, {swept.nodes + swept.blocks:,} parts, {swept.bytes:,} bytes"
    beside = f"; {swept.blanked:,} bodies out of parts that stay" if swept.blanked else ""
    return typer.echo(f"{said} {'would go' if dry_run else 'removed'}{beside}.")


def upgrade(home: Home = HOME) -> None:
    """Bring the home's schema up to this version of Rowsmith."""
    from rowsmith.app.home import upgrade as act

    steps = act(home)
    typer.echo(f"The home is upgraded: {', '.join(steps)}." if steps else "The home is up to date.")


def doctor(offline: Unasked = False, home: Home = HOME, as_json: AsJson = False) -> None:
    """Say how things stand: what is installed, how the home is kept, which model servers answer, and what to do next."""
    from rowsmith.app.doctor import doctor as act
    from rowsmith.app.lab import is_home
    from rowsmith.cli.show import print_json

    facts = act(home, lab(home) if is_home(home) else None, offline=offline)
    if as_json:
        return print_json(facts)
    for name in ("rowsmith", "python", "sqlite", "home", "database", "profile", "schema", "files", "signing"):
        if name in facts:
            typer.echo(f"{name}: {facts[name]}")
    typer.echo(f"problems: {'; '.join(facts['problems']) or 'none'}")
    for name, packages in facts["extras"].items():
        missing = [package for package, version in packages.items() if version is None]
        have = ", ".join(f"{package} {version}" for package, version in packages.items() if version)
        typer.echo(f"extra {name}: " + (f"not installed (pip install 'rowsmith[{name}]')" if missing else have))
    for server in facts["servers"]:
        typer.echo(f"server {server['provider']} at {server['address']}: {_list_of(server)}")
    for step in facts["next"]:
        typer.echo(f"next: {step}")
    return None


def _list_of(server: Mapping[str, Any]) -> str:
    """The models of a server, or why there are none."""
    models = server["models"]
    if models is None:
        return server["trouble"] if server["answered"] or not server["local"] else "not there"
    shown = ", ".join(models[:5]) + (", ..." if len(models) > 5 else "")
    return f"answers, {len(models)} model{'s' * (len(models) != 1)}" + (f": {shown}" if models else "")
