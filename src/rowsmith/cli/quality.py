"""quality: what checks find in a dataset or a file, its grade, and whether it passes a gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, Offline, lab, needs, values
from rowsmith.cli.runs import Grace, Watched

if TYPE_CHECKING:
    from rowsmith.app.projects import Project
    from rowsmith.app.quality_checks import Means
    from rowsmith.app.quality_result import Assessed
    from rowsmith.app.quality_run import Watched as Terms
    from rowsmith.app.quotes import Quote
    from rowsmith.app.reshaping import Shaped
    from rowsmith.core.quality import Part

FAILED = 8
"""The exit code of a gate that is not passed."""
_WIDTH = 24
_COLOURS = {"A": "green", "B": "green", "C": "yellow", "D": "yellow", "F": "red"}
_SHOWN, _LACKING = 5, 12


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("quality")(quality)


def quality(
    what: Annotated[str, typer.Argument(metavar="DATASET|FILE", help="A dataset (NAME, NAME@VERSION), or a file: a path, address or hf: name.")],
    checks: Annotated[
        str | None,
        typer.Option("--checks", metavar="A,B", help="Checks, or kinds of steps that flag. Default: all that need no model, embedder or file."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="DATASET|FILE", help="A dataset to compare with; or the file of an evaluation set, for contamination."),
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", metavar="OUT.html", help="Write the report as one HTML file.")] = None,
    gate: Annotated[Path | None, typer.Option("--gate", metavar="GATE.yaml", help="What it has to be; exit code 8 where it is not.")] = None,
    flags: Annotated[Path | None, typer.Option("--flags", metavar="OUT.jsonl", help="Write the flags into a file and not into --json.")] = None,
    weights: Annotated[Path | None, typer.Option("--weights", metavar="FILE", help="Parts, weights and borders of the grade (YAML).")] = None,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="CHECK.SETTING=VALUE", help="A setting of a check's step (YAML); may be repeated.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", metavar="MODEL", help="A model for the checks that can ask one: provider/name.")] = None,
    base_url: Annotated[str | None, typer.Option("--base-url", metavar="URL", help="Address of the model's server.")] = None,
    embedder: Annotated[str | None, typer.Option("--embedder", metavar="MODEL", help="A model of embeddings, for semantic-duplicates.")] = None,
    embedder_url: Annotated[str | None, typer.Option("--embedder-url", metavar="URL", help="Address of the embedder's server.")] = None,
    groups: Annotated[Path | None, typer.Option("--groups", metavar="FILE", help="Groups and their terms (YAML), for bias.")] = None,
    topics: Annotated[
        str | None, typer.Option("--topics", metavar="FILE", help="What rows are to be about: a topic a line, a tree, a brief, a dataset, a guide.")
    ] = None,
    gaps: Annotated[
        Path | None, typer.Option("--gaps", metavar="OUT.yaml", help="With --topics: write a recipe that makes rows of those thin or missing.")
    ] = None,
    format: Annotated[str | None, typer.Option("--from", metavar="FORMAT", help="Format of a file's records. Default: recognised.")] = None,
    budget: Annotated[float | None, typer.Option("--budget", metavar="USD", min=0, help="Stop before more than this is spent.")] = None,
    budget_tokens: Annotated[int | None, typer.Option("--budget-tokens", metavar="N", min=1, help="Stop before more tokens.")] = None,
    offline: Offline = False,
    grace: Grace = 30.0,
    remove: Annotated[
        str | None, typer.Option("--remove", metavar="A,B", help="Then commit the rows without those flagged for these: CHECK or CHECK.REASON.")
    ] = None,
    keep: Annotated[str | None, typer.Option("--keep", metavar="ROW,ROW", help="With --remove: rows that stay; ids, or lines of a file.")] = None,
    fix: Annotated[
        str | None,
        typer.Option("--fix", metavar="A,B", help="Then let --model repair rows flagged for these, check them again, and commit those that pass."),
    ] = None,
    tries: Annotated[int, typer.Option("--tries", metavar="N", min=1, max=5, help="With --fix: how often a row is repaired at most.")] = 2,
    into: Annotated[str | None, typer.Option("--into", metavar="DATASET", help="With --remove or --fix: commit there. A file needs it.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what checks, rules and a repair will ask of models, and what it costs.")] = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Check a dataset or a file: what is wrong with which rows, a grade from A to F, and what to do about it."""
    from rowsmith.app.quality_checks import Means
    from rowsmith.app.quality_run import Watched as Terms

    if remove is None:
        needs("--remove", {"--keep": keep}, "Say what is to go: --remove CHECK.")
    if remove is None and fix is None:
        needs("--remove or --fix", {"--into": into}, "Say what is to go, or to be repaired: --remove CHECK, --fix CHECK.")
    if fix is None:
        needs("--fix", {"--tries": tries if tries != 2 else None}, "Say what is to be repaired: --fix CHECK.")
    if checks is None and fix is not None and not _all_known(fix, remove):
        checks = ",".join(dict.fromkeys(_check_of(one) for one in (*(_names(fix) or ()), *(_names(remove) or ()))))
    elif checks is None and fix is None and remove is not None:
        checks = ",".join(dict.fromkeys(_check_of(one) for one in _names(remove) or ()))
    if topics is None:
        needs("--topics", {"--gaps": gaps}, "Say what rows are to be about: --topics FILE.")
    means = Means(model, base_url, embedder, embedder_url, groups=groups, topics=topics, settings=_settings(sets), also=fix is not None)
    done = None
    with Watched() as watched:
        terms = Terms(budget, budget_tokens, grace, offline, watched.line, watched.stopping)
        project = lab(home, make=Path(what).is_file()).project(in_project)
        if plan:
            given: dict[str, Any] = {"against": against, "gate": gate, "means": means, "format": format, "watched": terms}
            asked: dict[str, Any] = {"checks": _names(checks), "fix": _names(fix) or (), "tries": tries}
            _tell_plan(_whole(lambda: project.quality.forecast(what, **asked, **given), as_json), as_json)
            return
        found = _checked(project, what, _names(checks), against, gate, weights, means, format, terms, as_json)
        if fix is not None:
            asked = {**_gone(remove, keep), "means": means, "against": against, "tries": tries, "into": into, "format": format, "watched": terms}
            done = _whole(lambda: project.quality.fix(what, found, _names(fix) or (), **asked), as_json)
    if report is not None or flags is not None or gaps is not None:
        project.quality.write(found, report=report, flags=flags, gaps=gaps)
    if remove is not None and done is None:
        done = project.quality.remove(what, found, _names(remove) or (), keep=_names(keep) or (), into=into)
    _tell(found, as_json, {"The report": report, "The flags": flags, "The recipe for the gaps": gaps}, done)
    if found.gate is not None and not found.gate["passed"]:
        raise typer.Exit(FAILED)


