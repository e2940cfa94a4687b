"""formats, detect, convert, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.export_check import Anyway, For, MaxLength, Tokenizer, checking, tell_check
from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, ShardRows, SplitBy, SpreadsheetSafe, Suffix, needs, project

if TYPE_CHECKING:
    from rowsmith.app.imports import Import
    from rowsmith.app.profiles import MappingProfile

Map = Annotated[str | None, typer.Option("--map", metavar="PROFILE", help="Mapping profile: how columns are renamed (rowsmith detect --save-map).")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse where a record is rejected, instead of listing it and going on.")]
Encoding = Annotated[str | None, typer.Option("--encoding", metavar="NAME", help="Encoding of a text, such as cp1252. Default: found out.")]
Delimiter = Annotated[str | None, typer.Option("--delimiter", metavar="C", help="Delimiter of a table. Default: found out.")]

Sheet = Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="Sheet of a spreadsheet. Default: the first with anything in it.")]
NoHeader = Annotated[bool, typer.Option("--no-header", help="The first row of a table is a record; its columns are column_1, column_2 ...")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("formats")(formats)
    app.command("detect")(detect)
    app.command("convert")(convert)
    app.command("import")(import_)


def formats(as_json: AsJson = False) -> None:
    """List the formats: the columns that each needs, whether it is read, too, and which kinds of rows it carries."""
    from rowsmith.app.listing import list_formats
    from rowsmith.cli.show import print_json, table

    found = list_formats()
    if as_json:
        return print_json([one.dump() for one in found])
    rows = [(one.name, " or ".join(", ".join(columns) for columns in one.needs) or "any", _carries(one.carries), _yes(one.reads)) for one in found]
    return table(["format", "columns that it needs", "carries", "is read"], rows)


def detect(
    file: Annotated[str, typer.Argument(metavar="FILE", help="File, address or hf:owner/name to look at, however it is called and packed.")],
    map_: Map = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    sheet: Sheet = None,
    no_header: NoHeader = False,
    save_map: Annotated[Path | None, typer.Option("--save-map", metavar="PROFILE", help="Write a mapping profile to edit (YAML).")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a file is: its container, the formats that its records may have with the evidence, broken records, and a preview."""
    from rowsmith.app.detection import detect as detected
    from rowsmith.cli.show import print_json, table

    profile = _profile(map_, sheet, no_header, encoding=encoding, delimiter=delimiter)
    found = detected(file, profile=profile, save_map=save_map)
    if as_json:
        return print_json(found.dump())
    facts = [found.container, found.encoding, f"delimiter {found.delimiter!r}" if found.delimiter else None, f"{found.rows:,} records"]
    typer.secho(f"{file}: {', '.join(fact for fact in facts if fact)}", bold=True)
    table(["format", "score", "evidence"], [(one.format, one.score, "; ".join(one.evidence)) for one in found.candidates])
    for note in found.notes:
        typer.echo(f"  {note}", err=True)
    _tell_rejects(found.broken, found.broken_count, "broken")
    for row in found.preview:
        typer.secho(f"line {row['line']}", bold=True)
        typer.echo(row["text"])
    if save_map is not None:
        typer.echo(f"  mapping profile in {save_map}")
    return None


def convert(
    source: Annotated[str, typer.Argument(metavar="IN", help="File, address or hf:owner/name to read, however it is called and packed.")],
    target: Annotated[str, typer.Argument(metavar="OUT", help="File or folder to write; it appears whole or not at all.")],
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="Format to write (rowsmith formats).")],
    from_: Annotated[str | None, typer.Option("--from", metavar="FORMAT", help="Format of the records. Default: recognised.")] = None,
    map_: Map = None,
    sheet: Sheet = None,
    no_header: NoHeader = False,
    strict: Strict = False,
    split_by: SplitBy = None,
    shard_rows: ShardRows = None,
    suffix: Suffix = None,
    spreadsheet_safe: SpreadsheetSafe = False,
    consumer: For = None,
    tokenizer: Tokenizer = None,
    max_length: MaxLength = None,
    anyway: Anyway = False,
    as_json: AsJson = False,
) -> None:
    """Convert a file into another format, with no project. What cannot go is listed, and kept in OUT.rejects.jsonl."""
    from rowsmith.app.conversion import convert as converted
    from rowsmith.cli.show import print_json
    from rowsmith.steps.export_folder import Arrangement

    arrangement = Arrangement(split_by, shard_rows, suffix, spreadsheet_safe)
    asked = checking(consumer, tokenizer, max_length, anyway)
    profile = _profile(map_, sheet, no_header)
    done = converted(source, target, to, from_=from_, profile=profile, strict=strict, arrangement=arrangement, checking=asked)
    if as_json:
        return print_json(done.dump())
    typer.echo(f"{done.written:,} of {done.read:,} records, read as {done.from_format}, written as {done.format} in {done.path}")
    _tell_rejects(done.rejected, done.rejected_count, "rejected")
    for name, count in done.dropped.items():
        typer.echo(f"  {name!r} does not go into {done.format}: {count:,} rows say something there", err=True)
    for note in done.notes:
        typer.echo(f"  {note}", err=True)
    if done.check:
        tell_check(done.check)
    if done.rejects:
        typer.echo(f"  rejected records in {done.rejects}", err=True)
    return None


