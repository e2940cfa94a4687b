"""edit, diff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.history import OnBranch
from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, needs, one_of, project

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rowsmith.app.differences import Cell, Changed, Differing
    from rowsmith.app.edits import Edits
    from rowsmith.store.acts import Done

SHOWN = 500
"""Characters of a value that are printed for people; --json has all of them."""


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("edit")(edit)
    app.command("diff")(diff)


def edit(
    dataset: OnBranch,
    row: Annotated[str | None, typer.Argument(metavar="[ROW]", help="The row's id. With it alone, the row is shown as it stands.")] = None,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="COL=VALUE", help="Give a column a value: text, or JSON where it held none.")
    ] = None,
    unset: Annotated[list[str] | None, typer.Option("--unset", metavar="COL", help="Take a column away.")] = None,
    where: Annotated[str | None, typer.Option("--where", metavar="EXPR", help="Edit or remove every row that the expression lets through.")] = None,
    add: Annotated[str | None, typer.Option("--add", metavar="JSON", help="Add a row that says this.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the row away.")] = False,
    seen: Annotated[str | None, typer.Option("--seen", metavar="TOKEN", help="Refuse when the row is not what it was with this token.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Undo your newest edit of the branch, or of many rows at once.")] = False,
    redo: Annotated[bool, typer.Option("--redo", help="Do again what you have undone last.")] = False,
    skip_changed: Annotated[bool, typer.Option("--skip-changed", help="Leave rows as they are that say something else by now.")] = False,
    acts: Annotated[bool, typer.Option("--acts", help="List what you can undo, newest first.")] = False,
    discard: Annotated[bool, typer.Option("--discard", help="Give up the row's uncommitted edit, or without a row all of the branch.")] = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Edit rows of a branch by hand. Edits are uncommitted until `rowsmith commit`; `rowsmith diff DATASET` shows them."""
    from functools import partial

    from rowsmith.cli.show import print_json, tell_unknown, vars_of
    from rowsmith.core.errors import Invalid

    there = project(home, in_project)
    edits = there.edits
    doing = one_of({
        "--add": add is not None, "--remove": remove, "--discard": discard, "--set or --unset": sets or unset, "--undo": undo, "--redo": redo,
        "--acts": acts,
    })  # fmt: skip
    if where is not None and (row is not None or doing not in ("--set or --unset", "--remove")):
        raise Invalid("--where goes with --set, --unset or --remove, and without a row.", "For example: --where \"label = 'x'\" --set label=y.")
    if doing in ("--undo", "--redo", "--acts") and row is not None:
        raise Invalid(f"{doing} is about your edits of the branch, whichever rows they changed.", "Leave the row out.")
    needs("--undo or --redo", {"--skip-changed": skip_changed and not (undo or redo)}, "Leave it out.")
    if seen is not None and (row is None or doing not in ("--remove", "--set or --unset")):
        raise Invalid("--seen goes with a row, and --set, --unset or --remove.", "Leave it out, or say what the row is to be.")
    if discard:
        count = edits.discard(dataset, row)
        return print_json({"discarded": count}) if as_json else typer.echo(f"{count:,} edits discarded.")
    if undo or redo:
        turned = (edits.undo if undo else edits.redo)(dataset, skip_changed=skip_changed)
        said = f"{turned.rows:,} rows" + (f", {turned.left:,} left as they are" if turned.left else "")
        return print_json(vars_of(turned)) if as_json else typer.echo(f"{'undone' if undo else 'done again'}: {turned.kind}, {said}.")
    if acts:
        return _acts(edits.acts(dataset), as_json=as_json)
    if where is not None and remove:
        count = edits.remove_where(dataset, where)
        return print_json({"removed": count}) if as_json else typer.echo(f"{count:,} rows removed.")
    if where is not None:
        count = edits.set_where(dataset, where, partial(values_of, sets), without=unset or ())
        if not count:
            tell_unknown(there.datasets.rows(dataset, where=where, limit=0).unknown)
        return print_json({"edited": count}) if as_json else typer.echo(f"{count:,} rows edited.")
    done = _one(edits, dataset, row, sets, unset, add, remove, seen)
    return print_json(vars_of(done)) if as_json else _tell(done)


def _acts(acts: Sequence[Done], *, as_json: bool) -> None:
    from rowsmith.cli.show import print_json, vars_of, when

    if as_json:
        return print_json([vars_of(act) for act in acts])
    for act in acts:
        typer.echo(f"{when(act.at):<20} {act.kind:<8} {act.rows:,} rows" + (", undone" if act.undone else ""))
    return None


def _one(
    edits: Edits, dataset: str, row: str | None, sets: list[str] | None, unset: list[str] | None, add: str | None, remove: bool, seen: str | None
) -> Any:  # fmt: skip
    from rowsmith.core.errors import Invalid

    if add is not None:
        if row is not None:
            raise Invalid("A new row gets its id by itself.", "Leave the row's id out, or edit it with --set.")
        return edits.add(dataset, _mapping(add))
    if row is None:
        raise Invalid("Which row?", "Give its id (rowsmith rows --json shows them), --where EXPR, --add JSON or --discard.")
    if remove:
        return edits.remove(dataset, row, seen=seen)
    stands = edits.get(dataset, row)
    return edits.set(dataset, row, values_of(sets, stands.data), without=unset or (), seen=seen) if sets or unset else stands


