"""push, pull: rows to people who review them elsewhere, and what they say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project

if TYPE_CHECKING:
    from rowsmith.app.reviewers import Pushed
    from rowsmith.app.taking_reviews import Pulled

TARGET = "argilla:WORKSPACE/NAME or label-studio:PROJECT-TITLE; where it answers, and its key, say ARGILLA_API_URL and ARGILLA_API_KEY, or LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY."  # noqa: E501
_SHOWN = 10


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("push")(push)
    app.command("pull")(pull)


def push(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset, dataset@branch or dataset@version.")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help=TARGET)],
    where: Annotated[str | None, typer.Option("--where", metavar="EXPRESSION", help="Only rows for which this is true: reviews.count = 0.")] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Send rows to people who review them in Argilla or Label Studio. What is there is not sent again; what has changed is sent anew."""
    from rowsmith.cli.show import print_json

    done = project(home, in_project).reviewers.push(dataset, target, where=where)
    if as_json:
        return print_json(done.dump())
    return _tell_pushed(done)


def pull(
    target: Annotated[str, typer.Argument(metavar="TARGET", help=TARGET)],
    into: Annotated[str, typer.Option("--into", metavar="DATASET", help="The dataset, or dataset@branch, that the rows are of.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be taken, and take nothing.")] = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Take what people answered in Argilla or Label Studio as reviews, each once. Corrections become uncommitted edits."""
    from rowsmith.cli.show import print_json

    done = project(home, in_project).reviewers.pull(target, into, dry_run=dry_run)
    if as_json:
        return print_json(done.dump())
    return _tell_pulled(done)


def _tell_pushed(done: Pushed) -> None:
    typer.echo(f"{done.added:,} rows of {done.dataset} went to {done.target}; {done.unchanged:,} were there.")
    if done.replaced:
        typer.echo(f"  {done.replaced:,} of an older text that nobody had reviewed were taken away")
    if done.kept:
        typer.echo(f"  {done.kept:,} of an older text that have reviews stay there: rowsmith pull {done.target} --into {done.dataset}")
    for reason, count in sorted(done.left_out.items()):
        typer.echo(f"  {count:,} rows cannot be shown ({reason})")
    for example in done.examples[:_SHOWN]:
        typer.echo(f"    {example['id']}: {example['detail']}", err=True)


def _tell_pulled(done: Pulled) -> None:
    taken = "would be taken" if done.dry_run else "taken"
    typer.echo(f"{done.added:,} reviews of {done.dataset} {taken} from {done.target}; {done.known:,} were here.")
    if done.edited:
        typer.echo(f"  {done.edited:,} correct a row" + ("" if done.dry_run else f": rowsmith diff {done.dataset}, rowsmith commit {done.dataset}"))
    if done.older:
        typer.echo(f"  {done.older:,} are of what a row said before")
    if done.empty:
        typer.echo(f"  {done.empty:,} answers say nothing")
    for missing in done.missing[:_SHOWN]:
        typer.echo(f"  row {missing['row'] or '?'}, reviewed by {missing['by']}: {missing['why']}", err=True)
    if len(done.missing) > _SHOWN:
        typer.echo(f"  and {len(done.missing) - _SHOWN:,} more (--json)", err=True)