def import_(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files, folders, globs, addresses, datasets of a hub (hf:owner/name).")],
    into: Annotated[str, typer.Option("--into", metavar="DATASET", help="Dataset to import into; rows are merged by id.")],
    as_: Annotated[str | None, typer.Option("--as", metavar="FORMAT", help="Format of the records. Default: recognised for each file.")] = None,
    map_: Map = None,
    sheet: Sheet = None,
    no_header: NoHeader = False,
    strict: Strict = False,
    key: Annotated[str | None, typer.Option("--key", metavar="COL", help="Column that identifies a row. Default: id, where a row has one.")] = None,
    split: Annotated[str | None, typer.Option("--split", metavar="NAME", help="Split of a dataset on a hub. Default: the only one.")] = None,
    columns: Annotated[str | None, typer.Option("--columns", metavar="A,B", help="Columns that are read. Default: all.")] = None,
    sample: Annotated[
        int | None, typer.Option("--sample", metavar="N", min=1, help="So many random rows of a dataset on a hub, without downloading it.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="Another seed, another sample. Default: 0.")] = None,
    rejects: Annotated[str | None, typer.Option("--rejects", metavar="PATH", help="File of rejects. Default: DATASET.rejects.jsonl.")] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Import files, or a dataset of a hub, into a dataset: CSV, TSV, JSON, JSON Lines, Parquet, Arrow, XLSX, ODS, also packed, in any format
    that is read. The same command again goes on where it stopped."""
    from rowsmith.app.downloads import Part
    from rowsmith.app.hub_downloads import columns_of
    from rowsmith.app.results import EXIT
    from rowsmith.cli.runs import Watched
    from rowsmith.cli.show import print_json

    needs("--sample", {"--seed": seed is not None and sample is None}, "Add --sample N, or leave --seed out.")
    part = Part(split or "", tuple(columns_of(columns)), sample, seed or 0)
    doors = project(home, in_project, make=True).datasets
    with Watched() as watched:
        done = doors.import_(
            files, into, format=as_, profile=_profile(map_, sheet, no_header), strict=strict, key=key, rejects=rejects, part=part,
            on_progress=watched.line, stopping=watched.stopping,
        )  # fmt: skip
    if as_json:
        print_json(done.dump())
    else:
        _tell_import(done)
    if EXIT[done.state] == EXIT["stopped"]:
        raise typer.Exit(EXIT["stopped"])


def _tell_import(done: Import) -> None:
    typer.echo(f"{done.kept:,} of {done.read:,} records in {done.dataset}, version {(done.version or 'none')[:12]}, by run {done.run}")
    _tell_rejects(done.rejected, done.rejected_count, "rejected")
    for note in done.notes:
        typer.echo(f"  {note}", err=True)
    if done.rejects:
        typer.echo(f"  rejected records in {done.rejects}", err=True)


def _profile(path: str | None, sheet: str | None, no_header: bool, **text: str | None) -> MappingProfile:
    """The profile of --map, and what goes before it."""
    from rowsmith.app.profiles import MappingProfile, read_profile

    given = {**text, "sheet": sheet, "header": False if no_header else None}
    profile = MappingProfile() if path is None else read_profile(path)
    return profile.model_copy(update={name: value for name, value in given.items() if value is not None})


def _tell_rejects(listed: list[dict[str, Any]], count: int, word: str) -> None:
    for one in listed[:10]:
        place = ":".join(str(part) for part in (one.get("file", "line"), one["line"]) if part)
        typer.echo(f"  {word}, {place}: {one['reason']}: {one['detail']}", err=True)
    if count > 10:
        typer.echo(f"  {count - 10:,} more are {word}", err=True)


def _carries(kinds: dict[str, str]) -> str:
    return ", ".join(f"{kind} in part" if how == "part" else kind for kind, how in kinds.items() if how != "no")


def _yes(value: bool) -> str:
    return "yes" if value else "no"