def values_of(sets: list[str] | None, data: Mapping[str, Any] | None) -> dict[str, Any]:
    """What --set says. A column that holds something other than text takes JSON where it can be read so."""
    import orjson

    from rowsmith.cli.options import values

    out: dict[str, Any] = {}
    for name, text in values(sets).items():
        out[name] = text
        if data is not None and not isinstance(data.get(name, ""), str):
            try:
                out[name] = orjson.loads(text)
            except ValueError:
                pass
    return out


def _mapping(text: str) -> dict[str, Any]:
    import orjson

    from rowsmith.core.errors import Invalid

    try:
        found = orjson.loads(text)
    except ValueError as error:
        raise Invalid(f"--add is no JSON: {error}.", 'Write --add \'{"input": "...", "answer": "..."}\'.') from None
    if not isinstance(found, dict):
        raise Invalid("--add is no JSON object.", 'Write --add \'{"input": "...", "answer": "..."}\'.')
    return found


def _tell(done: Any) -> None:
    import orjson

    typer.echo(f"row {done.row}" + (", uncommitted" if done.edited else ""))
    if done.data is None:
        typer.echo("  removed")
    for column, value in (done.data or {}).items():
        said = orjson.dumps(value).decode()
        typer.echo(f"  {column}: {said if len(said) <= SHOWN else said[:SHOWN] + '…'}")
    typer.echo(f"  token {done.token}", err=True)


def diff(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset, or dataset@branch.")],
    old: Annotated[str | None, typer.Argument(metavar="[OLD]", help="From this version. Without any: what uncommitted edits change.")] = None,
    new: Annotated[str | None, typer.Argument(metavar="[NEW]", help="To this version. Default: the branch's head.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="Most rows listed; all are counted.")] = 20,
    moved: Annotated[bool, typer.Option("--moved", help="List where runs said otherwise below what people had changed.")] = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two versions of a dataset, or what its uncommitted edits change: by row, and by column."""
    from rowsmith.cli.show import print_json

    there = project(home, in_project)
    if moved:
        one_of({"--moved": moved, "a second version": new})
        return _moved(there.history.moved(f"{dataset}@{old}" if old else dataset), limit, as_json)
    found = there.differences.between(dataset, old, new or "", limit=limit) if old else there.differences.uncommitted(dataset, limit=limit)
    return print_json(found.dump()) if as_json else _show(found)


def _moved(clashes: Sequence[Any], limit: int, as_json: bool) -> None:
    import orjson

    from rowsmith.cli.show import print_json

    told = [clash.dump() for clash in clashes]
    if as_json:
        return print_json({"total": len(told), "rows": told[:limit]})
    typer.echo(f"{len(told):,} values that people changed stand, though runs said otherwise later")
    for said in told[:limit]:
        typer.secho(f"{said['row']} {said['field']}", bold=True)
        for side, word in (("base", "was made  "), ("ours", "stands    "), ("theirs", "made later")):
            typer.echo(f"  {word} {orjson.dumps(said[side]).decode()}")
    return None


def _show(found: Differing) -> None:
    from rowsmith.cli.statistics import show_difference

    names = [name[:12] if name else "uncommitted edits" for name in (found.old, found.new)]
    typer.secho(f"{names[0]} -> {names[1]}: {found.added:,} added, {found.removed:,} removed, {found.changed:,} changed", bold=True)
    if found.fields:
        typer.echo("  changed: " + ", ".join(f"{name} {count:,}" for name, count in found.fields.items()))
    show_difference(found.statistics)
    for row in found.rows:
        _row(row)
    if (more := found.added + found.removed + found.changed - len(found.rows)) > 0:
        typer.echo(f"  and {more:,} more (--limit)", err=True)


def _row(row: Changed) -> None:
    sign, colour = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}[row.change]
    typer.secho(f"{sign} {row.row}", fg=colour)
    for name, cell in row.fields.items():
        typer.echo(f"    {name}: {_words(cell)}")


def _words(cell: Cell) -> str:
    """What became of a value; of a longer text, the words that differ with some around them."""
    import orjson

    from rowsmith.core.merge import MISSING

    sides = ["" if value is MISSING else value if isinstance(value, str) else orjson.dumps(value).decode() for value in (cell.old, cell.new)]
    if cell.old is MISSING or cell.new is MISSING:
        return typer.style(_cut(sides[1]), fg="green") if cell.old is MISSING else typer.style(_cut(sides[0]), fg="red", strikethrough=True)
    return _apart(sides[0], sides[1])


def _apart(old: str, new: str) -> str:
    import re
    from difflib import SequenceMatcher

    was, is_ = re.findall(r"\s+|\w+|[^\w\s]", old), re.findall(r"\s+|\w+|[^\w\s]", new)
    if len(was) + len(is_) > 2000:
        return _mark("-", old, "red") + _mark("+", new, "green")
    out = []
    for what, a, b, c, d in SequenceMatcher(None, was, is_, autojunk=False).get_opcodes():
        gone, came = "".join(was[a:b]), "".join(is_[c:d])
        out.append(_middle(gone) if what == "equal" else _mark("-", gone, "red") + _mark("+", came, "green"))
    return "".join(out)


def _mark(sign: str, text: str, colour: str) -> str:
    return typer.style(f"[{sign}{_cut(text)}{sign}]", fg=colour) if text else ""


def _middle(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:38]} … {text[-38:]}"


def _cut(text: str) -> str:
    return text if len(text) <= 300 else text[:299] + "…"
