"""push, pull."""

from __future__ import annotations

from typing import Annotated

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project

PLACE = "hf:owner/name on the Hugging Face Hub; or people who review: argilla:WORKSPACE/NAME, label-studio:TITLE."


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("push")(push)
    app.command("pull")(pull)


def push(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset, dataset@branch or dataset@version.")],
    place: Annotated[str, typer.Argument(metavar="PLACE", help=PLACE)],
    public: Annotated[bool, typer.Option("--public", help="hf: make a repository that is not there yet public. Default: private.")] = False,
    split_by: Annotated[
        str | None, typer.Option("--split-by", metavar="COL", help="hf: column that holds each row's split. Default: split, else all are train.")
    ] = None,
    message: Annotated[str | None, typer.Option("--message", metavar="TEXT", help="hf: message of the commit.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", metavar="NAME", help="hf: tag that the commit gets.")] = None,
    where: Annotated[
        str | None, typer.Option("--where", metavar="EXPR", help="Reviewers: only rows for which this is true: reviews.count = 0.")
    ] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Push a dataset to a hub, with one commit at the end, or its rows to people who review them. The same command again goes on, and sends
    nothing twice."""
    from rowsmith.cli.show import print_json

    options = {"public": public, "split_by": split_by, "message": message, "tag": tag, "where": where}
    done = project(home, in_project).datasets.push(dataset, place, heard=lambda text: typer.echo(text, err=True), **options)
    if as_json:
        return print_json(done.dump())
    return typer.echo("\n".join(done.told()))


def pull(
    place: Annotated[str, typer.Argument(metavar="PLACE", help=PLACE)],
    into: Annotated[str, typer.Option("--into", metavar="DATASET", help="Dataset that the rows go into, or that the reviews are of.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Reviewers: say what would be taken, and take nothing.")] = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Bring back what rowsmith push has written to a hub: the very rows, merged by id. Or what people answered in Argilla or Label Studio: as
    reviews, each once; corrections become uncommitted edits."""
    from rowsmith.cli.show import print_json

    done = project(home, in_project, make=True).datasets.pull(place, into, dry_run=dry_run)
    if as_json:
        return print_json(done.dump())
    return typer.echo("\n".join(done.told()))
