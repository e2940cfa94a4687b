"""Which format records have: every format reads every sampled record, and what came of that is the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json
from rowsmith.core.shapes import OTHER, fit
from rowsmith.formats import _mapping
from rowsmith.formats._format import Format
from rowsmith.formats._import import imported

SURE = 0.4
"""Score from which the first candidate is taken without asking."""
_CANONICAL, _MAPPED, _NOTHING = 0.5, 0.8, 0.05
_WANTED = {
    "dpo": ("prompt", "chosen", "rejected"), "mcq": ("question", "choices", "answer"), "kto": ("prompt", "completion", "label"),
    "alpaca": ("instruction", "output"), "input-answer": ("input", "answer"), "classification": ("text", "label"), "text": ("text",),
    "openai": ("messages",), "sharegpt": ("conversations",),
}  # fmt: skip
"""The keys that columns with other names may stand for."""
_OURS = {"prompt": "input", "question": "input", "completion": "answer", "output": "answer", "conversations": "messages"}
"""Keys that have the same other names as a column of ours."""
_NAMES = 8

Sampled = Sequence[tuple[int, dict[str, Json]]]
"""Records, each with its line."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A format that the records may have. `score` is from 0 to 1; `map` is what is to be renamed first."""

    format: str
    score: float
    evidence: list[str]
    map: dict[str, str] = field(default_factory=dict)

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        told = asdict(self)
        return told if self.map else {name: value for name, value in told.items() if name != "map"}


def candidates(sampled: Sampled, formats: Sequence[Format], aliases: Mapping[str, list[str]], *, flat: bool) -> list[Candidate]:
    """The formats that read some of the records, the likeliest first; never empty: last come the columns as they stand.

    A format's score is the share of records that it reads, less where it knows few of their keys. Columns that have our names already, and
    those that may have them after renaming, come below the formats of the same shape. `flat`: the records come from a table.
    """
    plain = "csv" if flat else "jsonl"
    if not sampled:
        return []
    found = [one for format in formats if format.reads and format.keys and (one := _of_format(format, sampled))]
    found += [*_canonical(plain, sampled), *_mapped(sampled, formats, aliases)]
    names = sorted({name for _, record in sampled for name in record})
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    nothing = Candidate(plain, _NOTHING, [f"the columns as they stand: {', '.join(names[:_NAMES])}{more}"])
    ranked = sorted(found, key=lambda one: -one.score)
    return ranked if any(one.format == plain and not one.map for one in ranked) else [*ranked, nothing]


def _of_format(format: Format, sampled: Sampled) -> Candidate | None:
    known = {*format.keys, *format.also}
    covered, wrong = 0.0, Counter[str]()
    first: dict[str, str] = {}
    good = 0
    for line, record in sampled:
        try:
            imported(format, record)
        except RowFailed as error:
            wrong[error.reason] += 1
            first.setdefault(error.reason, f"line {line}: {error.what}")
            continue
        good += 1
        covered += sum(name in known for name in record) / len(record)
    if good * 20 < len(sampled):
        return None
    share, coverage = good / len(sampled), covered / good
    keys = [name for name in format.keys if any(name in record for _, record in sampled)]
    evidence = [f"{good:,} of {len(sampled):,} sampled records have {_listed(keys)}"]
    evidence += [f"{count:,} do not ({reason}), {first[reason]}" for reason, count in wrong.most_common(3)]
    return Candidate(format.name, round(max(0.0, share * (0.5 + 0.5 * coverage) - 0.002 * format.rank), 3), evidence)


def _canonical(plain: str, sampled: Sampled) -> Iterator[Candidate]:
    shapes = Counter(found.shape for _, record in sampled if (found := fit(record)).shape != OTHER and not found.problem)
    if shapes and shapes.total() * 20 >= len(sampled):
        shape, _ = shapes.most_common(1)[0]
        evidence = [f"{shapes.total():,} of {len(sampled):,} sampled records have our own columns {shape}"]
        yield Candidate(plain, round(_CANONICAL * shapes.total() / len(sampled), 3), evidence)


def _mapped(sampled: Sampled, formats: Sequence[Format], aliases: Mapping[str, list[str]]) -> Iterator[Candidate]:
    columns = list(dict.fromkeys(name for _, record in sampled for name in record))
    known = {theirs: [ours, *aliases.get(ours, ())] for theirs, ours in _OURS.items()} | dict(aliases)
    by_name = {format.name: format for format in formats}
    for name, keys in _WANTED.items():
        rename = _mapping.suggested(columns, known, keys) if name in by_name else None
        if not rename:
            continue
        good = sum(_reads(by_name[name], {rename.get(key, key): value for key, value in record.items()}) for _, record in sampled)
        if good * 20 >= len(sampled):
            told = ", ".join(f"{old} is {new}" for old, new in rename.items())
            covered = sum(rename.get(column, column) in (*by_name[name].keys, *by_name[name].also) for column in columns) / len(columns)
            score = _MAPPED * good / len(sampled) * (0.5 + 0.5 * covered)
            yield Candidate(name, round(score, 3), [f"{good:,} of {len(sampled):,} sampled records fit when {told}"], rename)


def _reads(format: Format, record: dict[str, Json]) -> bool:
    try:
        imported(format, record)
    except RowFailed:
        return False
    return True


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
