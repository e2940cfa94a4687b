"""The search for a better prompt: rounds of candidates, made from what went wrong on the train part, told apart on the dev part.

A round measures the best prompt so far on the train part, has a model rewrite it, and takes few-shot examples from rows of the train part: some that
the prompt answered well (bootstrapped), some with the expected answers, hard ones first. Instructions and examples are tried alone and together. On a
minibatch of the dev part the weaker half is told, then on twice as many rows, until the last two have seen them all. Nothing of the held-out part is
here.

Sources: bootstrapped and labelled examples, and searching instructions and examples together, are Opsahl-Ong et al. (MIPRO), arXiv 2406.11695;
halving is Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization", arXiv 1502.07943.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from rowsmith.app.held_out import DEV, TRAIN, Rows, drawn, example_input
from rowsmith.app.measuring import Bench, Outcome, means
from rowsmith.app.optimization import Candidate, Effort
from rowsmith.assist import proposing
from rowsmith.core.metrics import text_of
from rowsmith.core.prompts import Example, Prompt
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import Row
from rowsmith.steps.read.rows import ReadRows

FAILURES, PASSES = 6, 3
"""Rows that one proposal is shown."""
PERFECT = 1.0


@dataclass(slots=True)
class Search:
    """What was tried so far. `best` is the prompt that stands, `scores` its outcomes on the dev part by row."""

    bench: Bench
    effort: Effort
    seed: int
    best: Prompt
    candidates: list[Candidate] = field(default_factory=list)
    winner: Candidate | None = None
    dev: float | None = None
    baseline: float | None = None

    def run(self) -> None:
        """All rounds; ends early where nothing is left to win.

        Raises:
            Conflict: a run stands still; see Purse.start.
        """
        dev = drawn(self.bench.rows.parts[DEV], self.seed, DEV)
        (outcomes,), _ = self.bench.measure("dev", [self.best], dev)
        self.dev = self.baseline = means(outcomes)
        self._say(f"the prompt as it is: {_figure(self.dev)} on {len(dev):,} dev rows")
        for number in range(1, self.effort.rounds + 1):
            if self.dev is None or self.dev >= PERFECT:
                self._say("nothing is left to win on the dev rows")
                return
            self._round(number, dev)

    def _round(self, number: int, dev: Sequence[Row]) -> None:
        train = drawn(self.bench.rows.parts[TRAIN], self.seed, TRAIN)
        (traces,), run = self.bench.measure(f"train {number}", [self.best], train)
        self._say(f"round {number}: {_figure(means(traces))} on {len(train):,} train rows")
        tried = self._pool(number, train, traces, run)
        if tried:
            self._halve(number, tried, dev)

    # -- candidates ---------------------------------------------------------------------------------------------------------------------

    def _pool(self, number: int, train: Sequence[Row], traces: Mapping[str, Outcome], run: str) -> list[Candidate]:
        """The candidates of a round: rewritten prompts, the prompt with examples, and both; each once, and none that was tried before."""
        sets = self._examples(train, traces)
        count = self.effort.candidates
        proposals = ceil(count / 2) if sets else count
        rewritten = self._rewritten(number, proposals, train, traces, run)
        texts = [one for one in rewritten if one.prompt is not None]
        pool = [*texts, *(Candidate("", "examples", "", None, 0, said, self._with(self.best, shown)) for said, shown in sets)]
        for place, one in enumerate(texts):
            said, shown = sets[place % len(sets)] if sets else ("", [])
            if sets and one.prompt is not None:
                pool.append(replace(one, how="rewritten, examples", why=f"{one.why} {said}".strip(), prompt=self._with(one.prompt, shown)))
        seen = [self.best, *(one.prompt for one in self.candidates)]
        fresh = [one for place, one in enumerate(pool) if one.prompt not in seen and one.prompt not in [other.prompt for other in pool[:place]]]
        self.candidates += [replace(one, name=f"{number}.-") for one in rewritten if one.prompt is None]
        return [replace(one, name=f"{number}.{place}") for place, one in enumerate(fresh[:count], 1)]

    def _with(self, prompt: Prompt, examples: Sequence[Example]) -> Prompt:
        return prompt.model_copy(update={"examples": list(examples)})

    def _examples(self, train: Sequence[Row], traces: Mapping[str, Outcome]) -> list[tuple[str, list[Example]]]:
        """Sets of few-shot examples, of rows of the train part alone."""
        most, rows = self.effort.demos, self.bench.rows
        if not most:
            return []
        scored = [(row, traces[row.id]) for row in train if row.id in traces and traces[row.id].score is not None]
        good = [Example(input=self._input(row), answer=one.answer) for row, one in _varied(scored, rows) if one.score == PERFECT and one.answer]
        hard = [row for row, _ in sorted(_varied(scored, rows), key=lambda pair: pair[1].score or 0.0)]
        labelled = [Example(input=self._input(row), answer=rows.expected(row)) for row in hard]
        sets = [(good[:most], "answers of its own that were good"), (labelled[:most], "expected answers")]
        return [(f"{len(shown)} {said}.", shown) for shown, said in sets if shown]

    def _input(self, row: Row) -> object:
        return example_input(self.best, row.data)

    def _rewritten(self, number: int, count: int, train: Sequence[Row], traces: Mapping[str, Outcome], run: str) -> list[Candidate]:
        """Proposals of a model; one that lacks a variable, or is no prompt, is asked for again."""
        scored = [row for row in train if row.id in traces and traces[row.id].score is not None]
        weak = [row for row in scored if (traces[row.id].score or 0.0) < PERFECT]
        earlier = [(one.dev, f"{one.prompt.system}\n{one.prompt.text}".strip()) for one in self.candidates if one.prompt and one.dev is not None]
        found: dict[int, Candidate] = {}
        complaints = dict.fromkeys(range(count), "")
        for attempt in range(proposing.TRIES):
            words = f"Your try {attempt} of {proposing.TRIES} could not be used: "
            asked = {place: why and words + why for place, why in complaints.items() if place not in found}
            if not asked:
                break
            questions = []
            for place, why in asked.items():
                bad = drawn(weak, self.seed, f"failures {number} {place}")[:FAILURES]
                good = drawn([row for row in scored if row not in weak], self.seed, f"passes {number} {place}")[:PASSES]
                shown = [[self._shown(row, traces[row.id]) for row in rows] for rows in (bad, good)]
                said = proposing.question(self.best, self.bench.rows.metric.says, shown[0], shown[1], earlier, place, why)
                questions.append({**said, "pair": " ".join(row.id for row in (*bad, *good))})
            for place, answer in self._answers(f"propose {number}.{attempt}", questions, run).items():
                prompt, why = proposing.read(self.best, answer)
                complaints[place] = why
                if prompt is not None:
                    found[place] = Candidate("", "rewritten", "", None, 0, str(answer["why"]), prompt)
        refused = [
            Candidate("", "rewritten", "refused", None, 0, complaints[place] or "The model gave no answer that can be used.", None)
            for place in range(count) if place not in found
        ]  # fmt: skip
        self._say(f"round {number}: {len(found)} prompts written anew" + (f", {len(refused)} refused: {refused[0].why}" if refused else ""))
        return [*(found[place] for place in sorted(found)), *refused]

    def _answers(self, what: str, questions: list[dict[str, object]], run: str) -> dict[int, dict[str, object]]:
        purse = self.bench.purse
        steps = [ReadRows(name="questions", rows=questions), proposing.step()]
        models = {"proposer": self.bench.models.proposer}
        result = purse.start(Recipe(name=f"optimize {self.bench.name} {what}"[:200], models=models, steps=steps), compares=(run,))
        return {row.data["proposal"]: row.data for row in purse.runs.rows(result.run)}

    def _shown(self, row: Row, one: Outcome) -> dict[str, object]:
        rows = self.bench.rows
        shown = {name: row.data[name] for name in rows.inputs if name in self.best.used}
        said = {"answer": one.answer, **({"judge": one.judge} if one.judge else {}), **({"failed": one.reason} if one.reason else {})}
        return {"input": shown, "expected": rows.expected(row), **said, "score": one.score}

    # -- halving ------------------------------------------------------------------------------------------------------------------------

    def _halve(self, number: int, tried: list[Candidate], dev: Sequence[Row]) -> None:
        """Tell the candidates apart, and let the best of them stand if it is better than what stood."""
        alive, size = tried, first_of(len(tried), self.effort.minibatch, len(dev))
        told: dict[str, Candidate] = {}
        for rung in range(1, 100):
            outcomes, _ = self.bench.measure(f"dev {number}.{rung}", [one.prompt for one in alive if one.prompt], dev[:size])
            for one, outcome in zip(alive, outcomes, strict=True):
                told[one.name] = replace(one, state="beaten", dev=means(outcome), rows=size)
            alive = sorted((told[one.name] for one in alive), key=_rank)
            self._say(f"round {number}: {len(alive)} candidates on {size:,} dev rows, best {_figure(alive[0].dev)} ({alive[0].how})")
            if size == len(dev):
                break
            alive, size = alive[: max(2, ceil(len(alive) / 2))], larger(size, len(dev))
        first = alive[0]
        if first.dev is not None and (self.dev is None or first.dev > self.dev) and first.prompt is not None:
            told[first.name] = self.winner = replace(first, state="best")
            self.best, self.dev = first.prompt, first.dev
        self.candidates += [told[one.name] for one in tried]

    def _say(self, line: str) -> None:
        self.bench.note(line)


def first_of(candidates: int, minibatch: int, most: int) -> int:
    """Rows of the first minibatch: all where there is nobody to be left out."""
    return min(most, minibatch) if candidates > 2 else most


def larger(size: int, most: int) -> int:
    """Rows of the next minibatch: twice as many, or all where few would be left."""
    return 2 * size if 3 * size < most else most


def _rank(one: Candidate) -> tuple[float, int]:
    """The best first; of equals the shortest, which costs least."""
    said = one.prompt.filled({}).text + one.prompt.system if one.prompt else ""
    return -(one.dev if one.dev is not None else -1.0), len(said)


def _varied(scored: Sequence[tuple[Row, Outcome]], rows: Rows) -> Iterator[tuple[Row, Outcome]]:
    """The rows such that those with the same expected answer are spread: the first of each, then the second of each ..."""
    seen: dict[str, int] = {}
    placed = []
    for place, (row, one) in enumerate(scored):
        said = text_of(rows.expected(row))
        seen[said] = seen.get(said, 0) + 1
        placed.append((seen[said], place, row, one))
    for _, _, row, one in sorted(placed, key=lambda item: item[:2]):
        yield row, one


def _figure(value: float | None) -> str:
    return "no score" if value is None else f"{value:.3f}"
