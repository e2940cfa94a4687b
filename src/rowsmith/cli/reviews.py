"""review: add, list, calibrate; the others are in review_data, review_queue and judges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rowsmith.cli import review_data, review_queue
from rowsmith.cli.history import OnBranch
from rowsmith.cli.judges import drift
from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project

if TYPE_CHECKING:
    from rowsmith.app.calibrating import Calibrated
    from rowsmith.core.review import Review


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Reviews: what people think of rows. add, list, queue, next, agree, export ...", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_reviews)
    group.command("calibrate")(calibrate)
    group.command("drift")(drift)
    review_data.add_to(group)
    review_queue.add_to(group)
    app.add_typer(group, name="review")


def add(
    dataset: OnBranch,
    row: Annotated[str | None, typer.Argument(metavar="ROW", help="The row's id; or --where.")] = None,
    where: Annotated[str | None, typer.Option("--where", metavar="EXPR", help="Review every row that the expression lets through.")] = None,
    score: Annotated[float | None, typer.Option("--score", metavar="NUMBER", help="How good it is.")] = None,
    label: Annotated[str | None, typer.Option("--label", metavar="TEXT", help="What it is called.")] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="What is to be said of it.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Accept the row.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Reject the row.")] = False,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="COL=VALUE", help="Give a column another value: an edit, uncommitted until rowsmith commit.")
    ] = None,
    author: Annotated[str | None, typer.Option("--author", metavar="NAME", help="Who reviews. Default: who you are here.")] = None,
    seen: Annotated[str | None, typer.Option("--seen", metavar="TOKEN", help="Refuse when the row is not what it was with this token.")] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Review a row as it stands, or every row that a condition lets through: score, label, note; accept or reject; other values."""
    from rowsmith.cli.edits import values_of
    from rowsmith.cli.show import print_json
    from rowsmith.core.errors import Invalid

    if accept and reject:
        raise Invalid("A row cannot be accepted and rejected at once.", "Give --accept or --reject.")
    if (row is None) == (where is None):
        raise Invalid("Which row?", "Give its id (rowsmith rows --json shows them), or --where EXPR.")
    there, verdict = project(home, in_project), "accept" if accept else "reject" if reject else ""
    if row is None:
        if sets or seen:
            raise Invalid("--set and --seen are about one row.", "Leave --where out, or change rows with rowsmith edit --where.")
        count = there.reviews.add_where(dataset, where, verdict=verdict, score=score, label=label, note=note, author=author)
        return print_json({"rows": count}) if as_json else typer.echo(f"{count:,} rows reviewed")
    values = values_of(sets, there.edits.get(dataset, row).data) if sets else None
    made = there.reviews.add(
        dataset, row, verdict=verdict, score=score, label=label, note=note, values=values, author=author, seen=seen
    )  # fmt: skip
    if as_json:
        return print_json(made.dump())
    return typer.echo(f"Review {made.review.n} of row {made.review.row}: {said_in_words(made.review)}")


