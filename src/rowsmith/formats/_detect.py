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
_SHAPES = (("input", "chosen", "rejected"), ("input", "choices", "answer"), ("input", "answer"), ("text", "label"), ("text",))
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
    found += [*_canonical(plain, sampled), *_mapped(plain, sampled, formats, aliases)]
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


def _mapped(plain: str, sampled: Sampled, formats: Sequence[Format], aliases: Mapping[str, list[str]]) -> Iterator[Candidate]:
    columns = list(dict.fromkeys(name for _, record in sampled for name in record))
    for shape in _SHAPES:
        if rename := _mapping.suggested(columns, aliases, shape):
            good = sum(not found.problem and found.shape == ", ".join(shape) for _, record in sampled if (found := fit(_renamed(record, rename))))
            if one := _with(plain, rename, good, sampled, len(shape), columns):
                yield one
    for name, key in (("openai", "messages"), ("sharegpt", "conversations")):
        format = next((one for one in formats if one.name == name), None)
        rename = _mapping.suggested(columns, {key: aliases.get("messages", [])}, (key,))
        if format and rename:
            good = sum(_reads(format, _renamed(record, rename)) for _, record in sampled)
            if one := _with(name, rename, good, sampled, 1, columns):
                yield one


def _with(name: str, rename: dict[str, str], good: int, sampled: Sampled, known: int, columns: list[str]) -> Candidate | None:
    if good * 20 < len(sampled):
        return None
    told = ", ".join(f"{old} is {new}" for old, new in rename.items())
    score = _MAPPED * good / len(sampled) * (0.5 + 0.5 * min(1.0, known / len(columns)))
    return Candidate(name, round(score, 3), [f"{good:,} of {len(sampled):,} sampled records fit when {told}"], rename)


def _renamed(record: dict[str, Json], rename: dict[str, str]) -> dict[str, Json]:
    return {rename.get(name, name): value for name, value in record.items()}


def _reads(format: Format, record: dict[str, Json]) -> bool:
    try:
        imported(format, record)
    except RowFailed:
        return False
    return True


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
