"""split, sample, balance, shuffle, columns, combine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, needs, one_of, project

if TYPE_CHECKING:
    from rowsmith.app.reshaping import Shaped

Branch = Annotated[str, typer.Argument(metavar="DATASET", help="A dataset, or dataset@branch: the branch that gets the next version.")]
Into = Annotated[str | None, typer.Option("--into", metavar="NAME", help="Commit into this dataset (or name@branch) instead, as all of it.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Another seed, another choice.")]
Similarity = Annotated[float, typer.Option("--similarity", min=0.01, max=1.0, help="From which similarity on texts count as nearly the same.")]
Compare = Annotated[list[str] | None, typer.Option("--compare", metavar="COLUMN", help="Column whose text is compared; may be repeated.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for act in (split, sample, balance, shuffle, columns, combine):
        app.command(act.__name__)(act)


def split(
    dataset: Branch,
    parts: Annotated[str | None, typer.Option("--parts", metavar="SIZES", help="train=0.8,validation=0.1,test=0.1, or numbers of rows.")] = None,
    by: Annotated[
        list[str] | None, typer.Option("--by", metavar="TIE", help="What stays together: source, near_duplicates, group:COLUMN. Repeat for more.")
    ] = None,
    stratify: Annotated[str | None, typer.Option("--stratify", metavar="COLUMN", help="Classes that each part has in the same shares.")] = None,
    seed: Seed = 42,
    column: Annotated[str, typer.Option("--column", metavar="COLUMN", help="Column that says the part.")] = "split",
    similarity: Similarity = 0.7,
    compare: Compare = None,
    into: Into = None,
    preview: Annotated[bool, typer.Option("--preview", help="Change nothing: tell what the split would give.")] = False,
    report: Annotated[bool, typer.Option("--report", help="Change nothing: tell what the parts in the column share.")] = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Split a dataset into parts that share no source and no near-duplicates, and tell what they share.

    By default rows that share a source or nearly their text stay together. Sizes wanted and got are told.
    """
    from dataclasses import asdict

    from rowsmith.cli.show import print_json
    from rowsmith.core.errors import Invalid

    doors, ties = project(home, in_project).shaping, by or ["source", "near_duplicates"]
    if report:
        for name, given in {"--parts": parts, "--stratify": stratify, "--into": into is not None, "--seed": seed != 42}.items():
            one_of({"--report": report, name: given})
        found = doors.overlap(dataset, column=column, by=ties, similarity=similarity, compare=compare)
        told = {**asdict(found), "clean": found.clean}
        return print_json(told) if as_json else _show_overlap(told)
    if parts is None:
        raise Invalid("No parts are given.", "Name them with their sizes: --parts train=0.8,validation=0.1,test=0.1.")
    if preview:
        would = doors.preview(dataset, parts, by=ties, stratify=stratify, seed=seed, similarity=similarity, compare=compare)
        return print_json(would) if as_json else _show_sizes(would)
    done = doors.split(
        dataset, parts, by=ties, stratify=stratify, seed=seed, column=column, similarity=similarity, compare=compare, into=into
    )  # fmt: skip
    return print_json(done.dump()) if as_json else _show_split(done)