def list_reviews(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset, dataset@branch or dataset@version.")],
    row: Annotated[str | None, typer.Option("--row", metavar="ID", help="Of one row.")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Of one person.")] = None,
    verdict: Annotated[str | None, typer.Option("--verdict", metavar="VERDICT", help="Those that accept, or that reject.")] = None,
    reviewer: Annotated[str | None, typer.Option("--reviewer", metavar="NAME", help="Who looks. Default: who you are here.")] = None,
    unblind: Annotated[
        bool, typer.Option("--unblind", help="Show also what others say of rows that the reviewer has yet to look at in a queue.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Most reviews.")] = 50,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """List reviews, newest first. Those of what a row said before it was changed are told as older. What others say of rows that you have yet to
    review in a queue is held back."""
    from rowsmith.cli.show import print_json, table, when
    from rowsmith.core.errors import Invalid

    if unblind and reviewer:
        raise Invalid("--reviewer says from whom something is held back, and with --unblind nothing is.", "Leave one of them out.")
    there = project(home, in_project)
    who = None if unblind else reviewer or there.lab.who
    found = there.reviews.list(dataset, row=row, by=by, verdict=verdict, reviewer=who)
    held_back = 0 if who is None else there.reviews.held_back(dataset, who, row=row, by=by)
    if as_json:
        return print_json({"reviews": [review.dump() for review in found[:limit]], "total": len(found), "held_back": held_back})
    columns = ["review", "row", "by", "at", "of", "says"]
    rows = []
    for one in found[:limit]:
        review = one.review
        of = "what it says" if one.current else "an older text"
        rows.append((review.n, review.row, review.author, when(review.created_at), of, said_in_words(review)))
    table(columns, rows)
    if len(found) > limit:
        typer.echo(f"  and {len(found) - limit:,} earlier ones (--limit)", err=True)
    if held_back:
        said = f"  {held_back:,} held back: what others say of rows that {who} has yet to review in a queue (--unblind shows them)"
        typer.echo(said, err=True)
    return None


def calibrate(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset with reviews, dataset@branch or dataset@version.")],
    score: Annotated[str, typer.Option("--score", metavar="EXPR", help="What gives a row its number; higher is better: scores.judge.overall.")],
    precision: Annotated[
        float, typer.Option("--precision", metavar="SHARE", help="Share of the rows from the threshold on that people have to accept.")
    ] = 0.9,
    confidence: Annotated[float, typer.Option("--confidence", metavar="SHARE", help="How sure that has to be.")] = 0.95,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """From which score on people accept rows: a threshold of which that is shown, and how far the score and people agree."""
    from rowsmith.cli.show import print_json

    found = project(home, in_project).reviews.calibrate(dataset, score, precision=precision, confidence=confidence)
    if as_json:
        return print_json(found.dump())
    return _calibrated(found)


def _calibrated(found: Calibrated) -> None:
    from rowsmith.cli.judges import interval, show_judges
    from rowsmith.cli.show import table

    known = found.calibration
    if known.chosen is None:
        typer.secho(f"No threshold is shown to keep {known.precision:.0%} with {known.confidence:.0%} certainty.", bold=True)
    else:
        typer.secho(f"{found.where}: at least {known.precision:.0%} are accepted, with {known.confidence:.0%} certainty", fg="green", bold=True)
        typer.echo(f"  {found.accepted:,} of {found.rows:,} rows pass; as a step: {{kind: filter.where, where: '{found.where}'}}")
    for note in found.notes:
        typer.secho(f"  Note: {note}", fg="yellow")
    typer.echo(f"  {known.labelled:,} rows are labelled, {known.good:,} of them accepted")
    table(
        ["from", "labelled", "accepted", "share", "at least"],
        [(f"{one.threshold:g}", one.accepted, one.good, f"{one.precision:.3f}", f"{one.low:.3f}") for one in known.tested],
    )
    agreed = found.agreement
    said = [
        "" if agreed.area is None else f"an accepted row scores higher than a rejected one in {agreed.area:.0%}",
        "" if agreed.spearman is None or agreed.pearson is None
        else f"with people's scores {agreed.spearman:.2f}{interval(agreed.spearman_interval)} (Spearman), "
        f"{agreed.pearson:.2f}{interval(agreed.pearson_interval)} (Pearson), {agreed.scored:,} rows",
        "" if agreed.kappa is None
        else f"passing the threshold and being accepted {agreed.kappa:.2f}{interval(agreed.kappa_interval)} (Cohen's kappa, {known.labelled:,} rows)",
        "" if agreed.alpha is None else f"people with each other {agreed.alpha:.2f} (Krippendorff's alpha, {agreed.shared:,} rows)",
    ]
    for line in filter(None, said):
        typer.echo(f"  agreement: {line}")
    show_judges(found.judges, warnings=False)


def said_in_words(review: Review) -> str:
    """What a review says."""
    parts = [
        {"accept": "accepted", "reject": "rejected"}.get(review.verdict, ""),
        "" if review.score is None else f"score {review.score:g}",
        f"label {review.label}" if review.label else "",
        f"edited {', '.join(sorted(review.fields))}" if review.fields else "",
        review.note or "",
        "decides" if review.decides else "",
    ]
    return "; ".join(part for part in parts if part)
