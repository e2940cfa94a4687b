"""Runs: start, follow, stop, cancel, resume.

The same command again means the same run: unfinished, it goes on; carried out elsewhere, it is followed; finished, its result is given
and nothing is called, unless target or limit grew (it goes on) or it is to go into another dataset (it is committed there).
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import rowsmith
from rowsmith.app import preparing
from rowsmith.app.batches import asked_live
from rowsmith.app.comparing import compare
from rowsmith.app.comparison import Comparison
from rowsmith.app.ending import FOLLOW_S, end, let_go
from rowsmith.app.fetching import Fetching
from rowsmith.app.gates import gate
from rowsmith.app.judging import Judging
from rowsmith.app.lab import Lab
from rowsmith.app.library import pin_datasets
from rowsmith.app.options import AGAIN, ON, Cites, NamedPrompts, Options, goes_on, named_prompts, prompts, writes_anew
from rowsmith.app.prompts import Prompts
from rowsmith.app.refreshing import source_changes
from rowsmith.app.refusals import require_whole, taking_in
from rowsmith.app.results import Result, result
from rowsmith.core.calls import PICO
from rowsmith.core.errors import Conflict, Invalid, NotFound, StorageFull
from rowsmith.core.ids import as_written, digest
from rowsmith.core.ports import Keys
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import Row
from rowsmith.core.slots import FAILED, KEPT_STAGE, Tally
from rowsmith.engine import recipe_file
from rowsmith.engine.check import check, read_whole
from rowsmith.engine.check_models import model_problems
from rowsmith.engine.inputs import as_pinned, named, pin
from rowsmith.engine.known import prices_of, with_known
from rowsmith.engine.offline import AnyKey
from rowsmith.engine.origins import changed, codes, origins
from rowsmith.engine.run import carry_out
from rowsmith.engine.terms import BatchTerms, Progress, Stopping, Terms
from rowsmith.engine.yaml_text import Lines
from rowsmith.store import draws, projects, slots
from rowsmith.store.batches import Batches
from rowsmith.store.datasets import Datasets
from rowsmith.store.forgotten import runs_of
from rowsmith.store.runs import Run, require
from rowsmith.store.runs import Runs as Store
from rowsmith.store.stages import StageRows

OnProgress = Callable[[Progress], None]
DONE = ("finished", "shortfall")


class Runs:
    """The runs of one project."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project
        self.store = Store(lab.db)

    # -- acts ---------------------------------------------------------------------------------------------------------------------------

    def start(
        self, recipe: Recipe | str | Path, *, sets: Mapping[str, str] | None = None, into: str | None = None, target: int | None = None,
        limit: int | None = None, budget_usd: float | None = None, budget_tokens: int | None = None, new: bool = False, fresh: bool = False,
        replace: bool = False, offline: bool = False, batch: bool = False, batch_only: bool = False, deadline_s: float | None = None,
        wait: bool = True, commit: bool = True, commit_partial: bool = False, grace_s: float = 30.0, on_progress: OnProgress | None = None,
        stopping: Stopping | None = None, refresh: bool = False, queue: bool = False, compares: tuple[str, ...] = (), purchase: int = 0,
        cites: Cites = (),
    ) -> Result:  # fmt: skip
        """Run a recipe (a Recipe, or the path of a recipe file with `sets` for its parameters), and return when it has come to rest.

        Args:
            into: dataset to commit into; default: the recipe's `into`, else its name. It is merged by row id; `replace` starts clean.
            target: kept rows to go on for. limit: slots after which no further row is taken in.
            new: a new run, which reuses stored answers. fresh: a new run that buys new ones. purchase: runs of another number have other ones.
            offline: send nothing. Stored answers are used; a row that needs another one fails as `not_recorded`, until the run is carried
                out again.
            batch: buy answers in batches, where the server has them: later, and at a lower price. What a batch sends back, and answers that
                are asked for again, are asked live. batch_only: those, too, in further batches.
            deadline_s: seconds after the run's start by which it is to be done: what batches will not bring by then is asked live (`batch`).
            wait: False ends once all batches are handed over; the same command later goes on.
            commit: False keeps the rows with the run alone (a pilot).
            commit_partial: commit the kept rows even when the run does not finish.
            refresh: fetch anew what was fetched from outside before; rows that the recipe made of sources as they were and does not make again
                go, so that the dataset follows its sources.
            grace_s: seconds that calls in flight may take to end when the run is stopped.
            queue: leave it to a worker, such as that of a server, and return at once.
            compares, cites: the runs whose rows stand in pairs in the recipe; by its rows, the ids of those cited. They are forgotten with those.

        Raises:
            Invalid: the recipe, with every problem. Nothing is spent.
            NotFound: a file. Unavailable, StorageFull: the store.
        """
        loaded, base, named_prompts = self._load(recipe, sets or {}, self._money_cap(budget_usd), self._keys(offline))
        lock = self._lock(loaded, base, named_prompts, refresh=refresh, offline=offline)
        identity = self._identity(loaded, lock, base, purchase)
        wanted = Options(
            into=loaded.into or loaded.name if into is None else into, attempts=loaded.attempts,
            target=loaded.target if target is None else target, limit=limit,
            budget_usd=loaded.budget_usd if budget_usd is None else budget_usd,
            budget_tokens=loaded.budget_tokens if budget_tokens is None else budget_tokens, replace=replace, commit=commit,
            commit_partial=commit_partial, offline=offline, fresh=purchase, base=str(base), batch=batch or batch_only, batch_only=batch_only,
            deadline_s=deadline_s, prices=prices_of(loaded, self.lab.table), refreshes=loaded.fingerprint() if refresh else "",
            compares=compares, cites=cites, queued=ON if queue else "",
        )  # fmt: skip
        wanted.check()
        wanted = wanted.but(live=asked_live(loaded, self._plugins(base), batch=wanted.batch and not offline, only=batch_only))
        before = None if new or fresh else self.store.latest(self.project, identity)
        if before and before.n in runs_of(self.lab.db):
            before, new = None, True  # it was rid of what has been let in again since
        if before and before.state in DONE and writes_anew(before, loaded):
            before, new = None, True  # its files are to be written anew; answers are reused
        if before is None:
            if fresh:
                wanted = wanted.but(fresh=self._purchases(identity) + 1)
            make = self.store.create if new or fresh else self.store.begin
            made = make(self.project, loaded.dump(), identity, lock, wanted.dump())
            if made is not None and queue:
                return self.result(made.id)
            if made is not None:
                return self._carry_out(made, loaded, wanted, grace_s, on_progress, stopping, wait=wait)
            before = self.store.latest(self.project, identity)
            assert before is not None  # another process has just begun it
        begun = Options.of(before)
        wanted = wanted.but(fresh=begun.fresh, past=begun.past, prices=prices_of(loaded, self.lab.table, begun.prices))
        return self._again(before, loaded, wanted, grace_s, on_progress, stopping, wait)

    def resume(
        self, run: str, *, budget_usd: float | None = None, budget_tokens: int | None = None, retry_failed: bool = True,
        offline: bool = False, commit_partial: bool = False, batch: bool | None = None, wait: bool = True, grace_s: float = 30.0,
        on_progress: OnProgress | None = None, stopping: Stopping | None = None, queue: bool = False,
    ) -> Result:  # fmt: skip
        """Go on with a run that stopped, paused or was cancelled; with `retry_failed`, failed rows get another attempt. `offline`, `wait` and
        `queue` as in start; `batch` says anew whether answers are bought in batches (None: as before).

        Raises:
            NotFound: there is no such run. Conflict: another process carries it out.
        """
        record = self.get(run)
        if self.store.held(record):
            raise Conflict(f"Run {record.id} is being carried out by another process.", f"Follow it with rowsmith runs {record.id}.")
        caps = {name: cap for name, cap in (("budget_usd", budget_usd), ("budget_tokens", budget_tokens)) if cap is not None}
        before = Options.of(record)
        queued = (AGAIN if retry_failed else ON) if queue else before.queued if record.state in ("queued", "running") else ""
        options = before.but(offline=offline, commit_partial=commit_partial, queued=queued, **caps)
        if batch is not None:
            options = options.but(batch=batch, **({} if batch else {"batch_only": False, "deadline_s": None}))
        base = Path(options.base)
        recipe = recipe_file.build(record.recipe, plugins=self._plugins(base))
        self._require_same_code(record, base)
        options = options.but(prices=prices_of(recipe, self.lab.table, options.prices))
        options.check()
        known = with_known(recipe, self.lab.table, options.prices)
        cap, folders = self._money_cap(options.budget_usd), self._plugins(base)
        if problems := model_problems(known, self._keys(offline), Lines(), cap, folders, base, self.lab.table):
            raise recipe_file.problems_as_error(problems)
        options = options.but(live=asked_live(recipe, folders, batch=options.batch and not offline, only=options.batch_only))
        if queue:
            return self._leave(record, options)
        return self._carry_out(record, recipe, options, grace_s, on_progress, stopping, retry_failed=retry_failed, wait=wait)

    def stop(self, run: str, *, wait_s: float = 60.0) -> Run:
        """Ask whoever carries the run out to stop, and wait until it has."""
        return end(self, run, "stop", "stopped", wait_s)

    def cancel(self, run: str, *, wait_s: float = 60.0) -> Run:
        """Stop the run and cancel what it has still to do, its batches at their servers included."""
        return end(self, run, "cancel", "cancelled", wait_s)

    def compare(
        self, a: str, b: str, *, by: Sequence[str] = (), judge: str | None = None, base_url: str | None = None, criteria: str = "",
        columns: Sequence[str] = (), budget_usd: float | None = None, budget_tokens: int | None = None, limit: int = 5, grace_s: float = 30.0,
        on_progress: OnProgress | None = None, stopping: Stopping | None = None,
    ) -> Comparison:  # fmt: skip
        """What two runs made of the same rows, beside each other: see app.comparing.compare."""
        judging = Judging(judge, base_url, criteria, columns, budget_usd, budget_tokens, grace_s, on_progress, stopping)
        return compare(self, a, b, by=by, judging=judging, limit=limit)

    # -- facts --------------------------------------------------------------------------------------------------------------------------

    def get(self, run: str) -> Run:
        """A run's record.

        Raises:
            NotFound: there is none in this project.
        """
        record = self.store.get(run)
        if record.project != self.project:
            raise NotFound(f"There is no run {run!r} in project {self.project!r}.", f"It is in project {record.project!r}: --project.")
        return record

    def result(self, run: str) -> Result:
        """What a run has come to."""
        record = self.get(run)
        if record.state == "running" and not self.store.held(record):
            record = let_go(record)
        details, batches = draws.details(self.lab.db, record.n, "schema"), Batches(self.lab.db).of_run(record.n)
        return result(record, slots.ends(self.lab.db, record.n), details, batches)

    def list(self, limit: int = 100) -> list[Result]:
        """The project's runs, newest first."""
        return [self.result(run.id) for run in self.store.newest(self.project, limit)]

    def rows(self, run: str) -> Iterator[Row]:
        """The kept rows of a run, in row order, committed or not."""
        return iter(StageRows(self.lab.db, self.get(run).n, KEPT_STAGE))

    def troubles(self, run: str, limit: int = 1000) -> list_[dict[str, Any]]:
        """The failed slots of a run: {id, step, reason, detail, attempt}."""
        return slots.troubles(self.lab.db, self.get(run).n, FAILED, limit)

    def draws(self, run: str, limit: int = 1000) -> list_[dict[str, Any]]:
        """The answers that could not be used, each with its reason: {row, step, reason, detail, call}."""
        return draws.refused(self.lab.db, self.get(run).n, limit)

    # -- within -------------------------------------------------------------------------------------------------------------------------

    def pinned(self, recipe: Recipe | str | Path, sets: Mapping[str, str], budget_usd: float | None = None) -> tuple[Recipe, dict[str, Any]]:
        """The recipe, checked, and what a run of it would rest on; its inputs are copied into the home.

        Raises:
            Invalid: the recipe, with every problem. NotFound: a file.
        """
        loaded, base, named_prompts = self._load(recipe, sets, budget_usd, self._keys(offline=False))
        return loaded, self._lock(loaded, base, named_prompts)

    def _keys(self, offline: bool) -> Keys:
        """Where keys are found; offline, each is there."""
        return AnyKey() if offline else self.lab.keys.of(self.project)

    def _load(
        self, recipe: Recipe | str | Path, sets: Mapping[str, str], budget_usd: float | None, keys: Keys
    ) -> tuple[Recipe, Path, NamedPrompts]:
        """The recipe, checked, the folder from which its paths are taken, and the prompts that it takes by their names."""
        base = Path.cwd() if isinstance(recipe, Recipe) else Path(recipe).parent
        told: Any = {"keys": keys, "budget_usd": budget_usd, "plugins": self._plugins(base), "table": self.lab.table}
        if isinstance(recipe, Recipe):
            if problems := check(recipe, base=base, **told):
                raise recipe_file.problems_as_error(problems)
            return recipe, base, {}
        found, reading = read_whole(Path(recipe), sets, **told, prompts=Prompts(self.lab, self.project).find)
        return found, reading.base.absolute(), named_prompts(reading.prompts)

    def _plugins(self, base: Path) -> tuple[Path, ...]:
        """The folders of plug-ins that recipes in a folder may use."""
        return (base / "plugins",)

    def _lock(
        self, recipe: Recipe, base: Path, named_prompts: NamedPrompts, *, refresh: bool = False, offline: bool = False
    ) -> dict[str, Any]:
        """What the run rests on: inputs by hash (copied into the home), prompts, where each step's code came from, versions."""
        datasets, put = pin_datasets(self.lab, self.project, recipe), taking_in(self.lab, self.project, recipe.steps)
        pinned = pin(recipe, base, put, Fetching(self.lab, self.project, put, refresh=refresh, offline=offline))
        changes = source_changes(recipe, pinned, self.store.newest(self.project, 1000)) if refresh else None
        return {
            **datasets, **pinned, **({"changes": changes} if changes else {}),
            "prompts": {f"{position}.{field}": name for position, field, name, _, _ in prompts(recipe)},
            **({"named_prompts": named_prompts} if named_prompts else {}),
            "takes": [recipe.inputs_of(position) for position in range(len(recipe.steps))],
            **origins(recipe, self._plugins(base)),
            "code": {"rowsmith": rowsmith.__version__, "python": platform.python_version()},
        }

    def _money_cap(self, budget_usd: float | None) -> float | None:
        """The run's own cap, else the project's."""
        cap = projects.ensure(self.lab.db, self.project).usd_cap
        return cap / PICO if budget_usd is None and cap is not None else budget_usd

    def _identity(self, recipe: Recipe, lock: Mapping[str, Any], base: Path, purchase: int) -> str:
        """What makes two runs the same run: recipe, inputs, the code of plug-in steps, and a numbered purchase."""
        more = [*(lock[name] for name in ("datasets", "reviews") if name in lock), *([purchase] if purchase else [])]
        return digest(as_written([recipe.content(), named(lock["inputs"]), codes(recipe, self._plugins(base)), *more])).hex()

    def _require_same_code(self, record: Run, base: Path) -> None:
        """A run does not go on with other code than it began with."""
        for plugin in changed(record.lock, self._plugins(base)):
            what = f"The plug-in {plugin} has changed since run {record.id} began."
            raise Conflict(what, "Run the recipe again: that is a new run, which reuses stored answers.")

    def _purchases(self, identity: str) -> int:
        return max((run.options.get("fresh", 0) for run in self.store.newest(self.project, 10_000) if run.identity == identity), default=0)

    def _again(
        self, before: Run, recipe: Recipe, wanted: Options, grace_s: float, on_progress: OnProgress | None, stopping: Stopping | None, wait: bool
    ) -> Result:
        """The same command again."""
        if wanted.queued and self.store.held(before):
            return self.result(before.id)
        if self.store.held(before):
            self._follow(before, on_progress, stopping)
            before = self.store.get(before.n)
            if self.store.held(before) or before.state in ("stopped", "cancelled"):  # who asked it to end means this process, too
                return self.result(before.id)
        if before.state in DONE and not goes_on(before, wanted):
            return self.commit_again(before, wanted)
        if wanted.queued:
            return self._leave(before, wanted)
        return self._carry_out(before, as_pinned(recipe, before.recipe), wanted, grace_s, on_progress, stopping, wait=wait)

    def _leave(self, run: Run, options: Options) -> Result:
        """Leave a run to a worker."""
        self.store.queue(run, options.dump(), self.lab.who)
        return self.result(run.id)

    def _follow(self, run: Run, on_progress: OnProgress | None, stopping: Stopping | None) -> None:
        """Watch a run that another process carries out, until it lets go of it or dies."""
        started = time.monotonic()
        gone = False

        def leave(request: str, grace_s: float | None) -> None:
            nonlocal gone
            gone = True

        if stopping is not None:
            stopping.on_follow = leave
        while not gone and self.store.held(run := self.store.get(run.n)):
            if on_progress:
                tally = Tally.load(run.totals)
                on_progress(Progress(run, tally, run.options.get("target"), time.monotonic() - started, "carried out by another process"))
            time.sleep(FOLLOW_S)

    def commit_again(self, run: Run, wanted: Options) -> Result:
        """What a run that is done has kept, committed as it is wanted now, where that is not so already."""
        cleaner = wanted.replace and not run.options.get("replace")
        if run.version is None or run.dataset != wanted.into or cleaner:
            self.store.set_options(run.n, {**run.options, "replace": wanted.replace})
            committed = self._commit(run, wanted, partial=False)
            if committed:
                self.store.set_outcome(run.n, *committed)
        return self.result(run.id)

    def _carry_out(
        self, run: Run, recipe: Recipe, options: Options, grace_s: float, on_progress: OnProgress | None, stopping: Stopping | None,
        *, retry_failed: bool = False, wait: bool = True,
    ) -> Result:  # fmt: skip
        require_whole(self.lab, run)
        options, _ = options.onward(retry_failed), self.lab.signer  # a signing key that cannot be used is told before anything is spent
        recipe = with_known(recipe, self.lab.table, options.prices)
        plugins = self._plugins(Path(options.base))
        terms = Terms(
            options.target, options.limit, options.attempts, options.fresh, retry_failed, grace_s, self._storage_wait_s(),
            batch=BatchTerms(options.batch and not options.offline, options.batch_only, wait, options.deadline_s, options.offline),
        )  # fmt: skip
        try:
            done = carry_out(
                self.lab.db, self.lab.files, run, recipe, terms, asked=options.asked(recipe, self.lab.who), keys=self._keys(options.offline),
                commit=lambda taken, partial: self._commit(taken, options, partial), on_progress=on_progress, stopping=stopping,
                make_gate=partial(gate, self.lab, recipe, options, plugins),
            )  # fmt: skip
        except Conflict:  # another process has taken it, at the start or while this one slept
            self._follow(run, on_progress, stopping)
            done = self.store.get(run.n)
            if done.state == "running" and not self.store.held(done):
                raise
        except StorageFull as error:  # nothing can be written now, so the record cannot say it
            stands = replace(self.store.get(run.n), state="paused", reason=f"storage_full: {error.what} {error.fix}")
            return result(stands, slots.ends(self.lab.db, run.n))
        return self.result(done.id)

    def _storage_wait_s(self) -> float:
        given = self.lab.environ.get("ROWSMITH_STORAGE_WAIT_S", "60")
        try:
            return float(given)
        except ValueError:
            raise Invalid(f"ROWSMITH_STORAGE_WAIT_S={given} is no number of seconds.", "A full disk is waited for so long: set a number.") from None

    def _commit(self, run: Run, options: Options, partial: bool) -> tuple[str, str] | None:
        """Commit the kept rows; an unfinished run only when it is asked to."""
        rows = StageRows(self.lab.db, run.n, KEPT_STAGE)
        if not options.commit or (partial and not options.commit_partial) or not len(rows):
            return None
        message = f"{run.recipe_name}, run {run.id}" + (" (partial)" if partial else "")
        version = Datasets(self.lab.db).commit(
            self.project,
            options.into,
            (row.unlent for row in rows),
            run=run.n,
            author=self.lab.who,
            signer=self.lab.signer,
            message=message,
            replace=options.replace,
            refreshes="" if partial else options.refreshes,
            all_of_run=True,
            also=lambda conn, made: require(conn, run),
        )
        preparing.committed(self.lab, version)
        return options.into, version.id


list_ = list
