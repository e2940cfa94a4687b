"""Optimising a prompt against a dataset: search on two parts of it, and one comparison on the third, which nothing before has seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING, Any

from rowsmith.app.comparing import side
from rowsmith.app.held_out import DEV, FEWEST, SPLIT, TEST, TRAIN, Rows, drawn, fits, read_rows
from rowsmith.app.measuring import Bench, Models, Outcome, means
from rowsmith.app.optimization import MODES, VERDICTS, Effort, Forecast, Optimization, Tested
from rowsmith.app.prompt_trials import model_of
from rowsmith.app.purse import Purse
from rowsmith.app.searching import Search, first_of, larger
from rowsmith.assist.proposing import TRIES
from rowsmith.core.errors import Invalid, RowFailed, choose
from rowsmith.core.figures import figures
from rowsmith.core.ids import content_hash
from rowsmith.core.metrics import Judge, parts_of
from rowsmith.core.models import Model
from rowsmith.core.paired import NOT_SHOWN, Effect, effect
from rowsmith.core.prompts import Prompt
from rowsmith.core.row import Row
from rowsmith.engine.terms import Progress, Stopping

if TYPE_CHECKING:
    from rowsmith.app.nova_export import Exported
    from rowsmith.app.runs import Runs

PROPOSAL_TOKENS = 4096
"""Room that a whole prompt, written anew, has at least."""
SAMPLE = 5
"""Rows on which a metric is tried."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: see Prompts.optimize. Models are `provider/name`; `proposer` defaults to the model itself. `how`: mipro or gepa, by DSPy;
    empty for the search of Rowsmith's own."""

    dataset: str
    metric: Any = None
    answer: str = ""
    model: str | Model | None = None
    base_url: str | None = None
    proposer: str | Model | None = None
    judge: str | Model | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    mode: str = "light"
    how: str = ""
    rounds: int | None = None
    candidates: int | None = None
    demos: int | None = None
    minibatch: int | None = None
    split: str = SPLIT
    by: Sequence[str] = ("source", "near_duplicates")
    limit: int = 400
    seed: int = 0
    budget_usd: float | None = None
    budget_tokens: int | None = None
    grace_s: float = 30.0
    on_progress: Callable[[Progress], None] | None = None
    stopping: Stopping | None = None
    note: Callable[[str], None] = lambda line: None

    @property
    def effort(self) -> Effort:
        """The mode's numbers, and those that are given in their place."""
        if self.mode not in MODES:
            raise Invalid(f"There is no mode {self.mode!r}.", choose(self.mode, list(MODES)))
        given = {name: value for name in ("rounds", "candidates", "demos", "minibatch") if (value := getattr(self, name)) is not None}
        low = next((name for name, value in given.items() if value < (0 if name == "demos" else 1)), None)
        if low:
            raise Invalid(f"{low} is {given[low]}.", "Give a whole number from 1 up; 0 demos means no examples.")
        return replace(MODES[self.mode], **given)