def sample(
    dataset: Branch,
    n: Annotated[int, typer.Option("-n", "--rows", metavar="N", min=1, help="How many rows.")],
    how: Annotated[str, typer.Option("--how", help="random, stratified, weighted, top or diverse.")] = "random",
    by: Annotated[str, typer.Option("--by", metavar="COLUMN", help="Column of strata, expression of weight or value, or text compared.")] = "",
    equal_strata: Annotated[bool, typer.Option("--equal-strata", help="As many rows of each stratum.")] = False,
    seed: Seed = 42,
    into: Into = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Keep a sample of a dataset's rows: its next version, or another dataset. Earlier versions keep all."""
    done = project(home, in_project).shaping.sample(dataset, n, how=how, by=by, equal_strata=equal_strata, seed=seed, into=into)  # type: ignore[arg-type]
    _show(done, as_json, ("stratum", "rows", "taken"), [(name, one["rows"], one["taken"]) for name, one in done.report.get("strata", {}).items()])
    if not as_json and "pool" in done.report:
        typer.echo(f"  chosen among {done.report['pool']:,} rows, drawn at random")


def balance(
    dataset: Branch,
    by: Annotated[str, typer.Option("--by", metavar="COLUMN", help="Column of classes.")],
    cap: Annotated[int | None, typer.Option("--cap", metavar="N", min=1, help="Most rows of a class. Default: as many as the smallest has.")] = None,
    shares: Annotated[str | None, typer.Option("--shares", metavar="SHARES", help="Instead: the share of each class: yes=0.5,no=0.5.")] = None,
    seed: Seed = 42,
    into: Into = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Balance the classes of a column by leaving rows out; rows are never repeated."""
    done = project(home, in_project).shaping.balance(dataset, by, cap=cap, shares=_numbers("--shares", shares), seed=seed, into=into)
    _show(done, as_json, ("class", "before", "after"), [(name, n, done.report["after"][name]) for name, n in done.report["before"].items()])
    if not as_json and done.report["without_class"]:
        typer.echo(f"  {done.report['without_class']:,} rows said no {by} and are left out")


def shuffle(
    dataset: Branch, seed: Seed = 42, into: Into = None, home: Home = HOME, in_project: InProject = PROJECT, as_json: AsJson = False
) -> None:  # fmt: skip
    """Put a dataset's rows into a random order that the seed gives."""
    _show(project(home, in_project).shaping.shuffle(dataset, seed=seed, into=into), as_json)


def columns(
    dataset: Branch,
    rename: Annotated[list[str] | None, typer.Option("--rename", metavar="OLD=NEW", help="Rename a column; may be repeated.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=TEXT", help="Make a column of text with {{ columns }}.")] = None,
    compute: Annotated[list[str] | None, typer.Option("--compute", metavar="NAME=EXPR", help="Make a column by an expression.")] = None,
    keep: Annotated[list[str] | None, typer.Option("--keep", metavar="COLUMN", help="Keep these columns alone; may be repeated.")] = None,
    drop: Annotated[list[str] | None, typer.Option("--drop", metavar="COLUMN", help="Drop a column; may be repeated.")] = None,
    into: Into = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Rename, make, keep and drop columns of a dataset, in this order: rename, set, compute, then keep or drop."""
    pairs = {"rename": _pairs("--rename", rename), "set": _pairs("--set", set_), "compute": _pairs("--compute", compute)}
    _show(project(home, in_project).shaping.columns(dataset, **pairs, keep=keep, drop=drop, into=into), as_json)


def combine(
    datasets: Annotated[list[str], typer.Argument(metavar="DATASETS...", help="Datasets, branches, tags or versions, in the order of their rows.")],
    into: Annotated[str, typer.Option("--into", metavar="NAME", help="Dataset (or name@branch) that they are put into, as all of it.")],
    dedup: Annotated[str | None, typer.Option("--dedup", help="exact or near: drop rows that say what an earlier one says.")] = None,
    similarity: Similarity = 0.7,
    compare: Compare = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Put several datasets into one, without duplicates across them if that is wanted."""
    needs("--dedup", {"--compare": compare if dedup is None else None}, "Say which duplicates are looked for: --dedup exact or --dedup near.")
    needs("--dedup near", {"--similarity": similarity != 0.7 and dedup != "near"}, "Rows that are nearly the same: --dedup near.")
    done = project(home, in_project).shaping.combine(datasets, into, dedup=dedup, similarity=similarity, compare=compare)  # type: ignore[arg-type]
    _show(done, as_json, ("from", "rows"), list(done.report["sources"].items()))
    if not as_json:
        _tell(done.report["same_row"], "rows were in two of them, and are there once")
        _tell(done.report["given_new_ids"], "rows had the id of another one that says something else, and got a new one")
        for reason, count in done.report["dropped"].items():
            _tell(count, f"rows left out: {reason}")


def _tell(count: int, what: str) -> None:
    if count:
        typer.echo(f"  {count:,} {what}")


def _show(done: Shaped, as_json: bool, head: tuple[str, ...] = (), rows: list[tuple[Any, ...]] | None = None) -> None:
    from rowsmith.cli.show import print_json, table

    if as_json:
        return print_json(done.dump())
    typer.echo(f"{done.rows:,} of {done.rows_before:,} rows in dataset {done.dataset}@{done.branch}, version {done.version[:12]}")
    return table(head, rows) if rows else None


def _show_split(done: Shaped) -> None:
    _show(done, False)
    _show_sizes(done.report)
    _show_overlap(done.report["overlap"])


def _show_sizes(told: Mapping[str, Any]) -> None:
    from rowsmith.cli.show import table

    parts = told["parts"]
    table(("part", "wanted", "got"), [(name, size["wanted"], size["got"]) for name, size in parts.items()])
    if strata := told["strata"]:
        cells = [(value, *(f"{part['got']:,} of {part['wanted']:,}" for part in sizes.values())) for value, sizes in strata.items()]
        table(("stratum", *parts), cells)
    for miss in told["misses"]:
        typer.echo(f"  {miss}")
    _tell(told["without_source"], "rows name no source in their origin, and have none in common")


def _show_overlap(told: dict[str, Any]) -> None:
    from rowsmith.cli.show import table

    kinds = ("sources", "files", "parents", "exact", "near")
    groups = sorted({name for pair in told["pairs"] for name in pair["groups"]})
    head = ("parts", "sources", "files", "parents", "equal rows", "near-duplicates", *groups)
    table(head, [(" / ".join(p["parts"]), *(p[kind] for kind in kinds), *(p["groups"].get(g, 0) for g in groups)) for p in told["pairs"]])
    for pair in told["pairs"]:
        for one in pair["worst"][:3]:
            typer.echo(f"  {' / '.join(pair['parts'])}: {one['similarity']:.2f} similar: {one['rows'][0]} and {one['rows'][1]}")
    _tell(told["without_part"], f"rows say no part in column {told['column']}")
    _tell(told["comparisons_left_out"], "comparisons were left out, as very many rows are alike in part")
    typer.secho("The parts share nothing." if told["clean"] else "The parts share rows that leak.", fg="green" if told["clean"] else "red")


def _pairs(option: str, given: list[str] | None) -> dict[str, str] | None:
    from rowsmith.core.errors import Invalid

    out = {}
    for item in given or []:
        name, equals, value = item.partition("=")
        if not equals or not name.strip() or not value:
            raise Invalid(f"{option} {item!r} gives no value.", f"Write {option} NAME=VALUE.")
        out[name.strip()] = value.strip() if option == "--rename" else value
    return out or None


def _numbers(option: str, given: str | None) -> dict[str, float] | None:
    from rowsmith.core.errors import Invalid

    if given is None:
        return None
    try:
        return {name: float(value) for name, value in (_pairs(option, given.split(",")) or {}).items()}
    except ValueError:
        raise Invalid(f"{option} {given!r} has a share that is no number.", f"Write {option} yes=0.5,no=0.5.") from None