def _checked(
    project: Project, what: str, checks: list[str] | None, against: str | None, gate: Path | None, weights: Path | None, means: Means,
    format: str | None, terms: Terms, as_json: bool,
) -> Assessed:  # fmt: skip
    given: dict[str, Any] = {"against": against, "gate": gate, "weights": weights, "means": means, "format": format, "watched": terms}
    found: Assessed = _whole(lambda: project.quality.check(what, checks=checks, **given), as_json)
    return found


def _whole(act: Callable[[], Any], as_json: bool) -> Any:
    """What an act comes to; where its run stands still, the command ends with the code of that."""
    from rowsmith.app.quality_run import NotDone
    from rowsmith.cli.show import tell_error

    try:
        return act()
    except NotDone as stopped:
        tell_error(stopped, as_json=as_json)
        raise typer.Exit(stopped.result.exit_code) from None


def _gone(remove: str | None, keep: str | None) -> dict[str, Any]:
    return {"remove": _names(remove) or (), "keep": _names(keep) or ()}


def _all_known(*said: str | None) -> bool:
    """Whether all are checks that are carried out without --checks, if only their needs are given."""
    from rowsmith.app.quality_checks import CHECKS

    return all(_check_of(one) in CHECKS for each in said for one in _names(each) or ())


def _tell_plan(quote: Quote, as_json: bool) -> None:
    from rowsmith.cli.recipes import show_quote
    from rowsmith.cli.show import print_json

    if as_json:
        print_json(quote.dump())
    else:
        show_quote(quote)


