"""push, pull."""

from __future__ import annotations

from typing import Annotated

import typer

from rowsmith.cli.datasets import Committed
from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("push")(push)
    app.command("pull")(pull)


def push(
    dataset: Committed,
    place: Annotated[str, typer.Argument(metavar="PLACE", help="Where to: hf:owner/name, a dataset on the Hugging Face Hub.")],
    public: Annotated[bool, typer.Option("--public", help="Make a repository that is not there yet public. Default: private.")] = False,
    split_column: Annotated[
        str | None, typer.Option("--split-column", metavar="COL", help="Column that holds each row's split. Default: all rows are train.")
    ] = None,
    message: Annotated[str | None, typer.Option("--message", metavar="TEXT", help="Message of the commit.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", metavar="NAME", help="Tag that the commit gets.")] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Push a version of a dataset to a hub, with one commit at the end. The same command again goes on, and sends nothing twice."""
    from rowsmith.cli.show import print_json

    options = {"public": public, "split_column": split_column, "message": message, "tag": tag}
    done = project(home, in_project).datasets.push(dataset, place, heard=lambda text: typer.echo(text, err=True), **options)
    if as_json:
        return print_json(done.dump())
    for line in done.told():
        typer.echo(line)
    return None


def pull(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What a push has written: hf:owner/name, or hf:owner/name@revision.")],
    into: Annotated[str, typer.Option("--into", metavar="DATASET", help="Dataset to pull into; rows are merged by id.")],
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Bring back what rowsmith push has written to a hub: the very rows, with their ids, origins and scores."""
    from rowsmith.cli.show import print_json

    done = project(home, in_project, make=True).datasets.pull(name, into)
    if as_json:
        return print_json(done.dump())
    return typer.echo(f"{done.rows:,} rows in {done.dataset}, version {done.version[:12]}, from commit {done.commit[:12]}")