class Optimizing:
    """One optimisation: its rows and runs.

    Raises:
        NotFound, Invalid: it cannot be begun; nothing is spent.
    """

    def __init__(self, runs: Runs, name: str, prompt: Prompt, wanted: Wanted) -> None:
        self.runs, self.name, self.prompt, self.wanted = runs, name, prompt, wanted
        self.effort = wanted.effort
        if wanted.how:
            from rowsmith.app.dspy_search import require

            require(wanted.how)
        self.rows = _rows(runs, prompt, wanted)
        self._require_variables()
        self.purse = Purse(runs, wanted.budget_usd, wanted.budget_tokens, wanted.grace_s, wanted.on_progress, wanted.stopping)

    def forecast(self) -> Forecast:
        """What it will take at most."""
        from rowsmith.app.quotes import quote

        rows, effort = {name: len(part) for name, part in self.rows.parts.items()}, self.effort
        calls = rows[DEV] + 2 * rows[TEST] + _searched(effort, rows, self.wanted.how)
        judged = any(isinstance(part, Judge) for part in parts_of(self.rows.metric))
        notes = [*self.rows.notes]
        usd: float | None = None
        if self.wanted.model is not None:
            bench = self._bench()
            sample = drawn(self.rows.parts[TRAIN], self.wanted.seed, TRAIN)[:SAMPLE]
            quoted = quote(self.runs, bench.recipe("quote", [self.prompt], sample))
            usd = None if quoted.cost_usd is None else quoted.cost_usd.high / len(sample) * calls
            notes += [] if usd is None else ["The money is for answers of full length, asked as the prompt is now; examples make requests longer."]
        if self.wanted.how:
            notes.append("How many calls DSPy makes is its own affair: their number is a guess. A cap holds.")
        if rows[TEST] < FEWEST:
            notes.append(f"With {rows[TEST]} held-out rows no difference can be shown: give more, or another --split.")
        return Forecast(calls * (2 if judged else 1), usd, rows, effort, self.rows.metric, self.rows.evidence, self.rows.answer, tuple(notes))

    def exported(self, folder: str) -> Exported:
        """The rows and the prompt as files for the Nova prompt optimizer: see app.nova_export."""
        from rowsmith.app.nova_export import export

        return export(folder, self.rows, self.prompt, self.wanted.values)

    def tested(self) -> list[Tested]:
        """The metric on rows of the train part: the model's answers, or without a model what is expected of the row and of another one."""
        sample = drawn(self.rows.parts[TRAIN], self.wanted.seed, TRAIN)[:SAMPLE]
        if self.wanted.model is not None:
            (outcomes,), _ = self._bench().measure("metric", [self.prompt], sample)
            said = [(self.rows.expected(row), outcomes[row.id]) for row in sample]
            return [Tested(wanted, one.answer, one.score, one.reason) for wanted, one in said]
        pairs = [(row, other) for row, next_ in zip(sample, [*sample[1:], sample[0]], strict=True) for other in (row, next_)]
        return [self._tested(row, self.rows.expected(other)) for row, other in pairs]

    def _tested(self, row: Row, answer: Any) -> Tested:
        try:
            return Tested(self.rows.expected(row), answer, self.rows.metric.score(answer, self.rows.expected(row), row.scope), "")
        except RowFailed as failed:
            return Tested(self.rows.expected(row), answer, None, str(failed))

    def check(self) -> None:
        """Raise Invalid for what keeps it from being run: there is no model or judge, or the metric does not fit the rows."""
        self._bench()
        if problem := fits(self.rows):
            raise Invalid(f"The metric does not fit these rows: {problem}", "Choose another (--metric), and look at it: --try-metric.")

    def run(self, version: str) -> Optimization:
        """The whole of it.

        Raises:
            Invalid: there is no model, or the metric does not fit. Conflict: it stands still; the same command goes on.
        """
        self.check()
        bench, forecast = self._bench(), self.forecast()
        test = drawn(self.rows.parts[TEST], self.wanted.seed, TEST)
        (before,), first = bench.measure(self._held_out, [self.prompt], test)
        self.wanted.note(f"the prompt as it is: {_figure(means(before))} on {len(test):,} held-out rows")
        search = self._search(bench)
        search.run()
        if search.winner is None:
            return self._told(version, forecast, search, test, [before], [first], None, 1)
        (after,), second = bench.measure(self._held_out, [search.best], test)
        looks = self._looks(second)
        pairs = [(before[row.id].score, after[row.id].score, _parent(row)) for row in test]
        shown = effect([(a, b, parent) for a, b, parent in pairs if a is not None and b is not None], measures=looks)
        return self._told(version, forecast, search, test, [before, after], [first, second], shown, looks)

    def _search(self, bench: Bench) -> Search:
        if not self.wanted.how:
            return Search(bench, self.effort, self.wanted.seed, self.prompt)
        from rowsmith.app.dspy_search import DspySearch

        return DspySearch(bench, self.effort, self.wanted.seed, self.prompt, how=self.wanted.how)

    @property
    def _held_out(self) -> str:
        """The name of the runs over these held-out rows, by this metric and this model, whatever prompt they try."""
        ids = sorted(row.id for row in self.rows.parts[TEST])
        asked = self._bench().models.answerer.model
        return f"held out {content_hash([ids, self.rows.metric.model_dump(mode='json'), asked]).hex()[:8]}"

    def _looks(self, run: str) -> int:
        """How many prompts have been tried on these held-out rows so far, this one included and the first one aside: the interval holds for all
        of them together."""
        record = self.runs.get(run)
        same = [one for one in self.runs.store.newest(self.runs.project, 1000) if one.recipe_name == record.recipe_name and one.n < record.n]
        return max(1, len(same))

    def _told(
        self, version: str, forecast: Forecast, search: Search, test: Sequence[Row], outcomes: list[dict[str, Outcome]], runs: list[str],
        shown: Effect | None, looks: int,
    ) -> Optimization:  # fmt: skip
        pairs = [[(one[row.id].answer, self.rows.expected(row)) for row in test] for one in outcomes]
        verdict = NOT_SHOWN if shown is None else shown.verdict
        sides = [side(self.runs, self.runs.get(run), {self._bench().models.answerer.model}) for run in runs]
        return Optimization(
            self.name, version, self.rows.dataset, forecast, tuple(search.candidates), search.winner, shown, VERDICTS[verdict],
            means(outcomes[0]), search.baseline, tuple(sides), tuple(figures(self.rows.metric, one) for one in pairs),
            tuple(_failed(one) for one in outcomes), looks, self.purse.cost(), tuple(_cautions(forecast, search, outcomes, shown, looks)),
            tuple(self.purse.done),
        )  # fmt: skip

    def _bench(self) -> Bench:
        wanted = self.wanted
        if wanted.model is None:
            raise Invalid("Answers come from a model, and none is given.", "Give one: --model provider/name.")
        answerer = _model(wanted.model, wanted.base_url)
        proposer = _model(wanted.model if wanted.proposer is None else wanted.proposer, wanted.base_url)
        proposer = proposer.model_copy(update={"max_tokens": max(proposer.max_tokens, PROPOSAL_TOKENS)})
        judge = None if wanted.judge is None else _model(wanted.judge, wanted.base_url)
        needed = any(isinstance(part, Judge) for part in parts_of(self.rows.metric))
        if needed and judge is None:
            raise Invalid("The metric asks a judge, and none is given.", "Give one: --judge provider/name.")
        if judge is not None and not needed:
            raise Invalid("A judge is given, and the metric asks none.", "Choose --metric judge, or one that has it as a part.")
        given = dict(wanted.values)
        called = "".join(letter if letter.isalnum() or letter in "-_." else " " for letter in self.name)
        return Bench(self.purse, called, self.rows, Models(answerer, proposer, judge), given, self.wanted.note)

    def _require_variables(self) -> None:
        """Every variable has a value: a column, `values`, or a default; and none is what is to be found."""
        self.prompt.filled(dict(self.wanted.values))
        if self.rows.answer in self.prompt.used:
            raise Invalid(
                f"The prompt uses {{{{ {self.rows.answer} }}}}, the column that holds what it is to find.",
                "Name the column with the expected answers: --answer COLUMN.",
            )
        known = {*self.rows.inputs, *self.wanted.values, "row"} | {
            name for name, one in self.prompt.variables.items() if one.default is not None or one.optional
        }
        if missing := sorted(self.prompt.used - known):
            raise Invalid(
                f"The prompt needs {', '.join(missing)}, which the rows have not; they have {', '.join(self.rows.inputs) or 'nothing else'}.",
                "Give a value that holds for all rows: --set NAME=VALUE.",
            )
        if "row" in self.prompt.used:
            raise Invalid("The prompt uses {{ row }}, in which the expected answer stands.", "Name the columns that it needs, one by one.")
        if not self.prompt.used & set(self.rows.inputs):
            raise Invalid("The prompt uses none of the columns.", f"It has to use some of: {', '.join(self.rows.inputs) or 'none'}.")


