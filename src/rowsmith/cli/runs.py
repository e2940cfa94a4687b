"""run, runs, stop, cancel, resume."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, Offline, Sets, project, values

if TYPE_CHECKING:
    from rowsmith.app.results import Result
    from rowsmith.engine.terms import Stopping

Grace = Annotated[float, typer.Option("--grace", metavar="S", min=0, help="Seconds that calls in flight may take to end when the run is stopped.")]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for batches, or end when they are handed over; the same command goes on.")]
Queue = Annotated[bool, typer.Option("--queue", help="Leave it to the worker of rowsmith serve, and end at once.")]
RunId = Annotated[str, typer.Argument(metavar="RUN", help="A run, such as r12.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run")(run)
    app.command("runs")(runs)
    app.command("stop")(stop)
    app.command("cancel")(cancel)
    app.command("resume")(resume)


def run(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="Path of a recipe file, or a name of the catalogue.")],
    sets: Sets = None,
    into: Annotated[str | None, typer.Option("--into", metavar="DATASET", help="Dataset to commit into. Default: the recipe's name.")] = None,
    target: Annotated[int | None, typer.Option("--target", metavar="N", min=1, help="Go on until N rows are kept.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="Take in no further row once N are asked for (a sample).")] = None,
    budget: Annotated[float | None, typer.Option("--budget", metavar="USD", min=0, help="Pause before more than this is spent.")] = None,
    budget_tokens: Annotated[int | None, typer.Option("--budget-tokens", metavar="N", min=1, help="Pause before more tokens than this.")] = None,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    new: Annotated[bool, typer.Option("--new", help="Start a new run; stored answers are reused.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start a new run that buys new answers.")] = False,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Fetch anew what is outside; rows of what is not there any more, or not so, go.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Commit these rows alone, not merged with those the dataset has.")] = False,
    offline: Offline = False,
    batch: Annotated[bool, typer.Option("--batch", help="Buy answers in batches: within a day, at about half the price.")] = False,
    batch_only: Annotated[bool, typer.Option("--batch-only", help="As --batch, and ask nothing live, not even what a batch sends back.")] = False,
    deadline: Annotated[
        str | None,
        typer.Option("--deadline", metavar="SPAN", help="With --batch: ask live what batches will not bring in time, such as 6h after the start."),
    ] = None,
    wait: Wait = True,
    commit_partial: Annotated[bool, typer.Option("--commit-partial", help="Commit the kept rows even when the run does not finish.")] = False,
    grace: Grace = 30.0,
    queue: Queue = False,
    as_json: AsJson = False,
) -> None:
    """Run a recipe. The same command again goes on where it stopped, or shows the result."""
    from rowsmith.app.options import seconds

    with Watched() as watched:
        result = project(home, in_project, make=True).runs.start(
            recipe, sets=values(sets), into=into, target=target, limit=limit, budget_usd=budget, budget_tokens=budget_tokens, new=new,
            fresh=fresh, refresh=refresh, replace=replace, offline=offline, batch=batch, batch_only=batch_only,
            deadline_s=None if deadline is None else seconds(deadline), wait=wait, commit_partial=commit_partial, grace_s=grace,
            on_progress=watched.line, stopping=watched.stopping, queue=queue,
        )  # fmt: skip
    _end(result, as_json, home, in_project)


def resume(
    run: RunId,
    budget: Annotated[float | None, typer.Option("--budget", metavar="USD", min=0, help="A new cap for the run.")] = None,
    budget_tokens: Annotated[int | None, typer.Option("--budget-tokens", metavar="N", min=1, help="A new cap for the run, in tokens.")] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed/--no-retry-failed", help="Give failed rows another attempt.")] = True,
    offline: Offline = False,
    commit_partial: Annotated[bool, typer.Option("--commit-partial", help="Commit the kept rows even when the run does not finish.")] = False,
    batch: Annotated[bool | None, typer.Option("--batch/--no-batch", help="Buy answers in batches, or live. Default: as before.")] = None,
    wait: Wait = True,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    grace: Grace = 30.0,
    queue: Queue = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a run that stopped, paused or was cancelled."""
    with Watched() as watched:
        result = project(home, in_project).runs.resume(
            run, budget_usd=budget, budget_tokens=budget_tokens, retry_failed=retry_failed, offline=offline, commit_partial=commit_partial,
            batch=batch, wait=wait, grace_s=grace, on_progress=watched.line, stopping=watched.stopping, queue=queue,
        )  # fmt: skip
    _end(result, as_json, home, in_project)


