"""A judge's preferences between the rows of two runs: an ordinary run over the pairs, which is capped, stored and gone on with as any other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from rowsmith.app.comparison import Judged
from rowsmith.core.errors import Conflict, Invalid, Unavailable, choose
from rowsmith.core.models import Model
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import Json, Row
from rowsmith.engine.terms import Progress, Stopping
from rowsmith.steps.read.rows import ReadRows
from rowsmith.steps.score.preference import Preference
from rowsmith.store.runs import Run
from rowsmith.store.spending import spent

if TYPE_CHECKING:
    from rowsmith.app.results import Result
    from rowsmith.app.runs import Runs

_WORTH = {"first": -1.0, "second": 1.0, "tie": 0.0}
_GIVES_UP = ("finished", "shortfall")


@dataclass(frozen=True, slots=True)
class Judging:
    """Who judges (None: nobody) and how: see app.comparing.compare."""

    model: str | None = None
    base_url: str | None = None
    criteria: str = ""
    columns: Sequence[str] = ()
    budget_usd: float | None = None
    budget_tokens: int | None = None
    grace_s: float = 30.0
    on_progress: Callable[[Progress], None] | None = None
    stopping: Stopping | None = None

    def check(self) -> None:
        """Raise Invalid for what means nothing without a judge."""
        given = {
            "base_url": self.base_url, "criteria": self.criteria, "columns": self.columns, "budget_usd": self.budget_usd,
            "budget_tokens": self.budget_tokens,
        }  # fmt: skip
        idle = [name for name, value in given.items() if value not in (None, "", (), [])]
        if self.model is None and idle:
            raise Invalid(f"Without a judge {' and '.join(idle)} change nothing.", "Name one: --judge provider/model.")


NOBODY = Judging()


def judge_of(record: Run, judging: Judging) -> Model:
    """The model that judges: `provider/name`, or a role of the run's recipe.

    Raises:
        Invalid: that is no model.
    """
    spoken, over = judging.model or "", {} if judging.base_url is None else {"base_url": judging.base_url}
    roles = record.recipe.get("models", {})
    if spoken not in roles and "/" not in spoken:
        raise Invalid(
            f"The judge {spoken!r} is no provider/name, and no role of run {record.id}.",
            f"{choose(spoken, list(roles))} Or write it like openai/gpt-4o-mini.",
        )
    try:
        return Model(**{**roles.get(spoken, {"model": spoken}), **over})
    except ValidationError as error:
        told = error.errors()[0]
        raise Invalid(f"{'.'.join(map(str, told['loc']))} of the judge: {told['msg']}.", "See rowsmith compare --help.") from None


def shown(a: Row, b: Row, columns: Sequence[str]) -> tuple[dict[str, Json], dict[str, Json], dict[str, Json]]:
    """What a judge is shown of two rows: the task, which both have, and what each answers, in the columns that differ (or in `columns`)."""
    task = {name: value for name, value in a.data.items() if name not in columns and name in b.data and b.data[name] == value}
    sides = ({name: value for name, value in row.data.items() if (name in columns if columns else name not in task)} for row in (a, b))
    one, two = sides
    return task, one, two


def pair_name(a: Row, b: Row) -> str:
    """The key of a pair: the ids of its rows, one where they are the same."""
    return a.id if a.id == b.id else f"{a.id} {b.id}"


@dataclass(frozen=True, slots=True)
class Said:
    """What the judge said of one pair: -1 for A, 1 for B, 0 for neither; the places it chose, and its reasons."""

    worth: float
    picked: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()


def judged(runs: Runs, a: Run, b: Run, pairs: Iterable[tuple[Row, Row]], judging: Judging) -> tuple[dict[str, Said], Judged]:
    """What the judge says of each pair by its key, the failed ones left out.

    Raises:
        Invalid: the judge cannot be asked so. Conflict: it stands still before its end. Unavailable: it gave no answer that can be used.
    """
    model = judge_of(a, judging)
    asked, said = [], dict[str, Said]()
    for one, two in pairs:
        task, left, right = shown(one, two, judging.columns)
        if left == right:
            said[pair_name(one, two)] = Said(0.0)
        else:
            asked.append({"pair": pair_name(one, two), "task": task, "a": _plain(left, right), "b": _plain(right, left)})
    same = len(said)
    if not asked:
        return said, Judged(None, model.model, 0, 0, 0, {}, {}, same, 0.0)
    done = _carried_out(runs, _recipe(a, b, model, asked, judging), a, b, judging)
    places: Counter[str] = Counter()
    for row in runs.rows(done.run):
        found = row.scores["preference"]
        picked = tuple(found["picked"])
        said[row.data["pair"]] = Said(_WORTH[found["better"]], picked, tuple(found["reasons"]))
        places.update({"first": picked == (1, 1), "second": picked == (2, 2)})
    if done.failed and not done.kept:
        raise Unavailable(f"The judge gave no answer that can be used: {_counts(done.failed)}.", f"See rowsmith runs {done.run} --failed.")
    counts = Counter(one.worth for one in said.values() if one.picked)
    cost = spent(runs.lab.db, int(done.run.removeprefix("r"))).cost_usd
    by_place = {name: n for name, n in places.items() if n}
    return said, Judged(done.run, model.model, counts[-1], counts[1], counts[0], by_place, done.failed, same, cost)


def _plain(side: dict[str, Json], other: dict[str, Json]) -> Json:
    """A single column's value by itself."""
    return next(iter(side.values())) if side.keys() == other.keys() and len(side) == 1 else side


def _recipe(a: Run, b: Run, model: Model, asked: list[dict[str, Any]], judging: Judging) -> Recipe:
    criteria = {"criteria": judging.criteria} if judging.criteria else {}
    steps = [
        ReadRows(name="pairs", rows=asked, key="pair"),
        Preference(name="judge", first="a", second="b", task=["task"], **criteria),
    ]
    return Recipe(name=f"compare-{a.id}-{b.id}", models={"judge": model}, steps=steps)


def _carried_out(runs: Runs, recipe: Recipe, a: Run, b: Run, judging: Judging) -> Result:
    done = runs.start(
        recipe, commit=False, compares=(a.id, b.id), budget_usd=judging.budget_usd, budget_tokens=judging.budget_tokens,
        grace_s=judging.grace_s, on_progress=judging.on_progress, stopping=judging.stopping,
    )  # fmt: skip
    if done.state not in _GIVES_UP:
        raise Conflict(
            f"The judge is not done: run {done.run} is {done.state}, {done.reason} {done.kept:,} of {done.requested:,} pairs are judged.",
            "The same command again goes on, and buys nothing twice; --budget gives it more.",
        )
    return done


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.items())