def _rows(runs: Runs, prompt: Prompt, wanted: Wanted) -> Rows:
    from rowsmith.app.datasets import Datasets

    doors = Datasets(runs.lab, runs.project)
    version = doors.get(wanted.dataset)
    spoken = f"{wanted.dataset.partition('@')[0]}@{version.id}"
    found = list(doors.rows(spoken, sample=wanted.limit, seed=wanted.seed, edits=False))
    return read_rows(
        runs.lab, spoken, found, prompt, answer=wanted.answer, metric=wanted.metric, sizes=wanted.split, by=wanted.by, seed=wanted.seed
    )  # fmt: skip


def _model(model: str | Model, base_url: str | None) -> Model:
    return model_of(model, base_url) if isinstance(model, str) else model


def _searched(effort: Effort, rows: Mapping[str, int], how: str) -> int:
    """Calls of the search: at most, and for DSPy about."""
    tries = effort.rounds * effort.candidates
    if how == "mipro":  # bootstrapping, trials on minibatches, every fifth on all of the dev part, proposals
        return effort.candidates * rows[TRAIN] + tries * min(rows[DEV], effort.minibatch) + (tries // 5 + 2) * rows[DEV] + 2 * effort.candidates
    if how == "gepa":
        return max(2, tries // 2) * (rows[TRAIN] + rows[DEV]) + tries
    return effort.rounds * (rows[TRAIN] + effort.candidates * TRIES + _halved(effort, rows[DEV]))


def _halved(effort: Effort, dev: int) -> int:
    """Calls of one round's halving: rows that a candidate has seen are not asked of it again."""
    calls, alive, seen = 0, effort.candidates, 0
    size = first_of(alive, effort.minibatch, dev)
    while True:
        calls += alive * (size - seen)
        if size == dev:
            return calls
        alive, seen, size = max(2, ceil(alive / 2)), size, larger(size, dev)


def _parent(row: Row) -> str:
    return str(next(iter(row.origin.get("parents", ())), row.id))


def _failed(outcomes: Mapping[str, Outcome]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in outcomes.values():
        if one.reason:
            reason = one.reason.partition(":")[0]
            counts[reason] = counts.get(reason, 0) + 1
    return counts


def _cautions(forecast: Forecast, search: Search, outcomes: list[dict[str, Outcome]], shown: Effect | None, looks: int) -> list[str]:
    notes = list(forecast.notes)
    if shown is None:
        notes.append("No candidate was better on the dev rows, so none was tried on the held-out ones.")
    for name, found in zip(("as it was", "the best candidate"), outcomes, strict=False):
        if lost := sum(one.score is None for one in found.values()):
            notes.append(f"{lost:,} held-out rows have no score with the prompt {name}, through no fault of the prompt, and are in no figure.")
    if looks > 1:
        notes.append(f"{looks} prompts have been tried on these held-out rows by now: the interval is widened so that all hold together.")
    refused = [one for one in search.candidates if one.state == "refused"]
    if refused:
        notes.append(f"{len(refused)} candidates were refused: {refused[0].why}")
    return notes


def _figure(value: float | None) -> str:
    return "no score" if value is None else f"{value:.3f}"