def _names(checks: str | None) -> list[str] | None:
    return None if checks is None else [name for item in checks.split(",") if (name := item.strip())]


def _check_of(said: str) -> str:
    """The check of `check` or `check.reason`, as far as the name alone tells."""
    from rowsmith.app.quality_checks import CHECKS

    head = said.partition(".")[0]
    return head if head in CHECKS else ".".join(said.split(".")[:2])


def _settings(sets: list[str] | None) -> dict[str, dict[str, Any]]:
    """`--set check.setting=value`; the setting's name has no dot, a check that is the kind of a step has one."""
    from rowsmith.core.errors import Invalid
    from rowsmith.engine.parameters import valued

    found: dict[str, dict[str, Any]] = {}
    for name, value in values(sets).items():
        check, dot, setting = name.rpartition(".")
        if not dot:
            raise Invalid(f"--set {name!r} names no check.", "Write --set CHECK.SETTING=VALUE: --set near-duplicates.similarity=0.8")
        found.setdefault(check, {})[setting] = valued(value)
    return found


def _tell(found: Assessed, as_json: bool, files: Mapping[str, Path | None], done: Shaped | None) -> None:
    from rowsmith.cli.show import print_json

    if as_json:
        print_json({**found.dump(flags=files["The flags"] is None), **({} if done is None else {"committed": done.dump()})})
        return
    _show(found)
    for held, path in files.items():
        if path is not None:
            typer.echo(f"{held}: {path}")
    if done is not None and "fixed" in done.report:
        _show_repair(done)
    elif done is not None:
        told = ", ".join(f"{reason} {n:,}" for reason, n in done.report["removed"].items()) or "none"
        typer.echo(f"Removed {done.rows_before - done.rows:,} of {done.rows_before:,} rows ({told}): {done.dataset}, version {done.version[:12]}")


def _show_repair(done: Shaped) -> None:
    told = done.report
    cost = "" if told["cost_usd"] is None else f", {told['cost_usd']:.4f} USD"
    removed = f", {sum(told['removed'].values()):,} removed" if told["removed"] else ""
    lost = f", {sum(told['unread'].values()):,} not read" if told["unread"] else ""
    typer.echo(f"Repaired {told['fixed']:,}, still flagged {told['still_flagged']:,}, refused as worse {told['refused']:,}{removed}{lost}{cost}")
    for reason, n in told["repaired"].items():
        typer.echo(f"  {reason}: {n:,}")
    typer.echo(f"  {done.dataset}, version {done.version[:12]}; which rows: rowsmith diff {done.dataset} {told['before'] or ''}".rstrip())


def _show(found: Assessed) -> None:
    from rowsmith.cli.judges import show_judges
    from rowsmith.cli.show import table
    from rowsmith.cli.statistics import show_sides

    typer.secho(f"Grade {found.grade}", fg=_COLOURS[found.grade], bold=True, nl=False)
    other = found.against
    beside = "" if other is None else f"; {other.name} has {other.grade} ({other.score:.2f}), {other.rows:,} rows"
    typer.echo(f"  {found.score:.2f}{_open(found)}, {found.dataset}, {found.rows:,} rows, run {found.run}{beside}")
    others = {} if other is None else {part.name: part for part in other.parts}
    columns = ["part", "grade", "score", "measured on", "weight", *([other.name] if other else []), "found"]
    table(columns, [_part(part, others.get(part.name), other is not None) for part in found.parts])
    for cluster in found.clusters[:3]:
        text = " ".join(cluster.text.split())[:80]
        typer.echo(f"  {cluster.check}: {cluster.size:,} rows, {', '.join(str(row)[:12] for row in cluster.rows[:_SHOWN])}: {text}")
    _show_topics(found.topics or {})
    _show_labels(found.labels or {})
    _show_bias(found.bias or {})
    show_judges(found.judges, warnings=False)
    show_sides({name: one["mean"] for name, one in found.lengths.items()}, "words")
    for note in found.notes:
        typer.secho(f"  Note: {note}", fg="yellow")
    if found.not_measured:
        table(["not measured", "why", "what to do"], [(left.check, left.why, left.fix) for left in found.not_measured])
    for advice in found.recommendations:
        typer.echo(f"  {advice.what} ({advice.rows:,} rows):")
        typer.echo(f"    {advice.command}")
    if found.gate is not None:
        _show_gate(found.gate)