def runs(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="One run to look at.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="List its failed rows with their reasons.")] = False,
    draws: Annotated[bool, typer.Option("--draws", help="List its answers that could not be used.")] = False,
    lock: Annotated[bool, typer.Option("--lock", help="Print what it rests on: recipe, inputs by hash, prompts, options, versions.")] = False,
    judges: Annotated[bool, typer.Option("--judges", help="What its judges' scores give away: agreement, bias, kinship.")] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Most lines.")] = 100,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """List the runs of a project, or look at one."""
    from rowsmith.cli.judges import show_judges_of
    from rowsmith.cli.show import money, print_json, show_result, table, when

    doors = project(home, in_project).runs
    if run is None:
        every = doors.list(limit)
        if as_json:
            return print_json([result.dump() for result in every])
        rows = [(r.run, when(r.created_at), r.state, r.kept, r.requested, r.calls, money(r.cost_usd), r.dataset) for r in every]
        return table(["run", "begun", "state", "kept", "requested", "calls", "cost", "dataset"], rows)
    if lock:
        record = doors.get(run)
        return print_json({"run": record.id, "identity": record.identity, "recipe": record.recipe, **record.lock, "options": record.options})
    if judges:
        told = project(home, in_project).judges.of(run)
        return print_json(told and told.dump()) if as_json else show_judges_of(told)
    if failed or draws:
        found = doors.troubles(run, limit) if failed else doors.draws(run, limit)
        if as_json:
            return print_json(found)
        names = [step.get("name") or step["kind"] for step in doors.get(run).recipe["steps"]]
        key = "id" if failed else "row"
        return table(["row", "step", "reason", "detail"], [(str(f[key])[:12], names[f["step"]], f["reason"], f["detail"]) for f in found])
    result = doors.result(run)
    return print_json(result.dump()) if as_json else show_result(result)


def stop(run: RunId, home: Home = HOME, in_project: InProject = PROJECT, as_json: AsJson = False) -> None:
    """Stop a run; what it has is kept, and it can be resumed."""
    _told(project(home, in_project).runs.stop(run), as_json)


def cancel(run: RunId, home: Home = HOME, in_project: InProject = PROJECT, as_json: AsJson = False) -> None:
    """Stop a run and cancel what it has still to do, batches at their servers included."""
    doors = project(home, in_project).runs
    record = doors.cancel(run)
    _told(record, as_json)
    left = [batch.id for batch in doors.result(run).batches if batch.state not in ("fetched", "rejected")]
    if left and not as_json:
        typer.echo(f"  being cancelled at their servers: {', '.join(left)}; what they have done by then is brought home when the run goes on")


def _told(record: Any, as_json: bool) -> None:
    from rowsmith.cli.show import print_json

    print_json({"run": record.id, "state": record.state}) if as_json else typer.echo(f"Run {record.id}: {record.state}")


def _end(result: Result, as_json: bool, home: str, in_project: str) -> None:
    from rowsmith.cli.judges import show_judges_of
    from rowsmith.cli.show import print_json, show_result

    told = project(home, in_project).judges.of(result.run) if result.kept and result.state in ("finished", "shortfall") else None
    if as_json:
        print_json({**result.dump(), **({} if told is None else {"judges": told.dump()})})
    else:
        show_result(result)
        show_judges_of(told)
    raise typer.Exit(result.exit_code)


class Watched:
    """While a run is carried out: shows its progress, and turns SIGINT and SIGTERM into an orderly stop. A second signal ends at once."""

    def __init__(self) -> None:
        from rowsmith.cli.progress import ProgressLine
        from rowsmith.engine.terms import Stopping

        self.line = ProgressLine()
        self.stopping: Stopping = Stopping()
        self._signals = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Watched:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._caught)
        return self

    def __exit__(self, *error: object) -> None:
        self.line.end()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _caught(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1
        if self._signals > 1:
            os._exit(128 + number)
        self.stopping.stop()
