"""review: agree, export, import, diff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, project

if TYPE_CHECKING:
    from rowsmith.core.people import Agreed

Dataset = Annotated[str, typer.Argument(metavar="DATASET", help="A dataset with reviews, or dataset@branch.")]


def add_to(group: typer.Typer) -> None:
    """Add the commands."""
    group.command("agree")(agree)
    group.command("export")(export)
    group.command("import")(import_)
    group.command("diff")(diff)


def agree(dataset: Dataset, home: Home = HOME, in_project: InProject = PROJECT, as_json: AsJson = False) -> None:
    """How far people agree who reviewed the same rows: Cohen's and Fleiss' kappa, Krippendorff's alpha, with 95 % intervals."""
    from rowsmith.cli.show import print_json, table

    found = project(home, in_project).reviews.agreement(dataset)
    if as_json:
        return print_json(found.dump())
    rows: list[tuple[str, str, Agreed]] = []
    for name, part in (("verdicts", found.verdicts), ("labels", found.labels)):
        rows += [(f"{name}, {pair}", "Cohen's kappa", one) for pair, one in part["cohen"].items()]
        rows += [(name, "Fleiss' kappa", part["fleiss"]), (name, "Krippendorff's alpha", part["alpha"])]
    rows += [(f"label {name}", "Fleiss' kappa", one) for name, one in found.per_label.items()]
    rows.append(("scores", "Krippendorff's alpha", found.scores))
    return table(["of", "measure", "value", "from", "to", "rows"], [(of, by, *_told(one)) for of, by, one in rows if one.rows])


def export(
    dataset: Dataset,
    output: Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="Where to: .jsonl or .csv.")],
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Write all reviews to a file: row, token of what it said, reviewer, time, verdict, score, label, note, edit."""
    from rowsmith.cli.show import print_json

    count = project(home, in_project).reviews.export(dataset, output)
    return print_json({"reviews": count, "path": output}) if as_json else typer.echo(f"{count:,} reviews written to {output}")


def import_(
    dataset: Dataset,
    file: Annotated[str, typer.Argument(metavar="FILE", help="What rowsmith review export wrote, .jsonl or .csv; or a bundle, .zip.")],
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Take reviews from a file or a bundle, which is proven first; those that are here are not taken again, and lines that are none are listed."""
    from rowsmith.cli.show import print_json

    done = project(home, in_project).reviews.import_(dataset, file)
    if as_json:
        return print_json(done.dump())
    typer.echo(f"{done.added:,} reviews taken; {done.known:,} were here.")
    for one in done.wrong:
        typer.secho(f"  line {one['line']}: {one['why']}", fg="yellow")
    return None


def diff(
    dataset: Dataset,
    versions: Annotated[str | None, typer.Option("--versions", metavar="OLD,NEW", help="Of what rows say in two versions, branches or tags.")] = None,
    times: Annotated[str | None, typer.Option("--times", metavar="OLD,NEW", help="As they stood at two times, seconds since 1970.")] = None,
    reviewers: Annotated[str | None, typer.Option("--reviewers", metavar="ONE,OTHER", help="Of two people.")] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """What is new, changed and taken back in reviews, between two versions, times or reviewers."""
    from rowsmith.cli.show import print_json
    from rowsmith.core.errors import Invalid

    try:
        at = None if times is None else [float(time) for time in times.split(",")]
    except ValueError:
        raise Invalid(f"{times!r} are no times.", "Give two, in seconds since 1970: --times 1780000000,1790000000.") from None
    found = project(home, in_project).reviews.diff(dataset, versions=_two(versions), times=at, people=_two(reviewers))
    if as_json:
        return print_json(found.dump())
    typer.echo(f"{found.old} > {found.new}: " + ", ".join(f"{count:,} {name}" for name, count in found.counts.items()))
    for one in found.differences:
        typer.echo(f"{ {'new': '+', 'changed': '~', 'taken back': '-'}[one.change]} {one.row} by {one.by}")
        for part in dict.fromkeys([*(one.old or {}), *(one.new or {})]):
            old, new = ((side or {}).get(part, "") for side in (one.old, one.new))
            if old != new:
                typer.echo(f"    {part}: {old} > {new}")
    return None


def _two(spoken: str | None) -> list[str] | None:
    return None if spoken is None else [one.strip() for one in spoken.split(",")]


def _told(one: Agreed) -> tuple[str, str, str, int]:
    value, low, high = ("" if number is None else f"{number:.3f}" for number in (one.value, one.low, one.high))
    return value, low, high, one.rows
