"""keys: add, list, remove, allow, disallow, rotate. No command takes a key as a word of its line, and none prints one."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rowsmith.cli.options import HOME, AsJson, Home, keys, lab
from rowsmith.core.errors import Invalid

Name = Annotated[str, typer.Argument(metavar="NAME", help="The environment variable that the key stands for, or the provider whose it is.")]
Url = Annotated[str | None, typer.Option("--url", metavar="URL", help="Address of the server. Default: the provider's own.")]
OfProject = Annotated[str | None, typer.Option("--project", metavar="NAME", help="The project whose runs alone use it. Default: all of the home.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Keys of models: add, list, remove, allow, disallow, rotate.", no_args_is_help=True)
    group.command("add", context_settings={"allow_extra_args": True})(add)
    group.command("list")(list_keys)
    group.command("remove")(remove)
    group.command("allow")(allow)
    group.command("disallow")(disallow)
    group.command("rotate")(rotate)
    app.add_typer(group, name="keys")


def add(
    context: typer.Context,
    name: Name,
    url: Url = None,
    keyring: Annotated[bool, typer.Option("--keyring", help="Keep it in the operating system's keyring, for all homes of this user.")] = False,
    of_project: OfProject = None,
    home: Home = HOME,
) -> None:
    """Enter a key, which is kept encrypted and sent to one address only. It is asked for without echo, or read from standard input."""
    if context.args:
        what = "The key does not belong on the command line: others can see it there, and the shell has written it into its history."
        raise Invalid(what, "Have it replaced where it came from. Then give the new one when you are asked, or on standard input.")
    known = keys(home) if keyring else lab(home, make=True).keys
    variable, address = known.bound(name, url, of_project)
    facts = known.add(variable, _asked(f"Key {variable} for {address}: "), url=address, project=of_project, keyring=keyring)
    whose = f" for the runs of project {facts.project}" if facts.project else ""
    typer.echo(f"{facts.name} for {facts.address} is kept in the {facts.where}{whose}{_ends(facts.ends_with)}.")


def list_keys(home: Home = HOME, as_json: AsJson = False) -> None:
    """List keys with the address each is sent to, and the addresses allowed besides. Of a key, only the end and a fingerprint are shown."""
    from rowsmith.app.lab import is_home
    from rowsmith.cli.show import print_json, table, vars_of

    known = keys(home)
    if not is_home(home):
        typer.echo(f"There is no home in {home}: these are the keys of the environment and the keyring.", err=True)
    found, allowed = known.list(), known.allowed()
    if as_json:
        return print_json({"keys": [vars_of(facts) for facts in found], "allowed": allowed})
    rows = [
        (f.name, f.where if f.readable else f"{f.where} (locked)", f.address, f.project, f.ends_with, f.fingerprint, _day(f.added_at))
        for f in found
    ]  # fmt: skip
    table(["key", "where", "sent to", "project", "ends with", "fingerprint", "since"], rows)
    if allowed:
        typer.echo()
        table(["variable", "may also be sent to"], [(name, address) for name, addresses in allowed.items() for address in addresses])
    for problem in known.problems():
        typer.echo(problem, err=True)
    return None


def remove(name: Name, url: Url = None, of_project: OfProject = None, home: Home = HOME) -> None:
    """Forget a key that was entered, for all addresses or for the one given."""
    for facts in keys(home).remove(name, url=url, project=of_project):
        typer.echo(f"{facts.name} for {facts.address} is removed from the {facts.where}.")


Address = Annotated[str, typer.Argument(metavar="URL", help="Address of the server.")]


def allow(name: Name, url: Address) -> None:
    """Let an environment variable be sent to an address that is not its provider's own. Recorded outside of every home and project."""
    from rowsmith.app.keys import Keys

    address = Keys.allow(name, url)
    clear = " It goes there unencrypted: the address is http." if address.startswith("http:") else ""
    typer.echo(f"{name} may be sent to {address}.{clear}")


def disallow(name: Name, url: Address) -> None:
    """Take that back."""
    from rowsmith.app.keys import Keys

    typer.echo(f"{name} is no longer sent to {Keys.disallow(name, url)}.")


def rotate(home: Home = HOME) -> None:
    """Encrypt the stored keys under a new key-encrypting key, while runs go on. Former ones stay where they are, for backups."""
    done = lab(home).keys.rotate()
    if done.changed:
        typer.echo(f"{done.changed} keys are encrypted under the key-encrypting key {done.kek}.")
    else:
        typer.echo(f"No key had to change: {done.kek} is the key-encrypting key of all that open here.")
    for facts in done.locked:
        typer.echo(f"  {facts.name} for {facts.address} does not open here and is as it was.", err=True)


def _asked(prompt: str) -> str:
    """The key: typed unseen, or all of standard input."""
    from rowsmith.llm.keys import LONGEST

    if not sys.stdin.isatty():
        try:
            return sys.stdin.read(2 * LONGEST)
        except UnicodeDecodeError:
            raise Invalid("What came on standard input is not text.", "Give the key alone.") from None
    import warnings
    from getpass import GetPassWarning, getpass

    with warnings.catch_warnings():
        warnings.simplefilter("error", GetPassWarning)
        try:
            return getpass(prompt)
        except GetPassWarning:
            raise Invalid("This terminal would show what you type.", "Give the key on standard input.") from None


def _ends(shown: str) -> str:
    return f" (it ends with {shown})" if shown else ""


def _day(at: float | None) -> str:
    from datetime import datetime

    return "" if at is None else f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M}"
