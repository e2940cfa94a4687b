"""The rows that a prompt is optimised with: inputs, one expected answer each, in parts of which one is held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowsmith.app.reshaping import scratch
from rowsmith.assist.metrics import Proposal, answer_column, propose
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.ids import share
from rowsmith.core.metrics import Label, Metric, parts_of, text_of
from rowsmith.core.metrics import metric as spoken_metric
from rowsmith.core.prompts import Prompt
from rowsmith.core.row import Row
from rowsmith.steps.parts import parse_parts
from rowsmith.steps.splitting import Splitting, split
from rowsmith.steps.ties import ties

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab

TRAIN, DEV, TEST = "train", "dev", "test"
SPLIT = "train=0.2,dev=0.3,test=0.5"
FEWEST = 6
"""Rows of the test part below which nothing can be shown (core.paired)."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows by part. `answer` is the column with what is expected, `inputs` all others that every row has; `metric` and what speaks for it."""

    dataset: str
    answer: str
    inputs: tuple[str, ...]
    metric: Metric
    evidence: str
    parts: Mapping[str, Sequence[Row]]
    notes: tuple[str, ...]

    def expected(self, row: Row) -> Any:
        """What is expected of a row."""
        return row.data[self.answer]


def read_rows(
    lab: Lab, dataset: str, rows: Sequence[Row], prompt: Prompt, *, answer: str, metric: Any, sizes: str, by: Sequence[str], seed: int
) -> Rows:
    """Find the columns and the metric, and split.

    Raises:
        NotFound, Invalid: there is no such column, nothing is expected, the metric does not fit, or a part would be empty.
    """
    if not rows:
        raise Invalid(f"{dataset} has no rows.", "Optimise against a dataset that has some.")
    column = answer_column(list(dict.fromkeys(name for row in rows for name in row.data)), answer)
    told = [row for row in rows if text_of(row.data.get(column)).strip()]
    notes = [f"{len(rows) - len(told):,} rows without a value of {column!r} are left out."] if len(told) < len(rows) else []
    found = propose([row.data[column] for row in told]) if metric in (None, "", "auto") else Proposal(spoken_metric(metric), "as it was given")
    inputs = tuple(name for name in told[0].data if name != column and all(name in row.data for row in told)) if told else ()
    labels = column if any(isinstance(part, Label) for part in parts_of(found.metric)) else None
    parts = _split(lab, told, sizes, by, seed, labels, [name for name in inputs if name in prompt.used] or list(inputs))
    parts, moved = _without_shown(parts, prompt)
    notes += [f"{moved:,} rows that stand among the prompt's examples are not held out."] if moved else []
    if labels:
        notes += _missing_labels(parts, column)
    return Rows(dataset, column, inputs, found.metric, found.evidence, parts, tuple(notes))


def _split(
    lab: Lab, rows: Sequence[Row], sizes: str, by: Sequence[str], seed: int, labels: str | None, compare: Sequence[str]
) -> dict[str, list[Row]]:
    """Rows that hang together stay together; each part has the labels in the same shares. The same rows and seed: the same parts."""
    wanted = parse_parts(sizes)
    if sorted(wanted.names) != sorted((TRAIN, DEV, TEST)):
        raise Invalid(f"The split {sizes!r} names {', '.join(wanted.names)}.", f"Give sizes of train, dev and test, like {SPLIT}.")
    texts = tuple(name for name in compare if any(isinstance(row.data.get(name), str) for row in rows))
    tied = [one for one in by if one != "near_duplicates" or texts]
    with scratch(lab) as folder:
        done = split([list(rows)], Splitting(wanted, ties(tied), labels, seed, "split", 0.7, texts or None, False), folder)
    parts: dict[str, list[Row]] = {name: [] for name in (TRAIN, DEV, TEST)}
    for row, part in zip(rows, done.part_of, strict=True):
        parts[done.names[part]].append(row)
    short = [name for name, least in ((TRAIN, 1), (DEV, 1), (TEST, 2)) if len(parts[name]) < least]
    if short:
        why = ". ".join(done.dump()["misses"]) or f"There are {len(rows):,} rows"
        what = f"The part {short[0]} would have {len(parts[short[0]])} rows. {why}."
        raise Invalid(what, "Give more rows, other sizes (--split), or tie by less (--by).")
    return parts


def _without_shown(parts: dict[str, list[Row]], prompt: Prompt) -> tuple[dict[str, list[Row]], int]:
    """Rows that the prompt shows as examples are no test of it: they go to the train part."""
    shown = {text_of(example.input) for example in prompt.examples}
    asked = [row for name in (DEV, TEST) for row in parts[name]]
    seen = [row for row in asked if shown & {text_of(example_input(prompt, row.data)), *map(text_of, row.data.values())}]
    gone = {row.id for row in seen}
    kept = {name: [row for row in rows if row.id not in gone] for name, rows in parts.items()}
    return {**kept, TRAIN: [*kept[TRAIN], *seen]}, len(seen)


def example_input(prompt: Prompt, data: Mapping[str, Any]) -> Any:
    """What an example says came in: the value of the one column that the prompt uses, or a mapping of several."""
    used = {name: data[name] for name in data if name in prompt.used}
    return next(iter(used.values())) if len(used) == 1 else used


def _missing_labels(parts: Mapping[str, Sequence[Row]], column: str) -> list[str]:
    train, test = ({text_of(row.data[column]) for row in parts[name]} for name in (TRAIN, TEST))
    unseen = sorted(test - train)
    return [f"The train part has no row labelled {', '.join(unseen[:5])}: candidates cannot learn of it."] if unseen else []


def drawn(rows: Sequence[Row], seed: int, purpose: str) -> list[Row]:
    """The rows in an order that depends on their ids, the seed and the purpose alone."""
    return sorted(rows, key=lambda row: (share(row.id, f"{purpose} {seed}"), row.id))


def fits(rows: Rows) -> str:
    """Why the metric cannot be used with these rows; empty where it can. Without a model: what is expected has to score 1 as its own answer, and
    more than as the answer of other rows. Judges and expressions are not looked at so: what they make of an answer cannot be known."""
    if any(part.kind in ("judge", "expression") for part in parts_of(rows.metric)):
        return ""
    every = [row for part in rows.parts.values() for row in part][:200]
    try:
        own = [rows.metric.score(rows.expected(row), rows.expected(row), row.scope) for row in every]
        others = [
            rows.metric.score(rows.expected(other), rows.expected(row), row.scope) for row, other in zip(every, [*every[1:], every[0]], strict=True)
        ]
    except RowFailed as failed:
        return str(failed)
    if sum(own) < 0.99 * len(own):
        return f"What is expected scores {sum(own) / len(own):.2f} as its own answer, not 1."
    return "Every expected answer is as good for every row." if sum(others) >= sum(own) else ""
