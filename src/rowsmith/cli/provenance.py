"""origin, trace, forget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, one_of, project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rowsmith.app.forgetting import Forgetting
    from rowsmith.app.origins import Origin

SourceName = Annotated[
    str, typer.Argument(metavar="SOURCE", help="A file's name, path or hash, a step that has rows of its own, an address, or a source row's id.")
]
SAID = 400
"""Most characters of a prompt or a column that are printed."""
SHOWN = 20
"""Most changes by cleaning that are printed."""
PARTS = ("pages", "slides", "sheets", "sections", "cells", "turns", "times", "lines")
"""What sources and chunks call their parts."""


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("origin")(origin)
    app.command("trace")(trace)
    app.command("forget")(forget)


def origin(
    row: Annotated[str, typer.Argument(metavar="ROW", help="A row's id, or its beginning.")],
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Print the way back of a row: to file, page and characters, to prompt, model and cost, and to who changed it."""
    from rowsmith.cli.show import print_json

    found = project(home, in_project).provenance.origin(row)
    if as_json:
        return print_json(found.dump())
    for line in _origin(found):
        typer.echo(line)
    return None


def trace(source: SourceName, home: Home = HOME, in_project: InProject = PROJECT, as_json: AsJson = False) -> None:
    """List every row in every version that came from a source."""
    from rowsmith.cli.show import print_json

    with project(home, in_project).provenance.trace(source) as found:
        for row in found:
            if as_json:
                print_json(row.dump())
            else:
                versions = ", ".join(name[:12] for name in row.versions)
                typer.echo(f"{row.id}  {row.dataset}@{versions}  {'; '.join(_place(said) for said in row.sources)}")
        if as_json:
            return print_json(found.dump())
        typer.echo(f"{found.rows:,} rows in {found.versions:,} versions of {', '.join(found.datasets) or 'no dataset'}; {_runs(found.runs)}")
    return None


