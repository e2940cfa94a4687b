"""Quotes: what a run will come to, before it is paid for; from a pilot, when one is asked for, whose rows are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import sqrt
from pathlib import Path
from typing import Any

from rowsmith.app.cautions import of_recipe, of_thresholds
from rowsmith.app.models import endings, terms
from rowsmith.app.results import Result
from rowsmith.app.runs import Runs
from rowsmith.core.distributions import wilson
from rowsmith.core.models import Model
from rowsmith.core.recipe import Recipe
from rowsmith.core.step import VARIED
from rowsmith.engine.check_models import classifiers, embedders
from rowsmith.engine.estimate import Estimate, Questions, estimate
from rowsmith.engine.known import with_known
from rowsmith.llm.prices import silent
from rowsmith.store.spending import measured

Z = 1.96
"""Two-sided 95 % of the normal distribution."""
LATENCY_S = (0.5, 3.0, 20.0)
"""Seconds an answer may take (low, expected, high) where none has been measured."""


@dataclass(frozen=True, slots=True)
class Range:
    """An expected value with a 95 % interval where it was measured, else with the bounds that can be known."""

    low: float
    mid: float
    high: float

    def times(self, low: float, mid: float, high: float) -> Range:
        """The product with another interval."""
        return Range(self.low * low, self.mid * mid, self.high * high)


@dataclass(frozen=True, slots=True)
class Quote:
    """`rows` that will be kept, `calls`, tokens, US dollars (None: a price is not known) and seconds (None: batches come when they come).
    `notes` say what it rests on."""

    rows: Range
    calls: Range
    tokens_in: Range
    tokens_out: Range
    cost_usd: Range | None
    seconds: Range | None
    notes: tuple[str, ...]

    def ranges(self) -> list[tuple[str, Range | None]]:
        """Each figure with its name."""
        return [(name, getattr(self, name)) for name in ("rows", "calls", "tokens_in", "tokens_out", "cost_usd", "seconds")]

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def quote(
    runs: Runs, recipe: Recipe | Path, sets: Mapping[str, str] | None = None, *, target: int | None = None, limit: int | None = None,
    pilot: int | None = None, budget_usd: float | None = None, batch: bool = False,
) -> Quote:  # fmt: skip
    """Quote a recipe. With `pilot`, about so many rows are really made first, under `budget_usd`; they are part of the run that follows, and
    asked live. `batch`: the run's answers will be bought in batches, where a model's provider has them.

    Raises:
        Invalid: the recipe, with every problem.
    """
    loaded, lock = runs.pinned(recipe, sets or {}, budget_usd)
    loaded = with_known(loaded, runs.lab.table)
    doubts = (*of_recipe(loaded), *of_thresholds(runs.lab, runs.project, loaded.dump()), *endings(loaded.models.values(), runs.lab.table))
    target = target or loaded.target
    base = Path.cwd() if isinstance(recipe, Recipe) else recipe.parent
    counted = estimate(loaded, lock, runs.lab.files, runs.lab.db, limit, (base / "plugins",))
    if pilot and counted.asked:
        done = runs.start(recipe, sets=sets, limit=pilot, budget_usd=budget_usd, commit=False)
        if done.requested - done.pending > 0 and done.calls + done.calls_reused > 0:
            measured_ = _noted(_measured(runs, loaded, counted, done, target, limit), doubts)
            return _batched(measured_, loaded, counted, target) if batch else measured_
    quoted = {role: silent(loaded.models[role]).model_copy(update={"reasks": 0}) for role in (*embedders(loaded), *classifiers(loaded))}
    loaded = loaded.model_copy(update={"models": {**loaded.models, **quoted}})
    guessed = _noted(_guessed(loaded, counted, target), doubts)
    return _batched(guessed, loaded, counted, target) if batch else guessed


def _noted(found: Quote, doubts: Sequence[str]) -> Quote:
    return replace(found, notes=(*found.notes, *doubts))


def quoted(recipe: Recipe, counted: Estimate) -> Quote:
    """A quote of questions that have been counted and weighed."""
    return _guessed(recipe, counted, None)


def scaled(one: Quote, low: float, mid: float, high: float) -> Quote:
    """What is asked, so many times; the rows stay."""
    ranges: dict[str, Any] = {name: each and each.times(low, mid, high) for name, each in one.ranges() if name != "rows"}
    return replace(one, **ranges)


def together(quotes: Sequence[Quote], notes: Sequence[str]) -> Quote:
    """What all of them come to, one after the other, over the rows of the first. What is not known of one is not known of all."""
    told = list(dict.fromkeys([*notes, *(note for one in quotes for note in one.notes)]))
    figures = {name: [getattr(one, name) for one in quotes] for name in ("calls", "tokens_in", "tokens_out", "cost_usd", "seconds")}
    sums: dict[str, Any] = {name: None if None in each else _sum(each) for name, each in figures.items()}
    return replace(quotes[0], **sums, notes=tuple(told))


def _batched(live: Quote, recipe: Recipe, counted: Estimate, target: int | None) -> Quote:
    """The quote at the price of batches. What has to be asked again is asked live, so at most it costs what live calls do."""
    shares = {one.role: one.batch for one in terms(recipe)}
    cheaper = {role: _discounted(model, shares[role] or 1.0) for role, model in recipe.models.items()}
    once, less = (_guessed(made, counted, target).cost_usd for made in (recipe, recipe.model_copy(update={"models": cheaper})))
    notes = (*live.notes, "Batches may take up to a day; what has to be asked again is asked live, at the full price.")
    cost = live.cost_usd
    if cost is not None and once is not None and less is not None and once.mid:
        cost = cost.times(less.mid / once.mid, less.mid / once.mid, 1.0)
    return replace(live, cost_usd=cost, seconds=None, notes=notes)


def _discounted(model: Model, share: float) -> Model:
    above = model.price_above
    if model.price_in is None or model.price_out is None:
        return model
    less = above and above.model_copy(update={"price_in": above.price_in * share, "price_out": above.price_out * share})
    return model.model_copy(update={"price_in": model.price_in * share, "price_out": model.price_out * share, "price_above": less})


# -- without a pilot --------------------------------------------------------------------------------------------------------------------


def _guessed(recipe: Recipe, counted: Estimate, target: int | None) -> Quote:
    asked = list(counted.asked.values())
    rows = counted.rows
    more = max(1.0, target / rows) if target and rows else 1.0
    share = min(1.0, target / rows) if target and rows else 1.0
    scale = (share, max(share, more), recipe.attempts * more if target and asked else 1.0)
    reasks = [1 + max((recipe.models[role].reasks for role in q.models), default=0) for q in asked]
    calls = _sum(Range(0.0 if q.guessed else q.calls, q.calls, q.calls * tries) for q, tries in zip(asked, reasks, strict=True)).times(*scale)
    tokens_in = _sum(_tokens_in(q, tries) for q, tries in zip(asked, reasks, strict=True)).times(*scale)
    tokens_out = _sum(_tokens_out(q, recipe.models, tries) for q, tries in zip(asked, reasks, strict=True)).times(*scale)
    width = max((sum(recipe.models[role].concurrency for role in q.models) for q in asked), default=1)
    seconds = Range(*(n * s / width for n, s in zip((calls.low, calls.mid, calls.high), LATENCY_S, strict=True)))
    wanted = Range(0.0 if asked else min(rows, target or rows), target or rows, target or rows)
    notes = [_counting(asked, recipe), "Tokens out between one and max_tokens an answer, and time from usual latencies: no pilot was run."]
    if any(questions.files for questions in asked):
        notes.append("The tokens of images and sound are not in it: only a pilot (--pilot) tells what the model counts for them.")
    notes = [*_varied(recipe, counted), *(notes if asked else ())]
    return Quote(wanted, calls, tokens_in, tokens_out, _cost(recipe, asked, tokens_in, tokens_out), seconds, tuple(notes))


def _varied(recipe: Recipe, counted: Estimate) -> list[str]:
    """How many variants are made of how many rows."""
    said = {recipe.steps[at].title: count for at, count in counted.made.items() if recipe.steps[at].fields_marked(VARIED)}
    return [f"{title}: {_times(rows, variants)}." for title, (rows, variants) in said.items()]


def _times(rows: int, variants: int) -> str:
    each, rest = divmod(variants, rows)
    of = f"{rows:,} {'row' if rows == 1 else 'rows'}"
    return f"{of}, {variants:,} variants" if rest else f"{of} x {each:,} = {variants:,} variants"


def _counting(asked: list[Questions], recipe: Recipe) -> str:
    """How tokens were counted, by role."""
    ways: dict[str, list[str]] = {}
    for role in dict.fromkeys(role for questions in asked if not questions.guessed for role in questions.models):
        tokenizer = recipe.models[role].tokenizer
        ways.setdefault(f"counted with the vocabulary {tokenizer}" if tokenizer else "at four bytes a token", []).append(role)
    said = [f"{way} ({', '.join(roles)})" for way, roles in ways.items()]
    if any(questions.guessed for questions in asked):
        said.append("as heavy as the questions before where they wait for an answer")
    return f"Tokens in: {'; '.join(said)}."


def _tokens_in(questions: Questions, tries: int) -> Range:
    known = questions.tokens_in
    if questions.exact and not questions.guessed:
        return Range(known, known, known * (2 * tries - 1))
    return Range(0.0 if questions.guessed else known * 0.7, known, known * 2 * tries)


def _tokens_out(questions: Questions, models: Mapping[str, Model], tries: int) -> Range:
    most = sum(models[role].max_tokens * n for role, n in questions.models.items())
    return Range(0.0 if questions.guessed else min(questions.calls, most), most / 4, most * tries)


def _cost(recipe: Recipe, asked: list[Questions], tokens_in: Range, tokens_out: Range) -> Range | None:
    """In US dollars, at the prices of the models asked, weighed by how often each is asked; None when one has none."""
    share: dict[str, int] = {}
    for questions in asked:
        for role, n in questions.models.items():
            share[role] = share.get(role, 0) + n
    if not share:
        return Range(0.0, 0.0, 0.0)
    models = {role: recipe.models[role] for role in share}
    if any(model.price_in is None or model.price_out is None for model in models.values()):
        return None
    total = sum(share.values())
    each = tokens_in.mid / total if total else 0.0
    rates = {role: _rates(model, each) for role, model in models.items()}
    price_in = sum(rates[role][0] * n for role, n in share.items()) / total / 1e6
    price_out = sum(rates[role][1] * n for role, n in share.items()) / total / 1e6
    pairs = zip((tokens_in.low, tokens_in.mid, tokens_in.high), (tokens_out.low, tokens_out.mid, tokens_out.high), strict=True)
    return Range(*(a * price_in + b * price_out for a, b in pairs))


def _rates(model: Model, tokens: float) -> tuple[float, float]:
    """USD per million tokens in and out for questions of so many tokens."""
    above = model.price_above
    if above is not None and tokens > above.tokens:
        return above.price_in, above.price_out
    return model.price_in or 0.0, model.price_out or 0.0


def _sum(ranges: Any) -> Range:
    found = list(ranges)
    return Range(sum(r.low for r in found), sum(r.mid for r in found), sum(r.high for r in found))


# -- from a pilot -----------------------------------------------------------------------------------------------------------------------


def _measured(runs: Runs, recipe: Recipe, counted: Estimate, done: Result, target: int | None, limit: int | None) -> Quote:
    """Means a slot of the pilot, with the standard error of the mean, times the slots that will be opened."""
    sample = measured(runs.lab.db, int(done.run.removeprefix("r")))
    ended = done.requested - done.pending
    low, high = wilson(done.kept, ended, Z)
    yield_ = Range(low, done.kept / ended, high)
    slots = _slots(counted, target, limit, yield_, recipe.attempts)
    rows = Range(slots.low * yield_.low, slots.mid * yield_.mid, slots.high * yield_.high)
    if target:
        rows = Range(min(rows.low, target), min(rows.mid, target), target)
    per = {name: _mean(values, ended) for name, values in sample.items()}
    calls, tin, tout, cost = (_total(per[name], slots) for name in ("calls", "tokens_in", "tokens_out", "cost_usd"))
    pace = done.seconds / ended
    seconds = Range(slots.low * pace * 0.5, slots.mid * pace, slots.high * pace * 1.5)
    notes = (
        f"From a pilot of {ended:,} rows, of which {done.kept:,} were kept; they are part of the run that follows and are not bought again.",
        f"Yield {yield_.mid:.0%} ({yield_.low:.0%} to {yield_.high:.0%}).",
    )
    return Quote(rows, calls, tin, tout, None if done.cost_usd is None else cost, seconds, notes)


def _slots(counted: Estimate, target: int | None, limit: int | None, yield_: Range, attempts: float) -> Range:
    """Slots that will be opened: all of the source's, or as many as the target needs at this yield."""
    if not target:
        n = min(counted.rows, limit) if limit else counted.rows
        return Range(n, n, n)
    most = attempts * target
    low, mid, high = (min(most, target / share) if share > 0 else most for share in (yield_.high, yield_.mid, yield_.low))
    return Range(low, mid, high)


def _mean(values: list[float], n: int) -> tuple[float, float]:
    """Mean and standard error over n slots; slots without a value count as 0."""
    mean = sum(values) / n
    spread = sum((value - mean) ** 2 for value in values) + (n - len(values)) * mean**2 if n > len(values) else sum((v - mean) ** 2 for v in values)
    return mean, sqrt(spread / max(1, n - 1) / n)


def _total(mean: tuple[float, float], slots: Range) -> Range:
    value, error = mean
    return Range(max(0.0, value - Z * error) * slots.low, value * slots.mid, (value + Z * error) * slots.high)