def _show_labels(found: Mapping[str, Any]) -> None:
    from rowsmith.cli.show import table

    wrong = [one for one in found.get("matrix", ()) if one["given"] != one["likely"]]
    if wrong:
        table(["label", "likely", "rows"], [(one["given"], one["likely"], f"{one['rows']:,}") for one in wrong[:_SHOWN]])


def _show_topics(found: Mapping[str, Any]) -> None:
    """The topics that lack rows, and rows that have no topic."""
    from rowsmith.cli.show import table

    if not found:
        return
    counts, none = found["counts"], found["none"]
    told = ", ".join(f"{state} {n:,}" for state, n in counts.items())
    typer.echo(f"  topics of {found['asked']}, by {found['by']}: {told}; {none['rows']:,} of {found['measured']:,} rows belong to none")
    lacking = [one for one in found["topics"] if one["state"] != "covered"]
    if lacking:
        table(["topic", "", "rows", "wanted"], [(one["topic"], one["state"], f"{one['rows']:,}", f"{one['wanted']:g}") for one in lacking[:_LACKING]])
    if len(lacking) > _LACKING:
        typer.echo(f"  and {len(lacking) - _LACKING:,} more, which --json has")
    for one in none["examples"][:1]:
        typer.echo(f"  of no topic: {str(one['row'])[:12]}: {one['text'][:80]}")


def _show_bias(found: Mapping[str, Any]) -> None:
    from rowsmith.cli.show import table

    for dimension, told in found.get("dimensions", {}).items():
        rows = [
            (name, f"{one['rows']:,}", f"{one['share']:.0%} ({one['low']:.0%} to {one['high']:.0%})",
             "" if one["good"] is None else f"{one['good']:.0%} ({one['good_low']:.0%} to {one['good_high']:.0%})")
            for name, one in told["groups"].items()
        ]  # fmt: skip
        table([dimension, "rows", "share", "good, of those with a mood"], rows)


def _part(part: Part, other: Part | None, compared: bool) -> list[Any]:
    beside = [f"{other.score:.2f} {other.grade}" if other else ""] if compared else []
    score = f"{_bar(part.score)} {part.score:.2f}" + (f" ({part.low:.2f} to {part.high:.2f})" if part.low < part.high else "")
    rows = f"{part.rows:,} rows" if part.rows == part.of else f"{part.rows:,} of {part.of:,} rows"
    weight = f"{part.weight:g}" if part.rows == part.of else f"{part.weight * part.measured:.3g} of {part.weight:g}"
    return [part.name, part.grade, score, rows, weight, *beside, part.what]


def _open(found: Assessed) -> str:
    """What few rows leave open of the whole."""
    from rowsmith.app.quality_result import between

    if found.between is None or found.interval is None:
        return ""
    return f", {between(found.between)} ({found.interval[0]:.2f} to {found.interval[1]:.2f})"


def _bar(score: float) -> str:
    full = round(score * _WIDTH)
    return "\u2588" * full + "\u2591" * (_WIDTH - full)


def _show_gate(gate: Mapping[str, Any]) -> None:
    from rowsmith.cli.show import table

    name = f" {gate['name']}" if gate["name"] else ""
    typer.secho(f"Gate{name}: {'pass' if gate['passed'] else 'fail'}", fg="green" if gate["passed"] else "red", bold=True)
    table(["rule", "", "wanted", "found"], [(one["name"], "pass" if one["passed"] else "FAIL", one["wanted"], one["found"]) for one in gate["rules"]])
    for line in _broken(gate):
        typer.echo(f"  {line}")


def _broken(gate: Mapping[str, Any]) -> Iterator[str]:
    for one in gate["rules"]:
        if not one["passed"] and (one["message"] or one["rows"]):
            rows = ", ".join(str(row)[:12] for row in one["rows"][:_SHOWN])
            why = next((f": {reason}" for reason in one.get("reasons", ()) if reason), "")
            more = ", ..." if one["broken"] > _SHOWN and one["rows"] else ""
            yield f"{one['name']}: {one['message']}{' ' if one['message'] and rows else ''}" + (f"broken by {rows}{more}{why}" if rows else "")