def forget(
    source: SourceName,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    lift: Annotated[
        bool, typer.Option("--lift", help="Let a source that was forgotten be read and committed again; nothing comes back by itself.")
    ] = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Erase a source and every row that came from it from all copies that the home holds; list the copies that it cannot reach."""
    from rowsmith.cli.show import print_json

    one_of({"--dry-run": dry_run, "--lift": lift})
    doors = project(home, in_project).provenance
    if lift:
        rows = doors.lift(source)
        return print_json({"source": source, "rows": rows}) if as_json else typer.echo(f"{source} may be read again; {rows:,} rows committed again.")
    if not (yes or dry_run):
        _tell(doors.forget(source, dry_run=True))
        typer.confirm("Erase this for good?", abort=True)
    done = doors.forget(source, dry_run=dry_run)
    if as_json:
        return print_json(done.dump())
    return _tell(done)


def _tell(done: Forgetting) -> None:
    word = "would go" if done.dry_run else "are gone"
    typer.secho(f"{done.rows:,} rows of {done.source}, in {done.versions:,} versions, {word}", bold=True)
    typer.echo(f"  with {done.calls:,} answers, {done.vectors:,} vectors, {done.files:,} files; {_runs(done.runs)}")
    for reason in done.kept:
        typer.echo(f"  stays: {reason}")
    for copy in done.unreachable:
        gone = "" if copy["there"] is not False else " (not there any more)"
        typer.echo(f"  cannot be reached: {copy['where']}{gone}: {copy['what']}", err=True)


def _runs(runs: Any) -> str:
    return f"read by {', '.join(runs)}" if runs else "no run has read it"


def _origin(found: Origin) -> Iterator[str]:
    yield f"row {found.id}"
    if found.erased is not None:
        yield f"  erased {_when(found.erased['at'])} by {found.erased['by']}: rowsmith forget {found.erased['source']}"
        return
    for name, value in found.data.items():
        yield f"  {name}: {_short(value)}"
    for said in found.sources:
        yield f"from {_place(said)}"
        yield from _edits(said.get("edits") or ())
        yield from (f"  {name}: {said[name]}" for name in ("hash", "licence", "terms") if said.get(name))
    if isinstance(chunk := found.origin.get("chunk"), dict):
        yield f"  {_chunk(chunk)}"
    if isinstance(variant := found.origin.get("variant"), dict):
        yield "varied by " + ", ".join(f"{name} {_short(value)}" for name, value in variant.items())
    if found.parents:
        yield f"made of {', '.join(found.parents)}"
    for made in found.made:
        yield f"{made.step} ({made.kind})" if made.step != made.kind else made.kind
        yield from _made(made)
    yield from (f"edited by {edit.get('by')}: {', '.join(edit.get('columns', ()))}" for edit in found.edits)
    for change in found.changes:
        by = f"run {change.run}" if change.run else change.by
        what = f"changed {', '.join(change.columns)}" if change.columns else "came"
        yield f"{what} in {change.dataset}@{change.version[:12]}, {_when(change.at)}, by {by}: {change.message}"
    for place in found.found:
        refs = f" ({', '.join(place.refs)})" if place.refs else ""
        yield f"in {place.dataset}@{place.version[:12]}{refs}" + ("" if place.current else ", where it says something else")
    if not found.found:
        yield f"in no version; kept by {', '.join(found.runs)}"


def _made(made: Any) -> Iterator[str]:
    from rowsmith.cli.show import money

    if made.model:
        settings = ", ".join(f"{name}={value}" for name, value in made.params.items())
        yield f"  model {made.model}" + (f", {settings}" if settings else "") + (f", {money(made.cost_usd)}" if made.calls else "")
    yield from (f"  {name}: {made.said[name]}" for name in ("licence", "terms") if made.said.get(name))
    if made.prompt:
        version = f" {made.said['prompt_version']}" if made.said.get("prompt_version") else ""
        yield f"  prompt{version}: {_short(made.prompt)}"
    yield from (f"  call {call['key']} at {call['profile']}: {_tokens(call)}" for call in made.calls)


def _tokens(call: Any) -> str:
    counts = [f"{call[name]:,} tokens {way}" for name, way in (("tokens_in", "in"), ("tokens_out", "out")) if call[name] is not None]
    return ", ".join(counts) or "tokens not known"


def _edits(edits: Any) -> Iterator[str]:
    """What cleaning changed within the span, in characters of the document."""
    if edits:
        yield f"  cleaned: {len(edits):,} change{'s' * (len(edits) > 1)}"
    for start, end, text in edits[:SHOWN]:
        where = f"characters {start:,} to {end:,}" if end > start else f"at character {start:,}"
        yield f"    {where}: {f'now {_short(repr(text))}' if text else 'removed'}"
    if len(edits) > SHOWN:
        yield f"    {len(edits) - SHOWN:,} more (--json has all)"


def _chunk(chunk: Any) -> str:
    parts = [f"chunk {chunk['index'] + 1:,} of {chunk['of']:,}"] if {"index", "of"} <= chunk.keys() else ["chunk"]
    parts += [f"{name} {chunk[name]}" for name in ("symbol", "language") if chunk.get(name)]
    return ", ".join([*parts, *_parts(chunk), *([f"{chunk['tokens']:,} tokens"] if "tokens" in chunk else [])])


def _parts(said: Any) -> Iterator[str]:
    """The first and the last page, line or other part of the source that it comes from."""
    for name in PARTS:
        if isinstance(two := said.get(name), list) and len(two) == 2:
            yield f"{name.removesuffix('s')} {two[0]}" if two[0] == two[1] else f"{name} {two[0]} to {two[1]}"


def _place(said: Any) -> str:
    parts = ["/".join(str(part) for part in (said.get("url") or said.get("name") or "unknown", said.get("member")) if part)]
    parts += [f"{word} {said[name]}" for name, word in (("page", "page"), ("line", "line"), ("index", "row"), ("column", "column")) if name in said]
    parts += _parts(said)
    if "key" in said:
        parts.append(f"key {said['key']}")
    if span := said.get("span"):
        parts.append(f"characters {span[0]:,} to {span[1]:,}")
    return ", ".join(parts)


def _short(value: Any) -> str:
    said = value if isinstance(value, str) else str(value)
    said = " ".join(said.split())
    return said if len(said) <= SAID else said[: SAID - 1] + "…"


def _when(at: float) -> str:
    from rowsmith.cli.show import when

    return when(at)
