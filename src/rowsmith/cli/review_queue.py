"""review: queue, next."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.history import OnBranch
from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project

if TYPE_CHECKING:
    from rowsmith.app.projects import Project
    from rowsmith.app.review_queues import Queued, Shown

KEYS = "a accept, r reject, s skip, b back, q quit; before it: score N, label TEXT, note TEXT, set COL=VALUE"


def add_to(group: typer.Typer) -> None:
    """Add the commands."""
    group.command("queue")(queue)
    group.command("next")(next_)


def queue(
    dataset: OnBranch,
    by: Annotated[str | None, typer.Option("--by", metavar="KIND", help="disagreement, uncertain, audit, adjudicate, active.")] = None,
    reviewers: Annotated[str | None, typer.Option("--reviewers", metavar="A,B", help="Who is to look at them. Default: you.")] = None,
    each: Annotated[int | None, typer.Option("--each", metavar="N", min=1, help="Reviewers a row. Default: all of them.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="Most rows.")] = None,
    scores: Annotated[list[str] | None, typer.Option("--score", metavar="EXPR", help="What gives rows a number; may be repeated.")] = None,
    threshold: Annotated[
        float | None, typer.Option("--threshold", metavar="NUMBER", help="From where on scores speak for a row. Default: their median.")
    ] = None,
    noise: Annotated[str | None, typer.Option("--noise", metavar="EXPR", help="A number that is high where a row's label is doubtful.")] = None,
    sample: Annotated[float | None, typer.Option("--sample", metavar="N", help="Of an audit: how many rows, or below 1 which share of them.")] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of an audit: which rows.")] = 0,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Put rows in a queue that people work through with rowsmith review next, or list the queues of a dataset."""
    from rowsmith.cli.show import print_json

    there = project(home, in_project).review_queues
    if by is None:
        found = there.every(dataset)
    else:
        people = [one.strip() for one in reviewers.split(",")] if reviewers else []
        made = there.make(
            dataset, by, reviewers=people, each=each, limit=limit, scores=scores or [], threshold=threshold, noise=noise, n=sample, seed=seed
        )
        found = [made]
    if as_json:
        return print_json({"queues": [one.dump() for one in found]})
    for one in found:
        _tell(one)
    return None


def next_(
    dataset: OnBranch,
    n: Annotated[int | None, typer.Option("--queue", metavar="N", help="Which queue. Default: the newest.")] = None,
    reviewer: Annotated[str | None, typer.Option("--reviewer", metavar="NAME", help="Who reviews. Default: who you are here.")] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Show one row after the other and take verdicts from the keyboard, until q or the end. What others think is shown after yours."""
    from rowsmith.cli.show import print_json

    there, given, back = project(home, in_project), 0, 0
    while (shown := there.review_queues.next(dataset, queue=n, reviewer=reviewer, back=back)) is not None:
        if not as_json:
            typer.secho(f"Row {shown.row} ({shown.left} left{', reviewed before' if shown.back else ''})", bold=True)
            for line in _lines(shown.data):
                typer.echo(f"  {line}")
            typer.echo(f"[{KEYS}]")
        if (key := _answer(there, dataset, shown, as_json)) == "q":
            break
        given += key in ("a", "r")
        back = _back(there, dataset, n, reviewer, back) if key == "b" else 0
    left = there.review_queues.next(dataset, queue=n, reviewer=reviewer)
    if as_json:
        return print_json({"given": given, "left": left.left if left else 0, "next": left.dump() if left else None})
    return typer.echo(f"{given} reviewed, {left.left if left else 0} left")


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    """What a row says: a conversation turn by turn, and else each column."""
    for name, value in data.items():
        turns = value if isinstance(value, list) and value and all(isinstance(one, dict) and "role" in one for one in value) else None
        if turns is None:
            yield f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        else:
            yield f"{name}:"
            for turn in turns:
                said, rest = turn.get("content"), {key: each for key, each in turn.items() if key not in ("role", "content")}
                more = "".join(f" {key} {json.dumps(each, ensure_ascii=False)}" for key, each in rest.items())
                text = said if isinstance(said, str) else "" if said is None else json.dumps(said, ensure_ascii=False)
                yield f"  {turn['role']}: {text}{more}"


def _back(there: Project, dataset: str, n: int | None, reviewer: str | None, back: int) -> int:
    from rowsmith.core.errors import NotFound

    try:
        there.review_queues.next(dataset, queue=n, reviewer=reviewer, back=back + 1)
    except NotFound as error:
        typer.secho(f"{error.what}", fg="yellow", err=True)
        return back
    return back + 1


def _answer(there: Project, dataset: str, shown: Shown, quiet: bool) -> str:
    """The key that ended what was said of the row; q at the end of the input."""
    from rowsmith.cli.edits import values_of
    from rowsmith.core.errors import RowsmithError

    said: dict[str, Any] = {}
    word: str
    rest: str
    sets: list[str] = []
    for line in iter(sys.stdin.readline, ""):
        word, _, rest = line.strip().partition(" ")
        if word in ("b", "q"):
            return word
        try:
            if word in ("label", "note") and rest:
                said[word] = rest
            elif word == "score":
                said[word] = float(rest)
            elif word == "set":
                values_of([rest], shown.data)
                sets.append(rest)
            elif word == "s" and shown.back:
                return word
            elif word == "s":
                there.review_queues.skip(dataset, shown)
                return word
            elif word in ("a", "r"):
                values = values_of(sets, shown.data) if sets else None
                others = there.review_queues.give(dataset, shown, verdict={"a": "accept", "r": "reject"}[word], values=values, **said)
                if not quiet:
                    _reveal(there, dataset, shown, others)
                return word
            elif word:
                typer.secho(f"{word!r} is no key: {KEYS}", fg="yellow", err=True)
        except (RowsmithError, ValueError) as error:
            typer.secho(error.what if isinstance(error, RowsmithError) else f"{rest!r} is no number.", fg="yellow", err=True)
            if word in ("a", "r"):
                return "s"
    return "q"


def _reveal(there: Project, dataset: str, shown: Shown, others: Any) -> None:
    """What the reviewer may know now: what others think, the scores, and who wrote the row."""
    from rowsmith.app.comparing import leaves
    from rowsmith.cli.reviews import said_in_words

    for one in others:
        typer.echo(f"  {one.review.author}: {said_in_words(one.review)}")
    row = there.review_queues.behind(dataset, shown)
    for path, number in leaves("scores", row.scores):
        typer.echo(f"  {path} {number:g}")
    for model in row.models:
        typer.echo(f"  written by {model}")


def _tell(one: Queued) -> None:
    typer.secho(f"Queue {one.n}, {one.kind}: {len(one.rows):,} {'row' if len(one.rows) == 1 else 'rows'}", bold=True)
    for person, left in one.left.items():
        typer.echo(f"  {person}: {one.done[person]:,} done, {left:,} left")
    if one.audit is not None:
        known = one.audit
        if known["share"] is None:
            typer.echo(f"  {known['judged']:,} of {known['rows']:,} judged; the share that is accepted is told when all are")
        else:
            typer.echo(f"  {known['share']:.1%} accepted, between {known['low']:.1%} and {known['high']:.1%} with 95 %")
