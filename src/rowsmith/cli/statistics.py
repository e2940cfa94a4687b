"""How statistics look in the terminal: tables, and bars for what is spread over many values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from rowsmith.core.shapes import SIDES

if TYPE_CHECKING:
    from rowsmith.core.statistics import Lengths, Statistics
    from rowsmith.store.column_facts import ColumnFacts

NOT_COUNTED = "not counted"
_WIDTH = 32
_MOST = 12


def show_statistics(spoken: str, found: Statistics) -> None:
    """What a version holds."""
    from rowsmith.cli.show import table

    told = found.dump()
    typer.secho(f"{spoken}: {found.rows:,} rows, {found.bytes:,} bytes, {found.tokens.total:,} tokens", bold=True)
    if not found.rows:
        return
    tokens = told["tokens"]
    typer.echo(f"  {tokens['mean']:,.1f} tokens a row; half have at most {tokens['median'][1]:,}, 95% at most {tokens['p95'][1]:,}")
    typer.echo(f"  {found.duplicates:,} rows say exactly what another one says")
    typer.echo(f"  {_shape(told)}")
    for why, count in told["problems"].items():
        typer.echo(f"    {count:,}: {why}")
    table(["column", "filled", "types (rows)", "tokens", "a row"], map(_column, told["columns"]))
    means = {name: one.dump()["mean"] for name in SIDES if (column := found.columns.get(name)) and (one := column.tokens)}
    show_sides(means, "tokens")
    bars("tokens of a row", _bins(found.tokens), found.rows)
    bars("language", _named(told["languages"], {"und": "not certain"}), found.rows)
    bars("messages of a row", told["turns"].items(), found.rows)
    bars("role", told["roles"].items(), found.roles.total())
    if len(told["shapes"]) > 1:
        bars("shape", _named(told["shapes"], {"other": "none of them"}), found.rows)


def show_columns(found: Sequence[ColumnFacts]) -> None:
    """What is in each column: types, what is missing, and the commonest values or a histogram."""
    for one in found:
        types = ", ".join(f"{name} {count:,}" for name, count in one.types.items())
        typer.secho(f"{one.name}: {types or 'nothing'}; missing in {one.missing:,} rows ({one.missing_share:.1%})", bold=True)
        bars("value", ((str(told["value"]), told["count"]) for told in one.values), one.rows)
        bars("characters" if one.of == "length" else "from", ((f"{told['from']:,.6g}", told["count"]) for told in one.histogram), one.rows)


def show_sides(means: Mapping[str, float | None], unit: str) -> None:
    """How long the two answers of preferences are, where there are some: what a trainer may take for what is preferred."""
    chosen, rejected = (means.get(name) for name in SIDES)
    if chosen is not None and rejected is not None:
        times = f": {chosen / rejected:.2f} times as long" if rejected else ""
        typer.echo(f"  chosen answers have {chosen:,.1f} {unit} on average, rejected ones {rejected:,.1f}{times}")


def bars(title: str, counts: Iterable[tuple[str, int]], of: int) -> None:
    """A bar for each count, and its share `of` all."""
    from rich.bar import Bar
    from rich.console import Console
    from rich.table import Table

    found = list(counts)
    if not found:
        return
    longest = max(n for _, n in found)
    out = Table(box=None, pad_edge=False, header_style="bold")
    out.add_column(title)
    out.add_column("", width=_WIDTH)
    for name in ("rows" if title != "role" else "messages", "share"):
        out.add_column(name, justify="right")
    for name, n in found[:_MOST]:
        out.add_row(name, Bar(longest, 0, n, width=_WIDTH), f"{n:,}", f"{n / of:.1%}")
    if len(found) > _MOST:
        out.add_row(f"{len(found) - _MOST} more", "", f"{sum(n for _, n in found[_MOST:]):,}", "")
    Console(markup=False, emoji=False, highlight=False).print(out)


def show_difference(sides: Mapping[str, Any] | None) -> None:
    """What became of a version's figures in another one: old -> new, where they differ."""
    if sides is None:
        typer.echo("  statistics: not counted yet, and many rows differ (rowsmith show DATASET@VERSION counts them)")
        return
    old, new = sides["old"], sides["new"]
    lines = {
        "rows": (_number(old["rows"]), _number(new["rows"])),
        "tokens": (_number(old["tokens"]), _number(new["tokens"])),
        "tokens of a row": (_number(old["tokens_mean"]), _number(new["tokens_mean"])),
        "languages": (_shares(old), _shares(new)),
        "duplicates": (_number(old["duplicates"]), _number(new["duplicates"])),
        "do not fit their shape": (_number(old["unfit"]), _number(new["unfit"])),
    }
    for name in dict.fromkeys((*old["filled"], *new["filled"])):
        lines[f"filled: {name}"] = _share(old["filled"].get(name)), _share(new["filled"].get(name))
    for name, (was, is_) in lines.items():
        if was != is_ and NOT_COUNTED not in (was, is_):
            typer.echo(f"  {name}: {was} -> {is_}")


def _column(c: Mapping[str, Any]) -> list[Any]:
    types = ", ".join(f"{name} {n:,}" for name, n in c["types"].items())
    return [c["name"], f"{c['filled']:.0%}", types, c["tokens"]["total"], f"{c['tokens']['mean']:,.1f}"]


def _shape(told: Mapping[str, Any]) -> str:
    if told["shape"] == "other":
        return "no canonical shape: no row has the columns of one"
    return f"shape {told['shape']}: " + (f"{told['unfit']:,} rows do not fit it" if told["unfit"] else "every row fits it")


def _bins(lengths: Lengths) -> list[tuple[str, int]]:
    from rowsmith.core.statistics import above

    spans = [(lower, above(lower) - 1, n) for lower, n in sorted(lengths.bins.items())]
    return [(f"{lower:,}" if lower == upper else f"{lower:,} - {upper:,}", n) for lower, upper, n in _joined(spans)]


def _joined(spans: Sequence[tuple[int, int, int]]) -> Sequence[tuple[int, int, int]]:
    """At most as many as are shown: neighbours together where there are more."""
    while len(spans) > _MOST:
        pairs = [spans[at : at + 2] for at in range(0, len(spans), 2)]
        spans = [(pair[0][0], pair[-1][1], sum(n for _, _, n in pair)) for pair in pairs]
    return spans


def _named(counts: Mapping[str, int], words: Mapping[str, str]) -> list[tuple[str, int]]:
    return [(words.get(name, name), n) for name, n in counts.items()]


def _number(value: float | None) -> str:
    if value is None:
        return NOT_COUNTED
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _share(value: float | None) -> str:
    return "not there" if value is None else f"{value:.1%}"


def _shares(side: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {n / side['rows']:.1%}" for name, n in list(side["languages"].items())[:5]) or "none"
