"""log, diff, commit, branch, tag, merge, cherry-pick, rollback, edit. (`restore` is in cli.home: it restores backups, too.)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, needs, one_of, project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rowsmith.app.history import Committed
    from rowsmith.store.refs import Ref

OnBranch = Annotated[str, typer.Argument(metavar="DATASET", help="A dataset (its main branch) or dataset@branch.")]
Name = Annotated[str, typer.Argument(metavar="DATASET", help="A dataset.")]
Source = Annotated[str, typer.Argument(metavar="VERSION", help="A branch, tag or version of it; or other@version of another dataset.")]
Message = Annotated[str, typer.Option("-m", "--message", metavar="TEXT", help="What was done.")]
Prefer = Annotated[str, typer.Option("--prefer", metavar="SIDE", help="Whose values stand in conflicts: ours (the branch), theirs or both.")]
Resolve = Annotated[
    list[str] | None,
    typer.Option("--resolve", metavar="CHOICE", help="Settle a conflict: ROW:FIELD=ours, =theirs, =base or =value:JSON. May be repeated."),
]
Discard = Annotated[bool, typer.Option("--discard", help="Lose the branch's uncommitted edits.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (log, commit, branch, tag, merge, rollback):
        app.command(command.__name__)(command)
    app.command("cherry-pick")(cherry_pick)


def log(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset, or dataset@version: what it descends from.")],
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Most versions.")] = 50,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """List the versions of a dataset, newest first: who made them, when, what was done, and what they are called."""
    from rowsmith.cli.show import print_json, table, when

    every = project(home, in_project).history.log(dataset)
    if as_json:
        return print_json({"versions": [logged.dump() for logged in every[:limit]], "total": len(every)})
    columns = ["version", "committed", "rows", "by", "message", "called"]
    rows = []
    for logged in every[:limit]:
        v, called = logged.version, ", ".join(ref.name if ref.kind == "branch" else f"{ref.name} ({ref.kind})" for ref in logged.refs)
        merge = f" (merge of {', '.join(parent[:8] for parent in v.parents)})" if len(v.parents) > 1 else ""
        rows.append((v.id[:12], when(v.created_at), logged.rows, v.author, v.message + merge, called))
    table(columns, rows)
    if len(every) > limit:
        typer.echo(f"  and {len(every) - limit:,} earlier ones (--limit)", err=True)
    return None


def commit(
    dataset: OnBranch,
    message: Message = "",
    author: Annotated[str | None, typer.Option("--author", metavar="NAME", help="Who did it. Default: who you are here.")] = None,
    prefer: Prefer = "",
    resolve: Resolve = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Make a branch's uncommitted edits its next version."""
    done = project(home, in_project).history.commit(dataset, message, author=author, prefer=prefer, resolve=resolve or ())
    tell_committed(done, as_json)


def branch(
    dataset: Name,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The branch to begin; without a name, branches are listed.")] = None,
    at: Annotated[str, typer.Option("--at", metavar="VERSION", help="Where it begins. Default: the head of main.")] = "",
    delete: Annotated[bool, typer.Option("--delete", help="Delete it instead.")] = False,
    discard: Discard = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Begin a branch of a dataset, delete one, or list them."""
    history = project(home, in_project).history
    if name is None:
        needs("the name of a branch", {"--at": at, "--delete": delete, "--discard": discard}, "Write rowsmith branch DATASET NAME.")
        return list_refs("branches", history.refs(dataset, "branch"), as_json)
    one_of({"--delete": delete, "--at": at})
    needs("--delete", {"--discard": discard and not delete}, "To give up uncommitted edits alone: rowsmith edit DATASET@BRANCH --discard.")
    ref = history.delete(dataset, name, kind="branch", discard=discard) if delete else history.branch(dataset, name, at=at)
    return tell_ref(ref, f"Branch {ref.name} " + ("is deleted; it was" if delete else "begins at"), as_json)


def tag(
    dataset: Name,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The tag; without a name, tags and releases are listed.")] = None,
    at: Annotated[str, typer.Option("--at", metavar="VERSION", help="The version that it names. Default: the head of main.")] = "",
    message: Message = "",
    release: Annotated[bool, typer.Option("--release", help="Make it a release, which can never be deleted.")] = False,
    delete: Annotated[bool, typer.Option("--delete", help="Delete the tag instead.")] = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Name a version of a dataset for good, delete a tag, or list tags and releases."""
    history = project(home, in_project).history
    if name is None:
        given = {"--at": at, "--message": message, "--release": release, "--delete": delete}
        needs("the name of a tag", given, "Write rowsmith tag DATASET NAME.")
        return list_refs("tags", history.refs(dataset, "tag", "release"), as_json)
    for option, asked in (("--at", at), ("--message", message), ("--release", release)):
        one_of({"--delete": delete, option: asked})
    ref = history.delete(dataset, name, kind="tag") if delete else history.tag(dataset, name, at=at, message=message, release=release)
    return tell_ref(ref, f"{ref.kind.capitalize()} {ref.name} " + ("is deleted; it named" if delete else "names"), as_json)


def merge(
    dataset: OnBranch,
    source: Source,
    message: Message = "",
    rows: Annotated[str, typer.Option("--rows", metavar="HOW", help="Rows one side lacks: three-way, union, intersection, theirs.")] = "three-way",
    prefer: Prefer = "",
    resolve: Resolve = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Bring what another branch or version has changed into a branch. Conflicts that nothing settles are listed, and nothing happens."""
    history = project(home, in_project).history
    tell_committed(history.merge(dataset, source, message=message, rows=rows, prefer=prefer, resolve=resolve or ()), as_json)


def cherry_pick(
    dataset: OnBranch,
    source: Source,
    message: Message = "",
    prefer: Prefer = "",
    resolve: Resolve = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Bring what one version changed over its parent into a branch, and nothing else."""
    history = project(home, in_project).history
    tell_committed(history.cherry_pick(dataset, source, message=message, prefer=prefer, resolve=resolve or ()), as_json)


def rollback(
    dataset: OnBranch, source: Source, discard: Discard = False, home: Home = HOME, in_project: InProject = PROJECT, as_json: AsJson = False
) -> None:
    """Let a branch name an earlier version, as if what came later had not been. (`restore` makes the old state a new version instead.)"""
    was = project(home, in_project).history.rollback(dataset, source, discard=discard)
    tell_ref(was, f"Branch {was.name} is rolled back. It was", as_json)


def tell_committed(done: Committed, as_json: bool) -> None:
    """Say what became of a commit or merge; exits 1 where conflicts are open."""
    from rowsmith.cli.show import print_json

    if as_json:
        print_json(done.dump())
    elif done.version:
        typer.echo(f"version {done.version[:12]}: {done.added:,} added, {done.removed:,} removed, {done.changed:,} changed")
    for clash in done.conflicts[:20] if not as_json else ():
        said = clash.dump()
        where = f"{said['row']}:{said['field']}" if said["field"] else f"{said['row']} (the whole row)"
        sides = "".join(f"\n    {side:6} {_short(said[side])}" for side in ("base", "ours", "theirs"))
        typer.echo(f"  {where}{sides}", err=done.open)
    if done.conflicts and not done.open:
        typer.echo(f"  {_conflicts(done)} settled", err=True)
    if done.open:
        typer.secho(f"{_conflicts(done)}: nothing has happened.", fg="red", err=True)
        typer.echo("  Settle them with --prefer ours|theirs|both, or one by one with --resolve ROW:FIELD=ours|theirs|base|value:JSON.", err=True)
        raise typer.Exit(1)


def _conflicts(done: Committed) -> str:
    return f"{done.conflict_count:,} conflict{'s' * (done.conflict_count != 1)}"


def _short(value: object) -> str:
    import orjson

    said = "(not there)" if value is None else orjson.dumps(value).decode()
    return said if len(said) <= 120 else said[:119] + "…"


def list_refs(what: str, refs: Sequence[Ref], as_json: bool) -> None:
    """Names of versions, with what they name, when and by whom."""
    from rowsmith.cli.show import print_json, table, vars_of, when

    if as_json:
        return print_json({what: [vars_of(ref) for ref in refs]})
    rows = [(ref.name, ref.kind, ref.version[:12], when(ref.created_at), ref.author, ref.message) for ref in refs]
    return table(["name", "kind", "version", "made", "by", "message"], rows)


def tell_ref(ref: Ref, said: str, as_json: bool) -> None:
    """What became of the name of a version."""
    from rowsmith.cli.show import print_json, vars_of

    print_json(vars_of(ref)) if as_json else typer.echo(f"{said} {ref.version[:12]}.")
